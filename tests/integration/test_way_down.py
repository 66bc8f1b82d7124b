"""A narrow way down to one subscriber, through a real worker process: the sound gets through whatever happens."""

from __future__ import annotations

import asyncio
import copy
import itertools
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from signaling.messages import Subscribed
from signaling.sfu import control, rtcp, rtp
from signaling.sfu.arrivals import Arrivals
from signaling.sfu.capabilities import NUMBER_ID, TRANSPORT_CC
from signaling.sfu.reception import Reception
from signaling.sfu.soundings import HEAD
from tests.support.narrow import Pipe
from tests.support.sfu_packets import CAPABILITIES, audio_parameters, rtp_packet, simulcast_parameters, vp8_payload
from tests.support.sfu_peer import Peer, WorkerProcess

SIZES = [(160, 90), (320, 180), (640, 360)]
FRAME_BYTES = [200, 800, 1100]
"""Thirty times a second; the highest layer in three packets: about 60, 200 and 800 kbit/s."""
SOUND_BYTES = 40
"""Fifty times a second: about 34 kbit/s with everything around it."""
ABLE = copy.deepcopy(CAPABILITIES)
ABLE["headerExtensions"].append({"uri": TRANSPORT_CC, "preferredId": NUMBER_ID, "kind": "video"})


class Listener(Peer):
    """A browser behind a narrow way: it answers soundings and notes when sound arrived."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.way = Pipe()
        self.arrivals = Arrivals()
        self.sound: list[tuple[float, int]] = []
        self.layer = -1
        self.answered = 0
        self.receptions: dict[int, Reception] = {}

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.way.put(len(data), lambda: self.arrive(data, addr))

    def arrive(self, data: bytes, addr: Any) -> None:
        """It is through."""
        before = len(self.packets)
        super().datagram_received(data, addr)
        for packet in self.packets[before:]:
            _, second, sequence, timestamp, ssrc = rtp.HEADER.unpack_from(packet)
            if second & 0x7F in (100, 101):
                clock_rate = 48_000 if second & 0x7F == 100 else 90_000
                reception = self.receptions.setdefault(ssrc, Reception(ssrc, clock_rate))
                reception.accept(sequence, timestamp, time.monotonic())
            number = rtp.transport_sequence(packet, 0, len(packet), NUMBER_ID)
            if packet[0] == HEAD and number >= 0:
                self.arrivals.note(number, time.monotonic() + 77)
            elif packet[1] & 0x7F == 100:
                self.sound.append((time.monotonic(), rtp.HEADER.unpack_from(packet)[2]))
            elif packet[1] & 0x7F == 101:
                self.layer = packet[-1]

    async def answer(self) -> None:
        """Arrivals ten times a second and a receiver report every second, as Chromium does."""
        for turn in itertools.count():
            await asyncio.sleep(0.1)
            for report in self.arrivals.reports(1):
                self.send_report(report)
                self.answered += 1
            if turn % 10 == 9:
                blocks = [each.report(time.monotonic()) for each in self.receptions.values()]
                self.send_report(rtcp.receiver_report(blocks))


async def publish(peer: Peer) -> None:
    """Sound, and three layers of key frames."""
    number = 0
    while True:
        number += 1
        peer.send(rtp_packet(111, number, 960 * number, 1001, bytes(SOUND_BYTES)))
        for layer in range(3) if number % 5 in (0, 2, 4) else ():
            payload = vp8_payload(number & 0x7FFF, number & 255, key=True, size=SIZES[layer])
            for part in range(3 if layer == 2 else 1):
                body = payload if part == 0 else vp8_payload(number & 0x7FFF, number & 255, key=True, start=False)
                filled = body + bytes(FRAME_BYTES[layer]) + bytes((layer,))
                peer.send(rtp_packet(96, 3 * number + part, 1800 * number, 3001 + layer, filled, marker=True))
        await asyncio.sleep(0.02)


@asynccontextmanager
async def ann_and_bob() -> AsyncIterator[tuple[WorkerProcess, Listener, Subscribed]]:
    """Ann sends sound and three layers; Bob hears her and gets the best layer. The third is his view of her picture."""
    with tempfile.TemporaryDirectory() as folder:
        worker = WorkerProcess(Path(folder))
        await worker.start()
        ann = await Peer.open(worker.media, "room", "ann", "send")
        bob = await Listener.open(worker.media, "room", "bob", "receive")
        sound = await worker.media.publish(ann.transport_id, "audio", "microphone", audio_parameters())
        picture = await worker.media.publish(ann.transport_id, "video", "camera", simulcast_parameters())
        await bob.follow(sound, ABLE)
        shown = await bob.follow(picture, ABLE)
        tasks = [asyncio.create_task(publish(ann)), asyncio.create_task(bob.answer())]
        try:
            await bob.changed.until(lambda: bob.layer == 2 and bob.answered > 5, "the best layer, and answers")
            yield worker, bob, shown
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await ann.close()
            await bob.close()
            await worker.close()


async def test_layers_go_down_then_the_picture_and_never_the_sound() -> None:
    async with ann_and_bob() as (worker, bob, shown):
        bob.way.rate = 170_000
        narrowed = time.monotonic()
        # Usually two seconds; when the first cut was too deep, the picture is given up and comes back by a trial.
        await bob.changed.until(lambda: bob.layer == 0, "the lowest layer fits", 30)
        print(f"lowest layer after {time.monotonic() - narrowed:.2f} s")
        bob.way.rate = 55_000
        narrowed = time.monotonic()
        gone = control.SubscriptionLayer(shown.subscription_id, None, 3, "bandwidth")
        await worker.changed.until(lambda: gone in worker.notices, "the picture is given up, and told so", 30)
        print(f"no picture after {time.monotonic() - narrowed:.2f} s")
        count = len(bob.sound)
        await bob.changed.until(lambda: len(bob.sound) > count + 60, "the sound goes on")
    pauses = [later[0] - earlier[0] for earlier, later in zip(bob.sound, bob.sound[1:], strict=False)]
    missing = bob.sound[-1][1] - bob.sound[0][1] + 1 - len(bob.sound)
    print(f"longest pause of the sound {max(pauses):.2f} s, {missing} of {len(bob.sound)} packets missing")
    assert max(pauses) < 0.7
    assert missing < 100, "a second at each turn"
    assert bob.sound[-1][1] - bob.sound[-50][1] == 49, "nothing is missing once the picture is gone"
