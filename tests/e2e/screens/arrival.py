"""A party's way from the link to the waiting room, also when the phone does not help."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.conduct.agreed import agrees_again
from tests.e2e.screens.scene import WRITTEN, Scene
from tests.support import room_client
from tests.support.browser import Person, answers_every_purpose, entry_code, reads_a_notice
from tests.support.gallery import THOROUGH, other_language
from tests.support.keyboard import STOP, goes_to, presses

REFUSES = """
(name) => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("as a phone says it", name));
}
"""
CALLS_ITSELF = """
(agent) => Object.defineProperty(navigator, "userAgent", { configurable: true, get: () => agent })
"""
NO_CLIPBOARD = """
() => {
  navigator.clipboard.writeText = () => Promise.reject(new DOMException("not here", "NotAllowedError"));
  document.execCommand = () => false;
}
"""
WECHAT = {
    "wechat": "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0.0.0 MicroMessenger/8.0.47",
    "wechat-iphone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
        "MicroMessenger/8.0.49(0x18003137) NetType/4G Language/zh_CN"
    ),
}
"""What it says of itself on either kind of phone."""
ELSEWHERE = {"wechat": "在浏览器打开", "wechat-iphone": "Safari"}
"""What one has to press there."""


async def the_way_in(scene: Scene) -> None:
    """Every page before the room, in both languages."""
    await links_that_lead_nowhere(scene)
    await in_use_elsewhere(scene)
    await the_phone(scene)
    await the_phone_says_no(scene)
    await who_one_is(scene)
    await what_one_agrees_to(scene)


async def links_that_lead_nowhere(scene: Scene) -> None:
    party, link = scene.party, scene.link("applicant")
    await party.page.goto(link.rsplit("/", 1)[0] + "/gone")
    await party.waits_for("end-link_unknown")
    await scene.gallery.look_in_both(party, "link-unknown")
    with the_link_expired(scene):
        await party.page.goto(link)
        await party.waits_for("end-link_expired")
    await scene.gallery.look_in_both(party, "link-expired")
    if THOROUGH:
        await every_other_end(scene, link)
    party.complaints.clear()


ENDS = (
    "link_revoked",
    "link_used",
    "identity_locked",
    "network",
    "replaced",
    "expired",
    "refused",
    "full",
    "unsupported",
)


async def every_other_end(scene: Scene, link: str) -> None:
    """How they look; that they come about is shown by the tests of what ends there."""
    party = scene.party

    async def refuses(route: Route) -> None:
        await route.fulfill(status=409, json={"code": end})

    for end in ENDS:
        await party.page.route("**/api/links/open", refuses)
        await party.page.goto(link)
        await party.waits_for(f"end-{end}")
        await scene.gallery.look_in_both(party, end.replace("_", "-"))
        await party.page.unroute("**/api/links/open")


@contextmanager
def the_link_expired(scene: Scene) -> Iterator[None]:
    """Fourteen days have gone by, for the links in the database."""
    with sqlite3.connect(scene.service.data / "room.sqlite3", timeout=10) as database:
        before = database.execute("SELECT link_id, expires_at, created_at FROM links").fetchall()
        database.executemany(
            "UPDATE links SET expires_at = ? WHERE link_id = ?", [(at, name) for name, _, at in before]
        )
        database.commit()
        yield
        database.executemany(
            "UPDATE links SET expires_at = ? WHERE link_id = ?", [(at, name) for name, at, _ in before]
        )


async def in_use_elsewhere(scene: Scene) -> None:
    """The respondent's link is in use without a browser; this phone opens it too."""
    party = scene.party
    await party.page.goto(scene.link("respondent"))
    await party.waits_for("landing-elsewhere")
    await scene.gallery.look_in_both(party, "landing-elsewhere")
    await party.tap("landing-continue")
    await party.tap("precheck-continue")
    await party.waits_for("identity-last4")
    await scene.gallery.look_in_both(party, "identity-elsewhere")


async def the_phone(scene: Scene) -> None:
    party, gallery = scene.party, scene.gallery
    await party.page.goto(scene.link("applicant"))
    await party.waits_for("landing")
    await gallery.look_in_both(party, "landing")
    await gallery.enlarge(party, "landing", "landing-continue")
    await large_type_stays(party)
    await presses(party, "landing-continue")
    await expect(party.see("network")).to_have_attribute("data-grade", "good", timeout=20_000)
    await party.tap("speaker-play")
    await party.tap("speaker-no")
    await gallery.look_in_both(party, "phone-check")
    await gallery.enlarge(party, "phone-check", "precheck-continue")
    await party.tap("precheck-sound-only")
    await expect(party.page.locator(".precheck__picture")).to_have_count(0)
    await gallery.look_in_both(party, "phone-check-sound-only")


