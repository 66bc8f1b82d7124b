"""The running service over real sockets: who is refused, with which code, and that nothing is lost by it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import pytest_asyncio

from room_server.auth import Tokens
from room_server.settings import Settings
from tests.support.room_client import (
    Access,
    agrees,
    draft,
    identified,
    inside,
    mediator,
    room_socket,
    secret,
    signature,
)
from tests.support.service import Service, running_service
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@dataclass
class Table:
    """A running service, the mediator and both parties, each with a browser of their own."""

    service: Service
    host: Access
    applicant: Access
    respondent: Access
    browsers: dict[str, httpx.AsyncClient]

    def tokens(self, ahead: timedelta = timedelta()) -> Tokens:
        """What the service makes tokens with, at another time."""
        return Tokens(Settings(data_dir=self.service.data).token_key(), lambda: datetime.now(UTC) + ahead)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def table(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Table]:
    async with running_service(tmp_path_factory.mktemp("service") / "data") as service:
        names = ("host", "applicant", "respondent")
        browsers = {name: httpx.AsyncClient(base_url=service.url, timeout=20) for name in names}
        host = await mediator(browsers["host"], service)
        parties = [await identified(browsers[side], service, side) for side in names[1:]]
        seated = Table(service, host, *parties, browsers)
        await agrees(browsers["applicant"], seated.applicant)
        async with inside(service, host) as room, inside(service, seated.applicant):
            await room.done("admit", participant_id=seated.applicant.participant_id)
        yield seated
        for browser in browsers.values():
            await browser.aclose()
        assert "Traceback" not in service.text, service.text


# ---- the door --------------------------------------------------------------------------------------------------------


def hello(token: str, version: int = 1) -> str:
    return json.dumps({"v": version, "id": 1, "type": "hello", "data": {"token": token}})


async def refusal(table: Table, first: str | bytes, room_id: str = "") -> tuple[str, int | None]:
    """The code of the answer to the first message, and how the socket closed."""
    async with room_socket(table.service, room_id or table.host.room_id) as room:
        await room.say(first)
        answer = await room.answer()
        assert answer["type"] == "error"
        return answer["data"]["code"], await room.closed()


async def test_a_socket_without_a_good_hello_is_refused_with_a_stable_code(table: Table) -> None:
    good, ping = table.applicant.token, json.dumps({"v": 1, "id": 1, "type": "ping", "data": {}})
    assert await refusal(table, ping) == ("unauthenticated", 4401)
    assert await refusal(table, hello("nonsense")) == ("unauthenticated", 4401)
    assert await refusal(table, hello(good, version=2)) == ("unsupported_version", 4400)
    assert await refusal(table, hello(good).encode()) == ("bad_request", 4400)
    assert await refusal(table, "{") == ("bad_request", 4400)


async def test_a_token_opens_one_room_for_one_person_for_a_while(table: Table) -> None:
    applicant = table.applicant
    assert await refusal(table, hello(applicant.token), "another-room") == ("unauthenticated", 4401)
    old = table.tokens(timedelta(hours=-1)).room(applicant.participant_id, applicant.session_id, "link")
    assert await refusal(table, hello(old)) == ("session_expired", 4401)
    for person, session in ((applicant.participant_id, "se_other"), ("pa_other", applicant.session_id)):
        assert await refusal(table, hello(table.tokens().room(person, session, "link"))) == ("unauthenticated", 4401)
    staff = table.browsers["host"].cookies["staff"]
    assert await refusal(table, hello(staff)) == ("unauthenticated", 4401)
    forged = Tokens("another key that is long enough for HS256", lambda: datetime.now(UTC))
    assert await refusal(table, hello(forged.room(applicant.participant_id, applicant.session_id))) == (
        "unauthenticated",
        4401,
    )


async def test_who_has_not_agreed_to_what_is_required_does_not_even_wait(table: Table) -> None:
    assert await refusal(table, hello(table.respondent.token)) == ("lobby_denied", 4403)


# ---- messages --------------------------------------------------------------------------------------------------------


async def test_messages_that_are_no_commands_are_refused_one_by_one_and_the_room_goes_on(table: Table) -> None:
    async with inside(table.service, table.applicant) as room:
        for message in ("nonsense", b"\x00", json.dumps({"v": 1, "id": 1, "type": "ping"}), "x" * 300_000):
            await room.say(message)
            answer = await room.answer()
            assert (answer["type"], answer["data"]["code"], answer.get("id")) == ("error", "bad_request", None)
        for name, code in (("no_such", "bad_request"), ("hello", "bad_request"), ("admit", "bad_request")):
            answer = await room.command(name)
            assert (answer["type"], answer["data"]["code"]) == ("error", code)
        answer = await room.command("close_room")
        assert answer["data"]["code"] == "forbidden"
        assert await room.done("raise_hand", raised=True) == {}
        assert await room.done("raise_hand", raised=False) == {}


async def test_a_message_beyond_every_limit_costs_the_socket_and_not_the_place(table: Table) -> None:
    async with room_socket(table.service, table.applicant.room_id) as room:
        welcome = await room.done("hello", token=table.applicant.token)
        await room.done("raise_hand", raised=True)
        await room.say("x" * (2 * 1024 * 1024))
        assert await room.closed() == 1009
    async with room_socket(table.service, table.applicant.room_id) as room:
        again = await room.done(
            "hello", token=table.applicant.token, resume=welcome["resume"], last_seq=welcome["snapshot"]["seq"]
        )
        assert again["resumed"]
        assert (await room.event("participant_changed"))["participant"]["hand_raised"]
        await room.done("raise_hand", raised=False)


# ---- another device --------------------------------------------------------------------------------------------------


async def test_a_second_device_goes_on_in_the_same_talk_with_the_same_hand_and_the_same_right_to_write(
    table: Table,
) -> None:
    first, document = table.applicant, {"document_id": "agreement"}
    person = {"participant_id": first.participant_id}
    async with (
        inside(table.service, table.host) as chair,
        inside(table.service, first) as room,
        draft(table.service, first) as text,
        httpx.AsyncClient(base_url=table.service.url, timeout=20) as other,
    ):
        await chair.done("set_writer", **document, **person, may_write=True)
        await room.done("raise_hand", raised=True)
        members = [first.participant_id, table.host.participant_id]
        talk = (await chair.done("open_caucus", participant_ids=members, in_seconds=0))["caucus_id"]
        while (await room.event("caucus_changed"))["caucus"]["state"] != "open":
            continue
        await room.done("raise_hand", raised=True)
        chair.events.clear()
        second = await identified(other, table.service, "applicant", take_over=True)
        assert (await room.event("removed"))["reason"] == "continued_elsewhere"
        assert (await room.closed(), await text.closed()) == (4403, 4403)
        async with room_socket(table.service, second.room_id) as back:
            snapshot = (await back.done("hello", token=second.token))["snapshot"]
            me = next(each for each in snapshot["participants"] if each["participant_id"] == first.participant_id)
            assert (me["caucus_id"], me["hand_raised"], me["presence"]) == (talk, True, "present")
            await chair.done("ping")
            told = [each["data"] for each in chair.events if each["type"] == "caucus_changed"]
            assert [each for each in told if each["caucus"]["state"] != "open"] == []
            assert not any(each["type"] == "participant_left" for each in chair.events)
            await chair.done("close_caucus", caucus_id=talk, in_seconds=0)
            while (await back.event("caucus_changed"))["caucus"]["state"] != "closed":
                continue
            async with draft(table.service, second) as goes_on:
                await goes_on.write("在另一台设备上接着写。")
                async with draft(table.service, table.host) as seen:
                    await seen.reads("在另一台设备上接着写。")
            await chair.done("set_writer", **document, **person, may_write=False)
    table.applicant = await identified(table.browsers["applicant"], table.service, "applicant", take_over=True)


# ---- the text --------------------------------------------------------------------------------------------------------


async def test_the_text_takes_only_what_a_writer_wrote_before_the_freeze_and_is_signed_once(table: Table) -> None:
    service, applicant = table.service, table.applicant
    async with inside(service, table.host) as host, inside(service, applicant):
        async with draft(service, applicant) as reader:
            await reader.write("只读的人写的")
            assert await reader.closed() == 4403
        rights = {"document_id": "agreement", "participant_id": applicant.participant_id, "may_write": True}
        await host.done("set_writer", **rights)
        async with draft(service, table.host) as watching, draft(service, applicant) as writer:
            await writer.write("锁定前写的")
            await watching.reads("锁定前写的")
            assert "只读的人写的" not in watching.text
            digest = (await host.done("freeze_document", document_id="agreement"))["digest"]
            await writer.write("锁定后写的")
            assert await writer.closed() == 4423
        async with draft(service, applicant, known="锁定前写的") as late:
            assert "锁定后写的" not in late.text
        again = await host.command("freeze_document", document_id="agreement")
        assert again["data"]["code"] == "wrong_state"
    await the_applicant_signs(table, digest)


async def the_applicant_signs(table: Table, digest: str) -> None:
    browser, applicant = table.browsers["applicant"], table.applicant
    shown = (await browser.get("/api/agreements/current", headers=applicant.headers)).json()
    assert shown["digest"] == digest
    path = f"/api/agreements/{shown['proposal_id']}"
    assert (await browser.post(f"{path}/code", headers=applicant.headers)).status_code == 200
    await how_far_they_are_is_told_again_after_a_killed_process(table, f"{path}/steps")
    for other, status, code in (
        ({"digest": "0" * 64}, 409, "digest_mismatch"),
        ({"code": "not it"}, 403, "code_wrong"),
        ({"own_name": {"mode": "drawn", "picture": ""}}, 422, "handwriting_empty"),
    ):
        refused = await signature(browser, applicant, **other)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await signature(browser, applicant)).json()["receipt"]["digest"] == digest
    twice = await signature(browser, applicant)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_signed")
    unknown = await browser.post("/api/agreements/pr_none/code", headers=applicant.headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    signers = (await browser.get("/api/agreements/current", headers=applicant.headers)).json()["signers"]
    assert [signer["side"] for signer in signers if signer["signed_at"]] == ["applicant"]


DONE = {"read": True, "intent": True, "handwriting": "writing"}
UNKNOWN = {"read": False, "intent": False, "handwriting": ""}


async def how_far_they_are_is_told_again_after_a_killed_process(table: Table, path: str) -> None:
    """Whether a code was sent the books know; the rest their page says again, and the mediator's table is right."""
    person, browser = table.applicant, table.browsers["applicant"]

    async def told() -> None:
        assert (await browser.post(path, json=DONE, headers=person.headers)).status_code == 204

    def shown(board: dict[str, Any]) -> dict[str, Any]:
        steps: dict[str, Any] = board["people"][person.participant_id]
        return steps

    await told()
    await table.service.replace("room_server.cli web")
    async with room_socket(table.service, table.host.room_id) as chair, inside(table.service, person):
        board = (await chair.done("hello", token=table.host.token))["snapshot"]["board"]
        assert shown(board["signing"]) == {**UNKNOWN, "code_sent": True}
        await told()
        while (news := await chair.event("board_changed"))["topic"] != "signing":
            continue
        assert shown(news["value"]) == {**DONE, "code_sent": True}


