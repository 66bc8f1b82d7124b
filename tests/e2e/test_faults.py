"""What people see when processes die, the disk is full, the network goes, or somebody is sent out. Nobody reloads.

The service has two media workers, of which the second carries the room and the first a call next door.
size: one service and one room go through all of it, so that the browsers start once.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import websockets
from playwright.async_api import expect

from recorder.fragments import salvage
from signaling.load.traffic import send
from signaling.load.visitor import Kit
from tests.e2e.test_whole_mediation import INK
from tests.support import received
from tests.support.browser import DESKTOP, PHONE, Person, chromium, one_window, writes_name
from tests.support.capture_rtp import play
from tests.support.second_session import second_session
from tests.support.service import Service, running_service
from tests.support.short_way import everybody_meets
from tests.support.spoken import SOUND, Call, admitted, speaking
from tests.support.waiting import until
from tests.support.watch import Screen, cut_off, take_notes, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MEBIBYTE = 1024 * 1024
HEADROOM_MB = 300
"""Free space above the recorder's minimum; other processes on the machine use and free some meanwhile."""

STALL_SECONDS = 1.5
"""Without any packet of a track, while others work on. Calm 0.2 to 0.6, beside eight other processes 1.03."""
STANDS_STILL, AWAKE_WITHIN = 5.0, 8.0
FROZEN = 8.0
BACK_WITHIN = 8.0
"""Seconds for the way back, of which five are promised: two cores that also run these browsers took 5.7 in a slow hour.
A process that died has to be started first: then it is counted from the moment at which it listens."""
AFTER_ALL = 15.0
"""Seconds for the start as well, and for what waits for a disk: a slow hour of a machine with two cores took 9.1."""
BEFORE, AFTER = "断线前写的。", "断线后写的。"
SAID = "我们先把工资算清楚。"


@dataclass
class Room:
    """Everybody in a room that is recorded, and what was measured."""

    service: Service
    mediator: Person
    applicant: Person
    respondent: Person
    minimum_free: int
    measured: dict[str, float] = field(default_factory=dict)

    @property
    def everybody(self) -> list[Person]:
        return [self.mediator, self.applicant, self.respondent]

    @property
    def folder(self) -> Path:
        (session,) = (self.service.data / "recordings").iterdir()
        return session

    def files(self) -> set[Path]:
        return set(self.folder.glob("*.webm"))

    async def watched(self) -> list[Screen]:
        return [await watch(person) for person in self.everybody]

    async def sees_and_hears(self, others: int = 2) -> None:
        await asyncio.gather(*(person.sees_and_hears(others) for person in self.everybody))

    async def timed(self, what: str, work: Coroutine[Any, Any, Any], since: float, within: float = BACK_WITHIN) -> None:
        """Measure from ``since`` (monotonic seconds) until ``work`` is done; it has so many seconds."""
        await work
        self.note(what, since, within)

    def note(self, what: str, since: float, within: float) -> None:
        """It is done now."""
        took = self.measured[what] = round(time.monotonic() - since, 2)
        assert took < within, f"{what}: {took} s"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    minimum = shutil.disk_usage(tmp_path).free // MEBIBYTE - HEADROOM_MB
    flag = ("--recording-minimum-free-mb", str(minimum))
    async with (
        running_service(tmp_path / "data", *flag, workers=2) as service,
        chromium() as browser,
        one_window("en-US") as window,
    ):
        people = [
            await Person.sits_down(browser, "mediator", DESKTOP),
            await Person.sits_down(browser, "applicant", PHONE),
            await Person.opens_a_tab(window, "respondent"),
        ]
        await people[-1].page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        for person in people:
            await take_notes(person)
        opened = Room(service, *people, minimum_free=minimum * MEBIBYTE)
        try:
            yield opened
        finally:
            for person in people:
                await person.picture(str(tmp_path / f"{person.name}.png"))
            print(json.dumps(opened.measured, indent=1))


