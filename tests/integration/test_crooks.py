"""The running service and people who learned the right names: of another room, across a private talk, of before.

What everybody lacks from the start is asked for in ``test_rights.py`` and ``test_routes_refuse.py``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aioice.ice
import httpx
import pytest
import websockets

from tests.integration.test_rights import entries, log_of
from tests.support.python_client import PythonClient, Tone
from tests.support.room_client import (
    Access,
    RoomSocket,
    address,
    agrees,
    draft,
    identified,
    inside,
    mediator,
    room_socket,
    secret,
)
from tests.support.second_session import second_session
from tests.support.service import Service, running_service

pytestmark = pytest.mark.slow
PEOPLE = ("host", "applicant", "respondent", "other")
SAID = "只在单独沟通里写的"
DOCUMENT = {"document_id": "agreement"}


@dataclass
class Table:
    """A mediator and both parties, and somebody of another session of the same service."""

    service: Service
    browsers: dict[str, httpx.AsyncClient]
    people: dict[str, Access]

    @property
    def host(self) -> Access:
        return self.people["host"]


@pytest.fixture
async def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Table]:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    async with running_service(tmp_path / "data") as service, AsyncExitStack() as stack:
        browsers = {
            name: await stack.enter_async_context(httpx.AsyncClient(base_url=service.url, timeout=20))
            for name in PEOPLE
        }
        people = {"host": await mediator(browsers["host"], service)}
        people |= {side: await identified(browsers[side], service, side) for side in PEOPLE[1:3]}
        people["other"] = await identified(browsers["other"], await second_session(service), "applicant")
        for name in PEOPLE[1:]:
            await agrees(browsers[name], people[name])
        yield Table(service, browsers, people)
        assert "Traceback" not in service.text, service.text
        assert not any(access.token in service.text for access in people.values())


async def test_whoever_has_learned_names_gets_nothing_by_them(table: Table) -> None:
    before = entries(table.service)
    await no_token_is_good_for_anything_but_its_own_room(table)
    assert entries(table.service) == before
    async with inside(table.service, table.host) as chair, at_the_table(table, chair) as clients:
        await nothing_crosses_a_private_talk(table, chair, clients)
    await nothing_is_left_on_the_device_before(table)
    await nothing_is_open_after_the_end(table)
    assert not any(SAID in line for line in log_of(table.service))


# ---- other tokens ----------------------------------------------------------------------------------------------------


async def no_token_is_good_for_anything_but_its_own_room(table: Table) -> None:
    """A forged one, one of another session, one of the office, a room that is called like a private talk."""
    room_id, own, other = table.host.room_id, table.people["applicant"], table.people["other"]
    cookie = table.browsers["host"].cookies["staff"]
    for token in (other.token, cookie, *forged(own.token, table.host.participant_id)):
        assert await hello(table.service, room_id, token=token) == ("unauthenticated", 4401), token
        assert await document_closed(table.service, room_id, token) == 4401, token
        bearer = {"Authorization": f"Bearer {token}"}
        if token != other.token:
            assert (await table.browsers["other"].get("/api/me", headers=bearer)).status_code == 401
    for room in (f"{room_id}%23cau_1", room_id.upper(), other.room_id):
        assert await hello(table.service, room, token=own.token) == ("unauthenticated", 4401), room
    somebody = {"token": own.token, "participant_id": table.host.participant_id}
    assert await hello(table.service, room_id, **somebody) == ("bad_request", 4400)
    async with httpx.AsyncClient(base_url=table.service.url, cookies={"staff": table.host.token}) as impostor:
        assert (await impostor.get("/api/staff/me")).status_code == 401
    asked = await table.browsers["other"].get(f"/api/sessions/{own.session_id}/chat", headers=other.headers)
    assert asked.status_code == 403


def forged(token: str, participant_id: str) -> list[str]:
    """The same token for somebody else, with no signature, with the old one, and by other rules."""
    _, claims, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    theirs = {**said, "sub": participant_id}
    return [
        ".".join((encoded({"alg": rule, "typ": "JWT"}), encoded(theirs), end))
        for rule, end in (("none", ""), ("none", signature), ("HS256", signature), ("HS256", ""), ("RS256", signature))
    ]


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def hello(service: Service, room_id: str, **data: Any) -> tuple[str, int | None]:
    """The code with which a hello is refused, and how the socket closes."""
    async with room_socket(service, room_id) as room:
        answer = await room.command("hello", **data)
        assert answer["type"] == "error", answer
        return answer["data"]["code"], await room.closed()


async def document_closed(service: Service, room_id: str, token: str) -> int | None:
    """How a socket at the draft closes that says nothing."""
    protocols: Any = ["mediation-room", f"bearer.{token}"]
    url = address(service, f"/rooms/{room_id}/documents/agreement")
    async with websockets.connect(url, subprotocols=protocols) as socket:
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        return socket.close_code


# ---- a private talk --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def at_the_table(table: Table, chair: RoomSocket) -> AsyncIterator[dict[str, PythonClient]]:
    """Both parties let in; each may write."""
    clients = {}
    async with AsyncExitStack() as stack:
        for side in PEOPLE[1:3]:
            room = await stack.enter_async_context(room_socket(table.service, table.host.room_id))
            access = table.people[side]
            welcome = await room.done("hello", token=access.token)
            clients[side] = await PythonClient.enters(room, welcome["router_capabilities"])
            await chair.done("admit", participant_id=access.participant_id)
            await chair.done("set_writer", **DOCUMENT, participant_id=access.participant_id, may_write=True)
        yield clients


async def nothing_crosses_a_private_talk(table: Table, chair: RoomSocket, clients: dict[str, PythonClient]) -> None:
    """The respondent has the names of the applicant's tracks of before and in the talk, and of the talk itself."""
    applicant, respondent = table.people["applicant"], table.people["respondent"]
    sender, listener = clients["applicant"], clients["respondent"]
    await sender.sends(Tone(400))
    old = await track_of(listener.room, applicant)
    await listener.receives([old])
    heard = await subscribed(listener, old)
    async with draft(table.service, applicant) as inner, draft(table.service, respondent) as outer:
        members = [applicant.participant_id, table.host.participant_id]
        talk = (await chair.done("open_caucus", participant_ids=members, in_seconds=0))["caucus_id"]
        reset = await sender.room.event("media_reset")
        chair.events.clear()
        inside_talk = await PythonClient.enters(sender.room, reset["router_capabilities"])
        await inside_talk.sends(Tone(500))
        new = await track_of(chair, applicant)
        await every_name_is_refused(listener, heard, (old, new))
        refused = await listener.room.command("write_caption", text="x", place=talk)
        assert refused["data"]["code"] == "conflict"
        for place, text in ((talk, "x"), ("", SAID)):
            who = "respondent" if place else "applicant"
            line = {"to": "here", "text": text, "place": place}
            answer = await table.browsers[who].post(
                f"/api/sessions/{table.host.session_id}/chat", json=line, headers=table.people[who].headers
            )
            assert (answer.status_code, answer.json()["code"]) == (409, "moved"), who
        await inner.write(SAID)
        assert await inner.closed() == 4403
        await outer.write("外面接着写。")
        async with draft(table.service, table.host, known="外面接着写。") as seen:
            assert SAID not in seen.text and SAID not in outer.text
        await chair.done("close_caucus", caucus_id=talk, in_seconds=0)
    await sender.room.event("media_reset")
    for name in ("respondent", "applicant"):
        answer = await clients[name].room.command("subscribe", publication_id=new, rtp_capabilities={})
        assert answer["data"]["code"] == "not_found", name
    for client in (sender, listener, inside_talk):
        await client.leaves()


