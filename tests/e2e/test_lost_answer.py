"""An answer is lost on its way back and the page loaded again: nothing is sent twice, nothing begun is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.support.accessibility import problems_of_phone, watch
from tests.support.browser import DESKTOP, PHONE, Person, chromium
from tests.support.evidence_files import payslips
from tests.support.gallery import LANGUAGES, other_language
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = pytest.mark.browser
LINE, ANOTHER = "可以分两期付", "周五之前"
FILE = {"name": "工资表.pdf", "mimeType": "application/pdf", "buffer": payslips(["7月"])}
GONE = {"zh-CN": "请再选一次", "en": "choose it once more"}


async def test_what_was_taken_is_not_sent_again(tmp_path: Path) -> None:
    async with running_service(tmp_path / "data") as service, chromium() as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        applicant = await Person.sits_down(browser, "applicant", PHONE)
        await watch(applicant)
        await everybody_meets(service, mediator, applicant=applicant)
        await mediator.tap("tab-chat")
        await a_line_is_sent_again_after_a_reload(mediator, applicant)
        await a_line_is_put_away_by_itself(mediator, applicant)
        await an_offer_is_made_once(mediator, applicant)
        await an_exhibit_is_brought_once(applicant)
        await a_file_has_to_be_chosen_again(applicant, tmp_path)
        assert applicant.complaints == [], applicant.complaints


@asynccontextmanager
async def answers_get_lost(person: Person, *paths: str) -> AsyncIterator[list[int]]:
    """The server gets what is posted to these paths, and nobody its answer; nothing else is asked about it. What it
    answered."""
    taken: list[int] = []

    async def cut(route: Route) -> None:
        if route.request.method == "POST":
            taken.append((await route.fetch()).status)
        await route.abort()

    patterns = [f"**/api/**{path}" for path in (*paths, "/sent/*")]
    for pattern in patterns:
        await person.page.route(pattern, cut)
    yield taken
    for pattern in patterns:
        await person.page.unroute(pattern)


async def a_line_is_sent_again_after_a_reload(mediator: Person, applicant: Person) -> None:
    async with answers_get_lost(applicant, "/chat") as taken:
        await applicant.picks("ctrl-chat")
        await applicant.see("chat-text").fill(LINE)
        await applicant.tap("chat-send")
        await applicant.waits_for("chat-error")
        await expect(mediator.see("chat-line")).to_have_count(1)
        await applicant.page.reload()
        await applicant.waits_for("room")
        await expect(applicant.see("chat-text")).to_have_value(LINE)
        await expect(applicant.see("chat-line")).to_have_count(1)
        await applicant.tap("chat-send")
        await applicant.waits_for("chat-error")
        assert taken == [201, 201]
    await applicant.tap("chat-send")
    await expect(applicant.see("chat-text")).to_have_value("")
    for person in (mediator, applicant):
        await expect(person.see("chat-line")).to_have_count(1)


async def a_line_is_put_away_by_itself(mediator: Person, applicant: Person) -> None:
    async with answers_get_lost(applicant, "/chat"):
        await applicant.see("chat-text").fill(ANOTHER)
        await applicant.tap("chat-send")
        await applicant.waits_for("chat-error")
    await applicant.page.reload()
    await expect(applicant.see("chat-line")).to_have_count(2)
    await expect(applicant.see("chat-text")).to_have_value("")
    await applicant.see("chat-text").fill(ANOTHER)
    await applicant.tap("chat-send")
    await expect(mediator.see("chat-line")).to_have_count(3)  # written anew it is another line
    await applicant.tap("chat-panel-close")


async def an_offer_is_made_once(mediator: Person, applicant: Person) -> None:
    await mediator.tap("tab-offers")
    async with answers_get_lost(applicant, "/offers") as taken:
        await applicant.picks("ctrl-offers")
        await applicant.tap("offer-add")
        await applicant.see("offer-amount").fill("18000")
        await applicant.tap("offer-send")
        await mediator.waits_for("offer")
        await applicant.page.reload()
        await expect(applicant.see("offer-amount")).to_have_value("18000")
        await applicant.tap("offer-send")
        await expect(applicant.see("offer-send")).to_be_enabled()
        assert taken == [201, 201]
    await applicant.page.reload()
    await applicant.waits_for("offer-add")
    await expect(mediator.see("offer")).to_have_count(1)
    await applicant.tap("panel-close")


async def an_exhibit_is_brought_once(applicant: Person) -> None:
    async with answers_get_lost(applicant, "/exhibits") as taken:
        await applicant.picks("ctrl-exhibits")
        await applicant.tap("exhibit-add")
        await chooses_payslips(applicant)
        await applicant.tap("exhibit-send")
        await applicant.waits_for("exhibit-refusal")
        await applicant.page.reload()
        await applicant.waits_for("exhibit-file-gone")
        await chooses_payslips(applicant)
        await applicant.tap("exhibit-send")
        await applicant.waits_for("exhibit-refusal")
        assert taken == [201, 201]
    await applicant.page.reload()
    await applicant.waits_for("exhibit-page", page="1")
    await applicant.tap("exhibit-back")
    await expect(applicant.see("exhibit-row")).to_have_count(1)


async def a_file_has_to_be_chosen_again(applicant: Person, shots: Path) -> None:
    """Nothing of it was sent: the form is there with all but the file, and says so."""
    await applicant.tap("exhibit-add")
    await chooses_payslips(applicant)
    await applicant.see("exhibit-title").fill("九月的工资表")
    await applicant.see("exhibit-holds-sensitive_financial").check(force=True)
    await applicant.tap("panel-close")
    await applicant.picks("ctrl-exhibits")
    await expect(applicant.see("exhibit-send")).to_be_enabled()  # closed and opened again the file is still there
    await applicant.page.reload()
    await applicant.waits_for("exhibit-file-gone")
    await expect(applicant.see("exhibit-title")).to_have_value("九月的工资表")
    await expect(applicant.see("exhibit-holds-sensitive_financial")).to_be_checked()
    await expect(applicant.see("exhibit-send")).to_be_disabled()
    assert await problems_of_phone(applicant.page) == []
    for language in LANGUAGES:
        await expect(applicant.see("exhibit-file-gone")).to_contain_text(GONE[language])
        await applicant.picture(str(shots / f"file-gone-{language}.png"))
        await other_language(applicant)
    await chooses_payslips(applicant)
    await expect(applicant.see("exhibit-file-gone")).to_have_count(0)
    await applicant.tap("exhibit-send")
    await applicant.waits_for("exhibit-page", page="1")


async def chooses_payslips(person: Person) -> None:
    await person.see("exhibit-file").set_input_files(FILE)  # type: ignore[arg-type]
