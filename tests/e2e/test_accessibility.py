"""Every main screen, in both languages, can be used with a keyboard, a screen reader, a finger and a small phone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import (
    DESKTOP,
    PHONE,
    Person,
    answers_every_purpose,
    chromium,
    proves_identity,
    reads_a_notice,
    staff_signs_in,
)
from tests.support.service import Service, running_service

pytestmark = pytest.mark.browser
LANGUAGES = {"zh-CN": "中文", "en": "English"}


@dataclass
class Visit:
    """The service, the browser, and what was found wrong so far, by screen and language."""

    service: Service
    browser: Browser
    wrong: dict[str, list[str]] = field(default_factory=dict)

    async def sits_down(self, name: str, viewport: dict[str, int], locale: str = "zh-CN") -> Person:
        person = await Person.sits_down(self.browser, name, viewport, locale)
        await watch(person)
        return person

    async def look(self, person: Person, screen: str) -> None:
        """Look at what is on the screen now."""
        language = await person.page.evaluate("() => document.documentElement.lang")
        look: Callable[[Page], Awaitable[list[str]]]
        look = problems_of_desk if person.name in {"mediator", "court", "demo"} else problems_of_phone
        if found := await look(person.page):
            self.wrong[f"{screen} ({language})"] = found

    async def look_in_both(self, person: Person, screen: str) -> None:
        """Look, change the language on the page, look again, change it back."""
        for _ in LANGUAGES:
            await self.look(person, screen)
            here = await person.page.evaluate("() => document.documentElement.lang")
            other = next(name for code, name in LANGUAGES.items() if code != here)
            await person.page.get_by_role("button", name=other, exact=True).click()
            await expect(person.page.locator(f'html:not([lang="{here}"])')).to_be_attached()


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with running_service(tmp_path / "data") as service, chromium() as browser:
        yield Visit(service, browser)


async def test_no_screen_keeps_anybody_out(visit: Visit) -> None:
    mediator = await visit.sits_down("mediator", DESKTOP)
    await the_desk_before_the_room(visit, mediator)
    applicant = await visit.sits_down("applicant", PHONE)
    respondent = await visit.sits_down("respondent", PHONE, "en-US")
    await the_way_in(visit, applicant, visit.service.links["applicant"], "0001")
    await the_way_in(visit, respondent, visit.service.links["respondent"], "0002")
    await the_room(visit, mediator, [applicant, respondent])
    await the_signing(visit, mediator, [applicant, respondent])
    await the_end(visit, mediator, [applicant, respondent])
    await the_court(visit)
    assert visit.wrong == {}, "\n".join(f"{screen}\n  " + "\n  ".join(found) for screen, found in visit.wrong.items())


async def the_desk_before_the_room(visit: Visit, mediator: Person) -> None:
    service = visit.service
    demo = await visit.sits_down("demo", DESKTOP)
    await demo.page.goto(f"{service.url}/demo")
    await demo.waits_for("outbox-item")
    await visit.look_in_both(demo, "demo")
    await mediator.page.goto(f"{service.url}/staff")
    await mediator.waits_for("login-submit")
    await visit.look_in_both(mediator, "login")
    await staff_signs_in(mediator, f"{service.url}/staff", "zhouhe", service.passwords["zhouhe"])
    await mediator.waits_for("session-open")
    await visit.look_in_both(mediator, "sessions")
    await mediator.tap("session-open")
    await mediator.waits_for("console-enter")
    await visit.look_in_both(mediator, "own check")
    await mediator.tap("console-enter")
    await mediator.waits_for("console")


async def the_way_in(visit: Visit, party: Person, link: str, last4: str) -> None:
    """The applicant looks at each page in both languages, the respondent only at the pages that have no switch."""
    look = visit.look_in_both if party.name == "applicant" else visit.look
    await party.page.goto(link.rsplit("/", 1)[0] + "/gone")
    await party.waits_for("end-link_unknown")
    await look(party, "dead link")
    await party.page.goto(link)
    await party.waits_for("landing")
    await look(party, "landing")
    await party.tap("landing-continue")
    await party.waits_for("precheck-continue")
    await look(party, "phone check")
    await party.tap("precheck-continue")
    await party.see("identity-last4").fill("9999")
    await party.tap("identity-continue")
    await expect(party.page.locator('[aria-invalid="true"]')).to_be_visible()
    await look(party, "identity")
    await proves_identity(party, link, last4)
    await party.waits_for("notice-continue")
    await look(party, "notice")
    consents = party.see("consents-continue")
    while not await consents.is_visible():
        await reads_a_notice(party)
    await consents.click()
    await look(party, "consents")
    await answers_every_purpose(party)
    await consents.click()
    await party.waits_for("waiting-room")
    await visit.look(party, "waiting room")


async def the_room(visit: Visit, mediator: Person, parties: list[Person]) -> None:
    await expect(mediator.see("admit")).to_have_count(2)
    await visit.look_in_both(mediator, "console, people waiting")
    for left in (1, 0):
        await mediator.see("admit").first.click()
        await expect(mediator.see("admit")).to_have_count(left)
    await mediator.tap("rec-start")
    for party in parties:
        await party.waits_for("rec-strip", state="on")
        await visit.look(party, "room")
        await party.tap("ctrl-more")
        await visit.look(party, "room, more")
        await party.tap("ctrl-leave")
        await party.waits_for("leave-no")
        await visit.look(party, "room, leaving")
        await party.tap("leave-no")
        await party.picks("ctrl-agreement")
        await expect(party.see("draft-editor").locator("h1")).to_be_visible()
        await visit.look(party, "draft")
    await visit.look_in_both(mediator, "console, recording")


async def the_signing(visit: Visit, mediator: Person, parties: list[Person]) -> None:
    await mediator.tap("draft-freeze")
    await mediator.waits_for("confirm-yes")
    await visit.look(mediator, "console, asked to lock")
    await mediator.tap("confirm-yes")
    await mediator.waits_for("frozen-digest", match="true")
    await mediator.tap("sign-open")
    await visit.look_in_both(mediator, "console, signing")
    for party in parties:
        await party.waits_for("frozen-digest", match="true")
        await visit.look(party, "frozen text")
        await party.tap("sign-open")
        await party.waits_for("signing")
        await party.tap("sign-submit")
        await party.waits_for("sign-missing")
        await visit.look(party, "signing")


async def the_end(visit: Visit, mediator: Person, parties: list[Person]) -> None:
    await mediator.tap("end-session")
    await mediator.tap("confirm-yes")
    await mediator.waits_for("filed-state", seconds=60, state="filed")
    await visit.look_in_both(mediator, "ended")
    for party in parties:
        await party.waits_for("done")
        await visit.look(party, "over")


async def the_court(visit: Visit) -> None:
    court = await visit.sits_down("court", DESKTOP)
    await staff_signs_in(court, visit.service.links["court officer"], "faguan", visit.service.passwords["faguan"])
    await court.see("court-search").fill("演示〔2026〕调字第0001号")
    await court.tap("court-search-submit")
    await court.waits_for("court-result")
    await visit.look_in_both(court, "court, found")
    await court.tap("court-result")
    await court.waits_for("integrity", ok="true")
    await visit.look_in_both(court, "court, record")
