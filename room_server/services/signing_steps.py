"""Who is how far with signing, for the mediator to see: kept in memory, on no record, gone with the text.

After a restart screens tell it again when they are back; whether a code was sent the books know.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final

from room_server.bus import Published
from room_server.domain.agreement import Proposal
from room_server.domain.caucus import place_of, was_in_talk
from room_server.domain.signing_steps import NOTHING_DONE, SigningSteps
from room_server.services.ports import Ports
from signaling.board import HOSTS, Piece

TOPIC: Final = "signing"
MOST_KNOWN: Final = 1000
"""Texts whose steps are remembered; the oldest is forgotten."""


class SigningStepService:
    """What people's screens say of their way to a signature, to the process that holds their room now."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._told: dict[str, dict[str, SigningSteps]] = {}

    async def board(self, session_id: str) -> dict[str, Piece]:
        """The steps of a text that is being signed."""
        async with self._ports.unit_of_work() as unit:
            stage = await unit.agreements.current(session_id)
            if not isinstance(stage, Proposal):
                return {}
            caucuses = await unit.caucuses.of_session(session_id)
            for signer in stage.signers:
                who = signer.participant_id
                code = await unit.codes.newest(stage.proposal_id, who)
                if code is not None and not was_in_talk(who, caucuses, code.sent_at):
                    self._remember(stage.proposal_id, who, replace(self._of(stage.proposal_id, who), code_sent=True))
        return {TOPIC: Piece(self._value(stage), HOSTS)}

    async def tell(self, proposal_id: str, participant_id: str, steps: SigningSteps) -> None:
        """Somebody's screen says how far they are; whether a code was sent is the server's own word.

        Nothing is told by whoever has signed meanwhile, to nobody outside by whoever is in a private talk, and nothing
        once the session is over.

        Raises:
            Forbidden: ``not_a_signer``. NotFound: the text was opened again.
        """
        before = self._of(proposal_id, participant_id)
        await self._keep(proposal_id, participant_id, replace(steps, code_sent=before.code_sent))

    async def code_sent(self, proposal_id: str, participant_id: str) -> None:
        """A one-time code went out to somebody. One that is asked for in a private talk shows nowhere."""
        before = self._of(proposal_id, participant_id)
        await self._keep(proposal_id, participant_id, replace(before, code_sent=True))

    async def _keep(self, proposal_id: str, participant_id: str, steps: SigningSteps) -> None:
        async with self._ports.unit_of_work() as unit:
            stage = await unit.agreements.get(proposal_id)
            stage.signer(participant_id)
            if not isinstance(stage, Proposal) or stage.signature(participant_id) is not None:
                return
            if not (await unit.sessions.get(stage.session_id)).open:
                return
            if place_of(participant_id, await unit.caucuses.of_session(stage.session_id)) is not None:
                return
            if self._of(proposal_id, participant_id) == steps:
                return
            self._remember(proposal_id, participant_id, steps)
            unit.publish(Published(stage.session_id, TOPIC, self._value(stage), HOSTS))

    def _remember(self, proposal_id: str, participant_id: str, steps: SigningSteps) -> None:
        self._told.setdefault(proposal_id, {})[participant_id] = steps
        if len(self._told) > MOST_KNOWN:
            del self._told[next(iter(self._told))]

    def _of(self, proposal_id: str, participant_id: str) -> SigningSteps:
        return self._told.get(proposal_id, {}).get(participant_id, NOTHING_DONE)

    def _value(self, stage: Proposal) -> dict[str, Any]:
        people = {one.participant_id: self._of(stage.proposal_id, one.participant_id) for one in stage.signers}
        return {"proposal_id": stage.proposal_id, "people": {name: asdict(steps) for name, steps in people.items()}}
