"""Debian's Janus as a target of the same load: its videoroom over its WebSocket API, ``event_loops = 1``.

One publishing and one subscribing PeerConnection a person, as with us. Janus is told to run no plugin but the
videoroom; everything else is its default. Its addresses are this machine's own, so that the packets never leave it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from signaling.load.endpoint import (
    OWN_PASSWORD,
    OWN_UFRAG,
    Endpoint,
    Inlet,
    Remote,
    connect_all,
    own_certificate,
)
from signaling.load.traffic import Person, Shape, person, ssrcs
from signaling.sfu.srtp import Profile

PROGRAM = "/usr/bin/janus"
LIBRARIES = Path("/usr/lib")
CONFIGURATION = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{plugins}/plugins"
  transports_folder = "{plugins}/transports"
  events_folder = "{plugins}/events"
  loggers_folder = "{plugins}/loggers"
  debug_level = 1
  session_timeout = 0
  event_loops = 1
}}
media: {{ rtp_port_range = "20000-29999" }}
nat: {{ full_trickle = false }}
plugins: {{ disable = "{unused}" }}
transports: {{ disable = "{other_transports}" }}
"""


def installed() -> bool:
    """Whether this machine has Janus."""
    return shutil.which(PROGRAM) is not None


def _plugins() -> Path:
    """Where Debian has them: in a folder that is named after the processor."""
    return next(LIBRARIES.glob("*/janus"))


