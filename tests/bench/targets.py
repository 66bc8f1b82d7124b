"""What is measured: a media worker of ours, and Janus, filled with the same packet-level people."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol, Self

from signaling.ids import CaptureId, PublicationId
from signaling.load.endpoint import Endpoint, Inlet, Remote, connect_all, own_certificate
from signaling.load.traffic import Person, Shape, person, ssrcs
from signaling.messages import TransportCreated
from signaling.sfu.compiled import VARIABLE
from signaling.sfu.srtp import Profile, SrtpKeys
from tests.support.sfu_packets import CAPABILITIES, RECORDED
from tests.support.sfu_peer import ROOT, WorkerProcess

TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
COMPILED = ROOT / "build" / "compiled"
READER = """
import socket, sys
reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
reader.bind(sys.argv[1])
while True:
    reader.recv(65536)
"""


class Target(Protocol):
    """A server that forwards media."""

    name: str

    @property
    def pid(self) -> int: ...

    async def start(self) -> None: ...

    async def fill_room(self, room: int, people: int, shape: Shape, publishers: int | None = None) -> list[Person]: ...

    async def close(self) -> None: ...


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, in ticks of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in use and its own (Linux: anonymous resident pages)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def parameters(kind: str, ssrc: int, mid: str) -> dict[str, Any]:
    """``rtpParameters`` as Chromium's mediasoup-client makes them, with transport-wide numbers and their feedback."""
    made = copy.deepcopy(RECORDED[kind])
    made["codecs"][0]["rtcpFeedback"].append({"type": "transport-cc", "parameter": ""})
    made["mid"] = mid
    made["encodings"] = [{"ssrc": ssrc, "dtx": False} | ({"rtx": {"ssrc": ssrc + 1}} if kind == "video" else {})]
    if not any(each["uri"] == TRANSPORT_CC for each in made["headerExtensions"]):
        made["headerExtensions"].append({"uri": TRANSPORT_CC, "id": 5, "encrypt": False, "parameters": {}})
    return dict(made)


class OurWorker:
    """A media worker process with everything on; ``recorded``: every track goes to a reader in the recorder's place.

    ``compiled``: with the modules in ``COMPILED`` (``make compiled``), whatever the environment says.
    """

    def __init__(self, profile: Profile, *, recorded: bool, compiled: bool = False) -> None:
        self.name = "worker, recorded" if recorded else "worker"
        self._profile = profile
        self._recorded = recorded
        self._folder = tempfile.TemporaryDirectory()
        environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
        if compiled:
            environment[VARIABLE] = str(COMPILED)
        self._compiled = compiled
        self.worker = WorkerProcess(Path(self._folder.name), environment=environment)
        self._reader: asyncio.subprocess.Process | None = None
        self._inlet = Inlet()
        self._certificate, self._fingerprint = own_certificate()
        self._captures = 0

    @property
    def pid(self) -> int:
        return self.worker.pid

    async def start(self) -> None:
        await self.worker.start()
        if (told := (await self.worker.media.statistics())["compiled"]) is not self._compiled:
            raise RuntimeError(f"the worker says compiled={told}")
        if self._recorded:
            path = self.worker.feed_path
            self._reader = await asyncio.create_subprocess_exec(sys.executable, "-c", READER, str(path))
            while not path.exists():
                await asyncio.sleep(0.01)

    async def endpoint(self, room: int, name: str, direction: Any) -> tuple[Endpoint, TransportCreated]:
        """A transport that is not connected yet."""
        created = await self.worker.media.create_transport(f"room{room}", name, direction)  # type: ignore[arg-type]
        candidate, ice = created.ice_candidates[0], created.ice_parameters
        remote = Remote(
            (candidate["ip"], candidate["port"]),
            ice["usernameFragment"],
            ice["password"],
            created.dtls_parameters["fingerprints"][0]["value"],
        )
        endpoint = Endpoint(self._inlet, self._certificate, remote, [self._profile])
        mine = {"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": self._fingerprint}]}
        await self.worker.media.connect_transport(created.transport_id, mine)
        return endpoint, created

    async def fill_room(
        self, room: int, people: int, shape: Shape, publishers: int | None = None, *, subscribe: bool = True
    ) -> list[Person]:
        """Everybody follows all others, of whom the first ``publishers`` (None: all) have microphone and camera."""
        media = self.worker.media
        members: list[Person] = []
        places: list[tuple[Any, list[PublicationId]]] = []
        for index in range(people):
            number = room * people + index
            sender, sending = await self.endpoint(room, f"person{index}", "send")
            listener, receiving = await self.endpoint(room, f"person{index}", "receive")
            if publishers is not None and index >= publishers:
                members.append(Person(sender, listener))
                places.append((receiving.transport_id, []))
                continue
            sound, picture = ssrcs(number)
            tracks = [await media.publish(sending.transport_id, "audio", "microphone", parameters("audio", sound, "0"))]
            if shape.picture_rate:
                offered = parameters("video", picture, "1")
                tracks.append(await media.publish(sending.transport_id, "video", "camera", offered))
            members.append(person(sender, listener, number, shape, (111, 96)))
            places.append((receiving.transport_id, tracks))
        await connect_all([end for each in members for end in (each.sender, each.listener)])
        for receiving_id, own in places:
            for _, tracks in places:
                for track in tracks if tracks is not own and subscribe else ():
                    made = await media.subscribe(receiving_id, track, CAPABILITIES)
                    await media.set_subscription_paused(made.subscription_id, False)
        if self._recorded:
            for track in (track for _, tracks in places for track in tracks):
                self._captures += 1
                await media.start_capture(track, CaptureId(self._captures))
        return members

    async def counters(self) -> dict[str, int]:
        """What the worker counted since its start."""
        return dict((await self.worker.media.statistics())["counters"])

    async def close(self) -> None:
        await self.worker.close()
        if self._reader is not None:
            self._reader.kill()
            await self._reader.wait()
        self._folder.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            await self.close()


async def direct_people(people: int, shape: Shape, profile: Profile) -> list[Person]:
    """People whose packets go straight to one listener each: with them the generator's own delay is measured."""
    inlet = Inlet()
    certificate, _ = own_certificate()
    made = []
    for number in range(people):
        nowhere = Remote(("127.0.0.1", 9), "", "", "")
        sender, listener = (Endpoint(inlet, certificate, nowhere, [profile]) for _ in range(2))
        listener.socket.connect(sender.socket.getsockname())
        sender.socket.connect(listener.socket.getsockname())
        key = secrets.token_bytes(profile.key_bytes + profile.salt_bytes)
        sender.adopt(SrtpKeys(profile, key, key))
        listener.adopt(SrtpKeys(profile, key, key))
        made.append(person(sender, listener, number, shape, (111, 96)))
    return made