# ---- arrival ---------------------------------------------------------------------------------------------------------


async def test_whoever_is_not_let_in_is_told_why_before_the_socket_closes(table: Table) -> None:
    person = table.respondent.participant_id
    await agrees(table.browsers["respondent"], table.respondent)
    async with inside(table.service, table.respondent) as room:
        path = f"/api/staff/sessions/{table.host.session_id}/people/{person}/deny"
        answer = await table.browsers["host"].post(path, json={"reason": "还早", "final": False})
        assert answer.status_code == 204
        while (told := await room.event("board_changed"))["topic"] != f"denial/{person}":
            continue
        assert told["value"] == {"reason": "还早", "final": False}
        assert (await room.event("removed"))["reason"] == "denied"
        assert await room.closed() == 4403
    async with inside(table.service, table.respondent):
        pass  # the link and the token still open the waiting room


async def test_a_second_device_ends_token_resume_handle_and_socket_of_the_first(table: Table) -> None:
    first = table.respondent
    async with (
        room_socket(table.service, first.room_id) as room,
        httpx.AsyncClient(base_url=table.service.url, timeout=20) as other,
    ):
        resume = (await room.done("hello", token=first.token))["resume"]
        second = await identified(other, table.service, "respondent", take_over=True)
        assert (await room.event("removed"))["reason"] == "continued_elsewhere"
        assert await room.closed() == 4403
        again = {"token": first.token, "resume": resume, "last_seq": 0}
        assert await refusal(table, json.dumps({"v": 1, "id": 1, "type": "hello", "data": again})) == (
            "unauthenticated",
            4401,
        )
        async with inside(table.service, second):
            pass
        refused = await table.browsers["respondent"].post(
            "/api/links/refresh", json={"secret": secret(table.service, "respondent")}
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "continued_elsewhere")
    table.respondent = await identified(table.browsers["respondent"], table.service, "respondent", take_over=True)