async def test_a_room_survives_the_death_of_every_process_and_a_full_disk(room: Room, tmp_path: Path) -> None:
    async with next_door(room.service) as call:
        await everybody_is_in_and_recorded(room)
        await the_recorder_dies(room)
        await the_media_worker_dies(room, call)
    await the_other_media_worker_dies(room)
    await the_web_process_dies(room)
    not_refreshed = asyncio.ensure_future(the_console_is_not_refreshed(room.mediator))
    await a_party_loses_the_network_and_reloads(room)
    await not_refreshed
    await the_phone_sleeps(room)
    await the_mediator_reloads(room)
    await another_tab_is_in_front(room)
    await the_web_process_dies_while_people_sign(room)
    await the_disk_is_full(room, tmp_path / "filler")
    await a_party_is_sent_out(room)
    await the_record_tells_it_all(room, tmp_path)
    await everything_ends_in_order(room)
    for person in room.everybody:
        faults = [line for line in person.complaints if not EXPECTED.search(line)]
        assert faults == [], f"{person.name}: {faults}"


EXPECTED = re.compile(
    r"WebSocket connection to|WebSocket is already in|^(401|409|410|502) |"
    r"ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED"
)
"""What a browser itself writes down when a server is away or refuses."""


async def everybody_is_in_and_recorded(room: Room) -> None:
    await everybody_meets(room.service, room.mediator, applicant=room.applicant, respondent=room.respondent)
    await room.sees_and_hears()
    await room.mediator.tap("rec-start")
    await everybody_is_told(room, "on")
    await every_track_grows(room, set())


async def everybody_is_told(room: Room, state: str, seconds: float = 30) -> None:
    for person in room.everybody:
        await person.waits_for("rec-strip", seconds, state=state)


async def every_track_grows(room: Room, old: set[Path]) -> set[Path]:
    """Until six new files (sound and picture of three people) have media in them; the new ones."""
    new = await until(lambda: found if len(found := room.files() - old) == 6 else None)
    await until(lambda: all(file.stat().st_size > 2000 for file in new))
    return new


def ends(files: set[Path]) -> dict[str, float]:
    """When the media in each file ends (Unix seconds). Every one of them decodes without a fault."""
    found = {}
    for file in files:
        assert play(file).end > 0, file
        ended_at = salvage(file).track.ended_at
        assert ended_at is not None
        found[file.name] = ended_at
    return found


async def shown_failed_then_on(screens: list[Screen]) -> None:
    """Every screen said that the recording failed and then that it runs, on the same page."""
    for screen in screens:
        states = [shown["state"] for shown in await screen.recording_states()]
        assert states == ["failed", "on"], (screen.person.name, states)
        await screen.was_not_reloaded()


async def until_told_again(room: Room, screens: list[Screen], seconds: float = 30) -> None:
    """Until every screen has said failed and on."""
    async with asyncio.timeout(seconds):
        for screen in screens:
            while "on" not in [shown["state"] for shown in await screen.recording_states()]:
                await screen.person.page.wait_for_timeout(20)


# ---- 1 ---------------------------------------------------------------------------------------------------------------


async def the_recorder_dies(room: Room) -> None:
    before = room.files()
    screens = await room.watched()
    killed_at, killed = time.time(), time.monotonic()
    room.service.kill("recorder.process")
    told = until_told_again(room, screens)
    await room.timed("recorder killed -> every screen: recording again", told, killed, AFTER_ALL)
    await shown_failed_then_on(screens)
    await every_track_grows(room, before)
    silence = max([await screen.longest_silence() for screen in screens])
    room.measured["recorder killed: longest time without a packet of any track"] = round(silence, 2)
    assert silence < STALL_SECONDS
    lost = max(killed_at - end for end in (await asyncio.to_thread(ends, before)).values())
    room.measured["recorder killed: media lost before the kill"] = round(lost, 2)
    assert lost <= 1.0
    await expect(room.mediator.see("rec-gap")).to_be_visible()


# ---- 2 ---------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def next_door(service: Service) -> AsyncIterator[Call]:
    """Two who speak in another room, which came first and has the first worker."""
    call = await speaking(Kit(service.url, None), await admitted(await second_session(service)), (0, 1))
    assert call.ports == {service.media_port}
    talking = asyncio.create_task(send([each.person for each in call.people], SOUND, 600, tick=0.01))
    try:
        yield call
    finally:
        talking.cancel()
        for each in call.people:
            await each.close()


