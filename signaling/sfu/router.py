"""Everything a worker holds, and what the web process may do with it (``signaling.sfu.control``).

What happens by the clock is in ``signaling.sfu.rounds``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CAUCUS, PublicationId, RoomId, SubscriptionId, TransportId
from signaling.messages import Json
from signaling.sfu import COMPILED, control, feedback, ortc
from signaling.sfu.agenda import Agenda
from signaling.sfu.arrangement import arrange
from signaling.sfu.capabilities import CAPABILITIES
from signaling.sfu.capture import CaptureSink, FeedSocket
from signaling.sfu.counters import Counters
from signaling.sfu.dtls import Certificate
from signaling.sfu.egress import Egress
from signaling.sfu.forwarder import Forwarder
from signaling.sfu.ice import IceLite
from signaling.sfu.layers import wish
from signaling.sfu.publication import Publication
from signaling.sfu.rounds import SILENT_TICK, Rounds
from signaling.sfu.strain import Strain
from signaling.sfu.subscription import Subscription
from signaling.sfu.tally import Tally, layers
from signaling.sfu.transport import SILENT_AFTER, State, Transport
from signaling.sfu.udp import UdpPort
from signaling.sfu.watch import Watch

log = structlog.get_logger(__name__)

Handler = Callable[[Any], Awaitable[Json]]

MAXIMUM_TRANSPORTS: Final = 4000


class Router:
    """The rooms of one worker. Requests come one after the other; datagrams and rounds come in between."""

    def __init__(
        self,
        port: UdpPort,
        feed: FeedSocket,
        counters: Counters,
        announced_ips: list[str],
        tcp_port: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counters = counters
        self._clock = clock
        self.on_notice: Callable[[control.AnyNotice], None] = lambda notice: None
        self.on_expected: Callable[[], None] = lambda: None
        """Called when somebody is about to send here for the first time, or after a restart of their way."""
        self._port = port
        self._feed = feed
        feed.on_connected = self._ask_for_recorder
        self._candidates = ortc.candidates(announced_ips, port.port, tcp_port)
        self._certificate = Certificate()
        self._ice: IceLite[Transport] = IceLite(counters)
        self._egress = Egress(port, counters)
        self.forwarder = Forwarder(port, self._ice, counters, self._egress, self._on_report, clock=clock)
        self.rounds = Rounds(self.forwarder, self._egress, self._notify, clock, dealt=True)
        self.strain = Strain(counters)
        self._tally = Tally(counters)
        self._watch = Watch(counters, self._notify, dealt=True)
        self._transports: dict[TransportId, Transport] = {}
        self._silences: Agenda[TransportId] = Agenda()
        """When each may have been silent for too long: going over 2,400 once a second was a tenth of their price."""
        self._publications: dict[PublicationId, Publication] = {}
        self._subscriptions: dict[SubscriptionId, Subscription] = {}
        self._captures: dict[PublicationId, CaptureSink] = {}
        self._handlers: dict[type[control.Request], Handler] = {
            control.GetCapabilities: self._get_capabilities,
            control.CreateTransport: self._create_transport,
            control.ConnectTransport: self._connect_transport,
            control.RestartIce: self._restart_ice,
            control.CloseTransport: self._close_transport,
            control.CreatePublication: self._create_publication,
            control.SetPublicationPaused: self._set_publication_paused,
            control.ClosePublication: self._close_publication,
            control.CreateSubscription: self._create_subscription,
            control.SetSubscriptionPaused: self._set_subscription_paused,
            control.SetSubscriptionSize: self._set_subscription_size,
            control.CloseSubscription: self._close_subscription,
            control.StartCapture: self._start_capture,
            control.StopCapture: self._stop_capture,
            control.AskKeyFrame: self._ask_key_frame,
            control.GetCounters: self._get_counters,
            control.GetStatistics: self._get_statistics,
        }

    async def handle(self, request: control.Request) -> Json:
        """Carry out one request and return its result.

        Raises:
            SignalingError: it is refused.
        """
        return await self._handlers[type(request)](request)

    async def close_all(self) -> None:
        """Close every transport: the web process is gone, and with it everybody's right to be here."""
        for transport in list(self._transports.values()):
            await self._close(transport)
        self.rounds.clear()
        self.strain.forget()

    # ---- requests ----------------------------------------------------------------------------------------------------

    async def _get_capabilities(self, request: control.GetCapabilities) -> Json:
        return CAPABILITIES

    async def _create_transport(self, request: control.CreateTransport) -> Json:
        if request.transport_id in self._transports:
            raise SignalingError(ErrorCode.CONFLICT, f"transport {request.transport_id} exists")
        if len(self._transports) >= MAXIMUM_TRANSPORTS:
            raise SignalingError(ErrorCode.OVERLOADED, "the media worker is full")
        transport = Transport(
            request.transport_id,
            request.room_id,
            request.participant_id,
            request.direction,
            certificate=self._certificate,
            counters=self.counters,
            clock=self._clock,
            on_state=self._on_state,
        )
        self._transports[transport.transport_id] = transport
        self._silences.set(transport.transport_id, self._clock() + SILENT_AFTER)
        self._ice.add(transport.agent, transport)
        self._watch.enter(transport)
        self.on_expected()
        return {
            "ice_parameters": transport.agent.parameters(),
            "ice_candidates": self._candidates,
            "dtls_parameters": self._certificate.parameters,
        }

    async def _connect_transport(self, request: control.ConnectTransport) -> Json:
        self._transport(request.transport_id).connect(request.dtls_parameters)
        return {}

    async def _restart_ice(self, request: control.RestartIce) -> Json:
        transport = self._transport(request.transport_id)
        self._ice.remove(transport.agent)
        transport.agent.restart()
        self._ice.add(transport.agent, transport)
        self.on_expected()
        return {"ice_parameters": transport.agent.parameters()}

    async def _close_transport(self, request: control.CloseTransport) -> Json:
        await self._close(self._transport(request.transport_id))
        return {}

    async def _create_publication(self, request: control.CreatePublication) -> Json:
        transport = self._transport(request.transport_id)
        if transport.direction != "send":
            raise SignalingError(ErrorCode.WRONG_STATE, "this transport receives; a track needs one that sends")
        if request.publication_id in self._publications:
            raise SignalingError(ErrorCode.CONFLICT, f"publication {request.publication_id} exists")
        offered = ortc.read_publication(request.kind, request.rtp_parameters)
        publication = Publication(request.publication_id, transport, request.kind, request.source, offered)
        transport.add(publication)
        self._publications[publication.publication_id] = publication
        self.rounds.enter(publication)
        return {}

    async def _set_publication_paused(self, request: control.SetPublicationPaused) -> Json:
        publication = self._publication(request.publication_id)
        publication.set_paused(request.paused, self._clock())
        self.rounds.touch(publication)
        return {}

    async def _close_publication(self, request: control.ClosePublication) -> Json:
        self._drop_publication(self._publication(request.publication_id))
        return {}

    async def _create_subscription(self, request: control.CreateSubscription) -> Json:
        transport = self._transport(request.transport_id)
        publication = self._publication(request.publication_id)
        if transport.direction != "receive":
            raise SignalingError(ErrorCode.WRONG_STATE, "this transport sends; a subscription needs one that receives")
        if transport.room_id != publication.room_id:
            raise SignalingError(ErrorCode.FORBIDDEN, "the track is in another room")
        if request.subscription_id in self._subscriptions:
            raise SignalingError(ErrorCode.CONFLICT, f"subscription {request.subscription_id} exists")
        promised = ortc.promise(publication.offered, request.rtp_capabilities, transport.next_mid(), publication.cname)
        subscription = Subscription(request.subscription_id, publication, transport, promised)
        self._subscriptions[subscription.subscription_id] = subscription
        publication.subscriptions.append(subscription)
        transport.subscriptions[promised.ssrc] = subscription
        self.rounds.touch(publication)
        return {"kind": publication.kind, "rtp_parameters": promised.rtp_parameters}

    async def _set_subscription_paused(self, request: control.SetSubscriptionPaused) -> Json:
        subscription = self._subscription(request.subscription_id)
        subscription.set_paused(request.paused)
        self.rounds.touch(subscription.publication)
        return {}

    async def _set_subscription_size(self, request: control.SetSubscriptionSize) -> Json:
        subscription = self._subscription(request.subscription_id)
        publication = subscription.publication
        subscription.pixels = request.width * request.height
        subscription.wish = wish(request.width, request.height, [stream.size for stream in publication.streams])
        arrange(publication, self._clock())
        subscription.refresh()
        self.rounds.touch(publication)
        return {}

    async def _close_subscription(self, request: control.CloseSubscription) -> Json:
        self._drop_subscription(self._subscription(request.subscription_id))
        return {}

    async def _start_capture(self, request: control.StartCapture) -> Json:
        publication = self._publication(request.publication_id)
        if not 0 < request.capture_id < 2**32:
            raise SignalingError(ErrorCode.BAD_REQUEST, "capture_id: 1 to 4294967295")
        if publication.sink is not None:
            raise SignalingError(ErrorCode.CONFLICT, "this track is captured already")
        sink = CaptureSink(self._feed, request.capture_id)
        self._captures[publication.publication_id] = sink
        self._feed.connect()
        publication.capture(sink, self._clock())
        self.rounds.touch(publication)
        offered = publication.offered
        return {
            "mime_type": offered.codec["mimeType"],
            "clock_rate": offered.clock_rate,
            "channels": offered.codec.get("channels", 0),
            "payload_type": offered.payload_type,
        }

    async def _stop_capture(self, request: control.StopCapture) -> Json:
        self._end_capture(self._publication(request.publication_id))
        return {}

    async def _ask_key_frame(self, request: control.AskKeyFrame) -> Json:
        self._publication(request.publication_id).ask_key_frame(self._clock())
        return {}

    async def _get_counters(self, request: control.GetCounters) -> Json:
        self._tally.count(self._publications.values(), self._subscriptions.values())
        return {
            "counters": self.counters.as_json(),
            "compiled": COMPILED,
            "cpu_share": self.strain.load.cpu_share,
            "packets_per_second": self.strain.load.packets_per_second,
            "transports": Counter(each.state for each in self._transports.values()),
            "publications": Counter(each.kind for each in self._publications.values()),
            "subscriptions": Counter(each.publication.kind for each in self._subscriptions.values()),
            "layers": layers(self._subscriptions.values()),
            "captures": len(self._captures),
        }

    async def _get_statistics(self, request: control.GetStatistics) -> Json:
        self._tally.count(self._publications.values(), self._subscriptions.values())
        wanted = request.room_id

        def within(room_id: RoomId) -> bool:
            return wanted is None or room_id == wanted or room_id.startswith(f"{wanted}{CAUCUS}")

        return {
            "counters": self.counters.as_json(),
            "compiled": COMPILED,
            "cpu_share": self.strain.load.cpu_share,
            "packets_per_second": self.strain.load.packets_per_second,
            "people": [each for each in self._watch.statistics() if within(each["room_id"])],
            "feed_connected": self._feed.connected,
            "transports": {key: each.statistics() for key, each in self._transports.items() if within(each.room_id)},
            "publications": {
                key: each.statistics() for key, each in self._publications.items() if within(each.room_id)
            },
            "subscriptions": {
                key: each.statistics() for key, each in self._subscriptions.items() if within(each.receiver.room_id)
            },
        }

    # ---- what holds the nouns together -------------------------------------------------------------------------------

    def _transport(self, transport_id: TransportId) -> Transport:
        transport = self._transports.get(transport_id)
        if transport is None:
            raise SignalingError(ErrorCode.NOT_FOUND, f"no transport {transport_id}")
        return transport

    def _publication(self, publication_id: PublicationId) -> Publication:
        publication = self._publications.get(publication_id)
        if publication is None:
            raise SignalingError(ErrorCode.NOT_FOUND, f"no publication {publication_id}")
        return publication

    def _subscription(self, subscription_id: SubscriptionId) -> Subscription:
        subscription = self._subscriptions.get(subscription_id)
        if subscription is None:
            raise SignalingError(ErrorCode.NOT_FOUND, f"no subscription {subscription_id}")
        return subscription

    async def _close(self, transport: Transport) -> None:
        del self._transports[transport.transport_id]
        self._silences.discard(transport.transport_id)
        self._ice.remove(transport.agent)
        self.forwarder.forget(transport)
        for publication in list(transport.publications):
            self._drop_publication(publication)
        for subscription in list(transport.subscriptions.values()):
            self._drop_subscription(subscription)
        self._watch.leave(transport)
        await transport.close()

    def _drop_publication(self, publication: Publication) -> None:
        self._end_capture(publication)
        for subscription in list(publication.subscriptions):
            self._drop_subscription(subscription)
        publication.transport.discard(publication)
        self._tally.end_publication(publication)
        self.rounds.leave(publication)
        self._watch.drop(publication)
        del self._publications[publication.publication_id]

    def _drop_subscription(self, subscription: Subscription) -> None:
        subscription.set_paused(True)
        subscription.publication.subscriptions.remove(subscription)
        subscription.receiver.remove(subscription)
        self._watch.forget(subscription)
        self._tally.end_subscription(subscription)
        self.rounds.touch(subscription.publication)
        del self._subscriptions[subscription.subscription_id]

    def _end_capture(self, publication: Publication) -> None:
        publication.capture(None, self._clock())
        self.rounds.touch(publication)
        sink = self._captures.pop(publication.publication_id, None)
        if sink is not None:
            self._feed.flush()  # the recorder closes the file as soon as it is told to
            self._tell_dropped(sink)

    def _tell_dropped(self, sink: CaptureSink) -> None:
        if dropped := sink.take_dropped():
            self.on_notice(control.FeedDropped(sink.capture_id, dropped))

    def _notify(self, notice: control.AnyNotice) -> None:
        self.on_notice(notice)

    def _on_state(self, transport: Transport, state: State, reason: str) -> None:
        if state != "new":
            self.on_notice(control.TransportState(transport.transport_id, state, reason))

    def _on_report(self, transport: Transport, compound: bytes) -> None:
        try:
            feedback.read(transport, compound, self._clock(), time.time(), self._egress)
        except ValueError:
            self.counters.rtcp_malformed += 1

    # ---- what happens by the clock -----------------------------------------------------------------------------------

    @property
    def pause(self) -> float:
        """Seconds until the next tick."""
        return min(self.rounds.pause, SILENT_TICK) if self._watch.watching else self.rounds.pause

    def tick(self, publisher_bits_per_second: int) -> None:
        """After each ``pause``: whatever is due for tracks and people."""
        self.rounds.tick(publisher_bits_per_second)
        for _ in range(self.rounds.turns if self.forwarder.awake or self._watch.watching else 0):
            self.rounds.attempt(self._watch.look, self._clock(), self.forwarder.awake)

    def watch(self) -> None:
        """Every second: silent transports, what the recorder lost, how hard this process works."""
        now = self._clock()
        for transport_id in self._silences.take(now):
            self._silences.set(transport_id, self._transports[transport_id].check_silence(now))
        for sink in self._captures.values():
            self._tell_dropped(sink)
        if (load := self.strain.look()) is not None:
            self._notify(load)

    def _ask_for_recorder(self) -> None:
        """A new recorder reads: each picture must begin with a key frame for it."""
        now = self._clock()
        for publication_id in self._captures:
            self._publications[publication_id].ask_key_frame(now)