# ---- links -----------------------------------------------------------------------------------------------------------


async def opened(browser: httpx.AsyncClient, link: str) -> tuple[int, str | None]:
    answer = await browser.post("/api/links/open", json={"secret": link})
    return answer.status_code, answer.json().get("code")


async def test_links_that_do_not_open_say_why_and_a_new_one_opens(table: Table) -> None:
    link = secret(table.service, "respondent")
    own, host = table.browsers["respondent"], table.browsers["host"]
    async with httpx.AsyncClient(base_url=table.service.url) as other:
        assert await opened(other, "unknown") == (404, "link_unknown")
        assert await opened(other, link) == (200, None)
        refused = await other.post("/api/links/refresh", json={"secret": link})
        assert (refused.status_code, refused.json()["code"]) == (409, "link_used")
        assert await opened(own, link) == (200, None)
        base = f"/api/staff/sessions/{table.host.session_id}/links/{table.respondent.participant_id}"
        assert (await host.post(f"{base}/revoke")).status_code == 204
        assert await opened(own, link) == (410, "link_revoked")
        assert (await own.get("/api/me", headers=table.respondent.headers)).status_code == 401
        newer = (await host.post(f"{base}/reissue")).json()["url"].rsplit("/", 1)[1]
        assert await opened(other, newer) == (200, None)
        with sqlite3.connect(table.service.data / "room.sqlite3", timeout=20) as database:
            database.execute("UPDATE links SET expires_at = created_at WHERE revoked_at IS NULL AND claimed_at IS NULL")
        assert await opened(other, newer) == (410, "link_expired")


