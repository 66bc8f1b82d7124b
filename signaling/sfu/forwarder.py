"""The way into the hot path: a batch of datagrams read, told apart, decrypted, and given to ``signaling.sfu.egress``.

Everything that happens once for each received media packet is in ``_media``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import structlog

from signaling.sfu import h264, rtp
from signaling.sfu.counters import Counters
from signaling.sfu.egress import Egress
from signaling.sfu.ice import IceLite
from signaling.sfu.layers import Position
from signaling.sfu.publication import Stream
from signaling.sfu.srtp import SrtpError, unprotect_in_place
from signaling.sfu.tcp import TcpConnection
from signaling.sfu.transport import MAXIMUM_REPORTERS, Path, Transport
from signaling.sfu.udp import MAXIMUM_PACKET, RECEIVE_SLOTS, UdpPort
from signaling.sfu.vp8 import ABSENT, Descriptor, picture_size, read_descriptor

log = structlog.get_logger(__name__)

BATCHES_PER_TURN: Final = 8
"""Full batches read before the event loop gets a turn for timers and the control socket."""


_unpack_header = rtp.HEADER.unpack_from
_number = int.from_bytes

Header = tuple[int, int, int, int, int]
"""First two bytes, sequence number, time stamp and SSRC of an RTP packet."""
ReportHandler = Callable[[Transport, bytes], None]


class Forwarder:
    """Reads the UDP port when it is readable; every datagram is charged to exactly one counter or forwarded."""

    def __init__(
        self,
        port: UdpPort,
        ice: IceLite[Transport],
        counters: Counters,
        egress: Egress,
        on_report: ReportHandler,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._inbox = port.inbox
        self._view = port.inbox.view
        self._ice = ice
        self._egress = egress
        self._counters = counters
        self._on_report = on_report
        self._wall_clock = wall_clock
        self._clock = clock
        self._transports: dict[bytes, Transport] = {}
        self._now = self._arrived_at = 0.0
        self.handshaken = 0
        """DTLS datagrams from people who are there, so far."""
        self.awake: list[Stream] = []
        """Streams of which packets arrive. They come here with their first packet; whoever looks sends them away."""

    def forget(self, transport: Transport) -> None:
        """Believe no datagram from this transport's addresses any more."""
        for key in transport.keys:
            if self._transports.get(key) is transport:
                del self._transports[key]

    def on_readable(self) -> int:
        """Handle what is waiting at the port; how many datagrams that were. Never raises."""
        handled = 0
        for _ in range(BATCHES_PER_TURN):
            count = self._port.receive()
            if not count:
                break
            handled += count
            self._now, self._arrived_at = self._clock(), self._wall_clock()
            self._counters.datagrams_received += count
            self._batch(count, self._transports.get)
            self._egress.flush()
            if count < RECEIVE_SLOTS:
                break
        return handled

    def _batch(self, count: int, transport_of: Callable[[bytes], Transport | None]) -> None:
        """Handle the first ``count`` datagrams of the inbox: in one loop, because each call costs every packet."""
        slots, view, counters = self._inbox.slots, self._view, self._counters
        for index in range(count):
            try:
                pointer, base, cell, name = slots[index]
                header = _unpack_header(view, base)  # a slot always has so many bytes, if perhaps old ones
                key = name.tobytes()
                if not 127 < header[0] < 192 or cell[0] < rtp.HEADER_BYTES:
                    self._control(index, key, view[base : base + cell[0]].tobytes())
                    continue
                transport = transport_of(key)
                if transport is None:
                    counters.unknown_address += 1
                elif 192 <= header[1] <= 223:  # RFC 5761 §4
                    self._report(transport, view[base : base + cell[0]].tobytes())
                elif (inbound := transport.inbound) is None:
                    counters.srtp_early += 1
                elif unprotect_in_place(inbound.handle, pointer, cell):
                    counters.srtp_rejected += 1
                else:
                    counters.packets_received += 1
                    stream = transport.streams.get(header[4])
                    if stream is None:
                        self._other(transport, base, cell[0], header[4])
                    else:
                        self._media(stream, base, cell[0], header)
            except Exception:
                self._fault()

    def _control(self, index: int, key: bytes, datagram: bytes) -> None:
        """A datagram that is neither RTP nor RTCP (RFC 7983 §7)."""
        first = datagram[0] if datagram else 255
        if first < 4:
            transport = self._transports.get(key)
            path = None if transport is None else transport.path(key)
            # From there to another address of ours is another path.
            if path is None or (path.control and path.control != self._port.home(index)[1]):
                raw = self._inbox.names[index].tobytes()
                path = Path(key, raw, self._port.address_of(raw), *self._port.home(index))
            self._check(datagram, path, transport)
        elif 19 < first < 64:
            transport = self._transports.get(key)
            if transport is None:
                self._counters.unknown_address += 1
            else:
                self.handshaken += 1
                transport.receive_dtls(datagram)
        else:
            self._counters.unknown_datagram += 1

    def _check(self, datagram: bytes, path: Path, before: Transport | None = None) -> bool:
        """Answer a connectivity check on the path that it took; whether it was valid.

        ``before`` is whose UDP path that was so far.
        """
        check = self._ice.check(datagram, path.address)
        if check is None:
            return False
        answer, owner, nominated = check
        settled = before is not None and owner is before and path is before.selected
        if settled and before is not None and not self.awake:  # no media wait: the answers of a batch leave together
            self._egress.answer(before.name.pointer, answer)
            before.checked(path, nominated)
            return True
        if not settled:
            self._egress.flush()  # what is queued goes where its name points now
        path.port.send_to(answer, path.address)
        if owner is None:
            return False
        self._transports[path.key] = owner
        given_up = owner.checked(path, nominated)
        if given_up is not None and self._transports.get(given_up) is owner:
            del self._transports[given_up]
        return True

    def on_frame(self, connection: TcpConnection, frame: bytes) -> None:
        """One datagram that came over TCP. Never raises."""
        try:
            self._frame(connection, frame)
        except Exception:
            self._fault()
        self._egress.flush()

    def _frame(self, connection: TcpConnection, frame: bytes) -> None:
        self._now, self._arrived_at = self._clock(), self._wall_clock()
        self._counters.datagrams_received += 1
        first = frame[0] if frame else 255
        transport = self._transports.get(connection.key)
        if first < 4:
            if self._check(frame, Path(connection.key, b"", connection.address, connection)):
                connection.prove()
        elif transport is None:
            self._counters.unknown_address += 1
        elif 19 < first < 64:
            transport.receive_dtls(frame)
        elif 127 < first < 192 and len(frame) >= rtp.HEADER_BYTES:
            # Between two batches nothing is in the inbox: its first slot serves.
            self._view[: len(frame)] = frame
            self._inbox.slots[0][2][0] = len(frame)
            self._batch(1, lambda _: transport)
        else:
            self._counters.unknown_datagram += 1

    def on_closed(self, connection: TcpConnection) -> None:
        """A connection ended: its transport takes another path, if it has one."""
        transport = self._transports.pop(connection.key, None)
        if transport is not None:
            transport.lose(connection.key)

    def _fault(self) -> None:
        """A datagram of a stranger must never stop the media of a room."""
        self._counters.faults += 1
        if self._counters.faults.bit_count() == 1:  # the 1st, 2nd, 4th, 8th …: a flood fills no disk
            log.exception("a datagram could not be handled", faults=self._counters.faults)

    def _report(self, transport: Transport, datagram: bytes) -> None:
        if transport.inbound is None:
            self._counters.srtp_early += 1
            return
        ssrc = datagram[4:8]
        reporters = transport.reporters
        if ssrc not in reporters and len(reporters) >= MAXIMUM_REPORTERS:
            self._counters.srtp_rejected += 1
            return
        try:
            report = transport.inbound.open_report(datagram)
        except SrtpError:
            self._counters.srtp_rejected += 1
            return
        reporters.add(ssrc)
        self._on_report(transport, report)

    def _other(self, transport: Transport, base: int, length: int, ssrc: int) -> None:
        """A packet of a repair stream, or of one that nobody knows yet."""
        view = self._view
        stream = transport.repairs.get(ssrc)
        if stream is None and transport.latch(bytes(view[base : base + length])):
            stream = transport.streams.get(ssrc)
            if stream is not None:
                self._media(stream, base, length, _unpack_header(view, base))
                return
            stream = transport.repairs.get(ssrc)
        if stream is None:  # also: the packet overtook the answer to ``produce``
            self._counters.rtp_unknown_stream += 1
            if transport.inbound is not None:
                transport.inbound.forget(ssrc)  # libsrtp keeps state for every SSRC that was ever authentic
        elif self._repair(stream, base, length):
            return
        if transport.transport_cc_id:  # what is not media was sent all the same
            number = rtp.transport_sequence(view, base, length, transport.transport_cc_id)
            if number >= 0:
                transport.arrivals.note(number, self._now)

    def _repair(self, stream: Stream, base: int, length: int) -> bool:
        """Handle what an RTX packet repeats; whether it repeats anything."""
        view = self._view
        try:
            where = rtp.layout(view, base, length)
        except ValueError:
            self._counters.rtp_malformed += 1
            return False
        if where.end - where.payload < 3:  # bandwidth probes carry nothing behind the sequence number
            self._counters.rtp_padding += 1
            return False
        restored = rtp.restore_retransmission(view, base, where.payload, stream.payload_type, stream.ssrc)
        self._media(stream, restored, length - 2, _unpack_header(view, restored))
        return True

    # In one piece: each call would cost every packet as much as a tenth of this.
    def _media(self, stream: Stream, base: int, length: int, header: Header) -> None:  # noqa: PLR0912, PLR0915
        """One plaintext packet of a known stream, which lies at ``base`` of the inbox."""
        first, second, sequence, timestamp, _ = header
        if second & 0x7F != stream.payload_type or length > MAXIMUM_PACKET:
            self._foreign(length)
            return
        if not stream.awake:
            stream.awake = True
            self.awake.append(stream)
        now = self._now
        reception, carrier = stream.reception, stream.carrier
        newest = reception.highest
        extended = reception.accept(sequence, timestamp, now)
        came = self._view[base : base + length].tobytes()
        payload, mask, heads, number_at, level_at = carrier.shape
        values = _number(came[rtp.HEADER_BYTES : payload], "big")
        end, carried = length, b""
        if first & 0x3F == 0x10 and values & mask == heads:  # the extensions lie as in a packet before
            if number_at >= 0:
                stream.arrivals.note(values >> number_at & 0xFFFF, now)
            if level_at >= 0:
                carried = carrier.hear(values >> level_at & 0xFF)
        else:
            found = self._layout(stream, came, first)
            if found is None:
                if extended > newest >= 0:  # nobody can send it again: subscribers must not miss it
                    stream.drop(extended)
                return
            payload, end, carried = found
        publication = stream.publication
        if extended < 0 or publication.paused:
            self._counters.rtp_duplicate += extended < 0
            return
        if stream.sink is not None:
            self._counters.packets_captured += 1
            stream.sink.rtp(came, self._arrived_at)
        if payload >= end and extended > newest >= 0:
            self._counters.rtp_padding += 1
            stream.drop(extended)
            return
        number = extended - stream.dropped if extended > stream.last_drop else stream.number(extended)
        reception.octets += length
        if number > stream.last_number:
            stream.last_number, stream.newest_timestamp, stream.heard_at = number, timestamp, now
        else:
            stream.late.append(number)
        where = self._descriptor(stream, number, base + payload, base + end) if stream.described else ABSENT
        if (
            stream.waiting
            and payload < end
            and (stream.key_frame is None or stream.key_frame(self._view, base + payload, base + end))
        ):
            stream.open_gates(number, Position(timestamp, now, where.picture, where.tl0, stream.report))
        tap = publication.tap
        if tap is not None and tap.stream is stream:
            self._counters.packets_captured += tap.rtp(number, bytearray(came), where, base, self._arrived_at)
        routes = stream.routes
        if routes or stream.waiting:  # whoever waits for a key frame whose first packet is late needs the others
            body = carried + came[payload:end] if carried else came[payload:end]
            marker, head = second & 0x80, 0x90 if carried else 0x80
            stream.cache.put(number, head, marker, timestamp, body)
            stream.packets += 1
            stream.octets += end - payload
            if number < stream.barrier:
                routes = stream.routes_of(number)
            # Where the packet would begin with the new header and extensions before the payload as it lies here.
            start = base + payload - len(carried) - rtp.HEADER_BYTES if stream.described else 0
            self._egress.copy_out(routes, body, head, marker, number, timestamp, where, start)

    def _foreign(self, length: int) -> None:
        """Count a packet of a known stream that cannot be one of its."""
        self._counters.rtp_oversize += length > MAXIMUM_PACKET
        self._counters.rtp_malformed += length <= MAXIMUM_PACKET

    def _descriptor(self, stream: Stream, number: int, payload: int, end: int) -> Descriptor:
        """Read what a packet of a layer tells; the newest picture is what a subscriber would leave behind."""
        view = self._view
        if not stream.layered:
            if payload < end and view[payload] & 0x1F in h264.MAY_TELL:
                stream.size = h264.picture_size(view, payload, end) or stream.size
            return ABSENT
        where = read_descriptor(view, payload, end)
        if number == stream.last_number and where.picture_at:
            stream.newest_picture, stream.newest_tl0 = where.picture, where.tl0
        if payload < end and view[payload] & 0x17 == 0x10:  # the first partition begins: perhaps a key frame
            stream.size = picture_size(view, payload, end) or stream.size
        return where

    def _layout(self, stream: Stream, packet: bytes, first: int) -> tuple[int, int, bytes] | None:
        """Where payload and end are, and the extensions to be carried; on the way the arrival is noted.

        The next packet whose extensions lie as in this one is read by ``ExtensionCarrier.shape``.
        """
        if not first & 0x3F:
            return rtp.HEADER_BYTES, len(packet), b""
        try:
            payload, end, extension = rtp.layout(packet, 0, len(packet))
        except ValueError:
            self._counters.rtp_malformed += 1
            return None
        carrier = stream.carrier
        if extension:
            carried = carrier.carry(packet, extension, payload)
            if extension == rtp.HEADER_BYTES + rtp.EXTENSION.size:
                carrier.learn(packet, payload)
        elif short := rtp.shortened(packet, 0, len(packet)):
            carried = carrier.carry(short, 0, len(short))
        else:
            return payload, end, b""
        if carrier.sequence >= 0:
            stream.arrivals.note(carrier.sequence, self._now)
        return payload, end, carried
