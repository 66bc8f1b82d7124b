"""How much a forwarded packet costs: rooms full of packet-level people against a real worker process.

``python -m tests.bench.forward --rooms 4 --people 6`` prints a table and, last, one line of JSON. Everybody sends
1 Mbit/s of video (120 packets of 1,040 bytes a second) and 50 packets of Opus a second, and receives everybody else of
the room. The delay is taken from the RTP timestamp, which holds the microsecond of sending: it includes this process's
own queue.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from signaling.ids import CaptureId, PublicationId
from signaling.sfu import rtp
from tests.support.sfu_packets import CAPABILITIES, VP8_DELTA, VP8_KEY, audio_parameters, video_parameters
from tests.support.sfu_peer import Peer, WorkerProcess

VIDEO_RATE, VIDEO_BYTES = 120, 1040
AUDIO_RATE, AUDIO_BYTES = 50, 120
LEVEL = {1: b"\xa0"}
READER = """
import socket, sys
reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
reader.bind(sys.argv[1])
while True:
    reader.recv(65536)
"""


class Arrivals:
    """What one person got of one stream."""

    __slots__ = ("count", "first", "last")

    def __init__(self, sequence: int) -> None:
        self.first = self.last = sequence
        self.count = 0


class Listener(Peer):
    """A receiving peer that counts instead of decrypting, once ``measuring``."""

    measuring = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        # A pause of this process must not count as a loss of the worker's.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)

    delays: list[int]
    streams: dict[int, Arrivals]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self.measuring or data[0] < 0x80 or 192 <= data[1] <= 223:
            super().datagram_received(data, addr)
            return
        _, _, sequence, timestamp, ssrc = rtp.HEADER.unpack_from(data)
        self.delays.append((time.monotonic_ns() // 1000 - timestamp) & 0xFFFFFFFF)
        stream = self.streams.get(ssrc)
        if stream is None:
            stream = self.streams[ssrc] = Arrivals(sequence)
        stream.count += 1
        ahead = (sequence - stream.last) & 0xFFFF
        if ahead < 0x8000:
            stream.last += ahead


@dataclass
class Person:
    """One participant: a transport each way and two tracks."""

    sender: Peer
    listener: Listener
    number: int
    publications: list[PublicationId] = field(default_factory=list)
    sequences: list[int] = field(default_factory=lambda: [0, 0])
    due: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def send_due(self, now: float) -> None:
        """Send what should have left by now."""
        for track, rate in ((0, AUDIO_RATE), (1, VIDEO_RATE)):
            while self.due[track] <= now:
                self.due[track] += 1 / rate
                self.sequences[track] += 1
                self.sender.send(self._packet(track, self.sequences[track]))

    def _packet(self, track: int, sequence: int) -> bytes:
        stamp = time.monotonic_ns() // 1000 & 0xFFFFFFFF
        if track == 0:
            head = rtp.HEADER.pack(0x90, 111, sequence & 0xFFFF, stamp, 1001 + 10 * self.number)
            return head + b"\xbe\xde\x00\x02\x10\xa0\x40\x30\x22\x01\x02\x03" + bytes(AUDIO_BYTES)
        begin = VP8_KEY if sequence % VIDEO_RATE == 1 else VP8_DELTA
        head = rtp.HEADER.pack(0x90, 96, sequence & 0xFFFF, stamp, 2001 + 10 * self.number)
        return head + b"\xbe\xde\x00\x02\x40\x31\x22\x01\x02\x03\x00\x00" + begin + bytes(VIDEO_BYTES)


async def fill_room(worker: WorkerProcess, room: int, people: int) -> list[Person]:
    """Everybody of one room, each following all others."""
    media, members = worker.media, []
    for index in range(people):
        name, number = f"person{index}", room * people + index
        sender = await Peer.open(media, f"room{room}", name, "send")
        listener = await Listener.open(media, f"room{room}", name, "receive")
        listener.delays, listener.streams = [], {}
        person = Person(sender, listener, number)
        audio = audio_parameters(1001 + 10 * number)
        video = video_parameters(2001 + 10 * number, 2002 + 10 * number)
        person.publications.append(await media.publish(sender.transport_id, "audio", "microphone", audio))
        person.publications.append(await media.publish(sender.transport_id, "video", "camera", video))
        members.append(person)
    for person in members:
        for other in members:
            for publication_id in other.publications if other is not person else ():
                await person.listener.follow(publication_id, CAPABILITIES)
    return members


def worker_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(everybody: list[Person], seconds: float) -> None:
    """Send at the given rates, evenly spread."""
    start = time.monotonic()
    for index, person in enumerate(everybody):
        person.due = [start + index / len(everybody) / rate for rate in (AUDIO_RATE, VIDEO_RATE)]
    while (now := time.monotonic()) < start + seconds:
        for person in everybody:
            person.send_due(now)
        await asyncio.sleep(0.001)


async def measure(rooms: int, people: int, seconds: float, capture: bool) -> dict[str, Any]:
    """One measurement."""
    with tempfile.TemporaryDirectory() as folder:
        worker = WorkerProcess(Path(folder))
        await worker.start()
        everybody = [person for room in range(rooms) for person in await fill_room(worker, room, people)]
        recorder = None
        if capture:
            recorder = await asyncio.create_subprocess_exec(sys.executable, "-c", READER, str(worker.feed_path))
            while not worker.feed_path.exists():
                await asyncio.sleep(0.01)
            ids = [publication_id for person in everybody for publication_id in person.publications]
            for number, publication_id in enumerate(ids, 1):
                await worker.media.start_capture(publication_id, CaptureId(number))
        await load(everybody, 1.5)
        for person in everybody:
            person.listener.measuring = True
        gc.collect()
        gc.freeze()
        before, spent, own = await worker.media.statistics(), worker_seconds(worker.pid), resource.getrusage(0)
        started = time.monotonic()
        await load(everybody, seconds)
        elapsed = time.monotonic() - started
        spent, after = worker_seconds(worker.pid) - spent, await worker.media.statistics()
        used = resource.getrusage(0)
        result = summarise(everybody, before["counters"], after["counters"], spent, elapsed)
        result |= {"rooms": rooms, "people": people, "capture": capture}
        result["load_cpu"] = round((used.ru_utime + used.ru_stime - own.ru_utime - own.ru_stime) / elapsed, 2)
        for person in everybody:
            await person.sender.close()
            await person.listener.close()
        await worker.close()
        if recorder is not None:
            recorder.kill()
            await recorder.wait()
    return result


def summarise(
    everybody: list[Person], before: dict[str, int], after: dict[str, int], spent: float, elapsed: float
) -> dict[str, Any]:
    """The numbers of one measurement."""
    moved = {name: after[name] - before[name] for name in after}
    delays = sorted(delay for person in everybody for delay in person.listener.delays)
    streams = [stream for person in everybody for stream in person.listener.streams.values()]
    expected = sum(stream.last - stream.first + 1 for stream in streams)
    forwarded = moved["packets_forwarded"]
    return {
        "packets_in_per_s": round(moved["packets_received"] / elapsed),
        "packets_out_per_s": round(forwarded / elapsed),
        "cpu_us_per_packet": round(spent / forwarded * 1e6, 2),
        "worker_cpu": round(spent / elapsed, 2),
        "delay_p50_ms": delays[len(delays) // 2] / 1000,
        "delay_p99_ms": delays[len(delays) * 99 // 100] / 1000,
        "loss": round(1 - sum(stream.count for stream in streams) / expected, 6),
        "send_dropped": moved["send_dropped"],
        "faults": moved["faults"],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rooms", type=int, default=4)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--capture", action="store_true", help="record everybody as well")
    chosen = parser.parse_args()
    runs = [
        uvloop.run(measure(chosen.rooms, chosen.people, chosen.seconds, chosen.capture)) for _ in range(chosen.runs)
    ]
    runs.sort(key=lambda run: float(run["cpu_us_per_packet"]))
    median = runs[len(runs) // 2]
    for name, value in median.items():
        print(f"{name:<20} {value}")
    print(json.dumps(median))


if __name__ == "__main__":
    main()
