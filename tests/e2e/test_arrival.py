"""The way in with a real network probe and hardly a device, a door that stays shut once, the roll call, two phones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conduct.agreed import what_was_agreed_to_is_taken_back
from tests.support import received, untouched
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import (
    ASKING,
    DESKTOP,
    PHONE,
    Person,
    answers_every_purpose,
    chromium,
    entry_code,
    proves_identity,
    reads_a_notice,
    staff_signs_in,
)
from tests.support.plugs import BOTH, MICROPHONE, NONE, has, is_called, plugs_in
from tests.support.service import Service, running_service
from tests.support.short_way import CHECKED

pytestmark = pytest.mark.browser
SOUND_ONLY = CHECKED.replace("picture", "sound")
LARGE_TYPE = "() => { document.documentElement.dataset.type = 'large'; }"
USUAL_TYPE = "() => { delete document.documentElement.dataset.type; }"

LIKE_A_PHONE = [
    *(flag for flag in ASKING if "autoplay" not in flag),
    "--autoplay-policy=document-user-activation-required",
]
"""It gives only what is permitted, and plays only on a page that was touched."""


class Scene:
    """A service, a browser, and what axe found wrong so far."""

    def __init__(self, service: Service, browser: Browser) -> None:
        self.service, self.browser = service, browser
        self.wrong: list[str] = []

    async def sits_down(self, name: str, viewport: dict[str, int], locale: str = "zh-CN") -> Person:
        person = await Person.sits_down(self.browser, name, viewport, locale)
        await watch(person)
        return person

    async def look(self, person: Person, screen: str) -> None:
        """On a phone with large type, which is where things first stop fitting."""
        if person.name == "mediator":
            found = await problems_of_desk(person.page)
        else:
            await person.page.evaluate(LARGE_TYPE)
            found = await problems_of_phone(person.page)
            await person.page.evaluate(USUAL_TYPE)
        self.wrong += [f"{screen}: {one}" for one in found]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with running_service(tmp_path / "data") as service, chromium() as browser:
        yield Scene(service, browser)


async def test_people_arrive_prove_who_they_are_and_are_called(scene: Scene) -> None:
    applicant = await scene.sits_down("applicant", PHONE)
    mediator = await scene.sits_down("mediator", DESKTOP, "en-US")
    link = scene.service.links["applicant"]
    await has(applicant, NONE)
    await the_phone_is_tried(scene, applicant, link)
    await who_one_is(scene, applicant, link)
    await staff_signs_in(mediator, scene.service.links["mediator"], "zhouhe", scene.service.passwords["zhouhe"])
    await mediator.tap("console-enter")
    await mediator.waits_for("console")
    await the_waiting_room(scene, applicant, mediator)
    await whoever_has_no_camera_takes_part(scene, applicant, mediator)
    await the_roll_call(scene, applicant, mediator)
    await another_phone_takes_over(scene, applicant, mediator)
    assert scene.wrong == []
    assert mediator.complaints == []


async def the_phone_is_tried(scene: Scene, applicant: Person, link: str) -> None:
    """A sound really goes to the media worker and comes back: the figures name the protocol it went by.

    What is missing is said by name, with what works all the same; what is plugged in meanwhile is found.
    """
    await applicant.page.goto(link)
    await applicant.tap("landing-continue")
    await applicant.waits_for("device-problems")
    await goes_on_where_they_were(applicant, "device-problems")
    missing = await applicant.waits_for("device-problems")
    await expect(missing).to_contain_text("没有找到话筒")
    await expect(missing).to_contain_text("没有找到摄像头")
    await plugs_in(applicant, MICROPHONE)
    await expect(missing).to_contain_text("别人听得到您，只是看不到您")
    await expect(missing).not_to_contain_text("话筒")
    network = applicant.see("network")
    await expect(network).to_have_attribute("data-grade", "good", timeout=20_000)
    await expect(network).to_contain_text("UDP")
    await applicant.tap("speaker-play")
    await applicant.tap("speaker-no")
    await scene.look(applicant, "phone check")
    await applicant.tap("precheck-continue")


async def goes_on_where_they_were(person: Person, page: str) -> None:
    """The page is loaded anew, and asks for nothing that was given."""
    await person.page.reload()
    await person.waits_for(page)


async def who_one_is(scene: Scene, applicant: Person, link: str) -> None:
    """A wrong number sends nothing; a wrong code counts; somebody beside one is named, once."""
    await applicant.waits_for("identity-last4")
    await applicant.see("identity-last4").fill("000")
    await applicant.tap("identity-alone-no")
    await applicant.see("identity-who").fill("我爱人")
    await goes_on_where_they_were(applicant, "identity-last4")
    await expect(applicant.see("identity-who")).to_have_value("我爱人")
    await expect(applicant.see("identity-last4")).to_have_value("")
    await applicant.see("identity-last4").fill("9999")
    await expect(applicant.page.locator('[aria-invalid="true"]')).to_have_count(1)
    await expect(applicant.see("identity-sent")).to_have_attribute("data-sent", "false")
    await scene.look(applicant, "identity, wrong number")
    await applicant.tap("quiet-help")
    await expect(applicant.see("quiet-help-note")).not_to_be_empty()
    await applicant.see("identity-last4").fill("0001")
    await applicant.waits_for("identity-sent", sent="true")
    right = await entry_code(applicant, link)
    await applicant.see("identity-code").fill("000000" if right != "000000" else "000001")
    await applicant.tap("identity-continue")
    await expect(applicant.see("identity-code")).to_have_attribute("aria-invalid", "true")
    await scene.look(applicant, "identity, wrong code")
    assert [line.partition(" ")[0] for line in applicant.complaints] == ["403", "403"]
    applicant.complaints.clear()
    await applicant.see("identity-code").fill(right)
    await applicant.tap("identity-continue")
    await applicant.waits_for("notice")
    first = await applicant.page.locator("h1").inner_text()
    await reads_a_notice(applicant)
    await expect(applicant.page.locator("h1")).not_to_have_text(first)
    await goes_on_where_they_were(applicant, "notice")
    await expect(applicant.page.locator("h1")).not_to_have_text(first)
    await agrees_across_reloads(applicant)
    await goes_on_where_they_were(applicant, "waiting-room")


UNSENT = "() => Object.keys(sessionStorage).filter((key) => key.startsWith('unsent/'))"
"""What is kept of something begun, until it is sent."""


async def agrees_across_reloads(person: Person) -> None:
    """What was begun and not sent is there again, and nothing else is; nothing of it stays once it is sent."""
    tick = person.page.locator('[data-testid^="notice-tick-"]').first
    while not await tick.is_visible():
        await reads_a_notice(person)
        await person.page.wait_for_timeout(50)
    await tick.check()
    await goes_on_where_they_were(person, "notice")
    await expect(tick).to_be_checked()
    await expect(person.page.locator('[data-testid^="notice-tick-"]:checked')).to_have_count(1)
    while not await person.see("consents-continue").is_visible():
        await reads_a_notice(person)
    await person.page.locator('[data-testid^="consent-"][data-testid$="-no"]').first.click()
    await goes_on_where_they_were(person, "consents")
    await expect(person.page.locator('[data-testid^="consent-"] input:checked')).to_have_count(1)
    await answers_every_purpose(person)
    await person.tap("consents-continue")
    await person.waits_for("waiting-room")
    assert await person.page.evaluate(UNSENT) == []


async def the_waiting_room(scene: Scene, applicant: Person, mediator: Person) -> None:
    """A call from before the identity; a line from the mediator, a no for now with its reason, in at the second try."""
    await mediator.waits_for("call", kind="door")
    await mediator.tap("call-seen")
    await mediator.tap("greet-open")
    await mediator.see("greet-text").fill("马上请您进来")
    await mediator.tap("greet-send")
    await expect(applicant.see("greeting")).to_contain_text("马上请您进来")
    await expect(mediator.page.locator(".person--waiting")).to_contain_text("我爱人")
    await scene.look(applicant, "waiting room")
    await scene.look(mediator, "waiting rooms of the console")
    await what_was_agreed_to_is_taken_back(applicant, mediator, scene.look)
    await mediator.tap("deny")
    await mediator.see("confirm-reason").fill("请先找出证件")
    await mediator.tap("confirm-yes")
    await applicant.waits_for("end-denied")
    await expect(applicant.see("end-reason")).to_have_text("请先找出证件")
    await expect(applicant.see("call-us")).to_have_attribute("href", "tel:02300000000")
    await scene.look(applicant, "not let in")
    await applicant.tap("end-again")
    await applicant.waits_for("waiting-room")
    await mediator.tap("admit")
    await applicant.waits_for("room")


async def whoever_has_no_camera_takes_part(scene: Scene, applicant: Person, mediator: Person) -> None:
    """Others read it, and so does the person, also after a reload; a call takes the microphone; a camera comes."""
    tile = mediator.see("tile", participant=str(await applicant.see("room").get_attribute("data-participant")))
    await expect(tile).to_contain_text("No camera")
    await expect(mediator.see("stop-camera", on="false").first).to_have_attribute("aria-disabled", "true")
    await received.hears(mediator.page.evaluate, 1, 30)
    await applicant.sees_and_hears(1)
    await goes_on_where_they_were(applicant, "room")
    await expect(applicant.see("ctrl-camera")).to_contain_text("没有摄像头")
    await expect(applicant.see("ctrl-camera")).to_have_attribute("aria-disabled", "true")
    await applicant.tap("device-note-seen")
    await expect(applicant.see("device-note")).to_have_count(0)
    await expect(tile).to_contain_text("No camera")
    await is_called(applicant, True)
    await expect(tile).to_contain_text("Mic taken")
    await expect(applicant.see("ctrl-mic")).to_contain_text("话筒被占着")
    await scene.look(applicant, "no camera, and a call")
    await scene.look(mediator, "console: no camera, and a call")
    await is_called(applicant, False)
    await expect(tile).not_to_contain_text("Mic taken")
    await plugs_in(applicant, BOTH)
    await expect(applicant.see("device-note")).to_contain_text("找到摄像头了")
    await expect(tile).to_contain_text("Camera off")
    await applicant.tap("ctrl-camera")
    await mediator.sees_and_hears(1)
    await expect(applicant.see("device-note")).to_have_count(0)


async def the_roll_call(scene: Scene, applicant: Person, mediator: Person) -> None:
    """Asked, answered on one's own screen, read out: each with its time on both screens."""
    await mediator.tap("tab-roll")
    for act in ("authority-shown", "read-discipline", "read-sham_warning", "ask-recusal"):
        await mediator.tap(act)
    await applicant.tap("roll-invitation")
    await applicant.tap("recusal-objection")
    await applicant.see("recusal-reason").fill("怕不公正")
    await scene.look(applicant, "question of recusal")
    await applicant.tap("recusal-send")
    await applicant.waits_for("recusal-answered", objection="true")
    line = mediator.see("roll-person").first
    await expect(line).to_contain_text("怕不公正")
    await expect(line).to_contain_text("Number and code")
    await scene.look(mediator, "roll call")
    await applicant.tap("panel-close")
    await applicant.tap("ctrl-more")
    await applicant.tap("ctrl-consents")
    await applicant.tap("consent-change-recording_dispute")
    await expect(applicant.see("consents-panel").get_by_role("status")).not_to_be_empty()
    await expect(mediator.see("roll-consents").first).to_contain_text("refuses recording")
    await mediator.waits_for("minutes-note", replaced="false")
    await scene.look(applicant, "what I agreed to")