PORTS = """
async () => {
  const found = [];
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    const rows = await peer.getStats();
    rows.forEach((row) => {
      if (row.type === "candidate-pair" && row.nominated) found.push(rows.get(row.remoteCandidateId).port);
    });
  }
  return found;
}
"""


async def on_the_second_worker(room: Room) -> None:
    for person in room.everybody:
        assert set(await person.page.evaluate(PORTS)) == {room.service.media_port + 1}, person.name


async def the_media_worker_dies(room: Room, call: Call) -> None:
    before = room.files()
    await on_the_second_worker(room)
    screens = await room.watched()
    heard, killed = call.heard, time.monotonic()
    await room.service.replace("media-1.sock")
    listens = time.monotonic()
    room.measured["media worker killed -> another one listens"] = round(listens - killed, 2)
    await room.timed("media worker listens -> everybody sees and hears everybody", room.sees_and_hears(), listens)
    room.note("media worker killed -> everybody sees and hears everybody", killed, AFTER_ALL)
    await until_told_again(room, screens)
    await shown_failed_then_on(screens)
    await every_track_grows(room, before)
    await on_the_second_worker(room)  # it waits for its own
    assert (call.missing, call.heard > heard) == (0, True)
    await asyncio.to_thread(ends, before)


async def the_other_media_worker_dies(room: Room) -> None:
    """Nobody in this room notices anything."""
    before = room.files()
    screens = await room.watched()
    await room.service.replace("media-0.sock")
    await asyncio.sleep(STALL_SECONDS)  # it is back at once; whoever is to notice something has time to
    silence = max([await screen.longest_silence() for screen in screens])
    room.measured["other media worker killed: longest time without a packet of any track"] = round(silence, 2)
    assert silence < 2 * STALL_SECONDS, "two cores start a process beside four browsers"
    for screen in screens:
        assert await screen.recording_states() == []
        await screen.was_not_reloaded()
    await on_the_second_worker(room)
    assert room.files() == before


# ---- 3 ---------------------------------------------------------------------------------------------------------------


async def the_web_process_dies(room: Room) -> None:
    draft = await the_applicant_writes(room)
    await the_room_is_conducted(room)
    before = room.files()
    screens = await room.watched()
    killed = time.monotonic()
    await room.timed("web process killed -> it answers again", room.service.replace("room_server.cli web"), killed, 30)
    listens = time.monotonic()
    await room.timed("web process answers -> everybody sees and hears everybody", room.sees_and_hears(), listens)
    room.note("web process killed -> everybody sees and hears everybody", killed, AFTER_ALL)
    for person in room.everybody:
        await person.waits_for("draft-editor", phase="synced")
        await expect(person.see("draft-editor")).to_contain_text(BEFORE)
    await everybody_was_cut_off_and_is_back(screens)
    (writer,) = [screen for screen in screens if screen.person is room.applicant]
    assert "reconnecting false" in await writer.connection_states(), "what is not kept cannot be typed"
    await everybody_is_told(room, "on")
    await the_room_is_conducted_as_before(room)
    for screen in screens:
        await screen.was_not_reloaded()
    await every_track_grows(room, before)
    await asyncio.to_thread(ends, before)
    await room.applicant.waits_for("draft-editor", writable="true")
    await draft.press("Control+End")
    await draft.press_sequentially(AFTER)
    for person in room.everybody:
        await expect(person.see("draft-editor")).to_contain_text(AFTER)
    for party in (room.applicant, room.respondent):
        await party.tap("panel-close")


async def the_applicant_writes(room: Room) -> Any:
    """Something that everybody else has on the screen: then it is kept. The editor it was written in."""
    for party in (room.applicant, room.respondent):
        await party.picks("ctrl-agreement")
        await party.waits_for("draft-editor")
    participant = await room.applicant.see("room").get_attribute("data-participant")
    await room.mediator.tap("writer-toggle", participant=str(participant))
    draft = room.applicant.see("draft-editor").locator("[contenteditable]").first
    await expect(draft).to_have_attribute("contenteditable", "true")
    await draft.press("Control+End")
    await draft.press_sequentially(BEFORE)
    for person in room.everybody:
        await expect(person.see("draft-editor")).to_contain_text(BEFORE)
    return draft


