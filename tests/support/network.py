"""The network of one browser, as something a test can cut: its WebSocket, and a UDP relay that its media go through.

Chromium's own "offline" switch leaves WebRTC alone, and nothing else on the machine may be disturbed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from playwright.async_api import WebSocketRoute

from tests.support.browser import Person
from tests.support.narrow import Pipe

Address = tuple[str, int]


class UdpPath(asyncio.DatagramProtocol):
    """Relays between whoever sends to ``port`` and the server: one socket towards the server for each sender."""

    def __init__(self) -> None:
        self.server: Address | None = None
        self.open = True
        self.dropped = 0
        self.down = Pipe()
        self._transport: asyncio.DatagramTransport | None = None
        self._outward: dict[Address, asyncio.Future[asyncio.DatagramTransport]] = {}

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: Address) -> None:
        if not self.open or self.server is None:
            self.dropped += 1
            return
        known = self._outward.get(address)
        if known is None:
            known = self._outward[address] = asyncio.ensure_future(self._outward_for(address, self.server))
        if known.done():
            known.result().sendto(data)
        else:
            known.add_done_callback(lambda opened: opened.result().sendto(data))

    def back(self, data: bytes, address: Address) -> None:
        """A datagram of the server for this sender."""
        transport = self._transport
        if self.open and transport is not None:
            self.down.put(len(data), lambda: transport.sendto(data, address))

    def move(self) -> None:
        """From now on the server sees every sender at another address, as after a router has forgotten them. What it
        sends to the old ones is lost; nobody is told."""
        for opened in self._outward.values():
            if opened.done():
                opened.result().close()
            else:
                opened.cancel()
        self._outward.clear()

    @property
    def addresses(self) -> set[Address]:
        """Where the server sees the senders."""
        opened = [each.result() for each in self._outward.values() if each.done()]
        return {each.get_extra_info("sockname") for each in opened}

    def close(self) -> None:
        self.move()
        if self._transport is not None:
            self._transport.close()

    async def _outward_for(self, address: Address, server: Address) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Outward(self, address), remote_addr=server)
        return transport


class _Outward(asyncio.DatagramProtocol):
    def __init__(self, path: UdpPath, address: Address) -> None:
        self._path = path
        self._address = address

    def datagram_received(self, data: bytes, address: Address) -> None:
        self._path.back(data, self._address)


class Network:
    """How one person reaches the server: ``commands`` has the types of what their page asked for, in order."""

    def __init__(self, person: Person, path: UdpPath) -> None:
        self.path = path
        self.commands: list[str] = []
        self._person = person
        self._sockets: list[WebSocketRoute] = []

    async def cut(self) -> None:
        """Nothing gets through any more: no request, no message, no media."""
        self.path.open = False
        await self._person.context.set_offline(True)
        for route in self._sockets:
            await route.close(code=4999, reason="the network is gone")
        self._sockets.clear()

    async def heal(self) -> None:
        """Everything gets through again."""
        self.path.open = True
        await self._person.context.set_offline(False)

    def handle(self, route: WebSocketRoute) -> None:
        """A socket that the page opens."""
        server = route.connect_to_server()
        self._sockets.append(route)

        def asked(message: str | bytes) -> None:
            self.commands.append(json.loads(message)["type"])
            server.send(message)

        def told(message: str | bytes) -> None:
            frame = json.loads(message)
            data = frame.get("data")
            if isinstance(data, dict) and "ice_candidates" in data:
                data["ice_candidates"] = self._divert(data["ice_candidates"])
                message = json.dumps(frame)
            route.send(message)

        route.on_message(asked)
        server.on_message(told)

    def _divert(self, candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        # Only the UDP candidate of IPv4: with another way around the cut there would be nothing to see.
        near = [one for one in candidates if one["protocol"] == "udp" and ":" not in one["ip"]][:1]
        for one in near:
            self.path.server = (one["ip"], one["port"])
            one.update(ip="127.0.0.1", port=self.path.port)
        return near


@asynccontextmanager
async def own_network(person: Person) -> AsyncIterator[Network]:
    """From the next page on this person has a network of their own."""
    loop = asyncio.get_running_loop()
    _, path = await loop.create_datagram_endpoint(UdpPath, local_addr=("127.0.0.1", 0))
    network = Network(person, path)
    await person.context.route_web_socket("**/rooms/*/socket", network.handle)
    try:
        yield network
    finally:
        path.close()