async def another_phone_takes_over(scene: Scene, applicant: Person, mediator: Person) -> None:
    """The second phone proves who it is; the first is out at once and says so; nobody else lost anybody.

    It gives neither camera nor microphone.
    """
    link = scene.service.links["applicant"]
    async with chromium(LIKE_A_PHONE) as browser:
        second = await Person.sits_down(browser, "second phone", PHONE)
        await watch(second)
        await second.context.clear_permissions()
        await second.context.grant_permissions([])  # whoever is permitted nothing is denied everything
        await second.page.goto(link)
        await second.waits_for("landing-elsewhere")
        await scene.look(second, "landing, in use elsewhere")
        await second.tap("landing-continue")
        await second.waits_for("device-problems")
        await second.tap("precheck-sound-only")
        await second.tap("precheck-continue")
        await proves_identity(second, link, "0001")
        await it_is_the_other_one_now(applicant, second)
        await scene.look(applicant, "continued elsewhere")
        await expect(mediator.see("roll-person").first).to_contain_text("alone")
        await whoever_has_no_device_hears(second, mediator)
        await a_page_that_nobody_has_touched(scene, second, mediator)
        await leaves_and_comes_back(second, mediator)
        await the_first_takes_it_back(applicant, second, link)
        assert second.complaints == applicant.complaints == []