async def the_room_is_conducted(room: Room) -> None:
    """A countdown runs, and somebody waits for the word."""
    await room.mediator.tap("timers")
    await room.mediator.tap("timer-talk-3")
    await room.applicant.tap("ctrl-hand")
    await room.mediator.waits_for("hand-raised")
    await room.respondent.waits_for("timer", kind="talk")
    await room.mediator.tap("captions-open")
    await room.mediator.see("caption-text").fill(SAID)
    await room.mediator.tap("caption-send")
    await expect(room.respondent.see("captions")).to_contain_text(SAID)


async def the_room_is_conducted_as_before(room: Room) -> None:
    for person in room.everybody:
        await person.waits_for("timer", kind="talk")
        await expect(person.see("captions")).to_contain_text(SAID)
    await room.mediator.tap("captions-open")
    await expect(room.mediator.see("hand-raised")).to_have_count(1)
    await room.applicant.tap("ctrl-hand")
    await expect(room.mediator.see("hand-raised")).to_have_count(0)
    await room.mediator.tap("timer-end")


# ---- 6 ---------------------------------------------------------------------------------------------------------------


async def a_party_loses_the_network_and_reloads(room: Room) -> None:
    person = room.respondent
    (screen,) = [screen for screen in await room.watched() if screen.person is person]
    await cut_off(person)
    await person.waits_for("connection-banner", state="reconnecting")
    await person.waits_for("rec-strip", state="unknown")  # a screen that is cut off claims nothing
    back = time.monotonic()
    await person.context.set_offline(False)
    await room.timed("network back -> in the room", expect_open(person), back)
    await screen.was_not_reloaded()
    await room.sees_and_hears()
    reloaded = time.monotonic()
    await person.page.reload()
    await person.waits_for("room")
    await room.timed("page reloaded -> everybody sees and hears everybody", room.sees_and_hears(), reloaded)
    await everybody_is_told(room, "on")


async def the_phone_sleeps(room: Room) -> None:
    """Its process stands still: nothing of the page runs, no packet of it leaves. Once with its sockets, once without.

    Taken up again, it shows at once what has happened meanwhile, and is seen and heard as before.
    """
    person = room.applicant
    (screen,) = [screen for screen in await room.watched() if screen.person is person]
    process = await process_of(person)
    for word, broken in (("a nap", False), ("sleep", True)):
        if broken:
            await cut_off(person)
        process.suspend()
        try:
            await room.mediator.tap("timers")
            await room.mediator.tap("timer-talk-3")
            await room.respondent.waits_for("timer", kind="talk")
            if not broken:
                await asyncio.sleep(STANDS_STILL)
        finally:
            process.resume()
        awake = time.monotonic()
        if broken:
            await person.context.set_offline(False)
        told = person.waits_for("timer", kind="talk")
        await room.timed(f"phone awake after {word} -> what has happened meanwhile is shown", told, awake)
        await room.timed(f"phone awake after {word} -> everybody sees and hears", room.sees_and_hears(), awake)
        await expect_open(person)
        assert time.monotonic() - awake < AWAKE_WITHIN
        if not broken:
            await room.mediator.tap("timer-end")
            await expect(person.see("timer")).to_have_count(0)
    await screen.was_not_reloaded()
    await expect(room.mediator.see("not-refreshed")).to_have_count(0)


