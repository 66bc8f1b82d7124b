"""The agreement as typed stages: a draft is frozen, a proposal signed, an agreement sealed, and only then in force.

Who signs, and when it takes effect: both parties, the mediator, and the organisation's seal last (LDZ 14; QY 26).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from room_server.domain.codes import UsedCode
from room_server.domain.errors import Conflict, Forbidden, Invalid
from room_server.domain.own_name import SigningMode
from room_server.domain.people import Authority, Side
from room_server.domain.words import one_line

LONGEST_REASON = 200
"""Characters of the reason for opening a text again."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody whose signature the text needs. ``field`` names the place on the paper.

    ``name``: who is bound; ``agent``: who signs for them, None when they sign themselves.
    """

    participant_id: str
    field: str
    label_zh: str
    label_en: str
    name: str
    side: Side
    authority: Authority
    agent: str | None = None

    @property
    def own_name(self) -> str:
        """The name of the person who signs."""
        return self.name if self.agent is None else self.agent


@dataclass(frozen=True, slots=True)
class Signature:
    """One act of signing: who, what text, when, the code that was used for it, and how the name was put."""

    participant_id: str
    field: str
    digest: str
    signed_at: datetime
    code_id: str
    mode: SigningMode


@dataclass(frozen=True, slots=True)
class SigningIntent:
    """What a person does to sign: they name the digest they see and say that they read the text and agree."""

    participant_id: str
    digest: str
    stated: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """The text while people still write it."""

    session_id: str
    number: str
    signers: tuple[Signer, ...]

    def freeze(self, proposal_id: str, digest: str, at: datetime) -> Proposal:
        """Fix the text. ``digest``: lower-case hex SHA-256 of its RFC 8785 JSON.

        Raises:
            Forbidden: ``authority_missing``: a side would be bound by somebody who may not settle for it.
        """
        for signer in self.signers:
            if not signer.authority.may_settle:
                raise Forbidden("authority_missing", name=signer.name)
        return Proposal(proposal_id, self.session_id, self.number, digest, at, self.signers, ())


@dataclass(frozen=True, slots=True)
class Frozen:
    """What every stage after the freeze has in common."""

    proposal_id: str
    session_id: str
    number: str
    digest: str
    frozen_at: datetime
    signers: tuple[Signer, ...]
    signatures: tuple[Signature, ...]

    def signer(self, participant_id: str) -> Signer:
        """The place of this person.

        Raises:
            Forbidden: ``not_a_signer``.
        """
        for signer in self.signers:
            if signer.participant_id == participant_id:
                return signer
        raise Forbidden("not_a_signer")

    def signature(self, participant_id: str) -> Signature | None:
        """What this person signed, if they did."""
        return next((item for item in self.signatures if item.participant_id == participant_id), None)


@dataclass(frozen=True, slots=True)
class Proposal(Frozen):
    """A frozen text that not everybody has signed."""

    def check(self, intent: SigningIntent) -> Signer:
        """Whether this person may sign this text now; what is asked before the code is looked at.

        Raises:
            Forbidden: ``not_a_signer``, ``authority_missing``.
            Conflict: ``digest_mismatch``, ``already_signed``.
            Invalid: ``intent_missing``.
        """
        signer = self.signer(intent.participant_id)
        if not signer.authority.may_settle:
            raise Forbidden("authority_missing", name=signer.name)
        if self.signature(intent.participant_id) is not None:
            raise Conflict("already_signed")
        if not hmac.compare_digest(intent.digest.encode(), self.digest.encode()):
            raise Conflict("digest_mismatch")
        if not intent.stated:
            raise Invalid("intent_missing")
        return signer

    def sign(self, intent: SigningIntent, mode: SigningMode, code: UsedCode, at: datetime) -> Proposal | Agreement:
        """One signature more, with the name put in this ``mode``; the last one makes it an agreement.

        Raises:
            Forbidden: also ``code_wrong``: the code was used for another text or by somebody else.
        """
        signer = self.check(intent)
        if (code.participant_id, code.proposal_id, code.digest) != (
            intent.participant_id,
            self.proposal_id,
            self.digest,
        ):
            raise Forbidden("code_wrong", tries_left=0)
        signature = Signature(signer.participant_id, signer.field, self.digest, at, code.code_id, mode)
        signed = replace(self, signatures=(*self.signatures, signature))
        return signed.complete() if len(signed.signatures) == len(self.signers) else signed

    def complete(self) -> Agreement:
        """The same text, signed by everybody.

        Raises:
            Conflict: ``signatures_missing`` with their fields.
        """
        missing = [item.field for item in self.signers if self.signature(item.participant_id) is None]
        if missing:
            raise Conflict("signatures_missing", fields=missing)
        return Agreement(
            self.proposal_id,
            self.session_id,
            self.number,
            self.digest,
            self.frozen_at,
            self.signers,
            self.signatures,
        )

    def void(self, at: datetime, reason: str) -> Voided:
        """Open the text again: what was signed so far is worth nothing.

        Raises:
            Invalid: as ``unfreezing_reason``.
        """
        return Voided(self.proposal_id, self.session_id, at, unfreezing_reason(reason))


@dataclass(frozen=True, slots=True)
class Agreement(Frozen):
    """Signed by everybody, not sealed: not in force yet (LDZ 14)."""

    def seal(self, organisation: str, at: datetime) -> InForce:
        """The organisation's seal, last of all. The agreement takes effect at this moment (QY 26)."""
        return InForce(
            self.proposal_id,
            self.session_id,
            self.number,
            self.digest,
            self.frozen_at,
            self.signers,
            self.signatures,
            organisation,
            at,
        )

    def void(self, at: datetime, reason: str) -> Voided:
        """Open the text again before the seal.

        Raises:
            Invalid: as ``unfreezing_reason``.
        """
        return Voided(self.proposal_id, self.session_id, at, unfreezing_reason(reason))


@dataclass(frozen=True, slots=True)
class InForce(Frozen):
    """In force since ``sealed_at``. Nothing more can be done to it."""

    organisation: str
    sealed_at: datetime

    @property
    def effective_at(self) -> datetime:
        """The moment from which the windows run."""
        return self.sealed_at


@dataclass(frozen=True, slots=True)
class Voided:
    """A text that was opened again."""

    proposal_id: str
    session_id: str
    voided_at: datetime
    reason: str


def unfreezing_reason(text: str) -> str:
    """Why a text is opened again, on one line: everybody reads it, and it is on the record in plain words.

    Raises:
        Invalid: ``reason_missing``; ``text_too_long`` with ``most``; ``text_invalid``.
    """
    reason = one_line(text, LONGEST_REASON)
    if not reason:
        raise Invalid("reason_missing")
    return reason
