"""Freeze the text, sign it, seal it. What is signed is exactly what was frozen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import rfc8785

from recorder.signing import SigningAct
from room_server.bus import Published
from room_server.domain import consent
from room_server.domain.agreement import Agreement, Draft, InForce, Proposal, SigningIntent
from room_server.domain.codes import (
    LIFETIME,
    RESEND_AFTER,
    ExpiredCode,
    OneTimeCode,
    UsedCode,
    WrongCode,
    hash_digits,
    new_digits,
)
from room_server.domain.errors import Conflict, DomainError, Forbidden, Gone, Invalid
from room_server.domain.own_name import Drawn, OwnName, SigningMode, Typed, require_same_name
from room_server.domain.people import mask_phone
from room_server.domain.words import printable
from room_server.rules.agreement_text import Json
from room_server.rules.intent import intent_sentence
from room_server.rules.notices import require_typing
from room_server.services.agreement_view import UNFROZEN, open_windows, unfrozen_view, view
from room_server.services.drafting import AGREEMENT
from room_server.services.entry import recipient
from room_server.services.handwriting import require_ink
from room_server.services.locks import Locks
from room_server.services.paper import PaperShop
from room_server.services.ports import Ports
from room_server.services.serving import serve, tell
from room_server.services.sessions import SessionDetails, details, require_host
from room_server.services.signers import draft_of, paper_name
from room_server.services.signing_evidence import evidence_of
from room_server.store.agreements import Stage
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import Piece
from signaling.ids import new_id


@dataclass(frozen=True, slots=True)
class CodeSent:
    """Where the code went (masked) and for how many seconds it is good."""

    sent_to: str
    expires_in: int
    resend_after: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof for the signer of what was signed, when, and how the name was put."""

    field: str
    signed_at: datetime
    digest: str
    mode: SigningMode


