"""Exhibits in a product without sockets: who brings what, and what each person's screen would hold of the board."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from room_server.bus import Published
from room_server.services.exhibits import Brought
from signaling import caucus as live
from signaling.board import Piece
from signaling.ids import CaucusId, ParticipantId
from signaling.participant import Participant
from tests.support.evidence_files import picture
from tests.support.product_room import Product

PICTURE = picture()
OURS = ("exhibit/", "presentation", "presenter/", "offer/")


async def stream(data: bytes, piece: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(data), piece):
        yield data[start : start + piece]


@dataclass(frozen=True)
class ExhibitRoom:
    """A session whose three people were let in."""

    product: Product
    host: str
    worker: str
    agent: str

    async def bring(self, by: str, title: str = "工资表", data: bytes = PICTURE, name: str = "a.jpg") -> str:
        """Bring an exhibit; its id."""
        brought = Brought(title, name, stream(data))
        return (await self.product.services.exhibits.add(self.product.session_id, by, brought)).exhibit_id

    async def caucus(self, caucus_id: str, *members: str) -> None:
        await self.product.services.caucuses.open(self.product.session_id, caucus_id, list(members))

    async def back(self, caucus_id: str) -> None:
        await self.product.services.caucuses.close(self.product.session_id, caucus_id)

    async def board(self) -> dict[str, Piece]:
        """What the product would show to a room that becomes live now."""
        whole = await self.product.services.board(self.product.session_id)
        return {topic: piece for topic, piece in whole.items() if topic.startswith(OURS)}

    def told(self) -> dict[str, Piece]:
        """What the live room holds after everything that was published."""
        pieces: dict[str, Piece] = {}
        for event in self.product.events:
            if isinstance(event, Published) and event.topic.startswith(OURS):
                pieces.pop(event.topic, None)
                if event.value is not None:
                    pieces[event.topic] = Piece(event.value, event.audience)
        return pieces

    async def screen(self, participant_id: str) -> dict[str, Any]:
        """What one person's screen holds, cut from the board as the live room cuts it. Both boards are the same."""
        pieces = await self.board()
        assert self.told() == pieces
        found = await self.product.services.sessions.get(self.product.session_id)
        person = found.person(participant_id)
        role = "host" if person.role == "host" else "party"
        viewer = Participant(ParticipantId(participant_id), person.name, role, person.side, person.admitted)
        inside = None
        for each in await self.product.services.caucuses.of_session(self.product.session_id):
            if each.open and participant_id in each.members:
                inside = live.Caucus(CaucusId(each.caucus_id), each.side, {})
        return {topic: piece.value for topic, piece in pieces.items() if piece.audience.includes(viewer, inside)}

    async def entries(self, *kinds: str) -> list[dict[str, Any]]:
        """The data of the log entries of these kinds."""
        async with self.product.ports.unit_of_work() as unit:
            return [dict(each.data) for each in await unit.log.read(self.product.session_id) if each.kind in kinds]


async def exhibit_room(product: Product) -> ExhibitRoom:
    """Let everybody in."""
    host, worker, agent = [await product.person(side) for side in ("mediator", "applicant", "respondent")]
    for person in (worker, agent):
        await product.let_in(person)
    return ExhibitRoom(product, host, worker, agent)
