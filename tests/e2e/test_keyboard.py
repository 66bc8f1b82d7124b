"""A mediator and a party without a mouse: from the notices to a view of an exhibit, by Tab, arrows, Space and Enter."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.support import room_client
from tests.support.accessibility import problems_of_desk, watch
from tests.support.browser import DESKTOP, Person, chromium
from tests.support.evidence_files import payslips
from tests.support.keyboard import Keys
from tests.support.room_client import Access, RoomSocket
from tests.support.service import Service, running_service
from tests.support.short_way import CHECKED, DECIDED, keep_cookies

pytestmark = pytest.mark.browser
REASON = "The September row was never agreed"


@dataclass
class Walk:
    """The two who walk, and the respondent, who only sends messages."""

    service: Service
    mediator: Keys
    party: Keys
    client: httpx.AsyncClient
    access: Access
    room: RoomSocket
    other: Access
    shots: Path

    async def picture(self, moment: str) -> None:
        for keys in (self.mediator, self.party):
            await keys.person.picture(str(self.shots / f"{moment}-{keys.person.name}.png"))


@asynccontextmanager
async def walk(service: Service, browser: Browser, shots: Path) -> AsyncIterator[Walk]:
    async with AsyncExitStack() as stack:
        device = await stack.enter_async_context(httpx.AsyncClient(base_url=service.url))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=service.url))
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        party = await Person.sits_down(browser, "applicant", DESKTOP, locale="en-US")
        for person in (mediator, party):
            await watch(person)
        access = await room_client.identified(device, service, "applicant")
        await keep_cookies(party, device)
        await party.page.add_init_script(CHECKED)
        await mediator.page.add_init_script(DECIDED)
        other = await room_client.identified(client, service, "respondent")
        await room_client.agrees_to_everything(client, other)
        room = await stack.enter_async_context(room_client.inside(service, other))
        yield Walk(service, await Keys.of(mediator), await Keys.of(party), client, access, room, other, shots)


async def test_everything_is_done_with_the_keyboard_alone(tmp_path: Path) -> None:
    async with (
        running_service(tmp_path / "data") as service,
        chromium() as browser,
        walk(service, browser, tmp_path) as walkers,
    ):
        try:
            for step in STEPS:
                await step(walkers)
                await walkers.room.done("ping")
        finally:
            await walkers.picture("end")
        for keys in (walkers.mediator, walkers.party):
            assert keys.person.complaints == [], f"{keys.person.name}: {keys.person.complaints}"


async def the_mediator_signs_in(walk: Walk) -> None:
    keys = walk.mediator
    await keys.person.page.goto(walk.service.links["mediator"])
    await keys.person.waits_for("login-username")
    await keys.write("账号", "zhouhe")
    await keys.write("密码", walk.service.passwords["zhouhe"])
    await keys.person.page.keyboard.press("Enter")
    await keys.person.waits_for("console-enter")
    await keys.press("进入调解室")
    await keys.person.waits_for("console")
    await keys.is_somewhere()


async def the_party_reads_and_chooses(walk: Walk) -> None:
    """Each promise ticked, each purpose answered, one by one; whoever forgets one is led to it."""
    keys = walk.party
    page = keys.person.page
    await page.goto(walk.service.links["applicant"])
    notice, consents = keys.person.see("notice"), keys.person.see("consents")
    for _ in range(12):
        await expect(notice.or_(consents)).to_be_visible()
        if await consents.is_visible():
            break
        title = await page.locator("h1").inner_text()
        for box in await page.locator('[data-testid^="notice-tick-"]').all():
            label = (await box.locator("xpath=..").inner_text()).strip()
            await keys.press(re.escape(label[:40]), "Space")
        await keys.press("I (have read|promise) this, next")
        await expect(page.locator("h1", has_text=title)).to_have_count(0)
        await keys.is_somewhere()
    await keys.press("Submit my choices")
    await keys.hears("Please choose here")
    await keys.is_somewhere("I agree")  # at the first that is open
    await page.keyboard.press("Space")
    for _ in range(30):
        left = await page.locator("fieldset:not(:has(input:checked))").count()
        if left == 0:
            break
        await keys.reach("I agree")
        # the second way into a group: an arrow goes round its two answers
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowLeft")
    await keys.hears("All chosen")
    assert await problems_of_desk(page) == []
    await keys.press("Submit my choices")
    await keys.person.waits_for("waiting-room")
    await keys.is_somewhere()


async def both_sides_are_let_in(walk: Walk) -> None:
    for _ in range(2):
        left = await walk.mediator.person.see("admit").count()
        await walk.mediator.press("请进")
        await expect(walk.mediator.person.see("admit")).to_have_count(left - 1)
        await walk.mediator.is_somewhere()
    await walk.party.person.waits_for("room")
    await walk.party.is_somewhere()


async def the_question_of_recusal(walk: Walk) -> None:
    mediator, party = walk.mediator, walk.party
    await mediator.chooses_tab("核对")
    await mediator.write("要披露的关系", "我和双方都不认识")
    await mediator.press("问各方")
    await mediator.hears("问过")
    await party.hears("The mediator has a question for you")
    await party.press("The mediator has a question for you")
    await party.press("I object")
    await party.is_somewhere("Why")
    await party.person.page.keyboard.type("He knows them")
    await party.person.page.keyboard.press("Enter")
    await party.hears("He knows them")
    await party.is_somewhere()
    await party.press("Close", back=True)
    await party.is_somewhere()


async def an_exhibit_is_brought_and_shown(walk: Walk) -> None:
    """The party chooses a file by key; the mediator shows it page by page, and turns back from the last one."""
    mediator, party = walk.mediator, walk.party
    await party.press("More")
    await party.press("Exhibits")
    await party.press("Bring an exhibit")
    await party.reach("Take a picture or choose a file")
    async with party.person.page.expect_file_chooser() as choosing:
        await party.person.page.keyboard.press("Enter")
    content = await asyncio.to_thread(payslips, ["7月", "8月"])
    await (await choosing.value).set_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": content})
    await party.write("What is it", "Payslips")
    await party.press("Upload")
    await party.person.waits_for("exhibit-page", page="1")
    await party.is_somewhere()
    await mediator.chooses_tab("证据")
    await mediator.press("证据 1.*Payslips")
    await mediator.person.waits_for("exhibit-page", page="1")
    await mediator.press("给大家看")
    await party.person.waits_for("exhibit-presented")
    await mediator.press("下一页", back=True)
    await mediator.hears("2 / 2")
    await mediator.is_somewhere()  # there is no page after the last: the button cannot be pressed any more
    await mediator.press("上一页", back=True)
    await mediator.hears("1 / 2")
    await mediator.is_somewhere()
    await mediator.press("停止出示")
    await expect(party.person.see("exhibit-presented")).to_have_count(0)
    await mediator.is_somewhere()


async def a_view_with_its_reason(walk: Walk) -> None:
    """Two answers by arrow; without a reason the party is led to where it is missing."""
    party = walk.party
    headers = {**walk.other.headers, "Content-Type": "application/octet-stream"}
    headers |= {"Exhibit-Title": quote("合同"), "Exhibit-Name": quote("合同.pdf")}
    content = await asyncio.to_thread(payslips, ["9月"])
    answer = await walk.client.post("/api/exhibits", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    await party.press("All exhibits", back=True)
    await party.press("Exhibit 2")
    await party.press("Say what you think of this exhibit")
    await party.is_somewhere("No objection")
    await party.person.page.keyboard.press("Space")
    await party.reach("No objection")  # of the next question
    await party.person.page.keyboard.press("ArrowRight")
    await party.is_somewhere("Objection")
    await party.press("Put on record")
    await party.hears("needs a reason")
    await party.is_somewhere("Why")
    await party.person.page.keyboard.type(REASON)
    await party.press("Put on record")
    await expect(walk.mediator.person.page.get_by_text("Payslips").first).to_be_visible()
    await expect(party.person.see("exhibit-objection")).to_contain_text(REASON)
    await party.is_somewhere()
    await party.press("Close", back=True)
    await party.is_somewhere("More")


STEPS = (
    the_mediator_signs_in,
    the_party_reads_and_chooses,
    both_sides_are_let_in,
    the_question_of_recusal,
    an_exhibit_is_brought_and_shown,
    a_view_with_its_reason,
)
