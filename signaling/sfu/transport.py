"""One browser transport: ICE, DTLS and SRTP of one address, and the tracks that travel on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId, RoomId, TransportId
from signaling.messages import Json
from signaling.sfu import capabilities, ortc, rtp
from signaling.sfu.arrivals import Arrivals
from signaling.sfu.counters import Counters
from signaling.sfu.dtls import Certificate, DtlsOutcome, DtlsSession
from signaling.sfu.ice import IceAgent
from signaling.sfu.ports import Address, DatagramPort
from signaling.sfu.publication import Publication, Stream
from signaling.sfu.srtp import SrtpContext, SrtpError
from signaling.sfu.subscription import Subscription
from signaling.sfu.tcp import TcpConnection
from signaling.sfu.udp import MAXIMUM_PACKET, Name
from signaling.sfu.waydown import WayDown

if TYPE_CHECKING:
    from signaling.sfu.egress import Egress

SILENT_AFTER: Final = 15.0
"""Seconds without a valid connectivity check until a transport counts as disconnected (RFC 7675: checks every 5 s)."""
LOST_AFTER: Final = 30.0
"""Seconds until it counts as failed (RFC 7675 §5.1: consent expires)."""
MAXIMUM_ADDRESSES: Final = 16
MAXIMUM_TRACKS: Final = 64
MAXIMUM_BINDINGS: Final = 1024
"""SSRCs that are believed for the name of their track; libsrtp keeps state for each."""
MAXIMUM_REPORTERS: Final = 1024
"""SSRCs that may send reports on one transport; libsrtp keeps state for each. A browser uses one for every stream."""

Direction = Literal["send", "receive"]
State = Literal["new", "connecting", "connected", "disconnected", "failed", "closed"]
StateListener = Callable[["Transport", State, str], None]


class Path(NamedTuple):
    """A way on which a valid check came: its key, the kernel's form of its address (UDP only), and who sends there.

    ``control`` tells the kernel from which address of its own to send, where it has several.
    """

    key: bytes
    raw: bytes
    address: Address
    port: DatagramPort
    control: bytes = b""


class Transport:
    """The server's half of one ``RTCPeerConnection``.

    ``outbound`` and ``inbound`` are None until the handshake is done; with ``outbound`` set, media may leave.
    """

    def __init__(
        self,
        transport_id: TransportId,
        room_id: RoomId,
        participant_id: ParticipantId,
        direction: Direction,
        *,
        certificate: Certificate,
        counters: Counters,
        clock: Callable[[], float],
        on_state: StateListener,
    ) -> None:
        self.transport_id = transport_id
        self.room_id = room_id
        self.participant_id = participant_id
        self.direction = direction
        self.clock = clock
        self.agent = IceAgent()
        self._credentials = self.agent.current
        self.name = Name()
        self.inbound: SrtpContext | None = None
        self.outbound: SrtpContext | None = None
        self.streams: dict[int, Stream] = {}
        self.repairs: dict[int, Stream] = {}
        self.reporters: set[bytes] = set()
        self.arrivals = Arrivals()
        self.transport_cc_id = 0
        """Extension id of the transport-wide sequence number; 0: no feedback was negotiated."""
        self.publications: list[Publication] = []
        self.subscriptions: dict[int, Subscription] = {}
        self.way_down = WayDown(self) if direction == "receive" else None
        self.state: State = "new"
        self.heard_at = clock()
        self.round_trip: float | None = None
        """Seconds there and back, as the browser's reports last told, at ``round_trip_at``."""
        self.round_trip_at = float("-inf")
        self._told = (0.0, 0.0)
        self.connection: TcpConnection | None = None
        """Where media leaves when the selected path is TCP."""
        self._paths: dict[bytes, Path] = {}
        self.selected: Path | None = None
        """The path on which media leaves; ``name`` is its address while it is not TCP."""
        self._left_by = b""
        """The key of the last one that was selected; empty: there was none yet."""
        self._reachable = asyncio.Event()
        self._counters = counters
        self._on_state = on_state
        self._secured = False
        self._next_mid = 0
        self._bindings = 0
        self._dtls = DtlsSession(certificate, self.send, self._on_dtls)

    @property
    def keys(self) -> list[bytes]:
        """The paths on which a valid check came, oldest first."""
        return list(self._paths)

    def path(self, key: bytes) -> Path | None:
        """The path of this key, if a valid check came on it."""
        return self._paths.get(key)

    def connect(self, dtls_parameters: Json) -> None:
        """Begin the handshake.

        Raises:
            SignalingError: BAD_REQUEST, malformed parameters; WRONG_STATE, it was begun before.
        """
        parsed = ortc.read_dtls(dtls_parameters)
        if self._dtls.started:
            raise SignalingError(ErrorCode.WRONG_STATE, "this transport was connected before")
        # Never derived from the ICE role: mediasoup-client says what it will be, others say what they are.
        role: Literal["client", "server"] = "client" if parsed.role == "server" else "server"
        self.heard_at = self.clock()
        self._set_state("connecting")
        self._dtls.start(role, [(each.algorithm, each.value) for each in parsed.fingerprints], self._reachable)

    def next_mid(self) -> str:
        """A media section name that was not used on this transport before."""
        self._next_mid += 1
        return str(self._next_mid - 1)

    def checked(self, path: Path, nominated: bool) -> bytes | None:
        """A valid connectivity check came from here. Returns the key of a path that is given up for it, if any."""
        self.heard_at = self.clock()
        if self.state in ("disconnected", "failed") and self._secured:
            self._set_state("connected")
        anew = self.agent.generations[0] is not self._credentials
        self._credentials = self.agent.generations[0]
        if self.selected is None or (nominated and path != self.selected):
            anew |= self._select(path)
        if anew:
            self._begin_with_key_frames()
        if path.key in self._paths:
            return None
        self._paths[path.key] = path
        if len(self._paths) <= MAXIMUM_ADDRESSES:
            return None
        selected = self.selected
        oldest = next(key for key in self._paths if selected is None or key != selected.key)
        _hang_up(self._paths.pop(oldest))
        return oldest

    def lose(self, key: bytes) -> None:
        """A path is gone for good; the newest other one is taken."""
        self._paths.pop(key, None)
        if self.selected is None or self.selected.key != key:
            return
        if self._paths:
            if self._select(list(self._paths.values())[-1]):
                self._begin_with_key_frames()
            return
        self.selected = None
        self._reachable.clear()
        self._follow(None)
        if self.state == "connected":
            self._set_state("disconnected", "path_closed")

    def _begin_with_key_frames(self) -> None:
        """What was sent meanwhile is lost. A browser waits for up to 3 s until it asks by itself."""
        now = self.clock()
        streams = [stream for publication in self.publications for stream in publication.streams]
        for stream in [*streams, *(each.target for each in self.subscriptions.values() if each.wanted)]:
            stream.ask_key_frame(now)

    def _select(self, path: Path) -> bool:
        """Let media leave here; whether they left by another path before."""
        another = self._left_by not in (b"", path.key)
        if another and self.way_down is not None:
            self.way_down.start_over()
        self._left_by = path.key
        self.selected = path
        if path.raw:
            self.name.set(path.raw, path.control)
        self._reachable.set()
        self._follow(path.port if isinstance(path.port, TcpConnection) else None)
        return another

    def _follow(self, connection: TcpConnection | None) -> None:
        if connection is self.connection:
            return
        self.connection = connection
        for subscription in self.subscriptions.values():
            subscription.stream.update_routes()

    def receive_dtls(self, datagram: bytes) -> None:
        """One DTLS datagram from a checked address."""
        if not self._dtls.receive(datagram):
            self._counters.dtls_overflow += 1

    def send(self, datagram: bytes) -> None:
        """Send a datagram that is not media to where the browser was heard last."""
        if self.selected is not None:
            self.selected.port.send_to(datagram, self.selected.address)

    def send_report(self, report: bytes) -> bool:
        """Send RTCP; False when the transport is not connected yet."""
        if self.outbound is None or self.selected is None:
            return False
        try:
            self.send(self.outbound.seal_report(report))
        except SrtpError:
            self._counters.srtp_failed += 1
            return False
        return True

    def queue_report(self, report: bytes, egress: Egress) -> None:
        """Send RTCP with what else leaves; whoever queues flushes. Nothing leaves before the transport is connected."""
        if self.connection is not None or len(report) > MAXIMUM_PACKET:
            self.send_report(report)
        elif self.outbound is not None and self.selected is not None:
            egress.tell(self.outbound.handle, self.name.pointer, report)

    def add(self, publication: Publication) -> None:
        """Expect the packets of a publication here.

        Raises:
            SignalingError: CONFLICT, an SSRC is in use; OVERLOADED, too many tracks.
        """
        announced = [stream.ssrc for stream in publication.streams if stream.ssrc] + list(publication.repairs)
        if len(set(announced)) != len(announced) or any(
            ssrc in self.streams or ssrc in self.repairs for ssrc in announced
        ):
            raise SignalingError(ErrorCode.CONFLICT, "an SSRC of this track is in use on the transport")
        if len(self.publications) >= MAXIMUM_TRACKS:
            raise SignalingError(ErrorCode.OVERLOADED, f"a transport carries at most {MAXIMUM_TRACKS} tracks")
        self.publications.append(publication)
        self.transport_cc_id = publication.offered.transport_cc_id or self.transport_cc_id
        self.streams.update({stream.ssrc: stream for stream in publication.streams if stream.ssrc})
        self.repairs.update(publication.repairs)

    def discard(self, publication: Publication) -> None:
        """Forget the SSRCs of a publication."""
        if publication in self.publications:
            self.publications.remove(publication)
        for table in (self.streams, self.repairs):
            for ssrc in [ssrc for ssrc, each in table.items() if each.publication is publication]:
                del table[ssrc]
                if self.inbound is not None:
                    self.inbound.forget(ssrc)

    def remove(self, subscription: Subscription) -> None:
        """Forget a subscription and the encryption state of its SSRCs."""
        promised = subscription.promised
        self.subscriptions.pop(promised.ssrc, None)
        if self.outbound is not None:
            self.outbound.forget(promised.ssrc)
            if promised.rtx_ssrc is not None:
                self.outbound.forget(promised.rtx_ssrc)

    def latch(self, packet: bytes) -> bool:
        """Find out by MID and RID to which stream an unknown SSRC belongs (RFC 8843 §9.2, RFC 8852)."""
        _, second, _, _, ssrc = rtp.HEADER.unpack_from(packet)
        try:
            where = rtp.layout(packet, 0, len(packet))
        except ValueError:
            return False
        if where.extension:
            found = rtp.extensions(packet, where.extension, where.payload)
        else:
            short = rtp.shortened(packet, 0, len(packet))
            found = rtp.extensions(short, 0, len(short))
        for publication in self.publications:
            offered = publication.offered
            if second & 0x7F not in (offered.payload_type, offered.rtx_payload_type):
                continue
            names = {
                uri: found.get(identifier, b"").decode(errors="replace")
                for uri, identifier in offered.extension_ids.items()
            }
            if not offered.mid or names.get(capabilities.MID) != offered.mid:
                continue
            repairs = second & 0x7F == offered.rtx_payload_type
            rid = names.get(capabilities.REPAIRED_RID if repairs else capabilities.RID) or None
            stream = next((each for each in publication.streams if each.rid is None or each.rid == rid), None)
            if stream is not None and self._bindings < MAXIMUM_BINDINGS:
                self._bindings += 1
                self._bind(stream, ssrc, repairs)
                return True
        return False

    def _bind(self, stream: Stream, ssrc: int, repairs: bool) -> None:
        table = self.repairs if repairs else self.streams
        for old in [known for known, each in table.items() if each is stream]:
            del table[old]
        table[ssrc] = stream
        if not repairs:
            stream.rebind(ssrc)

    def told_trip(self, seconds: float, now: float) -> None:
        """A report tells how long it takes there and back."""
        self.round_trip, self.round_trip_at = seconds, now

    def told_losses(self, lost: float, packets: float) -> None:
        """A report tells that so many of so many packets did not arrive."""
        self._told = (self._told[0] + lost, self._told[1] + packets)

    def take_told(self) -> tuple[float, float]:
        """What reports told since the last call: packets lost, packets sent."""
        told, self._told = self._told, (0.0, 0.0)
        return told

    def silence(self, now: float) -> float:
        """Seconds since the browser was last heard; 0 before the first handshake and after the end."""
        return now - self.heard_at if self._secured else 0.0

    def check_silence(self, now: float) -> float:
        """Change the state when nothing was heard for too long. Returns when that can be so next."""
        silence = now - self.heard_at
        if self.state == "connected" and silence >= SILENT_AFTER:
            self._set_state("disconnected", "silent")
        elif self.state in ("disconnected", "connecting") and silence >= LOST_AFTER:
            self._set_state("failed", "silent")
        for limit in (SILENT_AFTER, LOST_AFTER):
            if silence < limit:
                return self.heard_at + limit
        return now + SILENT_AFTER

    def _on_dtls(self, outcome: DtlsOutcome, reason: str) -> None:
        keys = self._dtls.keys
        if outcome == "connected" and keys is not None:
            self.inbound, self.outbound = SrtpContext.inbound(keys), SrtpContext.outbound(keys)
            self._secured = True
            self._set_state("connected")
        else:
            self._secured = False
            self._stop_media()
            self._set_state("closed" if outcome == "closed" else "failed", reason)
        for subscription in self.subscriptions.values():
            subscription.refresh()
        for publication in self.publications:
            publication.ask_key_frame(self.clock())

    def _stop_media(self) -> None:
        self.inbound = self.outbound = None
        for subscription in self.subscriptions.values():
            subscription.refresh()

    def _set_state(self, state: State, reason: str = "") -> None:
        if state != self.state:
            self.state = state
            self._on_state(self, state, reason)

    async def close(self) -> None:
        """End the DTLS association; no media passes from the moment of the call."""
        self._stop_media()
        self._set_state("closed", "closed")
        await self._dtls.close()
        for path in self._paths.values():
            _hang_up(path)

    def _flows(self) -> list[Stream | Subscription]:
        streams = [stream for publication in self.publications for stream in publication.streams]
        return [*streams, *self.subscriptions.values()]

    def statistics(self) -> Json:
        """Its state as JSON values."""
        return {
            "room_id": self.room_id,
            "participant_id": self.participant_id,
            "direction": self.direction,
            "state": self.state,
            "address": list(self.selected.address) if self.selected else None,
            "silence": round(self.silence(self.clock()), 3),
            "round_trip": self.round_trip,
            "bits_per_second": sum(each.bits_per_second for each in self._flows()),
            "limit": None if self.way_down is None else self.way_down.estimate.limit,
            "protocol": "tcp" if self.connection else "udp",
            "profile": self._dtls.keys.profile.name if self._dtls.keys else None,
        }


def _hang_up(path: Path) -> None:
    """A connection that is no path of anybody any more would stay as long as its browser likes."""
    if isinstance(path.port, TcpConnection):
        path.port.close()
