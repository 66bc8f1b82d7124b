"""The live rooms of this node: opened when their first socket comes, closed when nobody was there for a while."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping

from signaling.background import Background, attempt
from signaling.clock import Clock, SystemClock
from signaling.cluster import Cluster, LocalCluster
from signaling.connection import HELLO_SECONDS, Connection, to_error
from signaling.document import Append, Document
from signaling.documentsocket import DocumentSocket
from signaling.door import Joined
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaucusId, DocumentId, ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId
from signaling.messages import CloseCode, Hello, LayerReason, Quality
from signaling.outbox import Outbox, SocketPort
from signaling.participant import Turn
from signaling.policy import Grant, MediaPort, RoomPolicy
from signaling.pool import PATIENCE, MediaPool
from signaling.room import Room, RoomSettings
from signaling.tracks import TransportHealth

News = Callable[[Room], Awaitable[object]]
"""What a live room is to be told."""
IDLE_SECONDS = 300.0
SETTLE_SECONDS = PATIENCE + 0.5
SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013


class Hub:
    """Every room that is live on this node."""

    def __init__(
        self,
        policy: RoomPolicy,
        media: MediaPool,
        *,
        settings: RoomSettings | None = None,
        cluster: Cluster | None = None,
        clock: Clock | None = None,
        idle_seconds: float = IDLE_SECONDS,
        hello_seconds: float = HELLO_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        other_policy: Callable[[RoomId], RoomPolicy | None] = lambda room_id: None,
    ) -> None:
        """``other_policy`` names what is behind a room that is not ``policy``'s; None: it is."""
        self._own_policy = policy
        self._other_policy = other_policy
        self._media = media
        self._settings = settings or RoomSettings()
        self._cluster = cluster or LocalCluster()
        self._clock = clock or SystemClock()
        self._idle_seconds = idle_seconds
        self._hello_seconds = hello_seconds
        self._monotonic = monotonic
        self._rooms: dict[RoomId, Room] = {}
        self._hellos = itertools.count(1)
        self._opening: dict[RoomId, asyncio.Task[Room]] = {}
        self._news: dict[RoomId, list[News]] = {}
        self._background = Background()

    @property
    def rooms(self) -> Mapping[RoomId, Room]:
        """The live rooms by their name."""
        return self._rooms

    def room(self, room_id: RoomId) -> Room | None:
        """A live room, or None."""
        return self._rooms.get(room_id)

    async def tell(self, meeting: str, news: News) -> None:
        """Tell the live room of a meeting something. One that is being opened is told before anybody comes in: what
        was read for it may be older than the news."""

        async def tell(room: Room) -> None:
            if room.meeting == meeting:
                await news(room)

        for waiting in self._news.values():  # which meetings these rooms are for shows when they are open
            waiting.append(tell)
        for room in list(self._rooms.values()):
            await tell(room)

    def _policy(self, room_id: RoomId) -> RoomPolicy:
        return self._other_policy(room_id) or self._own_policy

    # ---- sockets ---------------------------------------------------------------------------------------------------

    async def serve(self, room_id: RoomId, socket: SocketPort) -> None:
        """Serve one accepted socket of a room until it closes."""

        async def enter(hello: Hello, outbox: Outbox) -> tuple[Room, Joined]:
            return await self._enter(room_id, hello, outbox)

        await Connection(
            socket, enter, room_id=room_id, hello_seconds=self._hello_seconds, monotonic=self._monotonic
        ).serve()

    async def serve_document(self, room_id: RoomId, document_id: DocumentId, socket: SocketPort, token: str) -> None:
        """Serve one accepted socket of a shared document until it closes. Its bearer must be in the room."""
        try:
            document, person = await self._find_document(room_id, document_id, token)
        except SignalingError as error:
            await socket.close(_document_close_code(error.code), error.code)
            return
        except Exception as error:
            await socket.close(_document_close_code(to_error(error).code), ErrorCode.INTERNAL)
            return
        await DocumentSocket(document, person, socket, self._monotonic).serve()

    async def _find_document(
        self, room_id: RoomId, document_id: DocumentId, token: str
    ) -> tuple[Document, ParticipantId]:
        grant = await self._authenticate(room_id, token)
        room = self._rooms.get(room_id)
        if room is not None and (removals := room.door.removals(grant.participant_id)):
            # Sent out, or gone on on another device, perhaps since the token was read: it has to hold now.
            await self._authenticate(room_id, token)
            if room.door.removals(grant.participant_id) != removals:
                raise SignalingError(ErrorCode.FORBIDDEN, "you were sent out")
        person = None if room is None else room.participants.get(grant.participant_id)
        if room is None or person is None:
            # After a restart or a broken network both sockets come back at once, and this one may be the first.
            raise SignalingError(ErrorCode.OVERLOADED, "join the room first")
        if not person.admitted:
            raise SignalingError(ErrorCode.FORBIDDEN, "wait to be let in")
        return room.document(document_id), grant.participant_id

    async def _enter(self, room_id: RoomId, hello: Hello, outbox: Outbox) -> tuple[Room, Joined]:
        before = self._rooms.get(room_id)
        turn = Turn(next(self._hellos), hello.page, hello.attempt)
        grant = await self._authenticate(room_id, hello.token)
        room = await self.open(room_id)
        removals = room.door.removals(grant.participant_id)
        if removals or room is not before:
            # Somebody who was sent out once, or perhaps while there was no room to remember it: only a token that
            # holds now is good enough.
            grant = await self._authenticate(room_id, hello.token)
            if room.closed:
                raise SignalingError(ErrorCode.OVERLOADED, "the room was closed this moment: come again")
        joined = await room.door.join(
            grant, outbox, removals=removals, turn=turn, resume=hello.resume, last_seq=hello.last_seq
        )
        return room, joined

    async def _authenticate(self, room_id: RoomId, token: str) -> Grant:
        grant = await self._policy(room_id).authenticate(room_id, token)
        if grant.expires_at <= self._clock.now():
            raise SignalingError(ErrorCode.SESSION_EXPIRED, "the token has expired")
        return grant

    # ---- rooms -----------------------------------------------------------------------------------------------------

    async def open(self, room_id: RoomId) -> Room:
        """The live room of this name; opened when it is not live yet.

        Raises:
            SignalingError: NOT_FOUND, OVERLOADED when another node holds it or this one has enough to do, or the
            policy's refusal.
        """
        room = self._rooms.get(room_id)
        if room is not None:
            return room
        opening = self._opening.get(room_id)
        if opening is None:
            opening = asyncio.create_task(self._open(room_id))
            self._opening[room_id] = opening
            opening.add_done_callback(lambda _: self._opening.pop(room_id))
        return await asyncio.shield(opening)

    async def _open(self, room_id: RoomId) -> Room:
        waiting = self._news[room_id] = []
        try:
            room = await self._built(room_id)
            while waiting:
                await attempt(waiting.pop(0)(room))
            room.media = self._media.home(room_id)  # asked last: workers may have come or gone meanwhile
            if room.media.ready:
                room.media_epoch, room.router_capabilities = 1, room.media.capabilities or {}
            self._rooms[room_id] = room
        except BaseException:
            self._media.leave(room_id)
            await attempt(self._cluster.release(room_id))
            raise
        finally:
            del self._news[room_id]
        if not room.media.ready:
            self._clock.later(SETTLE_SECONDS, self._settle)
        self._let_idle(room)
        return room

    async def _built(self, room_id: RoomId) -> Room:
        policy = self._policy(room_id)
        state = await policy.open_room(room_id)
        if not state.begun:
            self._require_capacity()
        if not await self._cluster.claim(room_id):
            raise SignalingError(ErrorCode.OVERLOADED, "another node holds this room")
        room = Room(
            room_id,
            state,
            policy=policy,
            media=self._media.home(room_id),
            clock=self._clock,
            settings=self._settings,
            on_empty=self._let_idle,
            on_closed=self._forget,
        )
        for document_id in state.documents:
            loaded = await policy.load_document(room, document_id)
            room.documents[document_id] = Document(
                document_id,
                loaded,
                _append(room, document_id),
                lambda each: room.caucuses.of(each) is not None,
                self._monotonic,
            )
        return room

    def _require_capacity(self) -> None:
        """Rooms that run keep what they have: a node whose workers are all at their limit opens no new ones."""
        if self._media.full:
            raise SignalingError(ErrorCode.OVERLOADED, "this node has enough to do", reason="node_full")

    def _let_idle(self, room: Room) -> None:
        if room.idle is not None:
            room.idle.cancel()
        room.idle = self._clock.later(self._idle_seconds, lambda: self._background.run(self._close_idle(room)))

    async def _close_idle(self, room: Room) -> None:
        if room.participants:
            return
        if room.door.arriving:  # they find the room open; should they be refused, it waits anew
            self._let_idle(room)
            return
        await room.close("idle")

    def _forget(self, room: Room) -> None:
        if room.idle is not None:
            room.idle.cancel()
            room.idle = None
        if self._rooms.get(room.room_id) is room:
            del self._rooms[room.room_id]
            self._media.leave(room.room_id)
            self._background.run(self._cluster.release(room.room_id))

    async def close(self) -> None:
        """The process ends: close every socket with 1012. Nobody is out of their room: they come back to another."""
        for room in list(self._rooms.values()):
            for person in room.participants.values():
                if person.outlet is not None:
                    person.outlet.close(SERVICE_RESTART, "the server restarts")
            for document in room.documents.values():
                document.dismiss_all(SERVICE_RESTART, "the server restarts")
            await room.background.drain()
        await self._background.drain()

    # ---- what the media workers tell -------------------------------------------------------------------------------

    def media_lost(self, worker: MediaPort) -> None:
        """A media worker is gone; the rooms of the others notice nothing."""
        for room in self._rooms_of(worker):
            room.media_lost()
        self._clock.later(SETTLE_SECONDS, self._settle)

    def media_ready(self, worker: MediaPort) -> None:
        """A media worker is there."""
        for room in self._rooms_of(worker):
            room.media_ready()
        self._settle()

    def _rooms_of(self, worker: MediaPort) -> list[Room]:
        return [room for room in self._rooms.values() if room.media is worker]

    def _settle(self) -> None:
        """Rooms whose worker stays away go on at another one."""
        for room in list(self._rooms.values()):
            worker = self._media.home(room.room_id)
            if worker is not room.media:
                room.move_media(worker)

    def speakers(self, room_id: RoomId, participant_ids: list[ParticipantId]) -> None:
        """Who speaks in a room of a media worker (a caucus is one of its own), the loudest first."""
        room, caucus_id = self._place(room_id)
        if room is not None:
            room.speakers(participant_ids, caucus_id)

    def quality(self, room_id: RoomId, participant_id: ParticipantId, quality: Quality) -> None:
        """How good the connection of somebody in a room of a media worker is."""
        room, caucus_id = self._place(room_id)
        if room is not None:
            room.quality(participant_id, quality, caucus_id)

    def _place(self, room_id: RoomId) -> tuple[Room | None, CaucusId | None]:
        name, _, caucus_id = room_id.partition("#")
        return self._rooms.get(RoomId(name)), CaucusId(caucus_id) if caucus_id else None

    def subscription_layer(
        self, subscription_id: SubscriptionId, layer: int | None, layers: int, reason: LayerReason
    ) -> None:
        """Another layer of a track reaches somebody."""
        for room in self._rooms.values():
            if room.switchboard.tell_layer(subscription_id, layer, layers, reason):
                return

    def publication_demand(self, publication_id: PublicationId, active: list[int]) -> None:
        """Other layers of a track are needed than before."""
        for room in self._rooms.values():
            if room.switchboard.tell_demand(publication_id, active):
                return

    def transport_state(self, transport_id: TransportId, state: TransportHealth, reason: str) -> None:
        """A transport changed its state."""
        for room in self._rooms.values():
            if room.transport_state(transport_id, state, reason):
                return


def _append(room: Room, document_id: DocumentId) -> Append:
    async def append(participant_id: ParticipantId, update: bytes) -> None:
        await room.policy.append_update(room, document_id, participant_id, update)

    return append


def _document_close_code(code: ErrorCode) -> int:
    return {
        ErrorCode.UNAUTHENTICATED: CloseCode.UNAUTHENTICATED,
        ErrorCode.SESSION_EXPIRED: CloseCode.UNAUTHENTICATED,
        ErrorCode.NOT_FOUND: CloseCode.NOT_FOUND,
        ErrorCode.OVERLOADED: TRY_AGAIN_LATER,
        ErrorCode.INTERNAL: TRY_AGAIN_LATER,
    }.get(code, CloseCode.FORBIDDEN)