async def another_tab_is_in_front(room: Room) -> None:
    """The page is hidden for some seconds, then hidden and frozen: no picture comes that nobody looks at, sound goes on
    in both directions, nobody is told anything, and the pictures are there as soon as it is in front again."""
    person = room.respondent
    (screen,) = [screen for screen in await room.watched() if screen.person is person]
    told = await person.see("connection-banner").get_attribute("data-state")
    seen_by_others = await room.mediator.page.evaluate(PEOPLE)
    session = await person.context.new_cdp_session(person.page)
    tab = await person.context.new_page()
    for word, frozen in (("hidden", False), ("frozen", True)):
        await tab.bring_to_front()
        await person.page.wait_for_function("() => document.visibilityState === 'hidden'", polling=100)
        if frozen:
            await session.send("Page.setWebLifecycleState", {"state": "frozen"})
            await asyncio.sleep(FROZEN)
        else:
            await received.hears(person.page.evaluate, 2, 10)
            await nothing_is_decoded(person)
        for other in (room.mediator, room.applicant):
            await received.hears(other.page.evaluate, 2, 10)
        assert await room.mediator.page.evaluate(PEOPLE) == seen_by_others
        if frozen:
            await session.send("Page.setWebLifecycleState", {"state": "active"})
        back = time.monotonic()
        await person.page.bring_to_front()
        await room.timed(f"{word} tab in front -> its pictures", received.sees(person.page.evaluate, 2, 10), back, 2.0)
        await person.sees_and_hears(2)
        assert await person.see("connection-banner").get_attribute("data-state") == told
    await tab.close()
    await screen.was_not_reloaded()
    await room.sees_and_hears()


async def nothing_is_decoded(person: Person) -> None:
    """Until no picture has come for a while: none is sent to whoever cannot see it."""
    async with asyncio.timeout(10):
        while True:
            before = [row["bytes"] for row in await person.inbound("video")]
            await asyncio.sleep(1)
            if before == [row["bytes"] for row in await person.inbound("video")]:
                return


PEOPLE = """
() => [...document.querySelectorAll('.people__inside')].map((one) => one.innerText)
"""
"""What the mediator's column says of everybody."""


async def the_web_process_dies_while_people_sign(room: Room) -> None:
    """The next one knows nothing of how far they are: their pages tell it again, and the mediator's table is right."""
    mediator, applicant = room.mediator, room.applicant
    line = mediator.see("signer", participant=str(await applicant.see("room").get_attribute("data-participant")))
    await mediator.tap("draft-freeze")
    await mediator.tap("confirm-yes")
    await mediator.tap("sign-open")
    await mediator.tap("sign-intent")
    await writes_name(mediator)
    await applicant.tap("sign-invitation")
    await applicant.tap("sign-open")
    await applicant.tap("sign-intent")
    await writes_name(applicant)
    for step, mark in STEPS.items():
        await expect(line.get_by_test_id(f"step-{step}")).to_have_attribute("data-mark", mark)
    before, screens = room.files(), await room.watched()
    killed = time.monotonic()
    await room.service.replace("room_server.cli web")
    listens = time.monotonic()
    await everybody_was_cut_off_and_is_back(screens)
    room.measured["web process killed while people sign -> it answers again"] = round(listens - killed, 2)

    async def right_again() -> None:
        for step, mark in STEPS.items():
            await expect(line.get_by_test_id(f"step-{step}")).to_have_attribute("data-mark", mark)

    await room.timed("web process answers -> the table of who signs is right", right_again(), listens, AFTER_ALL)
    await every_track_grows(room, before)  # a reload before would leave files with nothing in them
    written = await mediator.page.evaluate(INK)
    await mediator.page.reload()
    await expect(mediator.see("sign-intent")).to_be_checked()
    assert written > 500 and await mediator.page.evaluate(INK) == pytest.approx(written, rel=0.02)
    await applicant.page.get_by_role("button", name="再看看").click()
    await applicant.tap("panel-close")
    await room.sees_and_hears()
    await everybody_is_told(room, "on")


STEPS = {"read": "done", "intent": "done", "hand": "done", "code": "open"}


async def the_console_is_not_refreshed(mediator: Person) -> None:
    """Its question every ten seconds fails once, and it says so; with the next answer that goes away by itself."""
    await mediator.page.route("**/sessions/*", lambda route: route.abort())
    await mediator.waits_for("not-refreshed")
    await mediator.page.unroute("**/sessions/*")


