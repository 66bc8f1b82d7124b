"""A private talk with real media in three browsers: the other side receives nothing, no recording has any of it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
from playwright.async_api import expect

from tests.e2e.test_whole_mediation import Table, everybody_sees_and_hears, the_recording_starts
from tests.support.absences import absences, remember_absences
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import DESKTOP, PHONE, Person, chromium
from tests.support.evidence_files import payslips
from tests.support.overheard import count_bytes, heard, looked_often, received, remember_caucuses
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = pytest.mark.browser


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    shots = tmp_path / "shots"
    shots.mkdir()
    async with running_service(tmp_path / "data") as service, chromium() as browser:
        seated = Table(
            service,
            browser,
            await Person.sits_down(browser, "mediator", DESKTOP),
            await Person.sits_down(browser, "applicant", PHONE),
            await Person.sits_down(browser, "respondent", PHONE, locale="en-US"),
            shots,
        )
        for person in seated.everybody:
            await watch(person)
            await remember_caucuses(person)
        try:
            yield seated
        finally:
            await seated.pictures("end")


async def test_a_private_talk_is_private(table: Table) -> None:
    await everybody_meets(table.service, table.mediator, applicant=table.applicant, respondent=table.respondent)
    await everybody_sees_and_hears(table)
    await the_recording_starts(table)
    await a_line_is_begun(table.applicant, JOINT, "hosts")
    for person in table.everybody:
        await count_bytes(person)
        await remember_absences(person)
    await table.mediator.tap("caucus-open", side="applicant")
    await table.mediator.tap("confirm-yes")
    await table.respondent.waits_for("caucus", state="announced")
    await table.pictures("announced")
    await table.respondent.waits_for("caucus", state="open", inside="false")
    await table.applicant.waits_for("caucus", state="open", inside="true")
    await table.applicant.sees_and_hears(1)
    await table.mediator.sees_and_hears(1)
    for person in table.everybody:
        assert await person.see("tile", kind="video").count() == (1 if person is table.respondent else 2)
        await person.waits_for("rec-chip" if person is table.mediator else "rec-strip", state=CHIP[person.name])
    await it_looks_well(table, "caucus")
    await nobody_seemed_to_have_their_camera_off(table)
    await words_are_asked_for_and_stay_inside(table)
    await what_is_refused_or_taken_back_stays(table)
    await an_exhibit_and_an_offer_stay_inside(table)
    await nobody_receives_the_other_place(table, (await heard(table.mediator, "open"))["at"] + MOST, time.time())
    await what_is_begun_in_the_talk_survives_a_reload(table)
    await the_mediator_leaves_and_one_side_stays_alone(table)
    for person in table.everybody:
        await remember_absences(person)
    await table.mediator.tap("caucus-close")
    for person in table.everybody:
        await expect(person.see("caucus")).to_have_count(0, timeout=15_000)
        await person.sees_and_hears(2)
    await nobody_seemed_to_have_their_camera_off(table)
    await table.mediator.waits_for("rec-chip", state="on")
    await what_was_begun_in_the_talk_is_nowhere_else(table.applicant)
    await agreed_words_are_carried_across(table)
    await what_was_kept_is_shared_refused_and_taken_back(table)
    await it_looks_well(table, "together")
    await table.mediator.tap("rec-stop")
    await table.mediator.see("confirm-reason").fill(ENOUGH)
    await table.mediator.tap("confirm-yes")
    await table.mediator.waits_for("rec-chip", state="off")
    assert stopped_why(table.service.data) == [ENOUGH]
    opened, closing = await heard(table.mediator, "open"), await heard(table.mediator, "closing")
    files = await asyncio.to_thread(recorded, table.service.data)
    assert len(files) == 12, "six before the talk and six after it"
    for name, first, last in files:
        assert last <= opened["at"] + MOST or first >= closing["caucus"]["changes_at"], f"{name} is of the private talk"
    for person in table.everybody:
        assert person.complaints == [], f"{person.name}: {person.complaints}"


async def nobody_seemed_to_have_their_camera_off(table: Table) -> None:
    """Every camera is on: whoever was moved is on their way to whoever sees them, and nothing else is said of them."""
    for person in table.everybody:
        seen = await absences(person)
        assert "off" not in seen, f"{person.name}: {seen}"
    assert "connecting" in {reason for person in table.everybody for reason in await absences(person)}


MOST = 0.5
"""Seconds after the move was carried out, in which what was on its way may still arrive."""


async def it_looks_well(table: Table, moment: str) -> None:
    found = await asyncio.gather(
        problems_of_desk(table.mediator.page),
        problems_of_phone(table.applicant.page),
        problems_of_phone(table.respondent.page),
    )
    assert not any(found), found
    await table.pictures(moment)


async def nobody_receives_the_other_place(table: Table, since: float, until: float) -> None:
    """The respondent nothing at all; those in the talk each other and nobody else."""
    mediator, applicant = await own_id(table.mediator), await own_id(table.applicant)
    for person, expected in ((table.respondent, []), (table.applicant, [mediator]), (table.mediator, [applicant])):
        came = await received(person, since, until)
        assert sorted({one.participant_id for one in came}) == expected, f"{person.name}: {came}"


async def own_id(person: Person) -> str:
    """The participant whose own picture is on this screen."""
    return str(await person.page.locator('[data-self="true"]').first.get_attribute("data-participant"))


SECRET, AGREED = "我最低只能到两万六", "可以分两期付。"
REFUSED, TAKEN_BACK, WITHDRAWN = "可以少要一半。", "下个月再付也行。", "可以不要补偿。"
TITLE, AMOUNT = "去年的奖金单", "26000"


async def words_are_asked_for_and_stay_inside(table: Table) -> None:
    """Chat, a ticket and a silent alarm in the talk: the mediator has them, the other side has nothing."""
    await table.mediator.waits_for("isolation", sealed="true")
    await table.mediator.tap("tab-tickets")
    await table.mediator.see("ticket-text").fill(AGREED)
    await table.mediator.tap("ticket-ask")
    await expect(await table.applicant.waits_for("ticket-words")).to_contain_text(AGREED)
    await table.pictures("ticket")
    assert await problems_of_phone(table.applicant.page) == []
    await table.applicant.tap("ticket-yes")
    await table.mediator.waits_for("ticket", state="agreed")
    await table.applicant.tap("ctrl-more")
    await table.applicant.tap("ctrl-quiet")
    await expect(table.applicant.see("ctrl-quiet-note")).not_to_be_empty()
    await table.mediator.waits_for("call", kind="alarm")
    await table.applicant.tap("ctrl-chat")
    await table.applicant.see("chat-text").fill(SECRET)
    await table.applicant.tap("chat-send")
    await expect(table.applicant.see("chat-line", **{"class": "caucus"})).to_have_count(1)
    await table.mediator.tap("tab-chat")
    await expect(await table.mediator.waits_for("chat-line", **{"class": "caucus"})).to_contain_text(SECRET)
    await it_looks_well(table, "words")
    await table.mediator.tap("call-seen")
    await expect(table.mediator.see("call")).to_have_count(0)
    assert await table.respondent.see("chat-news").count() == 0
    await table.applicant.tap("chat-panel-close")


async def what_is_refused_or_taken_back_stays(table: Table) -> None:
    """A no is listed as one and cannot be delivered; a question that is taken back is gone from the other screen."""
    mediator, applicant = table.mediator, table.applicant
    await mediator.tap("tab-tickets")
    await mediator.see("ticket-text").fill(REFUSED)
    await mediator.tap("ticket-ask")
    await expect(applicant.see("ticket-words")).to_contain_text(REFUSED)
    await applicant.tap("ticket-no")
    await expect(await mediator.waits_for("ticket", state="refused")).to_contain_text(REFUSED)
    await expect(mediator.see("ticket-deliver")).to_have_count(1)  # of what was agreed to before
    await mediator.see("ticket-text").fill(TAKEN_BACK)
    await mediator.tap("ticket-ask")
    await expect(applicant.see("ticket-words")).to_contain_text(TAKEN_BACK)
    await applicant.tap("ticket-yes")
    await expect(mediator.see("ticket", state="agreed")).to_have_count(2)
    await applicant.picks("ctrl-tickets")
    await applicant.see("ticket-mine").filter(has_text=TAKEN_BACK).get_by_test_id("ticket-back").click()
    await expect(mediator.see("ticket-deliver")).to_have_count(1)
    await it_looks_well(table, "tickets-mine")
    await applicant.tap("tickets-panel-close")
    await mediator.see("ticket-text").fill(WITHDRAWN)
    await mediator.tap("ticket-ask")
    await expect(applicant.see("ticket-words")).to_contain_text(WITHDRAWN)
    await mediator.tap("ticket-withdraw")
    await expect(applicant.see("ticket-question")).to_have_count(0)
    await mediator.waits_for("ticket", state="withdrawn")
    await table.pictures("tickets")


async def an_exhibit_and_an_offer_stay_inside(table: Table) -> None:
    """The mediator sees both; on the other side's screen there is no word of anything that was said or shown."""
    mediator, applicant = table.mediator, table.applicant
    await applicant.picks("ctrl-exhibits")
    await applicant.tap("exhibit-add")
    file = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": payslips(["7月"])}
    await applicant.see("exhibit-file").set_input_files(file)  # type: ignore[arg-type]
    await applicant.see("exhibit-title").fill(TITLE)
    await applicant.tap("exhibit-send")
    await applicant.waits_for("exhibit-disclose")
    await it_looks_well(table, "own-exhibit")
    await applicant.tap("panel-close")
    await applicant.picks("ctrl-offers")
    await applicant.tap("offer-add")
    await applicant.see("offer-amount").fill(AMOUNT)
    await applicant.tap("offer-send")
    await applicant.waits_for("offer-share")
    await mediator.tap("tab-exhibits")
    await expect(await mediator.waits_for("exhibit-row")).to_contain_text(TITLE)
    await mediator.tap("tab-offers")
    await mediator.waits_for("offer", side="applicant")
    await it_looks_well(table, "own-offer")
    await applicant.tap("panel-close")
    content = await table.respondent.page.content()
    for said in (SECRET, AGREED, REFUSED, TAKEN_BACK, WITHDRAWN, TITLE, "26,000"):
        assert said not in content


