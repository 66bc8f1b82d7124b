"""A house whose product says, in a book of its own, who is apart; its commits can be held back, and it really records.

Who is apart is written down when the commit is answered, from what was asked and from nothing that the room thinks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from room_server.live.recording import Director
from signaling.caucus import Caucus
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaptureId, DocumentId, ParticipantId, PublicationId
from signaling.media import CaptureFormat
from signaling.messages import RecordingView
from signaling.participant import Participant
from signaling.room import Room
from signaling.tracks import Publication
from tests.support.recording_ports import Feed, Ledger, Recorder
from tests.support.room_ports import House, MemoryPolicy

PARTIES = {"a1", "a2", "r1", "r2"}
FLUSHED = 20
"""Rounds of the loop after which what was queued has been sent."""

Before = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Nobody has to hear anything."""


@dataclass
class Books(MemoryPolicy):
    """A product with recordings. ``apart``: who is in which private talk; ``faults``: what must not have happened.

    ``hold["NAME kept"]`` holds back the answer to a commit that is made. ``before``: called before anybody is apart, or
    together again; ``called_off``: talks of which somebody was promised that nobody is moved.
    """

    apart: dict[str, set[str]] = field(default_factory=dict)
    called_off: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    before: Before = nothing
    recorded: str | None = None
    captures: int = 0

    def __post_init__(self) -> None:
        self.reborn()

    def reborn(self) -> None:
        """Another process: nothing is copied any more, nothing is known of the room."""
        self.feed = WatchedFeed(self)
        self.director = Director(SlowLedger(self), Recorder(), self.clock.now, self.clock.later)
        self.known: Room | None = None

    def place(self, name: str) -> str:
        """Where somebody is: a private talk, or empty."""
        return next((caucus for caucus, members in self.apart.items() if name in members), "")

    async def pause(self, name: str) -> None:
        """Wait as long as ``hold`` says."""
        if name in self.hold:
            await self.hold[name].wait()

    async def _answered(self, name: str) -> None:
        await self.pause(f"{name} kept")
        for _ in range(FLUSHED):
            await asyncio.sleep(0)
        await self.before()

    # ---- who is where ----------------------------------------------------------------------------------------------

    async def open_caucus(self, room: Room, caucus: Caucus) -> None:
        names = set(caucus.members)
        await self.director.hold(room)
        await super().open_caucus(room, caucus)
        await self._answered("open_caucus")
        if self.feed.copied:
            self.faults.append(f"recorded while a private talk begins: {self.feed.copied}")
        left = names - self.removed
        if caucus.caucus_id not in self.called_off and left & PARTIES:
            self.apart[caucus.caucus_id] = left

    async def change_caucus(self, room: Room, caucus: Caucus, host: Participant, *, entered: bool) -> None:
        await super().change_caucus(room, caucus, host, entered=entered)
        await self._answered("change_caucus")
        if entered:
            self.apart[caucus.caucus_id].add(host.participant_id)
        else:
            self.apart[caucus.caucus_id].discard(host.participant_id)

    async def close_caucus(self, room: Room, caucus: Caucus) -> None:
        await super().close_caucus(room, caucus)
        await self._answered("close_caucus")
        self.apart.pop(caucus.caucus_id, None)

    async def caucus_closed(self, room: Room, caucus: Caucus) -> None:
        await super().caucus_closed(room, caucus)
        if not any(each.running for each in room.caucuses if each is not caucus):
            await self.director.release(room)

    async def remove(self, room: Room, by: Participant, subject: Participant, reason: str) -> None:
        await super().remove(room, by, subject, reason)
        await self._answered("remove")
        self.removed.add(subject.participant_id)
        for members in self.apart.values():
            members.discard(subject.participant_id)

    async def append_update(
        self, room: Room, document_id: DocumentId, participant_id: ParticipantId, update: bytes
    ) -> None:
        if self.place(participant_id):
            self.faults.append(f"{participant_id} writes into the text from a private talk")
        await super().append_update(room, document_id, participant_id, update)

    # ---- what is recorded ------------------------------------------------------------------------------------------

    async def joined(self, room: Room, participant: Participant) -> None:
        await super().joined(room, participant)
        if self.known is room:
            return
        self.known = room
        if room.caucuses.running:
            await self.director.hold(room)
        if self.recorded is not None:
            view = RecordingView("on", self.clock.now())
            await self.director.adopt(room, "session", self.recorded, view, self.clock.now())

    def people(self) -> list[Participant]:
        """Everybody who has a token."""
        return [
            Participant(each.participant_id, each.display_name, each.role, each.side, each.admitted)
            for each in self.grants.values()
        ]

    async def publication_opened(self, room: Room, publication: Publication) -> None:
        await super().publication_opened(room, publication)
        await self.director.opened(room, publication)

    async def publication_closed(self, room: Room, publication: Publication, reason: str) -> None:
        await super().publication_closed(room, publication, reason)
        await self.director.closed(room, publication.publication_id)

    async def start_recording(self, room: Room, by: Participant) -> None:
        await self.director.start(room, "session", by.participant_id)

    async def stop_recording(self, room: Room, by: Participant, reason: str) -> None:
        await self.director.stop(room, by.participant_id, reason)
        self.recorded = None


class WatchedFeed(Feed):
    """Copies tracks, and says so when one is copied while anybody is apart."""

    def __init__(self, books: Books) -> None:
        super().__init__()
        self._books = books

    async def start_capture(self, publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        await self._books.pause("start_capture")
        if self._books.apart:
            self._books.faults.append(f"recorded during a private talk: {publication_id}")
        self._books.captures += 1
        return await super().start_capture(publication_id, capture_id)


class SlowLedger(Ledger):
    """Everybody agreed to be recorded; to keep that a recording starts may take its time."""

    def __init__(self, books: Books) -> None:
        super().__init__({str(each.participant_id) for each in books.people()})
        self._books = books

    async def start(self, session_id: str, by: str) -> str:
        await self._books.pause("start")
        if self._books.recorded is not None:
            raise SignalingError(ErrorCode.WRONG_STATE, "a recording runs")
        self._books.recorded = await super().start(session_id, by)
        return self._books.recorded

    async def consents(self, session_id: str) -> set[str]:
        return {str(each.participant_id) for each in self._books.people()}


class WalledHouse(House):
    """A house with such books."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = self.books = Books(self.clock)
        self.media.feed = self.books.feed
        self.hub = self.open_hub()

    async def killed(self) -> None:
        self.books.reborn()
        self.media.feed = self.books.feed
        await super().killed()
