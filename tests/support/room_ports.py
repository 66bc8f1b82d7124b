"""In-memory ports of the live room: a policy, a media worker, a clock, a socket. They keep what they were told.

size: the ports are read together by whoever writes a room test.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from signaling.board import Piece
from signaling.caucus import Caucus
from signaling.errors import ErrorCode, SignalingError
from signaling.hub import Hub
from signaling.ids import (
    CaptureId,
    DocumentId,
    ParticipantId,
    PublicationId,
    RoomId,
    SubscriptionId,
    TransportId,
    new_id,
)
from signaling.kept import NOTHING_KEPT, KeptConduct, KeptMember
from signaling.media import CaptureFormat
from signaling.messages import Device, IceRestarted, Json, RecordingView, Subscribed, TransportCreated
from signaling.participant import Participant
from signaling.policy import Grant, LoadedCaucus, LoadedDocument, RoomState
from signaling.pool import MediaPool
from signaling.room import Room, RoomSettings
from signaling.tracks import Publication

ROOM = RoomId("room_1")
MEETING = "session_1"
DOCUMENT = DocumentId("agreement")
WAIT = 5.0


class MemoryClock:
    """A clock whose hands the test turns."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now
        self._timers: list[MemoryTimer] = []

    def now(self) -> float:
        return self._now

    def later(self, seconds: float, action: Callable[[], None]) -> MemoryTimer:
        timer = MemoryTimer(self._now + seconds, action)
        self._timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        self._now += seconds
        due = [timer for timer in self._timers if timer.at <= self._now]
        self._timers = [timer for timer in self._timers if timer.at > self._now]
        for timer in due:
            if not timer.cancelled:
                timer.action()