JOINT, BEGUN, LESS = "请问什么时候休息？", "再少一点也", "24999"


async def a_line_is_begun(person: Person, text: str, to: str) -> None:
    """Typed and not sent; the box was empty before."""
    await person.picks("ctrl-chat")
    await expect(person.see("chat-text")).to_have_value("")
    await person.see("chat-to").select_option(to)
    await person.see("chat-text").fill(text)
    await person.tap("chat-panel-close")


async def what_is_begun_in_the_talk_survives_a_reload(table: Table) -> None:
    """The line with whom it is for, the offer as far as it is filled in, and what lay open; the place as well."""
    applicant = table.applicant
    await applicant.picks("ctrl-offers")
    await applicant.tap("offer-add")
    await applicant.see("offer-amount").fill(LESS)
    await applicant.tap("panel-close")
    await a_line_is_begun(applicant, BEGUN, "hosts")
    await applicant.picks("ctrl-chat")
    await applicant.page.reload()
    await applicant.waits_for("caucus", state="open", inside="true")
    await expect(applicant.see("chat-text")).to_have_value(BEGUN)
    await expect(applicant.see("chat-to")).to_have_value("hosts")
    await applicant.tap("chat-panel-close")
    await applicant.picks("ctrl-offers")
    await expect(applicant.see("offer-amount")).to_have_value(LESS)
    await table.pictures("begun")
    await applicant.tap("panel-close")
    await applicant.sees_and_hears(1)


