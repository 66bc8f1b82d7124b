"""A node that has enough to do opens no new room, and a recording that runs there loses nothing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import urllib.request
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import pytest

from recorder.index import INDEX_SUFFIX, FragmentFacts, FragmentLine, read_index
from room_server.settings import PREFIX
from signaling.load.endpoint import connect_all
from signaling.load.traffic import Shape, ssrcs
from signaling.load.visitor import Kit, Visitor
from tests.support.capture_rtp import Sent, opus_packets, play, vp8_packets
from tests.support.room_client import agrees, identified, mediator
from tests.support.service import Service, running_service
from tests.support.waiting import until

pytestmark = pytest.mark.slow

SECRET = "a secret of the operator that is long enough"
CAP = 10
"""Percent of a core: what a mediation of one takes is far less, what the load below takes is more."""
ROUND = 1.0
"""Seconds of sound and pictures that are sent again and again; each round begins with a key frame."""
LOAD = ("--rooms", "4", "--people", "6", "--seconds", "600")
"""20,000 packets a second out."""


class Speaker:
    """The mediator, alone in a room that is recorded, with sound and pictures that a decoder understands."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.ended = False
        sound, picture = ssrcs(visitor.number)
        self._rounds = [(opus_packets(ROUND), sound, 48_000), (vp8_packets(ROUND), picture, 90_000)]

    def _packets(self, turn: int) -> list[Sent]:
        """One round: numbers and time stamps go on where the one before ended."""
        return sorted(
            (
                replace(
                    each, at=turn * ROUND + each.at, sequence=each.sequence + turn * len(packets), ssrc=ssrc,
                    timestamp=each.timestamp + int(turn * ROUND * rate), extension=b"",
                )
                for packets, ssrc, rate in self._rounds
                for each in packets
            ),
            key=lambda each: each.at,
        )  # fmt: skip

    async def speak(self) -> None:
        """Send until told to end; each packet at its time, or as soon as this process gets to it."""
        sender = self.visitor.person.sender
        assert sender.outbound is not None
        loop = asyncio.get_running_loop()
        began = loop.time()
        for turn in count():
            for packet in self._packets(turn):
                await asyncio.sleep(max(0.0, began + packet.at - loop.time()))
                if self.ended:
                    return
                sender.socket.send(sender.outbound.seal_packet(packet.wire()))
            sender.check()


def cpu_share(service: Service) -> float:
    """The highest share of a core, in percent, that a media worker of this node says to use."""
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return max(100 * float(line.split()[-1]) for line in lines if line.startswith("mediation_room_media_cpu_share"))


async def load(service: Service, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "room_server.cli", "loadtest", service.url, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {PREFIX + "LOAD_TEST_SECRET": SECRET},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def recorded(service: Service) -> dict[Path, FragmentFacts]:
    """What the index of each recorded file says at its end."""
    found = {}
    for index in (service.data / "recordings").rglob(f"*{INDEX_SUFFIX}"):
        facts = [line.facts for line in read_index(index)[0] if isinstance(line, FragmentLine)]
        if facts:
            found[index.with_name(index.name.replace(INDEX_SUFFIX, ".webm"))] = facts[-1]
    return found


async def test_a_node_past_its_cap_opens_no_room_and_records_on_without_a_gap(tmp_path: Path) -> None:
    async with (
        running_service(tmp_path / "data", load_test_secret=SECRET, media_cpu_limit=str(CAP)) as service,
        httpx.AsyncClient(base_url=service.url, timeout=20) as staff,
        httpx.AsyncClient(base_url=service.url, timeout=20) as browser,
    ):
        host, party = await mediator(staff, service), await identified(browser, service, "applicant")
        await agrees(browser, party, also="recording_dispute")
        visitor = await Visitor.enter(Kit(service.url, None), host.room_id, host.token, 90_000, Shape())
        await connect_all([visitor.person.sender, visitor.person.listener])
        await visitor.publish()
        speaker = Speaker(visitor)
        speaking = asyncio.create_task(speaker.speak())
        await visitor.line.ask("start_recording")
        begun = await until(lambda: found if len(found := recorded(service)) == 2 else None, 10)
        assert cpu_share(service) < CAP, "one who speaks alone is no load"
        crowd = await load(service, *LOAD)
        await until(lambda: cpu_share(service) > CAP, 30)
        late = await load(service, "--rooms", "1", "--people", "2", "--seconds", "1")
        _, complained = await asyncio.wait_for(late.communicate(), 30)
        assert late.returncode == 1
        assert b"overloaded" in complained, complained
        loaded = recorded(service)
        await until(lambda: all(now.media_to > loaded[file].media_to + 1 for file, now in recorded(service).items()))
        assert cpu_share(service) > CAP, "the load was there all the while"
        crowd.send_signal(signal.SIGINT)
        await asyncio.wait_for(crowd.communicate(), 30)
        speaker.ended = True
        await speaking
        await visitor.line.ask("stop_recording", reason="enough")
        files = recorded(service)
        assert len(files) == 2
        for file, facts in files.items():
            # A picture that nobody can make a key frame of is broken until the next round begins.
            broken = facts.broken_frames - begun[file].broken_frames
            assert (facts.lost_packets, broken, facts.gaps) == (0, 0, []), file
            played = play(file)
            assert played.samples + played.pictures > 0 and played.end > loaded[file].media_to + 1
        assert "does not keep up" not in service.text
        told = (await staff.get(f"/metrics/rooms/{host.room_id}")).json()
        assert {each["streams"][0]["lost"] for each in told["publications"].values()} == {0}
        assert json.loads((await staff.get("/metrics/rooms")).text)["rooms"][0]["recording"] == "off"
        await visitor.close()
    assert "Traceback" not in service.text