def _others(folder: Path, wanted: str) -> str:
    return ",".join(sorted(each.name for each in folder.glob("*.so") if wanted not in each.name))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Janus:
    """One Janus process and one session of its API, in which every PeerConnection is a handle."""

    name = "janus"

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._folder = tempfile.TemporaryDirectory()
        self._port = _free_port()
        self._process: asyncio.subprocess.Process | None = None
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._session = 0
        self._numbers = itertools.count(1)
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._inlet = Inlet()
        self._certificate, self._fingerprint = own_certificate()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        folder, plugins = Path(self._folder.name), _plugins()
        (folder / "janus.jcfg").write_text(
            CONFIGURATION.format(
                folder=folder,
                plugins=plugins,
                unused=_others(plugins / "plugins", "videoroom"),
                other_transports=_others(plugins / "transports", "websockets"),
            )
        )
        (folder / "janus.transport.websockets.jcfg").write_text(
            f'general: {{ ws = true, ws_port = {self._port}, ws_ip = "127.0.0.1" }}'
        )
        (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }")
        log = (folder / "janus.log").open("w")
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, "-F", str(folder), "-C", str(folder / "janus.jcfg"), stdout=log, stderr=log, cwd=folder
        )
        for _ in range(100):
            with contextlib.suppress(OSError):
                address = f"ws://127.0.0.1:{self._port}"
                self._socket = await connect(
                    address, subprotocols=[Subprotocol("janus-protocol")], max_size=None, ping_interval=None
                )
                break
            await asyncio.sleep(0.1)
        if self._socket is None:
            raise RuntimeError(f"janus does not answer:\n{(folder / 'janus.log').read_text()[-2000:]}")
        self._reading = asyncio.create_task(self._read(self._socket))
        self._session = (await self._ask({"janus": "create"}))["data"]["id"]

    async def _read(self, source: ClientConnection) -> None:
        async for text in source:
            message = json.loads(text)
            if message["janus"] == "ack":  # the answer itself is an event with the same transaction
                continue
            waiting = self._answers.pop(message.get("transaction", ""), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._socket is not None
        transaction = str(next(self._numbers))
        answer = self._answers[transaction] = asyncio.get_running_loop().create_future()
        if self._session:
            message = {"session_id": self._session, **message}
        await self._socket.send(json.dumps({**message, "transaction": transaction}))
        async with asyncio.timeout(20):
            got = await answer
        data = got.get("plugindata", {}).get("data", {})
        if got["janus"] == "error" or "error" in data:
            raise RuntimeError(f"janus refuses {message}: {got}")
        return got

    async def _attach(self) -> int:
        got = await self._ask({"janus": "attach", "plugin": "janus.plugin.videoroom"})
        return int(got["data"]["id"])

    async def _message(self, handle: int, body: dict[str, Any], sdp: tuple[str, str] | None = None) -> dict[str, Any]:
        message = {"janus": "message", "handle_id": handle, "body": body}
        if sdp is not None:
            message["jsep"] = {"type": sdp[0], "sdp": sdp[1]}
        return await self._ask(message)

    async def fill_room(self, room: int, people: int, shape: Shape, publishers: int | None = None) -> list[Person]:
        """Everybody follows all others, of whom the first ``publishers`` (None: all) send.

        Everybody has two PeerConnections; on one that was published for somebody who only listens nothing is ever sent.
        """
        keeper = await self._attach()
        settings = {"publishers": 2 * people, "bitrate": 0, "audiocodec": "opus", "videocodec": "vp8"}
        await self._message(keeper, {"request": "create", "room": room + 1, **settings})
        numbers = range(room * people, (room + 1) * people)
        published = [await self._publish(room, number, shape) for number in numbers]
        feeds = [feed for feed, _ in published[:publishers]]
        await connect_all([sender for _, sender in published])
        members = []
        for index, (number, (own, sender)) in enumerate(zip(numbers, published, strict=True)):
            wanted = [feed for feed in feeds if feed != own]
            # Whoever is alone with a camera receives nothing, which Janus takes no subscriber for.
            listener = await self._follow(room, wanted) if wanted else (await self._publish(room, number, shape))[1]
            if index < len(feeds):
                members.append(person(sender, listener, number, shape, (111, 96)))
            else:
                members.append(Person(sender, listener))
        await connect_all([each.listener for each in members])
        return members

    async def _publish(self, room: int, number: int, shape: Shape) -> tuple[int, Endpoint]:
        """A PeerConnection that sends, and the name of what it sends."""
        handle = await self._attach()
        joined = await self._message(handle, {"request": "join", "ptype": "publisher", "room": room + 1})
        answered = await self._message(handle, {"request": "publish"}, ("offer", self._offer(number, shape)))
        return joined["plugindata"]["data"]["id"], self._endpoint(answered["jsep"]["sdp"])

    async def _follow(self, room: int, feeds: list[int]) -> Endpoint:
        """A PeerConnection that receives these."""
        handle = await self._attach()
        wanted = [{"feed": feed} for feed in feeds]
        joined = await self._message(
            handle, {"request": "join", "ptype": "subscriber", "room": room + 1, "streams": wanted}
        )
        offered = joined["jsep"]["sdp"]
        await self._message(handle, {"request": "start"}, ("answer", self._answer(offered)))
        return self._endpoint(offered)

    def _endpoint(self, sdp: str) -> Endpoint:
        candidate = _find(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", sdp)
        remote = Remote(
            (candidate[1], int(candidate[2])),
            _find(r"a=ice-ufrag:(\S+)", sdp)[1],
            _find(r"a=ice-pwd:(\S+)", sdp)[1],
            _find(r"a=fingerprint:sha-256 (\S+)", sdp)[1],
        )
        return Endpoint(self._inlet, self._certificate, remote, [self._profile])

    def _transport_lines(self) -> list[str]:
        return [
            f"a=ice-ufrag:{OWN_UFRAG}",
            f"a=ice-pwd:{OWN_PASSWORD}",
            f"a=fingerprint:sha-256 {self._fingerprint}",
            "a=setup:active",
            "a=rtcp-mux",
            "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host",
            "a=end-of-candidates",
        ]

    def _offer(self, number: int, shape: Shape) -> str:
        sound, picture = ssrcs(number)
        kinds = [("audio", 111, "opus/48000/2", sound)]
        if shape.picture_rate:
            kinds.append(("video", 96, "VP8/90000", picture))
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join('01'[: len(kinds)])}"]
        for mid, (kind, payload_type, codec, ssrc) in enumerate(kinds):
            lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {payload_type}", "c=IN IP4 0.0.0.0", *self._transport_lines()]
            lines += [f"a=mid:{mid}", "a=sendonly", f"a=rtpmap:{payload_type} {codec}"]
            lines += [f"a=rtcp-fb:{payload_type} nack", f"a=rtcp-fb:{payload_type} transport-cc"]
            if kind == "video":
                lines.append(f"a=rtcp-fb:{payload_type} nack pli")
            else:
                lines.append("a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level")
            lines.append("a=extmap:5 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")
            lines.append(f"a=ssrc:{ssrc} cname:load{number}")
        return "\r\n".join(lines) + "\r\n"

    def _answer(self, offered: str) -> str:
        session, *sections = re.split(r"(?m)^(?=m=)", offered)
        group = _find(r"a=group:.*", session)[0]
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", group]
        kept = ("a=mid:", "a=rtpmap:", "a=rtcp-fb:", "a=fmtp:", "a=extmap:")
        for section in sections:
            given = section.split("\r\n")
            lines += [given[0], "c=IN IP4 0.0.0.0", *self._transport_lines(), "a=recvonly"]
            lines += [line for line in given if line.startswith(kept)]
        return "\r\n".join(lines) + "\r\n"

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, 15)
            await self._process.wait()
        self._folder.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _find(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"{pattern} is not in\n{text}")
    return found