async def it_is_the_other_one_now(first: Person, second: Person) -> None:
    """From the tap of the last page of the second phone; how long it took is printed."""
    tapped = time.monotonic()

    async def told() -> None:
        await first.waits_for("end-continued_elsewhere")
        print(f"taken over -> the first phone says so: {time.monotonic() - tapped:.2f} s")

    async def inside() -> None:
        await second.waits_for("room")
        print(f"taken over -> the second phone is in the room: {time.monotonic() - tapped:.2f} s")
        await received.hears(second.page.evaluate, 1, 30)
        print(f"taken over -> the second phone hears: {time.monotonic() - tapped:.2f} s")

    await asyncio.gather(told(), inside())


async def a_page_that_nobody_has_touched(scene: Scene, second: Person, mediator: Person) -> None:
    """The browser plays nothing then; one button starts everything, and it stays started."""
    players = await untouched.opens_anew(second, scene.service.links["applicant"], SOUND_ONLY)
    assert players == {"touched": False, "asks": True, "paused": [True]}
    await scene.look(second, "sound that waits for a touch")
    await second.tap("listen")
    await expect(second.see("listen")).to_have_count(0)
    await second.page.wait_for_function(SOUNDS)
    await received.hears(second.page.evaluate, 1, 30)
    await shown_without_devices(second, mediator)