class AgreementService:
    """The stages of an agreement."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._papers = PaperShop(ports)
        self._locks = Locks()

    async def freeze(self, session_id: str, by: str, content: Json) -> Proposal:
        """Fix the text (ProseMirror document JSON) and lay out its paper. From the commit on nobody can write.

        Raises:
            Forbidden: ``by`` is not the host; ``authority_missing``. Conflict: ``wrong_state``: frozen already, or the
            session has ended. Invalid: ``text_unprintable``.
        """
        async with self._locks(session_id):
            async with self._ports.unit_of_work() as unit:
                draft, found = await self._draft(unit, session_id, by)
            proposal = draft.freeze(new_id("pr"), digest_of(content), self._ports.clock())
            paper = await self._papers.lay_out(proposal, found.case.organisation, content)
            async with self._ports.unit_of_work() as unit:
                await unit.sessions.lock(session_id)
                await self._draft(unit, session_id, by)
                await self._gate(unit, session_id, proposal.digest)
                await unit.agreements.add(proposal, content)
                await unit.papers.add(paper)
                data = {
                    "proposal": proposal.proposal_id,
                    "number": proposal.number,
                    "digest": proposal.digest,
                    "paper_sha256": paper.sha256,
                }
                await unit.log.append(session_id, at=proposal.frozen_at, kind="draft_frozen", actor=by, data=data)
                unit.publish(Published(session_id, UNFROZEN, None))
                self._show(unit, proposal, found)
        return proposal

    async def unfreeze(self, session_id: str, by: str, reason: str) -> None:
        """Open the text again: every signature so far is void.

        ``reason`` is read by everybody and is on the record: it is about the text and holds nothing said to settle.

        Raises:
            Forbidden: ``by`` is not the host. Conflict: ``wrong_state``: nothing is frozen, or it is in force. Invalid:
            as ``domain.agreement.unfreezing_reason``.
        """
        now = self._ports.clock()
        async with self._locks(session_id), self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            await require_host(unit, session_id, by)
            stage = await unit.agreements.current(session_id)
            if stage is None or isinstance(stage, InForce):
                raise Conflict("wrong_state")
            voided = stage.void(now, reason)
            await unit.agreements.void(voided)
            await self._gate(unit, session_id, None)
            data = {"proposal": stage.proposal_id, "reason": voided.reason, "void_signatures": len(stage.signatures)}
            await unit.log.append(session_id, at=now, kind="draft_unfrozen", actor=by, data=data)
            unit.publish(Published(session_id, UNFROZEN, await self._unfrozen(unit, session_id)))
            unit.publish(Published(session_id, AGREEMENT, None))

    async def stage(self, proposal_id: str) -> Stage:
        """A frozen text in the stage it has reached.

        Raises:
            NotFound: there is none, or it was opened again.
        """
        async with self._ports.unit_of_work() as unit:
            return await unit.agreements.get(proposal_id)

    async def current(self, session_id: str) -> dict[str, Any] | None:
        """The AgreementView of the session's frozen text, if one stands."""
        async with self._ports.unit_of_work() as unit:
            stage = await unit.agreements.current(session_id)
            if stage is None:
                return None
            return self._view(stage, await details(unit, await unit.sessions.get(session_id)))

    async def board(self, session_id: str) -> dict[str, Piece]:
        """What the room shows of it."""
        current = await self.current(session_id)
        if current is not None:
            return {AGREEMENT: Piece(current)}
        async with self._ports.unit_of_work() as unit:
            unfrozen = await self._unfrozen(unit, session_id)
        return {} if unfrozen is None else {UNFROZEN: Piece(unfrozen)}

    async def content(self, proposal_id: str) -> Json:
        """The frozen words."""
        async with self._ports.unit_of_work() as unit:
            return await unit.agreements.content(proposal_id)

    async def pdf(self, proposal_id: str) -> bytes:
        """The newest version of the paper.

        Raises:
            NotFound: there is none.
        """
        async with self._ports.unit_of_work() as unit:
            paper = await unit.papers.newest(proposal_id)
        return await self._papers.read(paper)

    async def request_code(self, proposal_id: str, participant_id: str) -> CodeSent:
        """Send a one-time code for signing this text.

        Raises:
            RateLimited: too soon after the last. Forbidden: ``not_a_signer``. Conflict: ``not_signing``,
            ``already_signed``.
        """
        now = self._ports.clock()
        async with self._locks(proposal_id), self._ports.unit_of_work() as unit:
            proposal = await _signing(unit, proposal_id, participant_id)
            proposal.check(SigningIntent(participant_id, proposal.digest, stated=True))
            before = await unit.codes.newest(proposal_id, participant_id)
            if before is not None:
                before.require_resendable(now)
            digits, code_id = new_digits(), new_id("co")
            await unit.codes.add(
                OneTimeCode(
                    code_id=code_id,
                    participant_id=participant_id,
                    proposal_id=proposal_id,
                    digest=proposal.digest,
                    code_hash=hash_digits(self._ports.key, code_id, digits),
                    sent_at=now,
                )
            )
            person = await unit.participants.get(participant_id)
            data = {"proposal": proposal_id, "code_id": code_id, "sent_to": mask_phone(person.phone)}
            await unit.log.append(proposal.session_id, at=now, kind="code_sent", actor=participant_id, data=data)
        minutes = int(LIFETIME.total_seconds()) // 60
        values = {"org": self._ports.organisation, "code": digits, "minutes": minutes}
        await self._ports.messages.send(recipient(person), "one_time_code", values)
        return CodeSent(mask_phone(person.phone), int(LIFETIME.total_seconds()), int(RESEND_AFTER.total_seconds()))

    async def sign(
        self, proposal_id: str, participant_id: str, *, digest: str, intent: bool, own_name: OwnName, code: str
    ) -> Receipt:
        """One signature: will (intent and the name, drawn or typed), the person (the code), the text (the digest).

        Raises:
            Conflict: ``digest_mismatch``, ``already_signed``, ``not_signing``. Forbidden: ``not_a_signer``,
            ``authority_missing``, ``typing_not_agreed``, ``code_wrong`` with ``tries_left``. Gone: ``code_expired``.
            Invalid: ``intent_missing``, ``handwriting_empty``, ``name_missing``, ``name_differs``, ``text_invalid``.
        """
        wanted = SigningIntent(participant_id, digest, intent)
        async with self._locks(proposal_id):
            async with self._ports.unit_of_work() as unit:
                signer = (await _signing(unit, proposal_id, participant_id)).check(wanted)
                if own_name.mode is SigningMode.TYPED:
                    require_typing(await unit.consents.of_participant(participant_id))
            match own_name:
                case Drawn(picture):
                    await asyncio.to_thread(require_ink, picture)
                case Typed(name):
                    require_same_name(printable(name), signer.own_name)
            used = await self._use_code(proposal_id, participant_id, code)
            return await self._sign(wanted, used, own_name)

    async def seal(self, proposal_id: str, by: str) -> dict[str, Any]:
        """Put the organisation's seal on it: from now on the agreement is in force (LDZ 14; QY 26).

        Raises:
            Forbidden: ``by`` is not the host. Conflict: ``signatures_missing``; ``wrong_state``: sealed already.
        """
        async with self._locks(proposal_id):
            async with self._ports.unit_of_work() as unit:
                agreement, found = await self._sealable(unit, proposal_id, by)
                before = await unit.papers.newest(proposal_id)
            in_force = agreement.seal(found.case.organisation, self._ports.clock())
            paper = await self._papers.seal(before, in_force.sealed_at)
            async with self._ports.unit_of_work() as unit:
                await unit.sessions.lock(agreement.session_id)
                await self._sealable(unit, proposal_id, by)
                await unit.agreements.seal(in_force)
                await unit.papers.add(paper)
                data = {
                    "proposal": proposal_id,
                    "digest": in_force.digest,
                    "organisation": in_force.organisation,
                    "effective_at": in_force.effective_at.isoformat(),
                    "paper_sha256": paper.sha256,
                }
                await unit.log.append(agreement.session_id, at=in_force.sealed_at, kind="sealed", actor=by, data=data)
                served = await serve(unit, agreement.session_id, in_force.sealed_at)
                self._show(unit, in_force, found)
        await tell(self._ports, served, self._windows(in_force, found))
        return self._view(in_force, found)

    async def _sign(self, wanted: SigningIntent, used: UsedCode, own_name: OwnName) -> Receipt:
        now, proposal_id = self._ports.clock(), used.proposal_id
        async with self._ports.unit_of_work() as unit:
            proposal = await _signing(unit, proposal_id, wanted.participant_id)
            before = await unit.papers.newest(proposal_id)
            found = await details(unit, await unit.sessions.get(proposal.session_id))
        signature = proposal.sign(wanted, own_name.mode, used, now).signatures[-1]
        signer = proposal.signer(wanted.participant_id)
        person = found.person(wanted.participant_id)
        intent = intent_sentence(person.role)[0]
        evidence = evidence_of(proposal, signature, person, own_name, intent)
        await asyncio.to_thread(evidence.keep, self._ports.blobs)
        reason = f"{intent}（文本校验码 {proposal.digest}）"
        put = own_name.picture if isinstance(own_name, Drawn) else signer.own_name
        act = SigningAct(signature.field, paper_name(signer), now, put, reason, evidence.digest)
        paper = await self._papers.sign(before, act)
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(proposal.session_id)
            # Another node may have signed meanwhile; its version then lacks ours, and ours would lack its.
            if (await unit.papers.newest(proposal_id)).version != before.version:
                raise Conflict("wrong_state")
            stage = (await _signing(unit, proposal_id, wanted.participant_id)).sign(wanted, own_name.mode, used, now)
            await unit.agreements.sign(stage)
            await unit.papers.add(paper)
            data = {
                "proposal": proposal_id,
                "field": signature.field,
                "digest": signature.digest,
                "code_id": used.code_id,
                "mode": str(signature.mode),
                "evidence": evidence.digest,
                "paper_sha256": paper.sha256,
            }
            await unit.log.append(stage.session_id, at=now, kind="signed", actor=wanted.participant_id, data=data)
            self._show(unit, stage, found)
        return Receipt(signature.field, now, signature.digest, signature.mode)

    async def _use_code(self, proposal_id: str, participant_id: str, digits: str) -> UsedCode:
        """Try the code. The attempt is committed whatever comes of it."""
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            code = await unit.codes.newest(proposal_id, participant_id)
            outcome: UsedCode | WrongCode | ExpiredCode = ExpiredCode()
            if code is not None:
                tried, outcome = code.attempt(self._ports.key, digits, now)
                await unit.codes.save(tried)
            if code is not None and isinstance(outcome, WrongCode):
                data = {"proposal": proposal_id, "code_id": code.code_id, "tries_left": outcome.tries_left}
                session_id = (await unit.agreements.get(proposal_id)).session_id
                await unit.log.append(session_id, at=now, kind="code_failed", actor=participant_id, data=data)
        match outcome:
            case UsedCode():
                return outcome
            case WrongCode(tries_left):
                raise Forbidden("code_wrong", tries_left=tries_left)
            case ExpiredCode():
                raise Gone("code_expired")

    async def _draft(self, unit: UnitOfWork, session_id: str, by: str) -> tuple[Draft, SessionDetails]:
        session = await unit.sessions.get(session_id)
        session.require_open()
        await require_host(unit, session_id, by)
        if await unit.agreements.current(session_id) is not None:
            raise Conflict("wrong_state")
        found = await details(unit, session)
        return draft_of(found, await unit.agreements.count(session_id) + 1), found

    async def _gate(self, unit: UnitOfWork, session_id: str, digest: str | None) -> None:
        document = await unit.documents.get(session_id, AGREEMENT)
        if document is None:
            raise Conflict("wrong_state")
        await unit.documents.save(replace(document, frozen=digest is not None, digest=digest))

    async def _sealable(self, unit: UnitOfWork, proposal_id: str, by: str) -> tuple[Agreement, SessionDetails]:
        stage = await unit.agreements.get(proposal_id)
        session = await unit.sessions.get(stage.session_id)
        session.require_open()
        await require_host(unit, stage.session_id, by)
        if isinstance(stage, InForce):
            raise Conflict("wrong_state")
        agreement = stage if isinstance(stage, Agreement) else stage.complete()
        return agreement, await details(unit, session)

    async def _unfrozen(self, unit: UnitOfWork, session_id: str) -> dict[str, Any] | None:
        """Who opened the text again, when and why; None before and between."""
        entry = await unit.log.newest(session_id, "draft_frozen", "draft_unfrozen")
        if entry is None or entry.kind != "draft_unfrozen":
            return None
        return unfrozen_view(entry, (await unit.participants.get(entry.actor)).name)

    def _windows(self, agreement: InForce, found: SessionDetails) -> dict[str, Any]:
        first, second = open_windows(agreement, self._ports.zone)
        return {
            "org": self._ports.organisation,
            "case_tail": found.case.number_tail,
            "arb_day": f"{first.safe_last_day.month}月{first.safe_last_day.day}日",
            "court_day": f"{second.safe_last_day.month}月{second.safe_last_day.day}日",
        }

    def _view(self, stage: Stage, found: SessionDetails) -> dict[str, Any]:
        return view(stage, found.case.organisation, self._ports.zone)

    def _show(self, unit: UnitOfWork, stage: Stage, found: SessionDetails) -> None:
        unit.publish(Published(stage.session_id, AGREEMENT, self._view(stage, found)))