# ---- the end ---------------------------------------------------------------------------------------------------------


def family(service: Service) -> list[psutil.Process]:
    assert service.process.pid
    return psutil.Process(service.process.pid).children(recursive=True)


def alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


async def test_a_stop_ends_everything_quickly_and_quietly_and_what_was_written_is_there_afterwards(
    tmp_path: Path,
) -> None:
    async with running_service(tmp_path / "data") as service, httpx.AsyncClient(base_url=service.url) as browser:
        host = await mediator(browser, service)
        children = family(service)
        assert len(children) == 5, "recorder, media worker, web, and the two that wait to replace the latter"
        async with inside(service, host) as room, draft(service, host) as first, draft(service, host) as second:
            await first.write("停机前写的")
            await second.reads("停机前写的")
            began = time.monotonic()
            service.process.send_signal(signal.SIGTERM)
            assert await room.closed() == 1012
            assert await first.closed() == 1012
            assert await asyncio.wait_for(service.process.wait(), 10) == 0
        print(f"SIGTERM with sockets open -> gone: {time.monotonic() - began:.2f} s")
        assert not any(alive(child) for child in children)
        for noise in ("Traceback", "media_lost", "recorder_connection_broke", "broke"):
            assert noise not in service.text, service.text
    async with (
        running_service(tmp_path / "data") as service,
        inside(service, host),
        draft(service, host, known="停机前写的") as kept,
    ):
        assert kept.text.count("停机前写的") == 1


async def test_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
    async with running_service(tmp_path / "data") as service:
        children = family(service)
        began = time.monotonic()
        os.kill(service.process.pid, signal.SIGKILL)
        await until(lambda: not any(alive(child) for child in children), 10)
        print(f"supervisor killed -> no child is left: {time.monotonic() - began:.2f} s")
    assert "Traceback" not in service.text, service.text
