"""What led to a signature, kept so that a court can read it: who, which text, which intent, which second factor.

The electronic signature law asks how the signer was identified and how the data came about (ESL 8, 13); the digest of
this goes into the PDF's signature and into the event log, the file itself into the dossier. It holds no secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import rfc8785

from recorder.blobs import BlobStore
from recorder.dossier import DossierFile
from recorder.eventlog import Entry
from room_server.domain.agreement import Proposal, Signature
from room_server.domain.own_name import Drawn, OwnName, SigningMode, Typed
from room_server.domain.people import Participant, mask_phone
from room_server.services.signers import paper_name


@dataclass(frozen=True, slots=True)
class SigningEvidence:
    """One act of signing. ``facts``: RFC 8785 JSON; ``drawn``: PNG of the handwriting, None: the name was typed."""

    proposal_id: str
    field: str
    facts: bytes
    drawn: bytes | None

    @property
    def digest(self) -> str:
        """SHA-256 of the facts, lower-case hex."""
        return sha256(self.facts).hexdigest()

    def keep(self, blobs: BlobStore) -> None:
        """Store what there is of it. Blocking."""
        blobs.put(_key(self.proposal_id, self.digest, "json"), self.facts)
        if self.drawn is not None:
            blobs.put(_key(self.proposal_id, self.digest, "png"), self.drawn)


def evidence_of(
    proposal: Proposal, signature: Signature, person: Participant, own_name: OwnName, intent: str
) -> SigningEvidence:
    """The facts of one act. ``intent``: the sentence that was agreed to."""
    facts: dict[str, Any] = {
        "proposal": proposal.proposal_id,
        "number": proposal.number,
        "digest": signature.digest,
        "participant": signature.participant_id,
        "name": paper_name(proposal.signer(signature.participant_id)),
        "authority": str(person.authority),
        "field": signature.field,
        "signed_at": signature.signed_at.isoformat(),
        "intent": intent,
        "second_factor": {"kind": "one_time_code", "code_id": signature.code_id, "sent_to": mask_phone(person.phone)},
        "identity_checked_at": person.identity_checked_at.isoformat() if person.identity_checked_at else None,
        "mode": str(signature.mode),
    }
    match own_name:
        case Drawn(picture):
            facts["handwriting_sha256"] = sha256(picture).hexdigest()
            return SigningEvidence(proposal.proposal_id, signature.field, rfc8785.dumps(facts), picture)
        case Typed(name):
            facts["typed_name"] = name
            return SigningEvidence(proposal.proposal_id, signature.field, rfc8785.dumps(facts), None)


def filed_evidence(blobs: BlobStore, entries: Iterable[Entry], proposal_id: str) -> list[DossierFile]:
    """The acts of one agreement for its dossier, found by what the log says of each signature."""
    files = []
    for entry in entries:
        if entry.kind == "signed" and entry.data["proposal"] == proposal_id:
            field, digest = str(entry.data["field"]), str(entry.data["evidence"])
            act = blobs.path(_key(proposal_id, digest, "json"))
            files.append(DossierFile(f"signing/{field}.json", act, f"签署过程（{field}）", f"Signing act ({field})"))
            # Entries from before there was a choice name none.
            if entry.data.get("mode", SigningMode.DRAWN) == SigningMode.DRAWN:
                drawn = blobs.path(_key(proposal_id, digest, "png"))
                path = f"signing/{field}.png"
                files.append(DossierFile(path, drawn, f"手写签名（{field}）", f"Handwriting ({field})"))
    return files


def _key(proposal_id: str, digest: str, ending: str) -> str:
    return f"signing/{proposal_id}/{digest[:32]}.{ending}"
