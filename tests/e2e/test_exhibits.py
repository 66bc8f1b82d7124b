"""An exhibit from the phone that brings it to the objection that the mediator reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.e2e.test_whole_mediation import Table
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import DESKTOP, PHONE, Person, chromium
from tests.support.evidence_files import payslips
from tests.support.exhibit_room import PICTURE
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = pytest.mark.browser
DIFFERENCE = "The stamp is missing"
CONDITION = "Nothing else is owed"
REASON = "The September row was never agreed"
PHOTO = "Receipt"
DAYS = (("2099年3月1日", "2099年5月31日"), ("March 1, 2099", "May 31, 2099"))
UNTIL = ("有效到", "Stands until")
"""In Chinese, in English."""
THREE_DAYS = timedelta(hours=72)
ZONE = ZoneInfo("Asia/Shanghai")


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


async def test_an_exhibit_is_brought_shown_page_by_page_and_objected_to(table: Table) -> None:
    await everybody_meets(table.service, table.mediator, applicant=table.applicant, respondent=table.respondent)
    await the_applicant_brings_payslips(table)
    await the_mediator_shows_the_second_page(table)
    await the_respondent_objects(table)
    await the_mediator_writes_down_a_view_and_lets_somebody_show(table)
    await the_mediator_compares_the_original(table)
    await the_respondent_brings_a_photo(table)
    await two_offers_are_compared_and_one_is_taken_back(table)
    await an_accepted_offer_goes_into_the_draft(table)
    for person in table.everybody:
        problems_of = problems_of_desk if person is table.mediator else problems_of_phone
        assert await problems_of(person.page) == []
        assert person.complaints == [], f"{person.name}: {person.complaints}"


async def the_applicant_brings_payslips(table: Table) -> None:
    applicant = table.applicant
    await applicant.picks("ctrl-exhibits")
    await applicant.tap("exhibit-add")
    text = {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"only words"}
    file = {"name": "工资表.pdf", "mimeType": "application/pdf", "buffer": payslips(["7月", "8月", "9月"])}
    for chosen in (text, file):
        await applicant.see("exhibit-file").set_input_files(chosen)  # type: ignore[arg-type]
        await applicant.see("exhibit-title").fill("工资表")
        await applicant.tap("exhibit-send")
        if chosen is text:
            await applicant.waits_for("exhibit-refusal")
            assert [line for line in applicant.complaints if "422" in line] == applicant.complaints
            applicant.complaints.clear()
            await table.pictures("refused")
    await applicant.waits_for("exhibit-page", page="1")
    await table.pictures("brought")


async def the_mediator_shows_the_second_page(table: Table) -> None:
    mediator, respondent = table.mediator, table.respondent
    await mediator.tap("tab-exhibits")
    await mediator.tap("exhibit-row")
    await mediator.waits_for("exhibit-page", page="1")
    await mediator.tap("exhibit-present")
    await respondent.waits_for("exhibit-shown", page="1")
    await mediator.tap("page-after")
    await respondent.waits_for("exhibit-shown", page="2")
    await mediator.tap("page-before")
    await respondent.waits_for("exhibit-shown", page="1")
    await mediator.tap("page-after")
    page = await respondent.waits_for("exhibit-page", page="2")
    assert await page.get_attribute("alt") == "Exhibit 1, page 2 of 3"
    await respondent.page.wait_for_function("() => document.querySelector('[data-page=\"2\"] img').naturalWidth > 1000")
    await table.pictures("shown")
    await respondent.tap("shown-zoom")
    await respondent.tap("viewer-larger")
    await respondent.waits_for("exhibit-viewer", zoom="1.5")
    await respondent.tap("viewer-smaller")
    await respondent.waits_for("exhibit-viewer", zoom="1")
    await respondent.tap("viewer-larger")
    await respondent.waits_for("exhibit-viewer", zoom="1.5")
    for person, place in ((respondent, "exhibit-viewer"), (mediator, "exhibit-card"), (table.applicant, "room")):
        marks = person.see(place).locator('[data-testid="watermark"]')
        assert await marks.count() > 0, f"{person.name}: no line over what is shown"
        name = {"mediator": "周和", "applicant": "林小满", "respondent": "何平"}[person.name]
        await expect(marks.first).to_contain_text(f"{name} 演示〔2026〕调字第0001号")
        assert await marks.first.evaluate("mark => getComputedStyle(mark).pointerEvents") == "none"
    await table.pictures("enlarged")
    await respondent.page.keyboard.press("Escape")
    await expect(respondent.see("exhibit-viewer")).to_have_count(0)


async def the_respondent_objects(table: Table) -> None:
    mediator, respondent = table.mediator, table.respondent
    await respondent.tap("shown-open")
    await respondent.tap("exhibit-zoom")
    await respondent.tap("viewer-close")
    await respondent.tap("exhibit-back")
    await respondent.tap("exhibit-row")
    await respondent.tap("exhibit-say")
    await respondent.see("view-authenticity-none").check(force=True)
    await respondent.see("view-relevance-objects").check(force=True)
    await respondent.tap("view-send")
    await expect(respondent.page.get_by_role("alert")).to_contain_text("needs a reason")
    await respondent.see("view-relevance-reason").fill(REASON)
    await table.pictures("objecting")
    await respondent.tap("view-send")
    for person in (mediator, table.applicant):
        await expect(person.see("exhibit-objection")).to_contain_text(REASON)
        await person.waits_for("exhibit-view", aspect="authenticity", state="none")
        await person.waits_for("exhibit-view", aspect="legality", state="open")
    await table.pictures("objected")


async def the_mediator_writes_down_a_view_and_lets_somebody_show(table: Table) -> None:
    """What a side says aloud stands on its own screen; a party may show, and then may not any more."""
    mediator, applicant, respondent = table.mediator, table.applicant, table.respondent
    await mediator.tap("exhibit-record", side="respondent")
    await mediator.see("view-legality-none").check(force=True)
    await mediator.tap("view-send")
    await respondent.waits_for("exhibit-view", aspect="legality", state="none")
    who = str(await applicant.see("room").get_attribute("data-participant"))
    await mediator.tap("exhibit-put-away")
    await expect(applicant.see("exhibit-present")).to_have_count(0)
    await mediator.tap("presenter", participant=who)
    await applicant.tap("exhibit-present")
    await respondent.waits_for("exhibit-presented")
    await table.pictures("presented-by-party")
    await mediator.tap("presenter", participant=who)
    for testid in ("exhibit-present", "exhibit-put-away"):
        await expect(applicant.see(testid)).to_have_count(0)
    await expect(respondent.see("exhibit-presented")).to_have_count(0)
    await mediator.tap("exhibit-row")
    await mediator.tap("exhibit-present")
    await respondent.waits_for("exhibit-presented")


async def the_mediator_compares_the_original(table: Table) -> None:
    mediator = table.mediator
    await mediator.tap("original-record")
    await mediator.see("original-differs").check(force=True)
    await mediator.see("original-camera").check(force=True)
    await mediator.tap("original-send")
    await expect(mediator.see("original-form").get_by_role("alert")).to_be_visible()
    await mediator.see("original-remark").fill(DIFFERENCE)
    await table.pictures("comparing")
    await mediator.tap("original-send")
    for person in table.everybody:
        shown = await person.waits_for("originals", state="differs")
        await expect(shown).to_contain_text(DIFFERENCE)
    await mediator.tap("original-record")
    await mediator.see("original-agrees").check(force=True)
    await mediator.see("original-office").check(force=True)
    await mediator.tap("original-send")
    for person in table.everybody:
        await person.waits_for("originals", state="agrees")
    await table.pictures("compared")


async def the_respondent_brings_a_photo(table: Table) -> None:
    """From the phone's camera: it becomes a page like any other, numbered, with the same digest on every screen."""
    respondent = table.respondent
    await respondent.tap("exhibit-back")
    await respondent.tap("exhibit-add")
    photo = {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": PICTURE}
    await respondent.see("exhibit-file").set_input_files(photo)  # type: ignore[arg-type]
    await respondent.see("exhibit-title").fill(PHOTO)
    await respondent.tap("exhibit-send")
    page = await respondent.waits_for("exhibit-page", page="1")
    assert await page.get_attribute("alt") == "Exhibit 2, page 1 of 1"
    await respondent.page.wait_for_function("(img) => img.naturalWidth > 0", arg=await page.element_handle())
    await table.applicant.tap("exhibit-back")
    for person in (table.mediator, table.applicant):
        await expect(person.see("exhibit-row").filter(has_text=PHOTO)).to_have_count(1)
    await table.mediator.see("exhibit-row").filter(has_text=PHOTO).click()
    for person in (respondent, table.mediator):
        digest = person.see("exhibit-card").locator(".exhibit-card__digest .code")
        await expect(digest).to_have_attribute("title", sha256(PICTURE).hexdigest())
    await table.pictures("photo")


async def two_offers_are_compared_and_one_is_taken_back(table: Table) -> None:
    mediator, applicant, respondent = table.mediator, table.applicant, table.respondent
    await mediator.tap("tab-offers")
    for party in (applicant, respondent):
        await party.tap("panel-close")
        await party.picks("ctrl-offers")
    await applicant.tap("offer-add")
    await applicant.see("offer-amount").fill("26000")
    await applicant.tap("offer-send")
    await respondent.tap("offer-counter")
    await respondent.see("offer-amount").fill("15000")
    await respondent.tap("offer-more")
    form = respondent.page.locator(".offer-form")
    for number, (day, amount) in enumerate((("2099-03-01", "7000"), ("2099-05-31", "8000"))):
        await form.locator('input[type="date"]').nth(number).fill(day)
        await form.locator('.offer-form__part input[inputmode="decimal"]').nth(number).fill(amount)
    await form.get_by_label("Stands for").select_option("72")
    await respondent.see("offer-conditions").fill(CONDITION)
    made = datetime.now(ZONE)
    await respondent.tap("offer-send")
    for person in table.everybody:
        compared = await person.waits_for("offer-comparison")
        for amount in ("26,000.00", "15,000.00"):
            await expect(compared).to_contain_text(amount)
        await expect(compared).to_contain_text(CONDITION)
        await expect(compared.locator(".offer__payments li")).to_have_count(3)
        for part in ("7,000.00", "8,000.00", *DAYS[person is respondent]):
            await expect(compared).to_contain_text(part)
        until = compared.locator("tbody", has_text=UNTIL[person is respondent]).locator("td").last
        await expect(until).to_contain_text(day_of(made + THREE_DAYS, english=person is respondent))
        await expect(person.see("offer-gap")).to_contain_text("11,000.00")
    await table.pictures("two-offers")
    await respondent.tap("offer-withdraw")
    theirs = applicant.see("offer", side="respondent").locator('[data-testid="offer-state"]')
    await expect(theirs).to_have_attribute("data-state", "withdrawn")
    await expect(applicant.see("offer-gap")).to_have_count(0)
    await table.pictures("one-offer-left")


def day_of(moment: datetime, *, english: bool) -> str:
    return f"{moment:%B} {moment.day}, {moment.year}" if english else f"{moment.year}年{moment.month}月{moment.day}日"


async def an_accepted_offer_goes_into_the_draft(table: Table) -> None:
    mediator, applicant, respondent = table.mediator, table.applicant, table.respondent
    await applicant.tap("offer-add")
    await applicant.see("offer-amount").fill("18600")
    await applicant.tap("offer-send")
    await respondent.tap("offer-accept")
    await respondent.tap("offer-confirm-yes")
    # Two presses in the same moment: one puts it in, and what stands there afterwards says so.
    await (await mediator.waits_for("offer-draft")).dblclick()
    await mediator.waits_for("offer-drafted")
    await expect(mediator.see("offer-draft")).to_have_count(0)
    await table.pictures("drafted")
    await mediator.tap("tab-agreement")
    await expect(mediator.page.get_by_text("乙方向甲方支付人民币18,600.00元")).to_have_count(1)
