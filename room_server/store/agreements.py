"""Proposals in every stage, their signatures, the versions of the paper, and one-time codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from room_server.domain.agreement import Agreement, InForce, Proposal, Signature, Signer, Voided
from room_server.domain.codes import OneTimeCode
from room_server.domain.errors import NotFound
from room_server.domain.own_name import SigningMode
from room_server.domain.people import Authority, Side
from room_server.store import schema
from room_server.store.rows import Repository, Row

Stage = Proposal | Agreement | InForce
STATES: dict[type[Stage], str] = {Proposal: "signing", Agreement: "signed", InForce: "in_force"}
VOID = "void"


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of an agreement's PDF: 0 is unsigned, then one more with each signature, the seal last."""

    proposal_id: str
    version: int
    key: str
    sha256: str
    at: datetime


class Agreements(Repository):
    """Frozen texts."""

    async def add(self, proposal: Proposal, content: Mapping[str, Any]) -> None:
        """Keep a text that was just frozen."""
        values = {
            "proposal_id": proposal.proposal_id,
            "session_id": proposal.session_id,
            "number": proposal.number,
            "state": STATES[Proposal],
            "digest": proposal.digest,
            "content": dict(content),
            "signers": [asdict(signer) for signer in proposal.signers],
            "frozen_at": proposal.frozen_at,
        }
        await self._insert(schema.proposals, values)

    async def get(self, proposal_id: str) -> Stage:
        """A frozen text in the stage it has reached.

        Raises:
            NotFound: there is none, or it was opened again.
        """
        row = await self._by(schema.proposals, schema.proposals.c.proposal_id == proposal_id)
        if row is None or row["state"] == VOID:
            raise NotFound("not_found")
        return await self._stage(row)

    async def current(self, session_id: str) -> Stage | None:
        """The frozen text of a session, if one stands."""
        table = schema.proposals
        row = await self._by(table, table.c.session_id == session_id, table.c.state != VOID)
        return None if row is None else await self._stage(row)

    async def content(self, proposal_id: str) -> dict[str, Any]:
        """The words that were frozen, as ProseMirror JSON."""
        row = await self._by(schema.proposals, schema.proposals.c.proposal_id == proposal_id)
        if row is None:
            raise NotFound("not_found")
        content: dict[str, Any] = row["content"]
        return content

    async def count(self, session_id: str) -> int:
        """How many texts were frozen in a session so far."""
        table = schema.proposals
        return len(await self._all(select(table.c.proposal_id).where(table.c.session_id == session_id)))

    async def sign(self, stage: Proposal | Agreement) -> None:
        """Keep the last signature and the stage that it led to."""
        signature = stage.signatures[-1]
        values = {**asdict(signature), "proposal_id": stage.proposal_id, "position": len(stage.signatures)}
        await self._insert(schema.signatures, values)
        await self._set(stage.proposal_id, {"state": STATES[type(stage)]})

    async def seal(self, agreement: InForce) -> None:
        """Keep the seal."""
        values = {
            "state": STATES[InForce],
            "organisation": agreement.organisation,
            "sealed_at": agreement.sealed_at,
        }
        await self._set(agreement.proposal_id, values)

    async def void(self, voided: Voided) -> None:
        """Keep that the text was opened again."""
        await self._set(
            voided.proposal_id, {"state": VOID, "voided_at": voided.voided_at, "void_reason": voided.reason}
        )

    async def _set(self, proposal_id: str, values: Mapping[str, Any]) -> None:
        await self._update(schema.proposals, schema.proposals.c.proposal_id == proposal_id, values)

    async def _stage(self, row: Row) -> Stage:
        table = schema.signatures
        query = select(table).where(table.c.proposal_id == row["proposal_id"]).order_by(table.c.position)
        signatures = tuple(_signature(item) for item in await self._all(query))
        proposal = Proposal(
            row["proposal_id"],
            row["session_id"],
            row["number"],
            row["digest"],
            row["frozen_at"],
            tuple(_signer(item) for item in row["signers"]),
            signatures,
        )
        if row["state"] == STATES[Proposal]:
            return proposal
        agreement = proposal.complete()
        return agreement if row["state"] == STATES[Agreement] else agreement.seal(row["organisation"], row["sealed_at"])


class Papers(Repository):
    """Versions of the PDF. The primary key (proposal, version) lets one of two concurrent signers win."""

    async def add(self, paper: Paper) -> None:
        """Keep a version."""
        await self._insert(schema.papers, asdict(paper))

    async def newest(self, proposal_id: str) -> Paper:
        """The last version.

        Raises:
            NotFound: there is none.
        """
        table = schema.papers
        query = select(table).where(table.c.proposal_id == proposal_id).order_by(table.c.version.desc()).limit(1)
        row = await self._first(query)
        if row is None:
            raise NotFound("not_found")
        return Paper(**row)


class Codes(Repository):
    """One-time codes."""

    async def add(self, code: OneTimeCode) -> None:
        """Keep a code that is about to be sent."""
        await self._insert(schema.codes, asdict(code))

    async def save(self, code: OneTimeCode) -> None:
        """Keep the code's new state."""
        await self._update(schema.codes, schema.codes.c.code_id == code.code_id, asdict(code))

    async def newest(self, proposal_id: str, participant_id: str) -> OneTimeCode | None:
        """The last code sent to this person for this text: only that one counts."""
        table = schema.codes
        query = select(table).where(table.c.proposal_id == proposal_id, table.c.participant_id == participant_id)
        row = await self._first(query.order_by(table.c.sent_at.desc(), table.c.used_at.is_not(None)).limit(1))
        return None if row is None else OneTimeCode(**row)


def _signature(item: Row) -> Signature:
    kept = {field: item[field] for field in ("participant_id", "field", "digest", "signed_at", "code_id")}
    return Signature(**kept, mode=SigningMode(item["mode"]))


def _signer(item: Mapping[str, Any]) -> Signer:
    return Signer(**{**item, "side": Side(item["side"]), "authority": Authority(item["authority"])})
