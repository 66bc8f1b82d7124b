"""A private talk with real media in three browsers: the other side receives nothing, no recording has any of it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.test_whole_mediation import Table, everybody_sees_and_hears, the_recording_starts
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import DESKTOP, PHONE, Person, chromium
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
        try:
            yield seated
        finally:
            await seated.pictures("end")


async def received(person: Person) -> float:
    """Bytes of media that have reached a browser on all its connections, living or not."""
    return float(await person.page.evaluate(BYTES))


BYTES = """
async () => {
  let bytes = 0;
  for (const peer of window.peers) {
    (await peer.getStats()).forEach((row) => {
      if (row.type === "inbound-rtp") bytes += row.bytesReceived || 0;
    });
  }
  return bytes;
}
"""


async def test_a_private_talk_is_private(table: Table) -> None:
    await everybody_meets(table.service, table.mediator, applicant=table.applicant, respondent=table.respondent)
    await everybody_sees_and_hears(table)
    await the_recording_starts(table)
    await table.mediator.tap("caucus-open", side="applicant")
    await table.mediator.tap("confirm-yes")
    await table.respondent.waits_for("caucus", state="announced")
    await table.pictures("announced")
    await table.respondent.waits_for("caucus", state="open", inside="false")
    opened = time.time()
    await asyncio.sleep(0.5)
    before = await received(table.respondent)
    await table.applicant.waits_for("caucus", state="open", inside="true")
    await table.applicant.sees_and_hears(1)
    await table.mediator.sees_and_hears(1)
    # Whatever reaches the other side now would be of the caucus: they are alone outside it.
    assert await received(table.respondent) == before
    for person in table.everybody:
        assert await person.see("tile", kind="video").count() == (1 if person is table.respondent else 2)
        await person.waits_for("rec-chip" if person is table.mediator else "rec-strip", state=CHIP[person.name])
        problems_of = problems_of_desk if person is table.mediator else problems_of_phone
        assert await problems_of(person.page) == []
    await table.pictures("caucus")
    await words_are_asked_for_and_stay_inside(table)
    await table.applicant.page.reload()
    await table.applicant.waits_for("caucus", state="open", inside="true")
    await table.applicant.sees_and_hears(1)
    assert await received(table.respondent) == before
    ended = time.time()
    await table.mediator.tap("caucus-close")
    for person in table.everybody:
        await expect(person.see("caucus")).to_have_count(0, timeout=15_000)
        await person.sees_and_hears(2)
    await table.mediator.waits_for("rec-chip", state="on")
    await agreed_words_are_carried_across(table)
    await table.pictures("together")
    await table.mediator.tap("rec-stop")
    await table.mediator.tap("confirm-yes")
    await table.mediator.waits_for("rec-chip", state="off")
    tracks = tracks_of(table.service.data / "room.sqlite3")
    assert len(tracks) == 12, "six before the talk and six after it"
    for started, stopped in tracks:
        assert stopped <= opened + 0.5 or started >= ended, "a file holds something of the private talk"
    for person in table.everybody:
        assert person.complaints == [], f"{person.name}: {person.complaints}"


SECRET, AGREED = "我最低只能到两万六", "可以分两期付。"


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
    await table.pictures("words")
    for person in table.everybody:
        problems_of = problems_of_desk if person is table.mediator else problems_of_phone
        assert await problems_of(person.page) == []
    await table.mediator.tap("call-seen")
    await expect(table.mediator.see("call")).to_have_count(0)
    assert await table.respondent.see("chat-news").count() == 0
    content = await table.respondent.page.content()
    assert SECRET not in content
    assert AGREED not in content


async def agreed_words_are_carried_across(table: Table) -> None:
    await table.mediator.tap("tab-tickets")
    await table.mediator.tap("ticket-deliver")
    await table.mediator.tap("confirm-yes")
    await expect(await table.respondent.waits_for("chat-news")).to_contain_text(AGREED)
    await table.respondent.tap("chat-news")
    await expect(table.respondent.see("chat-line")).to_have_count(1)
    await expect(await table.respondent.waits_for("chat-line", **{"class": "carried"})).to_contain_text(AGREED)
    assert SECRET not in await table.respondent.page.content()


CHIP = {"mediator": "paused", "applicant": "sealed", "respondent": "sealed"}


def tracks_of(database: Path) -> list[tuple[float, float]]:
    """First and last moment of every recorded file, Unix seconds."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT started_at, ended_at FROM tracks").fetchall()
