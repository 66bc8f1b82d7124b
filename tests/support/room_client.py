"""A person without a browser: HTTP, the room's socket and the draft's socket of a running service."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import websockets
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from signaling import yjs
from tests.support.product_room import AGREED, handwriting
from tests.support.service import Service

WAIT = 10.0
LAST4 = {"applicant": "0001", "respondent": "0002"}
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


@dataclass(frozen=True)
class Access:
    """What the API answers to somebody who may enter."""

    token: str
    room_id: str
    session_id: str
    participant_id: str

    @classmethod
    def of(cls, answer: httpx.Response) -> Access:
        body = answer.json()
        assert answer.status_code == 200, body
        return cls(body["token"], body["room_id"], body["session_id"], body["participant_id"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def secret(service: Service, side: str) -> str:
    return service.links[side].rsplit("/", 1)[1]


async def identified(browser: httpx.AsyncClient, service: Service, side: str, *, take_over: bool = False) -> Access:
    """Through the link to a token; nothing is agreed to yet."""
    body = {"secret": secret(service, side), "last4": LAST4[side]}
    assert (await browser.post("/api/links/code", json=body)).status_code == 200
    link = service.links[side]
    messages = (await browser.get("/api/demo/outbox")).json()
    phone = next(message["to"] for message in messages if message["link"] == link)
    sent = next(each for each in messages if each["to"] == phone and each["template"] == "identity_code")
    code = CODE.search(sent["body_zh"])
    assert code is not None
    proof = {**body, "code": code[0], "company": {"alone": True}, "take_over": take_over}
    return Access.of(await browser.post("/api/links/identify", json=proof))


async def agrees(browser: httpx.AsyncClient, access: Access, also: str = "") -> None:
    """Yes to what is required, to the number, to signing here and to the item ``also``, no to the rest."""
    await _answers(browser, access, lambda item: item["required"] or item["id"] in {*AGREED, also})


async def agrees_to_everything(browser: httpx.AsyncClient, access: Access) -> None:
    """Yes to every item."""
    await _answers(browser, access, lambda item: True)


async def _answers(browser: httpx.AsyncClient, access: Access, yes_to: Callable[[dict[str, Any]], bool]) -> None:
    me = (await browser.get("/api/me", headers=access.headers)).json()
    for notice in me["notices"]:
        answers = {item["id"]: yes_to(item) for item in notice["items"]}
        body = {"notice_id": notice["id"], "version": notice["version"], "answers": answers}
        assert (await browser.post("/api/me/consents", json=body, headers=access.headers)).status_code == 200


async def mediator(browser: httpx.AsyncClient, service: Service, username: str = "zhouhe") -> Access:
    """Sign in and get a token for the session of the demonstration; ``jilu`` is the clerk."""
    body = {"username": username, "password": service.passwords[username]}
    assert (await browser.post("/api/staff/login", json=body)).status_code == 200
    session_id = service.links["mediator"].rsplit("/", 1)[1]
    return Access.of(await browser.post(f"/api/staff/sessions/{session_id}/token"))


async def signature(browser: httpx.AsyncClient, access: Access, **other: Any) -> httpx.Response:
    """A signature on the text that is current, with the newest one-time code; ``other`` replaces parts of it."""
    shown = (await browser.get("/api/agreements/current", headers=access.headers)).json()
    messages = sorted((await browser.get("/api/demo/outbox")).json(), key=lambda message: str(message["at"]))
    code = CODE.search(messages[-1]["body_zh"])
    drawn = {"mode": "drawn", "picture": base64.b64encode(handwriting()).decode()}
    body = {"digest": shown["digest"], "intent": True, "own_name": drawn, "code": code[0] if code else ""} | other
    return await browser.post(f"/api/agreements/{shown['proposal_id']}/signatures", json=body, headers=access.headers)


def address(service: Service, path: str) -> str:
    return service.url.replace("http", "ws", 1) + path


class RoomSocket:
    """The room's socket: commands with their answers, and the events that came in between."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self._next = 1

    async def say(self, text: str | bytes) -> None:
        await self.socket.send(text)

    async def hear(self, seconds: float = WAIT) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
        return message

    async def answer(self) -> dict[str, Any]:
        """The next message that is no event."""
        while (message := await self.hear()).get("seq") is not None:
            self.events.append(message)
        return message

    async def event(self, kind: str, seconds: float = WAIT) -> dict[str, Any]:
        """The data of the next event of one kind; ``seconds``: how long there may be no message at all."""
        while True:
            for place, event in enumerate(self.events):
                if event["type"] == kind:
                    data: dict[str, Any] = self.events.pop(place)["data"]
                    return data
            self.events.append(await self.hear(seconds))

    async def command(self, name: str, **data: Any) -> dict[str, Any]:
        """Send a command; its answer, ``ok`` or ``error``."""
        number = self._next
        self._next += 1
        await self.say(json.dumps({"v": 1, "id": number, "type": name, "data": data}))
        answer = await self.answer()
        assert answer["id"] == number
        return answer

    async def done(self, name: str, **data: Any) -> dict[str, Any]:
        """Send a command that succeeds; the data of its answer."""
        answer = await self.command(name, **data)
        assert answer["type"] == "ok", answer
        given: dict[str, Any] = answer["data"]
        return given

    async def closed(self) -> int | None:
        """The code with which the server closed."""
        async with asyncio.timeout(WAIT):
            await self.socket.wait_closed()
        return self.socket.close_code


