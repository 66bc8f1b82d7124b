"""The network of somebody who is not in a room yet, tried on a real path to a media worker and back.

A probe is a room of its own at the worker, with one person in it who hears themselves: whatever is sent there reaches
nobody else, whatever is sent elsewhere does not reach it, and ten seconds later it is gone.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

import structlog

from room_server.domain.errors import Malformed, NotFound, RateLimited, Unavailable
from signaling.background import Background
from signaling.clock import Clock, SystemClock, Timer
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId, PublicationId, RoomId, TransportId, new_id
from signaling.messages import Json, Subscribed, TransportCreated
from signaling.policy import MediaPort
from signaling.pool import MediaPool
from signaling.turn import NO_RELAYS, TurnServers

log = structlog.get_logger(__name__)

SECONDS: Final = 10.0
"""A probe is closed so long after it was opened, whatever happens."""
PER_MINUTE: Final = 4
"""Probes of one link: the first look, and three more tries."""
AT_ONCE: Final = 40
"""Probes of this node: strangers who hold a link must not crowd out the people in rooms."""
MINUTE: Final = 60.0
RELAY_SECONDS: Final = 60
"""A relay's credentials for somebody who is not known yet hold no longer than this."""

Direction = Literal["send", "receive"]
Result = TypeVar("Result")


@dataclass(slots=True)
class Probe:
    """One that runs. ``media``: the worker that it tries; ``publication``: the sound that it sends, once it does."""

    media: MediaPort
    send: TransportCreated
    receive: TransportCreated
    end: Timer
    publication: PublicationId | None = None
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What the browser needs; ``token`` is the right to this probe and to nothing else."""

    token: str
    router_capabilities: Json
    ice_servers: Sequence[Json]
    send: TransportCreated
    receive: TransportCreated


class Probes:
    """The probes of this node. They live in memory: a process that ends takes its probes along."""

    def __init__(
        self,
        media: MediaPool,
        *,
        ice_servers: Sequence[Json] = (),
        turn: TurnServers = NO_RELAYS,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._media = media
        self._ice_servers = tuple(ice_servers)
        self._turn = replace(turn, seconds=min(turn.seconds, RELAY_SECONDS))
        self._clock = clock or SystemClock()
        self._monotonic = monotonic
        self._running: dict[str, Probe] = {}
        self._opening = 0
        self._recent: dict[str, deque[float]] = {}
        self._background = Background()

    async def open(self, link_id: str) -> Opened:
        """Begin a probe for whoever holds this link.

        Raises:
            RateLimited: too many of this link, or of this node. Unavailable: no media worker is there.
        """
        self._count(link_id)
        media = self._media.spare()
        capabilities = media.capabilities
        if capabilities is None:
            raise Unavailable("media_unavailable")
        name = new_id("probe")
        room_id, person = RoomId(name), ParticipantId(name)
        self._opening += 1
        try:
            send, receive = await _transports(media, room_id, person)
        finally:
            self._opening -= 1
        token = secrets.token_urlsafe(24)
        end = self._clock.later(SECONDS, lambda: self._background.run(self.close(token)))
        self._running[token] = Probe(media, send, receive, end)
        servers = [*self._ice_servers, *self._turn.for_person(person, self._clock.now())]
        return Opened(token, capabilities, servers, send, receive)

    async def connect(self, token: str, direction: Direction, dtls_parameters: Json) -> None:
        """Begin the handshake of one of its two transports.

        Raises:
            NotFound: it is over. Malformed: the worker does not take these parameters.
        """
        probe = self._probe(token)
        transport = probe.send if direction == "send" else probe.receive
        await _answer(probe.media.connect_transport(transport.transport_id, dtls_parameters))

    async def publish(self, token: str, rtp_parameters: Json) -> PublicationId:
        """Send a sound, once.

        Raises:
            NotFound: it is over. Malformed: it sends already, or the parameters are not those of a sound.
        """
        probe = self._probe(token)
        if probe.publication is not None:
            raise Malformed("bad_request", reason="this probe sends already")
        sending = probe.media.publish(probe.send.transport_id, "audio", "microphone", rtp_parameters)
        probe.publication = await _answer(sending)
        return probe.publication

    async def follow(self, token: str, rtp_capabilities: Json) -> Subscribed:
        """Get one's own sound back, and nothing else.

        Raises:
            NotFound: it is over. Malformed: it sends nothing yet, gets it back already, or cannot play it.
        """
        probe = self._probe(token)
        if probe.publication is None or probe.followed:
            raise Malformed("bad_request", reason="there is nothing to follow")
        probe.followed = True
        subscribed = await _answer(
            probe.media.subscribe(probe.receive.transport_id, probe.publication, rtp_capabilities)
        )
        await _answer(probe.media.set_subscription_paused(subscribed.subscription_id, False))
        return subscribed

    async def close(self, token: str) -> None:
        """End it; nothing happens when it is over."""
        probe = self._running.pop(token, None)
        if probe is None:
            return
        probe.end.cancel()
        for transport in (probe.send, probe.receive):
            await _close_transport(probe.media, transport.transport_id)

    async def close_all(self) -> None:
        """The process ends."""
        await self._background.drain()
        for token in list(self._running):
            await self.close(token)

    def _count(self, link_id: str) -> None:
        now = self._monotonic()
        for known, times in list(self._recent.items()):
            while times and now - times[0] >= MINUTE:
                times.popleft()
            if not times:
                del self._recent[known]
        times = self._recent.setdefault(link_id, deque())
        if len(times) >= PER_MINUTE:
            raise RateLimited("rate_limited", retry_after=int(MINUTE - (now - times[0])) + 1)
        if len(self._running) + self._opening >= AT_ONCE:
            raise RateLimited("rate_limited", retry_after=int(SECONDS))
        times.append(now)

    def _probe(self, token: str) -> Probe:
        probe = self._running.get(token)
        if probe is None:
            raise NotFound("not_found")
        return probe


async def _transports(
    media: MediaPort, room_id: RoomId, person: ParticipantId
) -> tuple[TransportCreated, TransportCreated]:
    send = await _answer(media.create_transport(room_id, person, "send"))
    try:
        return send, await _answer(media.create_transport(room_id, person, "receive"))
    except BaseException:
        await _close_transport(media, send.transport_id)
        raise


async def _close_transport(media: MediaPort, transport_id: TransportId) -> None:
    try:
        await media.close_transport(transport_id)
    except SignalingError as error:  # the worker died meanwhile, and the probe with it
        log.info("a probe's transport was gone", code=error.code)


async def _answer(request: Awaitable[Result]) -> Result:
    """The worker's answer; its refusals become the product's."""
    try:
        return await request
    except SignalingError as error:
        if error.code in (ErrorCode.OVERLOADED, ErrorCode.INTERNAL):
            raise Unavailable("media_unavailable") from error
        if error.code is ErrorCode.NOT_FOUND:
            raise NotFound("not_found") from error
        raise Malformed("bad_request", reason=error.message) from error