async def large_type_stays(party: Person) -> None:
    """Whoever reads in large type presses once."""
    for pressed in (True, False):
        await party.tap("type-switch")
        await party.page.reload()
        await expect(await party.waits_for("type-switch")).to_have_attribute("aria-pressed", str(pressed).lower())
        assert await party.page.evaluate("() => document.documentElement.dataset.type === 'large'") is pressed


REFUSALS = {
    "NotAllowedError": ("camera-denied", "点「允许」"),
    "NotReadableError": ("camera-busy", "摄像头被别的软件占着"),
    "NotFoundError": ("camera-missing", "没有找到摄像头"),
}
"""What a device answers, the screen that says so, and what is wrong or what to do."""


async def the_phone_says_no(scene: Scene) -> None:
    party, gallery = scene.party, scene.gallery
    for name, (screen, words) in REFUSALS.items():
        await the_check_again(party.page, name)
        await expect(party.page.locator("[data-testid=precheck] .note--warn")).to_contain_text(words)
        await gallery.look_in_both(party, screen)
    for screen, agent in WECHAT.items():
        await comes_anew(scene)
        await party.page.evaluate(REFUSES, "NotAllowedError")
        await party.page.evaluate(CALLS_ITSELF, agent)
        await party.tap("landing-continue")
        await expect(await party.waits_for("precheck-unreachable")).to_contain_text(ELSEWHERE[screen])
        await gallery.look_in_both(party, screen)
    await party.page.evaluate(NO_CLIPBOARD)
    await party.tap("wechat-copy")
    await expect(party.see("wechat-address")).to_have_value(party.page.url)
    await gallery.look_in_both(party, "wechat-not-copied")
    await gallery.enlarge(party, "wechat", "precheck-unreachable")
    await comes_anew(scene)
    await party.tap("landing-continue")


async def comes_anew(scene: Scene) -> None:
    """In a tab that knows nothing: a reload in the check stays in the check."""
    await scene.party.page.evaluate("() => sessionStorage.clear()")
    await scene.party.page.goto(scene.link("applicant"))
    await scene.party.waits_for("landing")


async def the_check_again(page: Page, name: str) -> None:
    """From sound only back to the picture, or once more: this time the device answers with an error."""
    await page.evaluate(REFUSES, name)
    await page.locator(".dock .link--button, [data-testid=precheck] .note .btn").first.click()


async def who_one_is(scene: Scene) -> None:
    """A wrong number, a wrong code, nobody said who is beside one; then the document instead of the code."""
    party, gallery, link = scene.party, scene.gallery, scene.link("applicant")
    await presses(party, "precheck-continue")
    await party.waits_for("identity-last4")
    await expect(party.page.locator("main")).to_be_focused()
    for key in ("Shift+Tab", "Tab"):
        await party.page.keyboard.press(key)
    stop = await party.page.evaluate(STOP)
    assert stop["words"].startswith("<main") and stop["ring"], "who comes back by the keyboard sees it"
    await goes_to(party, "identity-last4")
    await party.page.keyboard.type("9999")
    await expect(party.page.locator('[aria-invalid="true"]')).to_have_count(1)
    await gallery.look_in_both(party, "identity-wrong-number")
    await another_code_is_sent(scene)
    right = await entry_code(party, link)
    await party.see("identity-code").fill("000000" if right != "000000" else "000001")
    await party.tap("identity-alone-no")
    await party.see("identity-who").fill(WRITTEN["who"])
    await party.tap("identity-continue")
    await expect(party.see("identity-code")).to_have_attribute("aria-invalid", "true")
    await gallery.look_in_both(party, "identity-wrong-code")
    await gallery.enlarge(party, "identity", "identity-continue")
    party.complaints.clear()
    await party.tap("identity-way-document")
    await expect(party.see("identity-code")).to_have_count(0)
    await party.tap("identity-way-code")
    await party.waits_for("identity-code")
    await party.tap("identity-way-document")
    await gallery.look_in_both(party, "identity-document")
    await presses(party, "identity-continue")


async def another_code_is_sent(scene: Scene) -> None:
    """One comes by itself; a minute later, by the page's clock and the server's, one more for a press."""
    party = scene.party
    await party.page.route(CODES, waits_no_minute)
    await party.see("identity-last4").fill("0001")
    await party.waits_for("identity-sent", sent="true")
    sent = await codes_sent(scene)
    await expect(party.see("identity-resend")).to_have_attribute("aria-disabled", "false")
    with sqlite3.connect(scene.service.data / "room.sqlite3", timeout=10) as database:
        database.execute("UPDATE entry_codes SET sent_at = strftime('%Y-%m-%d %H:%M:%f000', sent_at, '-61 seconds')")
    async with party.page.expect_response(CODES) as waiting:
        await party.tap("identity-resend")
    assert (await waiting.value).ok
    await party.waits_for("identity-sent", sent="true")
    assert await codes_sent(scene) == sent + 1
    await party.page.unroute(CODES)