async def what_was_begun_in_the_talk_is_nowhere_else(person: Person) -> None:
    """Back in the joint session the line that was begun there is in the box, and nothing of the talk is in the tab."""
    await person.picks("ctrl-chat")
    await expect(person.see("chat-text")).to_have_value(JOINT)
    await expect(person.see("chat-to")).to_have_value("hosts")
    await person.tap("chat-panel-close")
    kept = await person.page.evaluate("() => JSON.stringify({ ...sessionStorage })")
    assert JOINT in kept and BEGUN not in kept and LESS not in kept


async def the_mediator_leaves_and_one_side_stays_alone(table: Table) -> None:
    """The applicant is told, receives nobody and stays in the talk; the mediator is with the other side again."""
    mediator, applicant, respondent = table.mediator, table.applicant, table.respondent
    await count_bytes(applicant)
    await mediator.tap("caucus-leave")
    await mediator.waits_for("caucus-enter")
    left = time.time()
    await asyncio.gather(mediator.sees_and_hears(1), respondent.sees_and_hears(1))
    told = await applicant.waits_for("caucus", state="open", inside="true")
    await expect(told).to_contain_text("调解员不在这里")
    await expect(applicant.page.locator("video[data-participant]")).to_have_count(1)
    await expect(
        applicant.page.locator('.tile[data-reason="coming"], .tile__absent[data-reason="coming"]')
    ).to_have_count(0)
    await it_looks_well(table, "alone")
    await looked_often(applicant, left + MOST)
    assert await received(applicant, left + MOST, time.time()) == []


