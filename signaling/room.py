"""The live room: who is in it, what they see, hear and write.

Every change follows one way: check, ask the policy (which commits, or refuses), change the room, ``refresh``. The last
step compares what each person may know now with what they were told before and sends the difference, and has the policy
keep what of it no request had committed (``signaling.keeping``).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from signaling.background import Background, attempt
from signaling.balance import Balance
from signaling.board import EVERYBODY, Audience, Piece
from signaling.captions import Captions
from signaling.caucus import Caucuses
from signaling.clock import Clock, Timer
from signaling.conduct import Conduct
from signaling.document import Document
from signaling.door import Door
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaucusId, DocumentId, ParticipantId, PublicationId, RoomId, TransportId
from signaling.keeping import Keeping
from signaling.kept import fitting
from signaling.messages import (
    ActiveSpeakers,
    CloseCode,
    Event,
    Frozen,
    Json,
    Quality,
    RecordingView,
    Removed,
    RoomClosed,
    Snapshot,
    SnapshotEvent,
)
from signaling.movement import Movement
from signaling.participant import Outlet, Participant
from signaling.policy import MediaPort, RoomPolicy, RoomState
from signaling.replay import encode_event
from signaling.silence import Silence
from signaling.switchboard import Switchboard
from signaling.tracks import Detached, Publication, TransportHealth
from signaling.turn import NO_RELAYS, TurnServers
from signaling.views import changes
from signaling.visibility import view_of


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """Limits of a room and what its people are told at the door. Seconds; hosts are not counted and never refused."""

    maximum_people: int = 62
    maximum_publishers: int = 12
    resume_seconds: float = 60.0
    ping_seconds: int = 15
    ice_servers: tuple[Json, ...] = ()
    turn: TurnServers = NO_RELAYS


class Room:
    """One live room of this node."""

    def __init__(
        self,
        room_id: RoomId,
        state: RoomState,
        *,
        policy: RoomPolicy,
        media: MediaPort,
        clock: Clock,
        settings: RoomSettings,
        on_empty: Callable[[Room], None],
        on_closed: Callable[[Room], None],
    ) -> None:
        self.room_id, self.meeting = room_id, state.meeting
        self.policy = policy
        self.media = media
        self.settings = settings
        self.participants: dict[ParticipantId, Participant] = {}
        self.documents: dict[DocumentId, Document] = {}
        self.caucuses = Caucuses(state.caucuses)
        self.recording: RecordingView = copy.copy(state.recording)
        self.board: dict[str, Piece] = {topic: piece.frozen() for topic, piece in state.board.items()}
        self.media_epoch, self.losses = 0, 0
        self.router_capabilities: Json = {}
        self.closed = False
        self.idle: Timer | None = None
        self.switchboard = Switchboard(self)
        talks = {caucus.caucus_id for caucus in self.caucuses if caucus.running}
        known = {caucus.caucus_id for caucus in self.caucuses}
        kept = fitting(state.conduct, self.caucuses.place_of, talks, known)
        self.conduct = Conduct(self, clock, locked=state.locked, kept=kept)
        self.silence = Silence(self, kept.mutes)
        self.door = Door(self, clock, kept.waiting)
        self.keeping = Keeping(self, clock, kept, stored=state.conduct)
        self.captions = Captions(self, clock, kept.captions)
        self.background = Background()
        self._clock, self._on_empty, self._on_closed = clock, on_empty, on_closed
        self.movement = Movement(self, clock, kept.moves)
        self.balance = Balance(self, clock, state.spoken)
        self.balance.show()

    def ice_servers(self, participant_id: ParticipantId) -> list[Json]:
        """What the browser of this person may use to find a way: relays with credentials of their own."""
        return [*self.settings.ice_servers, *self.settings.turn.for_person(participant_id, self._clock.now())]

    @property
    def publications(self) -> Mapping[PublicationId, Publication]:
        """Every track that is sent in the room."""
        return self.switchboard.publications

    def document(self, document_id: DocumentId) -> Document:
        """A shared document. Raises NOT_FOUND."""
        document = self.documents.get(document_id)
        if document is None:
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such document")
        return document

    def participant(self, participant_id: ParticipantId) -> Participant:
        """Somebody who is in the room. Raises NOT_FOUND."""
        person = self.participants.get(participant_id)
        if person is None:
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such person in the room")
        return person

    # ---- coming and going ------------------------------------------------------------------------------------------

    async def disconnected(self, person: Participant, outlet: Outlet, *, for_good: bool) -> None:
        """A socket ended. ``for_good``: the person left on purpose; else they have a while to come back."""
        if person.outlet is not outlet:
            return
        if for_good:
            person.outlet = None
            await self._take_out(person, "left")
            return
        await self.wait_for(person)

    async def wait_for(self, person: Participant) -> None:
        """Somebody has no socket any more: their place and their rights are kept for a while."""
        lost, person.outlet = person.connected, None
        self._give_a_while(person)
        self.refresh()
        if lost:
            await attempt(self.policy.connection_lost(self, person))

    def _give_a_while(self, person: Participant) -> None:
        if person.departure is not None:
            person.departure.cancel()
        person.departure = self._clock.later(
            self.settings.resume_seconds, lambda: self.background.run(self._depart(person))
        )

    async def _depart(self, person: Participant) -> None:
        if person.outlet is not None or self.participants.get(person.participant_id) is not person:
            return
        if self.door.awaits(person.participant_id):  # on the record they are back; if they are refused, they wait anew
            self._give_a_while(person)
            return
        await self._take_out(person, "lost")

    async def _take_out(self, person: Participant, reason: str) -> None:
        del self.participants[person.participant_id]
        if person.departure is not None:
            person.departure.cancel()
        person.resume_handle = ""
        self.conduct.gone(person.participant_id)
        detached = self.switchboard.detach(person)
        for document in self.documents.values():
            document.dismiss(person.participant_id, CloseCode.FORBIDDEN, reason)
        self.refresh({person.participant_id: reason})
        self.movement.left()
        if not self.participants:
            self.captions.forget()
            self.keeping.notice()
            self._on_empty(self)
        await self.background.at_once(self._put_out(detached, [person], reason))

    async def _put_out(self, detached: Detached, people: Iterable[Participant], reason: str) -> None:
        """End what they have at the worker, and say that they are out: whoever asked for it may be gone by now."""
        await self.switchboard.close(detached, reason)
        for person in people:
            await attempt(self.policy.left(self, person, reason))

    async def remove(self, participant_id: ParticipantId, reason: str) -> None:
        """Send somebody out, at once; nothing happens when they are not here. The policy is not asked."""
        self.door.sent_out(participant_id)
        self.movement.sent_out(participant_id)
        self.conduct.gone(participant_id)
        self.keeping.forget(participant_id)
        for document in self.documents.values():
            document.set_writer(participant_id, False)
        if (person := self.participants.get(participant_id)) is None:
            self.refresh()
            return
        person.removed = True
        if person.outlet is not None:
            person.outlet.send(person.log.append(Removed(reason)))
            person.outlet.close(CloseCode.FORBIDDEN, "removed")
            person.outlet = None
        await self._take_out(person, "removed")

    async def close(self, reason: str) -> None:
        """End the room for everybody. The policy is not asked. Closing again does nothing."""
        if self.closed:
            return
        self.closed = True
        self.movement.stop()
        self.conduct.stop()
        self.keeping.stop()
        self.captions.forget()
        self.balance.stop()
        people = list(self.participants.values())
        self.participants.clear()
        for person in people:
            if person.departure is not None:
                person.departure.cancel()
            if person.outlet is not None:
                person.outlet.send(person.log.append(RoomClosed(reason)))
                person.outlet.close(CloseCode.ROOM_CLOSED, "the room is closed")
                person.outlet = None
        for document in self.documents.values():
            document.dismiss_all(CloseCode.ROOM_CLOSED, "the room is closed")
        self._on_closed(self)
        await self.background.at_once(self._put_out(self.switchboard.detach_all(), people, "closed"))

    # ---- what a host does ------------------------------------------------------------------------------------------

    async def admit(self, by: Participant, participant_id: ParticipantId) -> None:
        """Let somebody in from the waiting room."""
        subject = self.participant(participant_id)
        if subject.admitted:  # another host was quicker
            return
        if self.conduct.locked:
            raise SignalingError(ErrorCode.ROOM_LOCKED, "the room is locked: open it first")
        await self.policy.admit(self, by, subject)
        person = self.participants.get(participant_id)  # it may be the one who left meanwhile and is back
        if subject.removed or person is None or person.admitted:
            return  # gone meanwhile: the policy remembers that they may come in; or let in by another host
        person.admitted = True
        person.known = view_of(self, person)
        self.tell(person, SnapshotEvent(self.snapshot(person, seq=person.log.seq + 1)))
        self.refresh()

    async def send_out(self, by: Participant, participant_id: ParticipantId, reason: str) -> None:
        """Remove somebody on a host's word."""
        if participant_id == by.participant_id:
            raise SignalingError(ErrorCode.FORBIDDEN, "a host does not remove themselves")
        subject = self.participant(participant_id)
        await self.policy.remove(self, by, subject, reason)
        await self.remove(participant_id, reason)

    async def set_writer(
        self, by: Participant, document_id: DocumentId, participant_id: ParticipantId, may_write: bool
    ) -> None:
        """Give or take the right to write."""
        document = self.document(document_id)
        subject = self.participant(participant_id)
        await self.policy.set_writer(self, by, document_id, subject, may_write)
        document.set_writer(participant_id, may_write and not subject.removed)  # sent out meanwhile
        self.refresh()

    async def freeze_document(self, by: Participant, document_id: DocumentId) -> Frozen:
        """Close the gate, fix the text, show its digest."""

        async def commit(content: Json) -> str:
            return await self.policy.freeze_document(self, by, document_id, content)

        digest = await self.document(document_id).freeze(commit)
        self.refresh()
        return Frozen(digest)

    async def unfreeze_document(self, by: Participant, document_id: DocumentId, reason: str) -> None:
        """Open the text again."""

        async def commit() -> None:
            await self.policy.unfreeze_document(self, by, document_id, reason)

        await self.document(document_id).unfreeze(commit)
        self.refresh()

    async def end(self, by: Participant, reason: str) -> None:
        """End the session on a host's word. The room closes right after the host has the answer."""
        await self.policy.close_room(self, by, reason)
        self.background.run(self.close("ended"))

    # ---- what the product shows ------------------------------------------------------------------------------------

    def set_recording(self, view: RecordingView) -> None:
        """Show on every screen whether a recording runs."""
        self.recording = copy.copy(view)
        self.refresh()

    def set_board(self, topic: str, value: Any, audience: Audience = EVERYBODY) -> None:
        """Show a piece of the product's own state to those who may know it; None removes it."""
        if value is None:
            self.board.pop(topic, None)
        else:
            self.board[topic] = Piece(value, audience).frozen()
        self.refresh()

    async def reconsider(self) -> None:
        """The policy's answers changed: close what is no longer allowed, and tell everybody what they may know now."""
        await self.switchboard.revoke()
        self.refresh()

    # ---- what the media worker tells -------------------------------------------------------------------------------

    def media_lost(self) -> None:
        """The worker is gone: every track ends."""
        self.losses += 1
        self.balance.hear(())
        detached = self.switchboard.detach_all()
        for person in self.participants.values():
            person.quality = person.measured = "good"
        self.refresh()
        self.background.run(self.policy.media_lost(self))
        self.background.run(self.switchboard.report(detached, "media_lost"))

    def move_media(self, worker: MediaPort) -> None:
        """Another worker, which is there, has the room from now on. Everything at the one before has ended."""
        self.media = worker
        self.media_ready()

    def media_ready(self) -> None:
        """The worker is there: everybody builds new transports."""
        self.media_epoch += 1
        self.router_capabilities = self.media.capabilities or {}
        self.refresh()
        self.background.run(self.policy.media_back(self))

    def transport_state(self, transport_id: TransportId, health: TransportHealth, reason: str) -> bool:
        """News of a transport. Returns whether it is of this room."""
        detached = self.switchboard.set_health(transport_id, health, reason)
        if detached is None:
            return False
        # The worker keeps a transport that its browser has left, with all that follows from it, until it is told.
        self.background.run(self.switchboard.close(detached, "transport_closed"))
        return True

    def speakers(self, participant_ids: list[ParticipantId], caucus_id: CaucusId | None = None) -> None:
        """Who speaks in one place, the loudest first: told to those there who know them, and not kept."""
        if caucus_id is None:
            speaking = [self.participants[each] for each in participant_ids if each in self.participants]
            self.balance.hear({each.side for each in speaking if each.admitted and each.role != "observer"})
        for person in self.participants.values():
            if not self._is_at(person, caucus_id):
                continue
            if person.outlet is not None and person.admitted:
                visible = [speaker for speaker in participant_ids if speaker in person.known.participants]
                person.outlet.send(encode_event(ActiveSpeakers(visible), person.log.seq))

    def quality(self, participant_id: ParticipantId, quality: Quality, caucus_id: CaucusId | None = None) -> None:
        """How good somebody's connection is, measured in one place: what is told late of another is not believed."""
        person = self.participants.get(participant_id)
        if person is not None and self._is_at(person, caucus_id):
            self.switchboard.measured(person, quality)
            self.refresh()

    def _is_at(self, person: Participant, caucus_id: CaucusId | None) -> bool:
        return self.caucuses.place_of(person.participant_id) == caucus_id

    # ---- telling ---------------------------------------------------------------------------------------------------

    def refresh(self, reasons: Mapping[str, str] | None = None) -> None:
        """Tell everybody what has changed for them. ``reasons``: why people are gone or a caucus is called off."""
        for person in list(self.participants.values()):
            view = view_of(self, person)
            for event in changes(person.known, view, reasons or {}, self.router_capabilities):
                self.tell(person, event)
            person.known = view
        self.keeping.notice()

    def tell(self, person: Participant, event: Event) -> None:
        """Number an event, keep it for a resume, send it."""
        frame = person.log.append(event)
        if person.outlet is not None:
            person.outlet.send(frame)

    def snapshot(self, person: Participant, seq: int | None = None) -> Snapshot:
        """What a person was told up to now, as of their last event or of ``seq``."""
        known = person.known
        return Snapshot(
            room_id=self.room_id,
            seq=person.log.seq if seq is None else seq,
            me=person.participant_id,
            participants=list(known.participants.values()),
            publications=list(known.publications.values()),
            recording=known.recording,
            documents=list(known.documents.values()),
            caucuses=list(known.caucuses.values()),
            stage=known.stage,
            board=dict(known.board),
            media_epoch=known.media_epoch,
            server_time=self._clock.now(),
        )
