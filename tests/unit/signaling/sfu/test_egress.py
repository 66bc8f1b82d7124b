"""The way out of the hot path: what is written into the header of each copy."""

from __future__ import annotations

import pytest

from signaling.sfu import rtp
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
        whole = bytes(rtp.HEADER_BYTES) + b"payload"
        number = subscription.first + 1
        room.egress.copy_out(
            [route._replace(timestamp_offset=offset)], whole, len(whole), 0x80,
            marker=0x80, number=number, timestamp=(1 << 32) + 5,
        )  # fmt: skip
        room.egress.flush()
        (packet,) = bob.receive()[0]
        sequence = number + route.offset
        assert rtp.HEADER.unpack_from(packet) == (0x80, 0x80 | route.payload_type, sequence, 5 + offset, route.ssrc)
        assert room.counters.srtp_failed == 0
