"""The running service and people who want more than is theirs: refused, in its log, and nothing of the case changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import websockets

from signaling.commands import HOST_ONLY
from signaling.messages import COMMANDS
from tests.support.room_client import Access, agrees, draft, identified, inside, mediator, room_socket
from tests.support.service import Service, running_service

pytestmark = pytest.mark.slow
WORDS = "涉及商业秘密"
SAID = "我听不见，写给大家看"


def crafted(name: str, own: str, other: str) -> dict[str, Any]:
    """Data that the command would be carried out with, if a host sent it."""
    values: dict[str, Any] = {
        "participant_id": own if name in ("allow_sharing", "set_writer") else other,
        "participant_ids": [other], "publication_id": "pub_any", "document_id": "agreement", "caucus_id": "cau_any",
        "muted": True, "allowed": True, "locked": True, "may_write": True, "reason": "because", "source": "microphone",
        "place": 1, "kind": "break", "seconds": 60,
    }  # fmt: skip
    return {field.name: values[field.name] for field in msgspec.structs.fields(COMMANDS[name]) if field.required}


def log_of(service: Service) -> list[str]:
    """Everything that the event log says."""
    with sqlite3.connect(f"file:{service.data / 'room.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
        return [str(row) for row in database.execute("SELECT * FROM event_log")]


def entries(service: Service) -> list[str]:
    with sqlite3.connect(f"file:{service.data / 'room.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
        return [kind for (kind,) in database.execute("SELECT kind FROM event_log ORDER BY rowid")]


async def refused_hello(service: Service, access: Access, **data: Any) -> str:
    async with room_socket(service, access.room_id) as room:
        answer = await room.command("hello", token=access.token, **data)
        assert answer["type"] == "error", answer
        code: str = answer["data"]["code"]
        return code


async def clerk(browser: httpx.AsyncClient, service: Service, session_id: str) -> Access:
    body = {"username": "jilu", "password": service.passwords["jilu"]}
    assert (await browser.post("/api/staff/login", json=body)).status_code == 200
    return Access.of(await browser.post(f"/api/staff/sessions/{session_id}/token"))


async def test_who_has_no_right_gets_nothing_and_lock_pause_and_removal_outlive_the_process(tmp_path: Path) -> None:
    async with running_service(tmp_path / "data") as service:
        browsers = [httpx.AsyncClient(base_url=service.url, timeout=20) for _ in range(4)]
        host = await mediator(browsers[0], service)
        applicant, respondent = [
            await identified(browser, service, side)
            for browser, side in zip(browsers[1:3], ("applicant", "respondent"), strict=True)
        ]
        for browser, party in ((browsers[1], applicant), (browsers[2], respondent)):
            await agrees(browser, party, also="recording_dispute")
        helper = await clerk(browsers[3], service, host.session_id)
        async with inside(service, host) as chair:
            kept = await a_party_tries_everything(service, chair, applicant, host)
            await two_hosts_say_the_same(chair, service, helper, respondent)
            await chair.done("start_recording")
            await chair.done("pause_recording", reason=WORDS)
            async with inside(service, applicant) as room:
                await chair.done("remove", participant_id=applicant.participant_id)
                assert await room.closed() == 4403
            assert await refused_hello(service, applicant, **kept) == "unauthenticated"
            refusals = [line for line in service.text.splitlines() if "a hello was refused" in line]
            assert refusals and host.room_id in refusals[-1] and applicant.token not in service.text
            with pytest.raises(websockets.ConnectionClosed):
                async with draft(service, applicant):
                    pass
            assert (await browsers[1].get("/api/me", headers=applicant.headers)).status_code == 401
        await service.replace("room_server.cli web")
        assert await refused_hello(service, respondent) == "room_locked"
        assert await refused_hello(service, applicant, **kept) == "unauthenticated"
        async with room_socket(service, host.room_id) as room:
            welcome = await room.done("hello", token=host.token)
            recording, stage = welcome["snapshot"]["recording"], welcome["snapshot"]["stage"]
            assert (recording["state"], recording["reason"], stage["locked"]) == ("paused", WORDS, True)
            await room.done("continue_recording")
            while recording["state"] != "on":
                recording = (await room.event("recording_changed"))["recording"]
            await room.done("lock_room", locked=False)
            await announced_said_and_killed(room, service, respondent)
        await the_same_lines_and_the_same_countdown(service, host, respondent)
        for browser in browsers:
            await browser.aclose()
        kinds = entries(service)
        assert (kinds.count("recording_paused"), kinds.count("recording_continued")) == (2, 1), (
            "the second: for the talk"
        )
        assert [kind for kind in kinds if kind.startswith("room_")] == ["room_locked", "room_unlocked"]
        assert not any(SAID in line for line in log_of(service)), "captions are in no log"


async def announced_said_and_killed(chair: Any, service: Service, respondent: Access) -> None:
    """A party is let in, writes a caption, and is about to be taken into a private talk when the process is killed.

    Their socket is open until then: whoever closes it has left, and is not waited for.
    """
    async with room_socket(service, respondent.room_id) as room:
        await room.done("hello", token=respondent.token)
        await chair.done("admit", participant_id=respondent.participant_id)
        await room.event("snapshot")
        await room.done("write_caption", text=SAID, place="")
        await chair.done("open_caucus", participant_ids=[respondent.participant_id], in_seconds=5)
        assert (await room.event("caucus_changed"))["caucus"]["state"] == "announced"
        await service.replace("room_server.cli web")


async def the_same_lines_and_the_same_countdown(service: Service, host: Access, respondent: Access) -> None:
    """It waits for the party, then counts down anew; then they are in the talk, and what was said before is not."""
    async with room_socket(service, host.room_id) as chair:
        snapshot = (await chair.done("hello", token=host.token))["snapshot"]
        assert [line["text"] for line in snapshot["board"]["captions"]] == [SAID]
        [talk] = snapshot["caucuses"]
        assert (talk["state"], talk["changes_at"]) == ("announced", None)
        async with room_socket(service, respondent.room_id) as room:
            mine = (await room.done("hello", token=respondent.token))["snapshot"]
            assert mine["board"]["captions"] == snapshot["board"]["captions"]
            [talk] = mine["caucuses"]
            assert talk["changes_at"] > mine["server_time"] + 2
            while talk["state"] != "open":
                talk = (await chair.event("caucus_changed", 20))["caucus"]
            assert (await room.event("board_changed"))["value"] is None


async def a_party_tries_everything(service: Service, chair: Any, applicant: Access, host: Access) -> dict[str, Any]:
    """Every command that is for hosts, from a party inside. Returns what they could keep for later."""
    async with room_socket(service, applicant.room_id) as room:
        await room.done("hello", token=applicant.token)
        await chair.done("admit", participant_id=applicant.participant_id)
        snapshot = await room.event("snapshot")
        names = [name for name, command in COMMANDS.items() if command in HOST_ONLY]
        before = entries(service)
        for name in names:
            answer = await room.command(name, **crafted(name, applicant.participant_id, host.participant_id))
            assert (answer["type"], answer["data"].get("code")) == ("error", "forbidden"), name
        assert entries(service) == before
        assert service.text.count("a command was refused") >= len(names)
    async with room_socket(service, applicant.room_id) as room:
        welcome = await room.done("hello", token=applicant.token)
        return {"resume": welcome["resume"], "last_seq": snapshot["snapshot"]["seq"]}


async def two_hosts_say_the_same(chair: Any, service: Service, helper: Access, respondent: Access) -> None:
    """The mediator and the clerk: one locks, the other finds it locked, and neither lets anybody in so."""
    async with inside(service, helper) as second:
        await chair.done("lock_room", locked=True)
        assert (await second.event("stage_changed"))["stage"]["locked"]
        await second.done("lock_room", locked=True)
        assert await refused_hello(service, respondent) == "room_locked"
        answer = await second.command("admit", participant_id=respondent.participant_id)
        assert answer["data"]["code"] == "not_found"
