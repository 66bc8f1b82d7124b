"""Three layers of one camera through a real worker process: each gets its own, and the sender learns what is needed."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path

from signaling.sfu import control, rtcp
from tests.support.sfu_packets import CAPABILITIES, rtp_packet, simulcast_parameters, vp8_payload
from tests.support.sfu_peer import Peer, WorkerProcess

SIZES = [(160, 90), (320, 180), (640, 360)]


class Camera:
    """Sends each layer that is needed thirty times a second, and key frames only of those that are asked for one."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.active = {0, 1, 2}
        self.number = 0
        self.read = 0

    def asked(self) -> set[int]:
        """The layers of which a key frame was asked for since the last call."""
        reports, self.read = self.peer.reports[self.read :], len(self.peer.reports)
        messages = [message for raw in reports for message in rtcp.parse(raw)]
        return {each.media_ssrc - 3001 for each in messages if isinstance(each, rtcp.KeyFrameRequest)}

    async def run(self) -> None:
        while True:
            self.number += 1
            asked = self.asked()
            for layer in sorted(self.active):
                key = layer in asked
                payload = vp8_payload(self.number & 0x7FFF, self.number & 255, key=key, size=SIZES[layer])
                packet = rtp_packet(96, self.number, 3000 * self.number, 3001 + layer, payload + bytes((layer,)))
                self.peer.send(packet)
            await asyncio.sleep(0.033)


def latest(peer: Peer) -> int | None:
    """The layer of the newest packet."""
    return peer.packets[-1][-1] if peer.packets else None


async def test_each_tile_gets_its_layer_and_nobody_sends_what_nobody_needs() -> None:
    with tempfile.TemporaryDirectory() as folder:
        worker = WorkerProcess(Path(folder))
        await worker.start()
        ann = await Peer.open(worker.media, "room", "ann", "send")
        bob = await Peer.open(worker.media, "room", "bob", "receive")
        carl = await Peer.open(worker.media, "room", "carl", "receive")
        camera = Camera(ann)
        publication_id = await worker.media.publish(ann.transport_id, "video", "camera", simulcast_parameters())
        sending = asyncio.create_task(camera.run())
        try:
            large = await bob.follow(publication_id, CAPABILITIES)
            small = await carl.follow(publication_id, CAPABILITIES)
            await bob.changed.until(lambda: latest(bob) == 2, "the large tile gets the highest layer")
            await worker.media.set_subscription_size(small.subscription_id, 160, 90)
            await carl.changed.until(lambda: latest(carl) == 0, "the small tile gets the lowest")
            assert latest(bob) == 2
            await worker.changed.until(
                lambda: control.PublicationDemand(publication_id, [0, 2]) in worker.notices, "the middle is not needed"
            )
            assert control.SubscriptionLayer(small.subscription_id, 0, 3, "") in worker.notices
            camera.active = {0}
            await bob.changed.until(lambda: latest(bob) == 0, "a layer that dies is left")
            camera.active = {0, 2}
            await bob.changed.until(lambda: latest(bob) == 2, "one that lives again is taken")
            await worker.media.set_subscription_size(large.subscription_id, 0, 0)
            await worker.changed.until(
                lambda: control.SubscriptionLayer(large.subscription_id, None, 3, "size") in worker.notices,
                "nobody looks",
            )
            count = len(bob.packets)
            before = camera.number
            await carl.changed.until(lambda: camera.number > before + 5, "time passes")
            assert len(bob.packets) == count
            await worker.media.close_subscription(large.subscription_id)
            await worker.media.close_subscription(small.subscription_id)
            await worker.changed.until(
                lambda: control.PublicationDemand(publication_id, []) in worker.notices, "nobody needs anything"
            )
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            for peer in (ann, bob, carl):
                await peer.close()
            await worker.close()