@asynccontextmanager
async def room_socket(service: Service, room_id: str) -> AsyncIterator[RoomSocket]:
    """A socket that has said nothing yet."""
    async with websockets.connect(
        address(service, f"/rooms/{room_id}/socket"), max_size=None, max_queue=None
    ) as socket:
        yield RoomSocket(socket)


@asynccontextmanager
async def inside(service: Service, access: Access) -> AsyncIterator[RoomSocket]:
    """A socket whose hello was welcomed."""
    async with room_socket(service, access.room_id) as room:
        await room.done("hello", token=access.token)
        yield room


class Draft:
    """The draft's socket with a copy of the text."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.doc: Doc[Any] = Doc()
        self.fragment = self.doc.get("default", type=XmlFragment)

    @property
    def text(self) -> str:
        return str(self.fragment)

    async def write(self, text: str) -> None:
        """Add a paragraph."""
        before = self.doc.get_state()
        with self.doc.transaction():
            self.fragment.children.append(XmlElement("paragraph")).children.append(XmlText(text))
        await self.socket.send(yjs.sync_message(yjs.SYNC_UPDATE, self.doc.get_update(before)))

    async def reads(self, text: str) -> None:
        """Until the text is in the copy."""
        async with asyncio.timeout(WAIT):
            while text not in self.text:
                await self._hear()

    async def closed(self) -> int | None:
        async with asyncio.timeout(WAIT):
            await self.socket.wait_closed()
        return self.socket.close_code

    async def _hear(self) -> None:
        message = await self.socket.recv()
        assert isinstance(message, bytes)
        reader = yjs.Reader(message)
        if reader.unsigned() == yjs.AWARENESS:
            return
        step, data = reader.unsigned(), reader.buffer()
        if step == yjs.SYNC_STEP_1:
            await self.socket.send(yjs.sync_message(yjs.SYNC_STEP_2, self.doc.get_update(data)))
        else:
            self.doc.apply_update(data)


@asynccontextmanager
async def draft(service: Service, access: Access, known: str = "") -> AsyncIterator[Draft]:
    """The draft, once ``known`` is in it (always true for the empty string)."""
    url = address(service, f"/rooms/{access.room_id}/documents/agreement")
    protocols: Any = ["mediation-room", f"bearer.{access.token}"]
    async with websockets.connect(url, subprotocols=protocols, max_size=None) as socket:
        opened = Draft(socket)
        await socket.send(yjs.sync_message(yjs.SYNC_STEP_1, opened.doc.get_state()))
        await opened.reads(known or "第十五条")
        yield opened