def digest_of(content: Json) -> str:
    """Lower-case hex SHA-256 of the text's canonical JSON (RFC 8785).

    Raises:
        Invalid: ``text_unprintable``: it holds something that canonical JSON cannot.
    """
    try:
        return sha256(rfc8785.dumps(content)).hexdigest()
    except rfc8785.CanonicalizationError as error:
        raise Invalid("text_unprintable", reason=str(error)) from error


async def _signing(unit: UnitOfWork, proposal_id: str, participant_id: str) -> Proposal:
    """The text, while it is open for signing.

    Raises:
        Conflict: ``already_signed`` or ``not_signing``. Forbidden: ``esign_refused``: this person signs on paper.
    """
    stage = await unit.agreements.get(proposal_id)
    if consent.refused(consent.ESIGN, await unit.consents.of_participant(participant_id)):
        raise Forbidden("esign_refused")
    refusal: DomainError | None = None
    if not isinstance(stage, Proposal):
        stage.signer(participant_id)
        refusal = Conflict("already_signed" if stage.signature(participant_id) else "not_signing")
    elif not (await unit.sessions.get(stage.session_id)).open:
        refusal = Conflict("not_signing")
    if refusal is not None or not isinstance(stage, Proposal):
        raise refusal or Conflict("not_signing")
    return stage