async def process_of(person: Person) -> psutil.Process:
    """The process of their page: the one without which it does not answer."""
    for process in psutil.Process().children(recursive=True):
        if "--type=renderer" not in process.cmdline():
            continue
        process.suspend()
        try:
            answer = asyncio.ensure_future(person.page.evaluate("1"))
            done, _ = await asyncio.wait({answer}, timeout=0.5)
        finally:
            process.resume()
        await answer
        if not done:
            return process
    raise LookupError(person.name)


async def the_mediator_reloads(room: Room) -> None:
    """Back in the console with the same sound and picture, and asked for nothing."""
    mediator = room.mediator
    reloaded = time.monotonic()
    await mediator.page.reload()
    await room.timed("mediator's page reloaded -> the console", mediator.waits_for("console"), reloaded)
    await room.timed("mediator's page reloaded -> everybody sees and hears", room.sees_and_hears(), reloaded)
    await mediator.waits_for("timer", kind="talk")
    await everybody_is_told(room, "on")
    await mediator.tap("timer-end")


async def everybody_was_cut_off_and_is_back(screens: list[Screen]) -> None:
    """Nothing that stands on these screens is from before: that may be too short a time to be seen from outside."""
    async with asyncio.timeout(30):
        for screen in screens:
            while not was_cut_off_and_is_back(await screen.connection_states()):
                await screen.person.page.wait_for_timeout(20)


def was_cut_off_and_is_back(states: list[str]) -> bool:
    told = [state.split()[0] for state in states]
    return "reconnecting" in told and told[-1] == "open"


async def expect_open(person: Person) -> None:
    await expect(person.see("connection-banner", state="open")).to_have_count(1)
    await person.waits_for("room")


# ---- 4 ---------------------------------------------------------------------------------------------------------------


async def the_disk_is_full(room: Room, filler: Path) -> None:
    before = room.files()
    screens = await room.watched()
    began = time.monotonic()
    with filler.open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(filler).free - room.minimum_free + 50 * MEBIBYTE)
            full = everybody_is_told(room, "failed", 10)
            await room.timed("disk full -> every screen: recording stopped", full, began, AFTER_ALL)
            stuck = room.mediator.see("rec-again")
            await expect(stuck).to_be_visible()
            await stuck.click()
            await expect(room.mediator.page.locator(".console__refusal")).to_be_visible()
            await everybody_is_told(room, "failed")
            await room.sees_and_hears()
            assert room.files() == before
        finally:
            filler.unlink()
    freed = time.monotonic()
    await room.mediator.tap("rec-again")
    await room.timed("record again -> every screen: recording", everybody_is_told(room, "on"), freed, AFTER_ALL)
    await shown_failed_then_on(screens)
    await every_track_grows(room, before)
    assert max([await screen.longest_silence() for screen in screens]) < STALL_SECONDS
    await asyncio.to_thread(ends, before)


# ---- 5 ---------------------------------------------------------------------------------------------------------------

REFRESH = """
async (secret) => {
  const answer = await fetch("/api/links/refresh", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ secret }),
  });
  return [answer.status, await answer.json()];
}
"""


async def a_party_is_sent_out(room: Room) -> None:
    gone = room.respondent
    secret = room.service.links["respondent"].rsplit("/", 1)[1]
    status, access = await gone.page.evaluate(REFRESH, secret)
    assert status == 200
    participant = str(await gone.see("room").get_attribute("data-participant"))
    await room.mediator.tap("person-tools", participant=participant)
    await room.mediator.tap("remove", participant=participant)
    await room.mediator.tap("confirm-yes")
    await gone.waits_for("end-removed")
    for person in (room.mediator, room.applicant):
        await person.sees_and_hears(1)
        await until_growing(person, 2)
    await until_growing(gone, 0)
    assert await gone.page.evaluate("() => window.peers.every((peer) => peer.connectionState === 'closed')")
    await the_old_token_is_refused(room.service, access)
    assert (await gone.page.evaluate(REFRESH, secret))[0] in {401, 410}
    await gone.page.reload()
    await expect(gone.page.locator('[data-testid^="end-"]').first).to_be_visible()
    await expect(gone.see("room")).to_have_count(0)