async def every_name_is_refused(listener: PythonClient, heard: str, tracks: tuple[str, ...]) -> None:
    room = listener.room
    capabilities = listener.device.recvRtpCapabilities.model_dump(exclude_none=True)
    for track in tracks:
        tries: list[tuple[str, dict[str, Any]]] = [
            ("subscribe", {"publication_id": track, "rtp_capabilities": capabilities}),
            ("unpublish", {"publication_id": track}),
            ("set_publication_paused", {"publication_id": track, "paused": True}),
        ]
        for name, data in tries:
            assert (await room.command(name, **data))["data"]["code"] == "not_found", name
    for name in ("resume_subscription", "pause_subscription", "unsubscribe"):
        assert (await room.command(name, subscription_id=heard))["data"]["code"] == "not_found", name
    size = await room.command("set_subscription_size", subscription_id=heard, width=640, height=480)
    assert size["data"]["code"] == "not_found"


async def track_of(room: RoomSocket, access: Access) -> str:
    """The name of a track of somebody, as a room tells of it."""
    while True:
        view = (await room.event("publication_changed"))["publication"]
        if view["participant_id"] == access.participant_id:
            name: str = view["publication_id"]
            return name


async def subscribed(listener: PythonClient, track: str) -> str:
    """The name under which a track is received."""
    capabilities = listener.device.recvRtpCapabilities.model_dump(exclude_none=True)
    answer = await listener.room.done("subscribe", publication_id=track, rtp_capabilities=capabilities)
    name: str = answer["subscription_id"]
    return name


# ---- the device before, and the end ----------------------------------------------------------------------------------


async def nothing_is_left_on_the_device_before(table: Table) -> None:
    """Its token, its handle, its cookie, its document socket; the handle is no good with the new token either."""
    service, first = table.service, table.people["applicant"]
    async with room_socket(service, first.room_id) as room, httpx.AsyncClient(base_url=service.url) as browser:
        resume = (await room.done("hello", token=first.token))["resume"]
        second = await identified(browser, service, "applicant", take_over=True)
        assert await room.closed() == 4403
        assert await hello(service, first.room_id, token=first.token, resume=resume, last_seq=0) == (
            "unauthenticated",
            4401,
        )
        assert await document_closed(service, first.room_id, first.token) == 4401
        chat = f"/api/sessions/{first.session_id}/chat"
        line = {"to": "here", "text": SAID, "place": ""}
        own = table.browsers["applicant"]
        assert (await own.post(chat, json=line, headers=first.headers)).status_code == 401
        again = await own.post("/api/links/refresh", json={"secret": secret(service, "applicant")})
        assert (again.status_code, again.json()["code"]) == (409, "continued_elsewhere")
        async with room_socket(service, second.room_id) as back:
            welcome = await back.done("hello", token=second.token, resume=resume, last_seq=0)
            assert welcome["resumed"] is False
    table.people["applicant"] = second


async def nothing_is_open_after_the_end(table: Table) -> None:
    async with inside(table.service, table.host) as chair:
        await chair.done("close_room", reason="OTHER")
        assert await chair.closed() == 4410
    ended = len(entries(table.service))
    for name in PEOPLE[:3]:
        access = table.people[name]
        assert await hello(table.service, access.room_id, token=access.token) == ("wrong_state", 4410), name
        assert await document_closed(table.service, access.room_id, access.token) == 4403, name
    person = table.people["applicant"]
    line = {"to": "here", "text": "还想说一句", "place": ""}
    late = await table.browsers["other"].post(
        f"/api/sessions/{person.session_id}/chat", json=line, headers=person.headers
    )
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
    assert not {"joined", "reconnected", "chat_line"} & set(entries(table.service)[ended:])