@dataclass
class MemoryTimer:
    at: float
    action: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class MemoryPolicy:
    """Grants by token; refuses what ``refuse`` names; keeps every call in ``calls``."""

    clock: MemoryClock
    grants: dict[tuple[RoomId, str], Grant] = field(default_factory=dict)
    refuse: dict[str, Exception] = field(default_factory=dict)
    hold: dict[str, asyncio.Event] = field(default_factory=dict)
    reached: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    updates: list[tuple[ParticipantId, bytes]] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    authors: list[ParticipantId] = field(default_factory=list)
    writers: list[ParticipantId] = field(default_factory=list)
    unseen: set[tuple[ParticipantId, ParticipantId]] = field(default_factory=set)
    unheard: set[tuple[ParticipantId, ParticipantId]] = field(default_factory=set)
    caucuses: list[LoadedCaucus] = field(default_factory=list)
    locked: bool = False
    seconds_spoken: dict[str, float] = field(default_factory=dict)
    conduct: KeptConduct = NOTHING_KEPT
    frozen_content: Json | None = None
    frozen: bool = False
    recording: RecordingView = field(default_factory=RecordingView)
    board: dict[str, Piece] = field(default_factory=lambda: {"session": Piece({"state": "open"})})
    begun: bool = False

    def grant(
        self, name: str, role: str = "party", side: str = "applicant", admitted: bool = True, room_id: RoomId = ROOM
    ) -> str:
        token = f"token-{name}"
        let_in = (room_id, token) in self.grants and self.grants[room_id, token].admitted
        self.grants[room_id, token] = Grant(
            participant_id=ParticipantId(name),
            display_name=f"名字 {name}",
            role=role,  # type: ignore[arg-type]
            side=side,
            admitted=admitted or let_in,
            expires_at=self.clock.now() + 100_000,
        )
        return token

    async def _note(self, name: str, *facts: Any) -> None:
        self.calls.append((name, *facts))
        self.reached[name].set()
        if name in self.hold:
            await self.hold[name].wait()
        if name in self.refuse:
            raise self.refuse[name]

    def told(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    async def authenticate(self, room_id: RoomId, token: str) -> Grant:
        await self._note("authenticate", token)
        try:
            return self.grants[room_id, token]
        except KeyError:
            raise SignalingError(ErrorCode.UNAUTHENTICATED, "this token is not known here") from None

    async def open_room(self, room_id: RoomId) -> RoomState:
        await self._note("open_room", room_id)
        return RoomState(
            meeting=MEETING,
            documents=[DOCUMENT],
            recording=self.recording,
            board=self.board,
            caucuses=self.caucuses,
            begun=self.begun,
            locked=self.locked,
            spoken=self.seconds_spoken,
            conduct=self.conduct,
        )

    def may_see(self, room: Room, viewer: Participant, subject: Participant) -> bool:
        return (viewer.participant_id, subject.participant_id) not in self.unseen

    def may_receive(self, room: Room, viewer: Participant, publication: Publication) -> bool:
        return (viewer.participant_id, publication.participant_id) not in self.unheard

    async def joined(self, room: Room, participant: Participant) -> None:
        await self._note("joined", participant.participant_id, participant.connections)

    async def connection_lost(self, room: Room, participant: Participant) -> None:
        await self._note("connection_lost", participant.participant_id)

    async def left(self, room: Room, participant: Participant, reason: str) -> None:
        await self._note("left", participant.participant_id, reason)

    async def admit(self, room: Room, by: Participant, subject: Participant) -> None:
        await self._note("admit", subject.participant_id)
        for key, grant in self.grants.items():
            if grant.participant_id == subject.participant_id:
                self.grants[key] = msgspec.structs.replace(grant, admitted=True)

    async def remove(self, room: Room, by: Participant, subject: Participant, reason: str) -> None:
        await self._note("remove", subject.participant_id, reason)
        self.grants = {key: g for key, g in self.grants.items() if g.participant_id != subject.participant_id}
        self.writers = [each for each in self.writers if each != subject.participant_id]
        self._keep_caucuses(room, without=subject.participant_id)

    async def publication_opened(self, room: Room, publication: Publication) -> None:
        await self._note("publication_opened", publication.publication_id)

    async def publication_changed(self, room: Room, publication: Publication) -> None:
        await self._note("publication_changed", publication.publication_id, publication.silent)

    async def publication_closed(self, room: Room, publication: Publication, reason: str) -> None:
        await self._note("publication_closed", publication.publication_id, reason)

    async def start_recording(self, room: Room, by: Participant) -> None:
        await self._note("start_recording", by.participant_id)
        self.recording = RecordingView(state="on", started_at=self.clock.now())
        room.set_recording(self.recording)

    async def pause_recording(self, room: Room, by: Participant, reason: str) -> None:
        await self._note("pause_recording", by.participant_id, reason)
        self.recording = RecordingView(state="paused", started_at=self.clock.now(), reason=reason)
        room.set_recording(self.recording)

    async def continue_recording(self, room: Room, by: Participant) -> None:
        await self._note("continue_recording", by.participant_id)
        self.recording = RecordingView(state="on", started_at=self.clock.now())
        room.set_recording(self.recording)

    async def stop_recording(self, room: Room, by: Participant, reason: str) -> None:
        await self._note("stop_recording", by.participant_id, reason)
        self.recording = RecordingView()
        room.set_recording(self.recording)

    async def set_writer(
        self, room: Room, by: Participant, document_id: DocumentId, subject: Participant, may_write: bool
    ) -> None:
        await self._note("set_writer", subject.participant_id, may_write)
        self.writers = [each for each in self.writers if each != subject.participant_id]
        self.writers += [subject.participant_id] if may_write else []

    async def freeze_document(self, room: Room, by: Participant, document_id: DocumentId, content: Json) -> str:
        await self._note("freeze_document", document_id)
        self.frozen_content, self.frozen = content, True
        return "ab" * 32

    async def unfreeze_document(self, room: Room, by: Participant, document_id: DocumentId, reason: str) -> None:
        await self._note("unfreeze_document", document_id, reason)
        self.frozen = False

    async def open_caucus(self, room: Room, caucus: Caucus) -> None:
        await self._note("open_caucus", caucus.caucus_id, sorted(caucus.members))
        self._keep_caucuses(room, caucus)

    async def change_caucus(self, room: Room, caucus: Caucus, host: Participant, *, entered: bool) -> None:
        await self._note("change_caucus", caucus.caucus_id, host.participant_id, entered)
        self._keep_caucuses(room, caucus, host if entered else None, without=None if entered else host.participant_id)

    async def close_caucus(self, room: Room, caucus: Caucus) -> None:
        await self._note("close_caucus", caucus.caucus_id)
        self._keep_caucuses(room, caucus)

    def _keep_caucuses(
        self,
        room: Room,
        changing: Caucus | None = None,
        entering: Participant | None = None,
        without: ParticipantId | None = None,
    ) -> None:
        """As the product does: those that run or are over, with their members as of this commit."""
        begun = {each.caucus_id for each in self.caucuses}
        self.caucuses = [
            LoadedCaucus(
                each.caucus_id,
                each.side,
                [
                    KeptMember(one.participant_id, one.display_name, one.role, one.side)
                    for one in [*each.members.values(), *([entering] if entering and each is changing else [])]
                    if one.participant_id != without or (changing is not None and each is not changing)
                ],
                each.opened_at or 0.0,
                each.closed_at,
            )
            for each in room.caucuses
            if not each.coming or each is changing or each.caucus_id in begun
        ]

    async def caucus_closed(self, room: Room, caucus: Caucus) -> None:
        await self._note("caucus_closed", caucus.caucus_id)

    async def lock_room(self, room: Room, by: Participant, locked: bool) -> None:
        await self._note("lock_room", by.participant_id, locked)
        self.locked = locked

    async def trouble_told(self, room: Room, participant: Participant, source: Device, *, off: bool) -> None:
        trouble = "off" if off else participant.troubles.get(source)
        await self._note("trouble_told", participant.participant_id, source, trouble)

    async def break_began(self, room: Room, by: Participant, seconds: int) -> None:
        await self._note("break_began", by.participant_id, seconds)

    async def spoken(self, room: Room, seconds: Mapping[str, float]) -> None:
        await self._note("spoken", dict(seconds))
        self.seconds_spoken = dict(seconds)

    async def keep_conduct(self, room: Room, conduct: KeptConduct) -> None:
        await self._note("keep_conduct")
        self.conduct = conduct

    async def close_room(self, room: Room, by: Participant, reason: str) -> None:
        await self._note("close_room", by.participant_id)

    async def load_document(self, room: Room, document_id: DocumentId) -> LoadedDocument:
        await self._note("load_document", document_id)
        return LoadedDocument(
            updates=list(self.stored),
            frozen=self.frozen,
            digest="ab" * 32 if self.frozen else None,
            writers=list(self.writers),
            authors=list(self.authors),
        )

    async def append_update(
        self, room: Room, document_id: DocumentId, participant_id: ParticipantId, update: bytes
    ) -> None:
        await self._note("append_update", participant_id)
        self.updates.append((participant_id, update))

    async def media_lost(self, room: Room) -> None:
        await self._note("media_lost")

    async def media_back(self, room: Room) -> None:
        await self._note("media_back")


class NoFeed:
    """Nothing of this worker is recorded."""

    async def start_capture(self, publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no feed")

    async def stop_capture(self, publication_id: PublicationId) -> None:
        raise SignalingError(ErrorCode.NOT_FOUND, "no feed")

    async def ask_key_frame(self, publication_id: PublicationId) -> None:
        raise SignalingError(ErrorCode.NOT_FOUND, "no feed")


@dataclass
class MemoryMedia:
    """A media worker that keeps what is open. ``hold`` makes a request wait until the event is set; of each name
    ``refuse`` says how many requests are refused next. ``feed`` makes the copies for the recorder."""

    name: str = "0"
    feed: Any = field(default_factory=NoFeed)
    ready: bool = True
    away_seconds: float = 0.0
    cpu_share: float | None = None
    capabilities: Json | None = field(default_factory=lambda: {"codecs": []})
    transports: dict[TransportId, ParticipantId] = field(default_factory=dict)
    rooms: dict[TransportId, RoomId] = field(default_factory=dict)
    sent_on: dict[PublicationId, TransportId] = field(default_factory=dict)
    publications: dict[PublicationId, bool] = field(default_factory=dict)
    subscriptions: dict[SubscriptionId, bool] = field(default_factory=dict)
    sizes: dict[SubscriptionId, tuple[int, int]] = field(default_factory=dict)
    hold: dict[str, asyncio.Event] = field(default_factory=dict)
    reached: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    refuse: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        return len(set(self.transports.values()))

    def forget(self) -> None:
        """Everything there has ended."""
        for kept in (self.transports, self.publications, self.subscriptions):
            kept.clear()

    async def _answer(self, name: str) -> None:
        self.reached[name].set()
        if name in self.hold:
            await self.hold[name].wait()
        if self.refuse[name]:
            self.refuse[name] -= 1
            raise SignalingError(ErrorCode.OVERLOADED, "not now")
        if not self.ready:
            raise SignalingError(ErrorCode.OVERLOADED, "the media worker is not there")

    async def create_transport(
        self, room_id: RoomId, participant_id: ParticipantId, direction: str
    ) -> TransportCreated:
        await self._answer("create_transport")
        transport_id = TransportId(new_id("tr"))
        self.transports[transport_id] = participant_id
        self.rooms[transport_id] = room_id
        return TransportCreated(transport_id, {}, [], {})

    async def statistics(self, room_id: RoomId | None = None) -> Json:
        await self._answer("statistics")
        inside = {
            key: {"room_id": at, "participant_id": self.transports[key], "address": ["192.0.2.7", 50000]}
            for key, at in self.rooms.items()
            if at == room_id and key in self.transports
        }
        return {"counters": {}, "people": [], "transports": inside, "publications": {}, "subscriptions": {}}

    async def connect_transport(self, transport_id: TransportId, dtls_parameters: Json) -> None:
        await self._answer("connect_transport")

    async def restart_ice(self, transport_id: TransportId) -> IceRestarted:
        await self._answer("restart_ice")
        return IceRestarted({"usernameFragment": "x"})

    async def close_transport(self, transport_id: TransportId) -> None:
        await self._answer("close_transport")
        del self.transports[transport_id]

    async def publish(self, transport_id: TransportId, kind: str, source: str, rtp_parameters: Json) -> PublicationId:
        await self._answer("publish")
        publication_id = PublicationId(new_id("pub"))
        self.publications[publication_id] = False
        self.sent_on[publication_id] = transport_id
        return publication_id

    async def set_publication_paused(self, publication_id: PublicationId, paused: bool) -> None:
        await self._answer("set_publication_paused")
        self.publications[publication_id] = paused

    async def close_publication(self, publication_id: PublicationId) -> None:
        await self._answer("close_publication")
        self.publications.pop(publication_id)

    async def subscribe(
        self, transport_id: TransportId, publication_id: PublicationId, rtp_capabilities: Json
    ) -> Subscribed:
        await self._answer("subscribe")
        if self.rooms[transport_id] != self.rooms[self.sent_on[publication_id]]:
            raise SignalingError(ErrorCode.FORBIDDEN, "the track is in another room")
        subscription_id = SubscriptionId(new_id("sub"))
        self.subscriptions[subscription_id] = True
        return Subscribed(subscription_id, publication_id, "audio", {})

    async def set_subscription_paused(self, subscription_id: SubscriptionId, paused: bool) -> None:
        await self._answer("set_subscription_paused")
        self.subscriptions[subscription_id] = paused

    async def set_subscription_size(self, subscription_id: SubscriptionId, width: int, height: int) -> None:
        await self._answer("set_subscription_size")
        self.sizes[subscription_id] = (width, height)

    async def close_subscription(self, subscription_id: SubscriptionId) -> None:
        await self._answer("close_subscription")
        self.subscriptions.pop(subscription_id)

    async def start_capture(self, publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        form: CaptureFormat = await self.feed.start_capture(publication_id, capture_id)
        return form

    async def stop_capture(self, publication_id: PublicationId) -> None:
        await self.feed.stop_capture(publication_id)

    async def ask_key_frame(self, publication_id: PublicationId) -> None:
        await self.feed.ask_key_frame(publication_id)


class MemorySocket:
    """Both ends of a socket: the server's as a ``SocketPort``, the browser's as ``say`` and ``hear``."""

    def __init__(self) -> None:
        self._to_server: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._to_browser: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.close_code: int | None = None
        self.closed: tuple[int, str] | None = None
        self.reading = asyncio.Event()
        self.reading.set()
        self.heard: list[Any] = []

    async def receive(self) -> str | bytes | None:
        return await self._to_server.get()

    async def send(self, message: str | bytes) -> None:
        await self.reading.wait()
        if self.closed is not None:
            raise ConnectionResetError("closed")
        self._to_browser.put_nowait(message)

    async def close(self, code: int, reason: str) -> None:
        if self.closed is None:
            self.closed = code, reason
            self._to_browser.put_nowait(None)

    def say(self, message: str | bytes) -> None:
        self._to_server.put_nowait(message)

    def hang_up(self, code: int | None = None) -> None:
        self.close_code = code
        self._to_server.put_nowait(None)

    async def hear(self) -> str | bytes | None:
        async with asyncio.timeout(WAIT):
            return await self._to_browser.get()

    def overhear(self) -> list[str | bytes]:
        """What has come so far, without waiting."""
        messages = []
        while not self._to_browser.empty():
            message = self._to_browser.get_nowait()
            if message is not None:
                messages.append(message)
        return messages


class Browser:
    """A browser at a room: says commands, hears answers and events."""

    def __init__(self, house: House, token: str) -> None:
        self.house = house
        self.token = token
        self.socket = MemorySocket()
        self.events: list[Json] = []
        self.answers: dict[int, Json] = {}
        self._considered = 0
        self.number = 0
        self.resume: str | None = None
        self.snapshot: Json | None = None
        self.serving: asyncio.Task[None] | None = None

    def connect(self) -> None:
        self.socket = MemorySocket()
        self.number = 0
        self.answers = {}
        self.serving = asyncio.create_task(self.house.hub.serve(self.house.room_id, self.socket))

    async def join(self, *, resuming: bool = False, token: str | None = None) -> Json:
        self.connect()
        data: Json = {"token": token or self.token}
        if resuming:
            data |= {"resume": self.resume, "last_seq": self.seq}
        answer = await self.ask("hello", **data)
        if answer["type"] == "ok":
            self.resume = answer["data"]["resume"]
            if answer["data"]["snapshot"] is not None:
                self.snapshot = answer["data"]["snapshot"]
                self.events = []
                self._considered = 0
        return answer

    @property
    def seq(self) -> int:
        return self.events[-1]["seq"] if self.events else (self.snapshot or {"seq": 0})["seq"]

    def tell(self, name: str, **data: Any) -> int:
        self.number += 1
        self.say({"v": 1, "id": self.number, "type": name, "data": data})
        return self.number

    def say(self, message: Any) -> None:
        self.socket.say(message if isinstance(message, (str, bytes)) else msgspec.json.encode(message).decode())

    async def ask(self, name: str, **data: Any) -> Json:
        return await self.answer(self.tell(name, **data))

    async def do(self, name: str, **data: Any) -> Json:
        answer = await self.ask(name, **data)
        assert answer["type"] == "ok", answer
        return answer["data"]

    async def fail(self, name: str, **data: Any) -> str:
        answer = await self.ask(name, **data)
        assert answer["type"] == "error", answer
        return answer["data"]["code"]

    async def answer(self, number: int | None) -> Json:
        while True:
            message = await self.next()
            assert message is not None, f"closed {self.socket.closed}"
            if message["type"] in {"ok", "error"} and message.get("id") == number:
                return message

    async def next(self) -> Json | None:
        raw = await self.socket.hear()
        if raw is None:
            return None
        message = msgspec.json.decode(raw)
        if message["type"] not in {"ok", "error"}:
            self.events.append(message)
        return message

    async def event(self, name: str) -> Json:
        """The data of the next event of this name, heard already or to come."""
        while True:
            while self._considered < len(self.events):
                event = self.events[self._considered]
                self._considered += 1
                if event["type"] == name:
                    return event["data"]
            assert await self.next() is not None, f"closed {self.socket.closed}"

    def catch_up(self) -> list[Json]:
        """Everything sent so far; the events of it. ``answers`` has the rest."""
        for raw in self.socket.overhear():
            message = msgspec.json.decode(raw)
            if message["type"] in {"ok", "error"}:
                self.answers[message.get("id")] = message
            else:
                self.events.append(message)
        return self.events

    async def closed(self) -> int:
        while await self.next() is not None:
            continue
        assert self.serving is not None
        async with asyncio.timeout(WAIT):
            await self.serving
        assert self.socket.closed is not None
        return self.socket.closed[0]

    async def hang_up(self, code: int | None = None) -> None:
        self.socket.hang_up(code)
        await self.closed()

    async def open_transports(self) -> tuple[str, str]:
        send = await self.do("create_transport", direction="send")
        receive = await self.do("create_transport", direction="receive")
        return send["transport_id"], receive["transport_id"]

    async def publish(self, transport_id: str, source: str = "camera", kind: str = "video") -> str:
        answer = await self.do(
            "publish", transport_id=transport_id, kind=kind, source=source, rtp_parameters={"encodings": []}
        )
        return answer["publication_id"]


class House:
    """A hub with its ports and the browsers at it. ``room_id``: where browsers that connect from now on go."""

    room_id = ROOM

    def __init__(self, settings: RoomSettings | None = None, workers: int = 1) -> None:
        self.clock = MemoryClock()
        self.policy = MemoryPolicy(self.clock)
        self.workers = [MemoryMedia(str(place)) for place in range(workers)]
        self.media = self.workers[0]
        self.settings = settings
        self.hub = self.open_hub()
        self.browsers: list[Browser] = []

    def open_hub(self) -> Hub:
        return Hub(
            self.policy,
            MediaPool(self.workers),
            settings=self.settings,
            clock=self.clock,
            hello_seconds=WAIT,
            monotonic=self.clock.now,
        )

    async def killed(self) -> None:
        """The process is gone from one moment to the next: no goodbye, no timer, no write of it comes through any more.
        Another is there; the media worker closed everything, as it does when the process above it ends."""
        for room in self.hub.rooms.values():
            room.policy = MemoryPolicy(self.clock)
        serving = [each.serving for each in self.browsers if each.serving is not None]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        for worker in self.workers:
            worker.forget()
        self.clock = MemoryClock(self.clock.now())
        self.hub = self.open_hub()

    @property
    def room(self) -> Room:
        room = self.hub.room(self.room_id)
        assert room is not None
        return room

    def browser(self, name: str, role: str = "party", side: str = "applicant", admitted: bool = True) -> Browser:
        browser = Browser(self, self.policy.grant(name, role, side, admitted, self.room_id))
        self.browsers.append(browser)
        return browser

    async def arrive(self, name: str, role: str = "party", side: str = "applicant", admitted: bool = True) -> Browser:
        browser = self.browser(name, role, side, admitted)
        answer = await browser.join()
        assert answer["type"] == "ok", answer
        return browser

    async def host(self) -> Browser:
        return await self.arrive("host", "host", "mediator")

    async def settle(self) -> None:
        """Until the room's background work is done and every queue was sent."""
        for room in list(self.hub.rooms.values()):
            await room.background.drain()
        await self.hub._background.drain()
        for _ in range(10):
            await asyncio.sleep(0)

    async def close(self) -> None:
        for browser in self.browsers:
            browser.socket.reading.set()
            if browser.serving is not None and not browser.serving.done():
                browser.socket.hang_up()
                await browser.serving
        await self.settle()


@asynccontextmanager
async def house(settings: RoomSettings | None = None, workers: int = 1) -> AsyncIterator[House]:
    """A hub that is closed afterwards."""
    opened = House(settings, workers)
    try:
        yield opened
    finally:
        await opened.close()


async def three(home: House) -> tuple[Browser, Browser, Browser]:
    """A host and a party of each side, all in the room."""
    host = await home.host()
    return host, await home.arrive("a", side="applicant"), await home.arrive("r", side="respondent")


async def open_caucus(home: House, host: Browser, *members: str) -> str:
    """A private talk of these, from the moment when it runs; its id."""
    caucus_id = (await host.do("open_caucus", participant_ids=list(members), in_seconds=3))["caucus_id"]
    home.clock.advance(3)
    await home.settle()
    return str(caucus_id)


async def close_caucus(home: House, host: Browser, caucus_id: str) -> None:
    """Its members are back."""
    await host.do("close_caucus", caucus_id=caucus_id, in_seconds=3)
    home.clock.advance(3)
    await home.settle()


def media_room(home: House, caucus_id: str) -> Any:
    """The room at the media worker in which those of a private talk are."""
    return f"{home.room.room_id}#{caucus_id}"


def occurrences(events: list[Json]) -> Counter[str]:
    return Counter(event["type"] for event in events)
