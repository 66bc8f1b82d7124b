"""What happens at the same moment in the live room and in the books: afterwards both say the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from recorder.control import Track
from room_server.domain.errors import Conflict
from room_server.domain.session import State
from signaling.ids import CaptureId, CaucusId, ParticipantId
from tests.support import product_house
from tests.support.product_house import ProductHouse, seated_house
from tests.support.recording_ports import Feed, Recorder
from tests.support.room_ports import WAIT, Browser


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[ProductHouse]:
    async with seated_house(tmp_path) as opened:
        yield opened


async def three(home: ProductHouse) -> tuple[Browser, Browser, Browser]:
    browsers = [await home.visitor(name) for name in ("host", "a1", "r1")]
    for browser in browsers:
        assert (await browser.join())["type"] == "ok"
    host, a, r = browsers
    for name in ("a1", "r1"):
        await host.do("admit", participant_id=home.ids[name])
    return host, a, r


async def announce(home: ProductHouse, host: Browser, *members: str) -> str:
    ids = [home.ids[each] for each in members]
    return str((await host.do("open_caucus", participant_ids=ids, in_seconds=3))["caucus_id"])


async def apart(home: ProductHouse, host: Browser, *members: str) -> str:
    caucus_id = await announce(home, host, *members)
    home.advance(3)
    await home.settle()
    return caucus_id


async def books(home: ProductHouse) -> dict[str, bool]:
    """Whether each private talk runs, in the database."""
    known = await home.product.services.caucuses.of_session(home.product.session_id)
    return {each.caucus_id: each.open for each in known}


def live(home: ProductHouse) -> dict[str, bool]:
    """Whether each private talk runs, in the room."""
    return {each.caucus_id: each.running for each in home.room.caucuses}


def held(owner: Any, name: str, *, after: bool = False) -> tuple[asyncio.Event, asyncio.Event]:
    """Make the next call of a method wait. Returns what tells that it was called, and what lets it go on.

    ``after``: it is done before it waits, and only its answer is late.
    """
    method: Callable[..., Awaitable[Any]] = getattr(owner, name)
    reached, gate = asyncio.Event(), asyncio.Event()

    async def waiting(*args: Any, **kwargs: Any) -> Any:
        setattr(owner, name, method)
        answer = await method(*args, **kwargs) if after else None
        reached.set()
        await gate.wait()
        return answer if after else await method(*args, **kwargs)

    setattr(owner, name, waiting)
    return reached, gate


async def until(reached: asyncio.Event) -> None:
    async with asyncio.timeout(WAIT):
        await reached.wait()


@pytest.mark.parametrize("after", [False, True])
async def test_called_off_at_the_last_moment_nobody_is_apart_and_the_next_process_finds_it_so(
    home: ProductHouse, after: bool
) -> None:
    host, _, _ = await three(home)
    caucus_id = await announce(home, host, "a1", "host")
    reached, gate = held(home.product.services.caucuses, "open", after=after)
    home.advance(3)
    await until(reached)
    await host.do("close_caucus", caucus_id=caucus_id)
    gate.set()
    await home.settle()
    assert await books(home) == live(home) == {caucus_id: False}
    await home.product.services.chat.say(home.product.session_id, home.ids["a1"], "here", "大家好", place="")
    await home.killed()
    again = await home.visitor("a1")
    await again.join()
    assert again.snapshot is not None
    assert {each["caucus_id"] for each in again.snapshot["participants"]} == {None}


@pytest.mark.parametrize("after", [False, True])
async def test_the_last_party_is_sent_out_at_the_last_moment(home: ProductHouse, after: bool) -> None:
    host, _, r = await three(home)
    caucus_id = await announce(home, host, "a1", "host")
    reached, gate = held(home.product.services.caucuses, "open", after=after)
    home.advance(3)
    await until(reached)
    await host.do("remove", participant_id=home.ids["a1"], reason="disturbs")
    gate.set()
    await home.settle()
    assert not any((await books(home)).values()) and not any(live(home).values())
    told = [each["type"] for each in r.catch_up() if each["type"].startswith("caucus")]
    assert told[-1] == ("caucus_changed" if after else "caucus_cancelled")
    assert home.room.caucuses.of(ParticipantId(home.ids["host"])) is None
    assert caucus_id in await books(home) or not after


async def test_two_hosts_who_let_in_or_send_out_the_same_person_are_one_entry_each(home: ProductHouse) -> None:
    host, clerk, a = [await home.visitor(name) for name in ("host", "clerk", "a1")]
    for browser in (host, clerk, a):
        await browser.join()
    await asyncio.gather(*(each.do("admit", participant_id=home.ids["a1"]) for each in (host, clerk)))
    reached, gate = held(home.product.services.sessions, "remove")
    quicker = asyncio.create_task(host.do("remove", participant_id=home.ids["a1"], reason="disturbs"))
    await until(reached)
    slower = asyncio.create_task(clerk.do("remove", participant_id=home.ids["a1"], reason="shouts"))
    gate.set()
    await asyncio.gather(quicker, slower)
    kinds = await home.product.kinds()
    assert (kinds.count("admitted"), kinds.count("removed")) == (1, 1)


async def test_a_session_whose_end_cannot_be_kept_goes_on_with_its_private_talk(home: ProductHouse) -> None:
    host, _, _ = await three(home)
    caucus_id = await apart(home, host, "a1", "host")
    await home.product.consent(home.ids["r1"], recording_dispute=True)
    await home.product.services.recording.start(home.product.session_id, home.ids["host"])  # by no room: in the way
    assert await host.fail("close_room") == "wrong_state"
    assert await books(home) == live(home) == {caucus_id: True}
    await home.product.services.recording.stop(home.product.session_id, home.ids["host"], "")
    await host.do("close_room")
    await home.settle()
    assert await books(home) == {caucus_id: False}
    kinds = await home.product.kinds()
    assert kinds.index("caucus_closed") < kinds.index("session_ended")


async def test_a_session_ends_for_one_of_the_eight_reasons_and_a_made_up_one_ends_nothing(home: ProductHouse) -> None:
    host, _, _ = await three(home)
    await home.product.consent(home.ids["r1"], recording_dispute=True)
    recording, session_id = home.product.services.recording, home.product.session_id
    await recording.start(session_id, home.ids["host"])
    for made_up in ("BORED", "other", "x" * 5000):
        assert await host.fail("close_room", reason=made_up) == "bad_request"
    assert await recording.running(session_id) is not None, "nothing was stopped for it"
    await recording.stop(session_id, home.ids["host"], "")
    await host.do("close_room", reason="PARTY_UNWILLING")
    await home.settle()
    ended = (await home.product.services.sessions.get(session_id)).session
    assert ended.ending_reason == "PARTY_UNWILLING"
    async with home.product.ports.unit_of_work() as unit:
        (entry,) = [each for each in await unit.log.read(session_id) if each.kind == "session_ended"]
    assert entry.data["reason_text"] == "当事人一方明确表示不愿意继续调解"


async def test_a_step_of_the_end_that_fails_takes_the_others_back(
    home: ProductHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, _, _ = await three(home)
    caucus_id = await apart(home, host, "a1", "host")
    sessions = home.product.services.sessions

    async def fail(*_: object) -> None:
        raise Conflict("wrong_state")

    monkeypatch.setattr(sessions, "_endings", (*sessions._endings, fail))
    assert await host.fail("close_room") == "wrong_state"
    assert await books(home) == live(home) == {caucus_id: True}
    assert "caucus_closed" not in await home.product.kinds()


async def test_a_private_talk_that_is_over_in_the_books_can_be_ended_in_the_room(home: ProductHouse) -> None:
    host, _, _ = await three(home)
    caucus_id = await apart(home, host, "a1", "host")
    await home.product.services.caucuses.close(home.product.session_id, caucus_id)
    await host.do("close_caucus", caucus_id=caucus_id, in_seconds=0)
    home.advance(0)
    await home.settle()
    assert home.room.caucuses.get(CaucusId(caucus_id)).state == "closed"
    assert (await home.product.kinds()).count("caucus_closed") == 1


async def test_a_line_that_is_written_while_the_room_opens_is_on_the_first_screen(home: ProductHouse) -> None:
    await three(home)
    await home.killed()
    reached, gate = held(home.product.services.drafting, "load")
    a = await home.visitor("a1")
    coming = asyncio.create_task(a.join())
    await until(reached)
    line = await home.product.services.chat.say(home.product.session_id, home.ids["r1"], "here", "我在路上", place="")
    gate.set()
    await coming
    assert a.snapshot is not None and f"chat/{line.line_id}" in a.snapshot["board"]


async def test_a_recording_is_taken_up_by_the_next_who_comes_when_the_first_failed(
    home: ProductHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, _, _ = await three(home)
    await home.product.consent(home.ids["r1"], recording_dispute=True)
    await home.product.services.recording.start(home.product.session_id, home.ids["host"])
    await home.killed()
    services = home.product.services.recording

    async def fail(session_id: str) -> None:
        raise Conflict("wrong_state")

    with monkeypatch.context() as patch:
        patch.setattr(services, "running", fail)
        assert (await host.join())["type"] == "error"
    a = await home.visitor("a1")
    await a.join()
    assert a.snapshot is not None
    assert (a.snapshot["recording"]["state"], a.snapshot["recording"]["reason"]) == ("failed", "server_restarted")


async def recorded(home: ProductHouse) -> tuple[Browser, Browser]:
    """Both hosts are in a room in which a recording is on."""
    host, _, _ = await three(home)
    await home.product.consent(home.ids["r1"], recording_dispute=True)
    await home.product.services.recording.start(home.product.session_id, home.ids["host"])
    await home.killed()
    clerk = await home.visitor("clerk")
    for browser in (host, clerk):
        assert (await browser.join())["type"] == "ok"
    return host, clerk


async def test_one_host_ends_the_session_while_another_stops_the_recording(home: ProductHouse) -> None:
    host, clerk = await recorded(home)
    reached, gate = held(home.product.services.recording, "stop")
    stopping = asyncio.create_task(clerk.ask("stop_recording", reason="结束"))
    await until(reached)
    ending = asyncio.create_task(host.ask("close_room"))
    for _ in range(20):
        await asyncio.sleep(0.01)
    gate.set()
    assert [(await each)["type"] for each in (stopping, ending)] == ["ok", "ok"]
    found = await home.product.services.sessions.get(home.product.session_id)
    assert found.session.state is State.ENDED


async def test_a_media_worker_that_is_lost_shows_although_the_books_do_not_take_it(
    home: ProductHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product_house, "NoRecorder", Recorder)
    home.media.feed = Feed()
    host, _ = await recorded(home)
    await host.publish((await host.open_transports())[0])
    assert home.room.recording.state == "on"

    async def fail(session_id: str, kind: str, *rest: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(home.product.services.sessions, "record", fail)
    home.media.ready = False
    home.hub.media_lost(home.media)
    await home.settle()
    assert (home.room.recording.state, home.room.recording.reason) == ("failed", "media_lost")


async def test_a_recording_of_a_process_that_was_killed_is_not_broken_since_before_it_began(home: ProductHouse) -> None:
    host, _, _ = await three(home)
    await home.product.consent(home.ids["r1"], recording_dispute=True)
    recording, session_id, by = home.product.services.recording, home.product.session_id, home.ids["host"]
    first = await recording.start(session_id, by)
    await recording.track_opened(
        session_id,
        first,
        1,
        participant_id=by,
        kind="audio",
        source="microphone",
        mime_type="audio/opus",
        path="1",
    )
    await recording.track_closed(Track(CaptureId(1), "1", "1.webm", bytes=1, ended_at=home.product.clock().timestamp()))
    await recording.stop(session_id, by)
    home.advance(1000)
    await recording.start(session_id, by)
    await home.killed()
    host = await home.visitor("host")
    await host.join()
    assert host.snapshot is not None
    shown = host.snapshot["recording"]
    assert (shown["state"], shown["failed_at"]) == ("failed", shown["started_at"])


@pytest.mark.parametrize("agrees", [False, True])
async def test_a_consent_that_changes_while_a_recording_is_taken_up_after_a_restart_holds(
    home: ProductHouse, monkeypatch: pytest.MonkeyPatch, agrees: bool
) -> None:
    host, _, _ = await three(home)
    product, a, r = home.product, home.ids["a1"], home.ids["r1"]
    services, session_id = product.services, product.session_id
    await product.consent(r, recording_dispute=True)
    await product.consent(a, recording_dispute=not agrees)
    await services.recording.start(session_id, home.ids["host"])
    await home.killed()
    read, gate, ask = asyncio.Event(), asyncio.Event(), services.recording.consents

    async def slowly(session_id: str) -> set[str]:
        found = await ask(session_id)
        read.set()
        await gate.wait()
        return found

    monkeypatch.setattr(services.recording, "consents", slowly)
    coming = asyncio.create_task(host.join())
    try:
        async with asyncio.timeout(WAIT):
            await read.wait()
        await product.consent(a, recording_dispute=agrees)
    finally:
        gate.set()
    assert (await coming)["type"] == "ok"
    running = home.director.of(home.room_id)
    assert running is not None
    assert running.consenting == await ask(session_id)
    assert (a in running.consenting, r in running.consenting) == (agrees, True)


@pytest.mark.parametrize("first", ["the room", "the books"])
async def test_whose_link_is_replaced_while_a_private_talk_begins_is_in_it_neither_here_nor_in_the_books(
    home: ProductHouse, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """The link is dead before the books have the talk; ``first``: who hears of it sooner, the room or the talk."""
    host, _, _ = await three(home)
    second = await home.visitor("a2")
    assert (await second.join())["type"] == "ok"
    await host.do("admit", participant_id=home.ids["a2"])
    services, session_id = home.product.services, home.product.session_id
    reached, gate = asyncio.Event(), asyncio.Event()

    def held(work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def late(*args: Any) -> Any:
            reached.set()
            await gate.wait()
            return await work(*args)

        return late

    caucus_id = await announce(home, host, "a1", "a2", "host")
    ends = services.access.reissue_link(session_id, home.ids["host"], home.ids["a2"])
    if first == "the room":
        monkeypatch.setattr(services.caucuses, "open", held(services.caucuses.open))
    else:
        monkeypatch.setattr(home.hub, "tell", held(home.hub.tell))
    try:
        if first == "the room":
            home.advance(3)
            async with asyncio.timeout(WAIT):
                await reached.wait()
            await ends
        else:
            ending = asyncio.create_task(ends)
            async with asyncio.timeout(WAIT):
                await reached.wait()
            monkeypatch.undo()
            home.advance(3)
            await home.settle()
    finally:
        gate.set()
    if first == "the books":
        await ending
    await home.settle()
    here = {str(each) for each in home.room.caucuses.get(CaucusId(caucus_id)).members}
    [kept] = await services.caucuses.of_session(session_id)
    assert here == set(kept.members) == {home.ids["a1"], home.ids["host"]}
