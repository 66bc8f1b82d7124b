"""Who comes in and who does not: a link as a code, the locked room, a no for good, two hosts at the door."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.e2e.conduct.people import id_of, it_looks_well
from tests.support.accessibility import problems_of_desk, watch
from tests.support.browser import DESKTOP, PHONE, Person, party_enters, proves_identity
from tests.support.service import Service
from tests.support.short_way import mediator_conducts

GREETING, REFUSAL = "马上请贵公司进来", "您不是本案的代理人"


async def a_new_link_is_shown_as_a_code(given: str, mediator: Person, shots: Path) -> str:
    await mediator.page.locator(".people__links > summary").click()
    await mediator.page.locator('[data-testid="link-show"]').last.click()
    await expect(mediator.see("link-url")).to_have_text(given)
    await mediator.page.locator('[data-testid="link-reissue"]').last.click()
    await mediator.tap("confirm-yes")
    await expect(mediator.see("link-url")).not_to_have_text(given)
    link = await mediator.see("link-url").inner_text()
    await mediator.tap("link-qr")
    code = await mediator.waits_for("invitation-code")
    await mediator.page.wait_for_function("() => document.querySelector('.invitation img').naturalWidth > 0")
    box = await code.bounding_box()
    assert box is not None
    assert box["width"] > 300
    await expect(mediator.see("invitation")).to_contain_text("何平")
    assert await problems_of_desk(mediator.page) == []
    await mediator.picture(str(shots / "invitation-mediator.png"))
    paper = await mediator.page.pdf(path=str(shots / "invitation.pdf"))
    assert paper.count(b"/Type /Page\n") == 1, "the code alone, on one sheet"
    await mediator.tap("invitation-close")
    await expect(mediator.see("invitation")).to_have_count(0)
    return link


async def nobody_new_comes_in(link: str, mediator: Person, applicant: Person, shots: Path) -> Person:
    await mediator.tap("lock")
    await mediator.waits_for("locked")
    browser = mediator.context.browser
    assert browser is not None
    respondent = await Person.sits_down(browser, "respondent", PHONE)
    await watch(respondent)
    await party_enters(respondent, link, "0002", arrives="end-locked")
    await respondent.picture(str(shots / "locked-respondent.png"))
    await applicant.page.reload()
    await applicant.waits_for("room")
    await mediator.tap("unlock")
    await expect(mediator.see("locked")).to_have_count(0)
    await respondent.tap("end-again")
    await mediator.waits_for("admit")
    assert respondent.complaints == []
    return respondent


async def a_no_for_good_ends_the_link(mediator: Person, respondent: Person, shots: Path) -> None:
    """A line for their side while they wait; then the reason on their screen, also when they try again; a new link."""
    await mediator.tap("greet-open")
    await mediator.see("greet-side").select_option("respondent")
    await mediator.see("greet-text").fill(GREETING)
    await mediator.tap("greet-send")
    await expect(await respondent.waits_for("greeting")).to_contain_text(GREETING)
    await it_looks_well(mediator, respondent, shots, "greeting")
    await mediator.tap("greet-open")
    await mediator.tap("deny-final")
    await mediator.see("confirm-reason").fill(REFUSAL)
    assert await problems_of_desk(mediator.page) == []
    await mediator.picture(str(shots / "deny-final-mediator.png"))
    await mediator.tap("confirm-yes")
    await respondent.waits_for("end-denied_final")
    await expect(respondent.see("end-reason")).to_contain_text(REFUSAL)
    await expect(mediator.see("admit")).to_have_count(0)
    await it_looks_well(mediator, respondent, shots, "denied-final")
    await respondent.page.reload()
    await respondent.waits_for("end-link_revoked")
    respondent.complaints.clear()
    link = await another_link(mediator)
    await respondent.page.goto(link)
    await respondent.tap("landing-continue")
    await respondent.tap("precheck-continue")
    await proves_identity(respondent, link, "0002")
    await respondent.waits_for("waiting-room")
    assert respondent.complaints == []


async def another_link(mediator: Person) -> str:
    """For the respondent, whose old one is dead from now on."""
    shown = mediator.see("link-url")
    before = await shown.inner_text() if await shown.count() else ""
    await mediator.page.locator('[data-testid="link-reissue"]').last.click()
    await mediator.tap("confirm-yes")
    await expect(shown).not_to_have_text(before)
    return await shown.inner_text()


async def the_clerk_comes_too(service: Service, browser: Browser) -> Person:
    clerk = await Person.sits_down(browser, "clerk", DESKTOP)
    await watch(clerk)
    await mediator_conducts(clerk, service, "jilu")
    return clerk


async def two_hosts_conduct_at_once(
    mediator: Person, clerk: Person, applicant: Person, respondent: Person, shots: Path
) -> None:
    """One lets in while the other silences; each sees what the other did."""
    who, newcomer = await id_of(applicant), str(await clerk.see("admit").get_attribute("data-participant"))
    await asyncio.gather(clerk.tap("admit", participant=newcomer), mediator.tap("mute", participant=who, on="true"))
    await respondent.waits_for("room")
    await applicant.waits_for("muted-microphone")
    for host in (mediator, clerk):
        await host.waits_for("mute", participant=who, on="false")
        await host.waits_for("mute", participant=newcomer, on="true")
        await expect(host.see("admit")).to_have_count(0)
        await expect(host.see("tile")).to_have_count(4)
        assert await problems_of_desk(host.page) == []
        await host.picture(str(shots / f"two-hosts-{host.name}.png"))
    await clerk.sees_and_hears(2)  # the applicant's picture, and everything of the other two
    await whoever_speaks_is_marked_where_they_stood(clerk, who, newcomer)


SPEAKS = "正在说话"
ORDER = "all => all.map((one) => one.dataset.participant)"


async def whoever_speaks_is_marked_where_they_stood(host: Person, silenced: str, speaker: str) -> None:
    """Hosts first, then the sides, whatever happens: nobody's face moves because somebody speaks or asks to."""
    tiles = host.see("tile")
    before = await tiles.evaluate_all(ORDER)
    assert before[2:] == [silenced, speaker], "the mediator, the clerk, the applicant, the respondent"
    await expect(host.see("tile", participant=speaker)).to_contain_text(SPEAKS)
    await expect(host.see("tile", participant=silenced)).not_to_contain_text(SPEAKS)
    assert await tiles.evaluate_all(ORDER) == before
    await host.page.reload()
    await expect(tiles).to_have_count(4)
    assert await tiles.evaluate_all(ORDER) == before