async def until_growing(person: Person, tracks: int) -> None:
    """Until so many tracks, sound and pictures, bring new bytes."""
    async with asyncio.timeout(10):
        while True:
            before = {row["track"]: row["bytes"] for kind in ("audio", "video") for row in await person.inbound(kind)}
            await person.page.wait_for_timeout(500)
            rows = [row for kind in ("audio", "video") for row in await person.inbound(kind)]
            if sum(row["bytes"] > before.get(row["track"], row["bytes"]) for row in rows) == tracks:
                return


async def the_old_token_is_refused(service: Service, access: dict[str, Any]) -> None:
    async with httpx.AsyncClient(base_url=service.url) as client:
        answer = await client.get("/api/me", headers={"Authorization": f"Bearer {access['token']}"})
    assert answer.status_code == 401
    async with websockets.connect(f"{service.url.replace('http', 'ws')}/rooms/{access['room_id']}/socket") as socket:
        await socket.send(json.dumps({"v": 1, "id": 1, "type": "hello", "data": {"token": access["token"]}}))
        refusal = json.loads(await socket.recv())
        assert (refusal["type"], refusal["data"]["code"]) == ("error", "unauthenticated")
        await socket.wait_closed()
        assert socket.close_code == 4401


# ---- what is left of it ----------------------------------------------------------------------------------------------


async def the_record_tells_it_all(room: Room, folder: Path) -> None:
    await room.mediator.tap("end-session")
    await expect(room.mediator.see("confirm-yes")).to_be_disabled()
    await room.mediator.see("confirm-reason").select_option("TOO_FAR_APART")
    await room.mediator.tap("confirm-yes")
    await room.mediator.waits_for("filed-state", seconds=60, state="filed")
    login = {"username": "faguan", "password": room.service.passwords["faguan"]}
    dossier = folder / "dossier.zip"
    async with httpx.AsyncClient(base_url=room.service.url, timeout=30) as court:
        await court.post("/api/staff/login", json=login)
        (summary,) = (await court.get("/api/court/records")).json()
        record = (await court.get(f"/api/court/records/{summary['session_id']}")).json()
        dossier.write_bytes((await court.get(record["dossier_url"])).content)
    done = await asyncio.to_thread(verify, dossier)
    assert done.returncode == 0, done.stdout
    assert record["ending_reason"] == "TOO_FAR_APART"
    the_gaps_are_on_the_record(record)
    tracks = [entry["data"] for entry in record["log"] if entry["kind"] == "track_ended"]
    assert sum(track["how"] == "salvaged" for track in tracks) == 6
    assert len(tracks) == len(room.files())
    await asyncio.to_thread(ends, room.files())


def the_gaps_are_on_the_record(record: dict[str, Any]) -> None:
    log: list[dict[str, Any]] = record["log"]
    reasons = ["recorder_lost", "media_lost", "server_restarted", "server_restarted", "disk_full"]
    for kind in ("recording_interrupted", "recording_resumed"):
        assert [entry["data"]["reason"] for entry in log if entry["kind"] == kind] == reasons
    gaps = record["recording"]["gaps"]
    assert [gap["reason"] for gap in gaps] == reasons
    for gap in gaps:
        print(gap)
        assert gap["started_at"] < gap["ended_at"]
    (removed,) = [entry for entry in log if entry["kind"] == "removed"]
    assert removed["at"] > gaps[-1]["ended_at"]
    assert [entry["kind"] for entry in log].count("recording_started") == 1


def verify(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "room_server.cli", "verify", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def everything_ends_in_order(room: Room) -> None:
    """SIGTERM of the one process that was started ends all of them, quietly, while browsers are connected."""
    process = room.service.process
    family = psutil.Process(process.pid).children(recursive=True)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.wait(), 10)
    room.measured["SIGTERM -> every process is gone"] = round(time.monotonic() - began, 2)
    assert process.returncode == 0
    await until(lambda: not any(alive(member) for member in family))
    assert "Traceback" not in room.service.text, room.service.text


def alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