CODES = "**/api/links/code"


async def waits_no_minute(route: Route) -> None:
    """The page is told that another code may be asked for after a second."""
    answer = await route.fetch()
    await route.fulfill(response=answer, json={**await answer.json(), "resend_after": 1})


async def codes_sent(scene: Scene) -> int:
    """Codes for the way in, on all phones."""
    messages = (await scene.respondent.get("/api/demo/outbox")).json()
    return sum(message["template"] == "identity_code" for message in messages)


async def what_one_agrees_to(scene: Scene) -> None:
    party, gallery = scene.party, scene.gallery
    await party.waits_for("notice-continue")
    await gallery.look_in_both(party, "notice")
    await gallery.enlarge(party, "notice", "notice-continue")
    await other_language(party)
    await expect(party.see("notice-for-reading")).to_contain_text("The Chinese text decides")
    await expect(party.see("notice-reading")).to_contain_text("Mediation rests on the free will")
    await party.tap("notice-chinese-open")
    await expect(party.see("notice-text")).to_have_attribute("lang", "zh-CN")
    await gallery.look(party, "notice-whole")
    await other_language(party)
    consents = party.see("consents-continue")
    while not await consents.is_visible():
        await reads_a_notice(party)
    await gallery.look_in_both(party, "consents")
    await consents.click()
    await gallery.look_in_both(party, "consents-missing")
    await answers_every_purpose(party, recorded=False)
    await gallery.look_in_both(party, "consents-answered")
    await gallery.enlarge(party, "consents", "consents-continue")
    await answers_every_purpose(party)
    await consents.click()
    await party.waits_for("waiting-room")
    await gallery.look_in_both(party, "waiting-nobody")
    await gallery.enlarge(party, "waiting", "ctrl-leave")


async def participant_of(room: Locator) -> str:
    """Whose button to let them in is in this waiting room."""
    return str(await room.get_by_test_id("admit").get_attribute("data-participant"))


async def the_locked_room(scene: Scene) -> None:
    """Nobody new comes in, and is told; then the door is open again."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await mediator.tap("lock")
    await mediator.waits_for("locked")
    await party.tap("end-again")
    await party.waits_for("end-locked")
    await asyncio.gather(gallery.glance(party, "locked"), gallery.glance(mediator, "console-locked"))
    await mediator.tap("unlock")
    await expect(mediator.see("locked")).to_have_count(0)
    await party.tap("end-again")
    await party.waits_for("waiting-room")


async def what_was_agreed_to(scene: Scene) -> None:
    """Read while one waits; something that is required taken back, on both screens; agreed to again."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await presses(party, "ctrl-consents")
    await party.waits_for("consents-panel")
    await gallery.look_in_both(party, "waiting-consents")
    await gallery.enlarge(party, "waiting-consents", "panel-close")
    await gallery.look_at_question(party, "waiting-withdraw", "consent-change-online")
    await party.tap("consent-change-online")
    await party.tap("withdraw-yes")
    await party.waits_for("declined")
    await mediator.waits_for("declined-person")
    await asyncio.gather(gallery.look_in_both(party, "declined"), gallery.look_in_both(mediator, "console-declined"))
    await agrees_again(party)
    await expect(mediator.see("admit")).to_have_count(2)


async def the_waiting_room(scene: Scene) -> None:
    """Both screens: a line from the mediator, a no for now with its reason, in at the second try."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await room_client.agrees_to_everything(scene.respondent, scene.access["respondent"])
    await scene.enters("respondent")
    await scene.office("POST", "/greeting", side="", text=WRITTEN["greeting"])
    await party.waits_for("greeting")
    await expect(mediator.see("admit")).to_have_count(2)
    await mediator.tap("greet-open")
    await asyncio.gather(
        gallery.look_in_both(party, "waiting"),
        gallery.look_in_both(mediator, "console-waiting"),
    )
    await what_was_agreed_to(scene)
    applicant = mediator.page.locator('.side[data-side="applicant"]')
    await gallery.look_at_question(mediator, "console-deny", "deny")
    await applicant.get_by_test_id("deny").click()
    await mediator.see("confirm-reason").fill(WRITTEN["reason"])
    await mediator.tap("confirm-yes")
    await party.waits_for("end-denied")
    await gallery.look_in_both(party, "denied")
    await the_locked_room(scene)
    await expect(party.see("let-in")).to_be_empty()
    await presses(mediator, "admit", participant=await participant_of(applicant))
    await party.waits_for("room")
    # what a reader hears: the region was there before, and speaks now
    await expect(party.see("let-in").and_(party.page.get_by_role("status"))).to_contain_text("请您进来了")
    await mediator.tap("greet-open")
