"""Two packet-level peers at one worker: one sends sound and a picture, the other receives them."""

from __future__ import annotations

from typing import Any

from signaling.ids import PublicationId
from signaling.sfu import rtcp, rtp
from tests.support.sfu_packets import CAPABILITIES, VP8_DELTA, rtp_packet, video_parameters
from tests.support.sfu_peer import Peer, WorkerProcess

CAMERA, REPAIR, MICROPHONE = 2001, 2002, 1001


class Pair:
    """A camera, somebody who watches it, and their subscription."""

    def __init__(self, sender: Peer, receiver: Peer, publication_id: PublicationId, promised: dict[str, Any]) -> None:
        self.sender, self.receiver = sender, receiver
        self.publication_id = publication_id
        self.ssrc: int = promised["encodings"][0]["ssrc"]
        self.rtx_ssrc: int = promised["encodings"][0]["rtx"]["ssrc"]

    def send(self, sequence: int, payload: bytes = VP8_DELTA, **more: Any) -> bytes:
        packet = rtp_packet(96, sequence, 3000 * sequence, CAMERA, payload, **more)
        self.sender.send(packet)
        return packet

    @property
    def sequences(self) -> list[int]:
        return [rtp.HEADER.unpack_from(packet)[2] for packet in self.receiver.packets]

    async def asked_for_key_frame(self, before: int = 0) -> None:
        await self.sender.changed.until(lambda: self.key_requests() > before, "a key frame is asked for")

    def key_requests(self) -> int:
        return sum(isinstance(each, rtcp.KeyFrameRequest) for raw in self.sender.reports for each in rtcp.parse(raw))

    async def arrived(self, count: int) -> None:
        await self.receiver.changed.until(lambda: len(self.receiver.packets) >= count, f"{count} packets arrive")

    async def close(self) -> None:
        await self.sender.close()
        await self.receiver.close()


async def open_pair(worker: WorkerProcess) -> Pair:
    sender = await Peer.open(worker.media, "room", "ann", "send")
    receiver = await Peer.open(worker.media, "room", "bob", "receive")
    publication_id = await worker.media.publish(sender.transport_id, "video", "camera", video_parameters())
    subscribed = await receiver.follow(publication_id, CAPABILITIES)
    pair = Pair(sender, receiver, publication_id, subscribed.rtp_parameters)
    await pair.asked_for_key_frame()
    return pair