SOUNDS = """
async () => {
  const [audio] = document.querySelectorAll("audio");
  if (!audio || audio.paused) return false;
  const context = new AudioContext();
  const meter = context.createAnalyser();
  context.createMediaStreamSource(audio.srcObject).connect(meter);
  const wave = new Float32Array(meter.fftSize);
  for (let tries = 0; tries < 50; tries += 1) {
    await new Promise((done) => setTimeout(done, 50));
    meter.getFloatTimeDomainData(wave);
    if (wave.some((value) => Math.abs(value) > 0.01)) return true;
  }
  return false;
}
"""
"""Whether a voice plays: the player is not paused, and what it plays is no silence."""


async def the_first_takes_it_back(first: Person, second: Person, link: str) -> None:
    await first.tap("end-again")
    await first.waits_for("landing-elsewhere")
    await first.tap("landing-continue")
    await first.tap("precheck-continue")
    await proves_identity(first, link, "0001")
    await it_is_the_other_one_now(second, first)
    await first.sees_and_hears(1)


async def whoever_has_no_device_hears(second: Person, mediator: Person) -> None:
    """No picture is sent to them; the others see that nothing comes from them, and they see why."""
    await received.hears(second.page.evaluate, 1, 30)
    assert await second.inbound("video") == []
    await expect(second.see("listen")).to_have_count(0)
    await expect(second.see("ctrl-mic")).to_have_attribute("aria-pressed", "false")
    await expect(second.see("ctrl-camera")).to_have_attribute("aria-pressed", "false")
    await expect(second.page.get_by_text("手机没让我们用话筒")).to_be_visible()
    await shown_without_devices(second, mediator)


async def shown_without_devices(second: Person, mediator: Person) -> None:
    tile = mediator.see("tile", participant=str(await second.see("room").get_attribute("data-participant")))
    await expect(tile).to_contain_text("Microphone will not open")
    await expect(tile).to_contain_text("Camera off")


async def leaves_and_comes_back(second: Person, mediator: Person) -> None:
    """On purpose: gone at once, and back with one press."""
    tile = mediator.see("tile", participant=str(await second.see("room").get_attribute("data-participant")))
    await second.picks("ctrl-leave")
    await second.tap("leave-yes")
    await second.waits_for("end-left")
    await expect(tile).to_have_count(0)
    await second.tap("end-again")
    await second.waits_for("room")
    await shown_without_devices(second, mediator)
