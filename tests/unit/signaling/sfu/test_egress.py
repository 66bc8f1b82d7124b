"""The way out of the hot path: what is written into the header of each copy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.sfu import rtcp, rtp
from tests.support.sfu_packets import VP8_KEY
from tests.support.sfu_room import Room, camera_packet


@pytest.mark.parametrize("offset", [0, 7])
async def test_time_stamps_wrap_in_every_copy(offset: int) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY))
        bob.receive()
        route = subscription.route(subscription.stream)
        assert route is not None
        number = subscription.first + 1
        room.egress.copy_out(
            [route._replace(timestamp_offset=offset).plain()], b"payload", 0x80, 0x80, number, (1 << 32) + 5
        )
        room.egress.flush()
        (packet,) = bob.receive()[0]
        sequence = number + route.offset
        assert rtp.HEADER.unpack_from(packet) == (0x80, 0x80 | route.payload_type, sequence, 5 + offset, route.ssrc)
        assert room.counters.srtp_failed == 0


@pytest.mark.parametrize("groups", [True, False])
@settings(max_examples=40)
@given(events=st.lists(st.tuples(st.booleans(), st.integers(1, 300)), min_size=1, max_size=40))
def test_reports_leave_with_packets_whole_and_in_turn_and_are_not_counted_as_such(
    groups: bool, events: list[tuple[bool, int]]
) -> None:
    with Room() as room:
        room.port.groups &= groups
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY))
        bob.receive()
        forwarded = room.counters.packets_forwarded
        route = subscription.route(subscription.stream)
        assert route is not None
        number, packets, reports = subscription.first, [], []
        for is_report, size in events:
            if is_report:
                reports.append(rtcp.packet(204, 0, bytes(4 * size)))
                bob.transport.queue_report(reports[-1], room.egress)
                continue
            number += 1
            packets.append(bytes(size))
            room.egress.copy_out([route.plain()], packets[-1], 0x80, 0, number, 5)
        room.egress.flush()
        got, told = bob.receive()
        assert ([each[rtp.HEADER_BYTES :] for each in got], told) == (packets, reports)
        assert room.counters.packets_forwarded - forwarded == len(packets)
        assert room.counters.srtp_failed == room.counters.send_failed == 0