async def agreed_words_are_carried_across(table: Table) -> None:
    await table.mediator.tap("tab-tickets")
    await table.mediator.tap("ticket-deliver")
    await table.mediator.tap("confirm-yes")
    await expect(await table.respondent.waits_for("chat-news")).to_contain_text(AGREED)
    await table.respondent.tap("chat-news")
    await expect(table.respondent.see("chat-line")).to_have_count(1)
    await expect(await table.respondent.waits_for("chat-line", **{"class": "carried"})).to_contain_text(AGREED)
    assert SECRET not in await table.respondent.page.content()
    await table.respondent.tap("chat-panel-close")


async def what_was_kept_is_shared_refused_and_taken_back(table: Table) -> None:
    """Out of the talk by its owner's own press, and gone again by it; the other side says no to the offer."""
    applicant, respondent = table.applicant, table.respondent
    await respondent.picks("ctrl-exhibits")
    await applicant.picks("ctrl-exhibits")
    await applicant.tap("exhibit-row")
    await expect(respondent.see("exhibit-row")).to_have_count(0)
    await applicant.tap("exhibit-disclose")
    await applicant.tap("exhibit-confirm-yes")
    await expect(await respondent.waits_for("exhibit-row", withdrawn="false")).to_contain_text(TITLE)
    await expect(applicant.see("exhibit-disclose")).to_have_count(0)
    await table.pictures("disclosed")
    await applicant.tap("exhibit-withdraw")
    await applicant.tap("exhibit-confirm-yes")
    await respondent.waits_for("exhibit-row", withdrawn="true")
    await expect(applicant.see("exhibit-withdraw")).to_have_count(0)
    await table.pictures("withdrawn")
    for party in (respondent, applicant):
        await party.tap("panel-close")
        await party.picks("ctrl-offers")
    await expect(respondent.see("offer")).to_have_count(0)
    await applicant.tap("offer-share")
    await expect(await respondent.waits_for("offer", side="applicant")).to_contain_text("26,000.00")
    await table.pictures("shared")
    await respondent.tap("offer-decline")
    await applicant.waits_for("offer-answer", verdict="decline")
    await it_looks_well(table, "declined")


ENOUGH = "谈完了，不用再录"


def stopped_why(data: Path) -> list[str]:
    """The reasons for which recordings were stopped, as the record has them."""
    with sqlite3.connect(f"file:{data / 'room.sqlite3'}?mode=ro", uri=True) as connection:
        return [str(reason) for (reason,) in connection.execute("SELECT reason FROM recordings")]


CHIP = {"mediator": "paused", "applicant": "sealed", "respondent": "sealed"}


def recorded(data: Path) -> list[tuple[str, float, float]]:
    """Every recorded file with the moments of its first and of its last packet, read from the file itself."""
    with sqlite3.connect(f"file:{data / 'room.sqlite3'}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT file, started_at, ended_at FROM tracks").fetchall()
    known = {str(file): (float(started), float(ended)) for file, started, ended in rows}
    paths = {path.name: path for suffix in ("webm", "mkv", "mp4") for path in data.rglob(f"*.{suffix}")}
    assert paths.keys() == {Path(file).name for file in known}, "a file of which the record knows nothing"
    return [(file, *span(paths[Path(file).name], *moments)) for file, moments in known.items()]


def span(path: Path, started: float, ended: float) -> tuple[float, float]:
    """What is in a file, on the machine's clock; the record says the same of it."""
    with av.open(str(path)) as container:
        stream = container.streams[0]
        assert stream.time_base is not None
        times = [float(each.pts * stream.time_base) for each in container.demux(stream) if each.pts is not None]
    first, last = started + min(times), started + max(times)
    assert first - started < 1, path.name
    assert abs(last - ended) < 1, f"{path.name}: the file ends at {last}, the record says {ended}"
    return first, last
