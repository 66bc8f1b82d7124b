"""The way in with a real network probe, a door that stays shut once, the roll call, and a second device."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support import received
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import (
    ASKING,
    DESKTOP,
    PHONE,
    Person,
    agrees_to_everything,
    chromium,
    entry_code,
    proves_identity,
    staff_signs_in,
)
from tests.support.service import Service, running_service

pytestmark = pytest.mark.browser
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
    await the_phone_is_tried(scene, applicant, link)
    await who_one_is(scene, applicant, link)
    await staff_signs_in(mediator, scene.service.links["mediator"], "zhouhe", scene.service.passwords["zhouhe"])
    await mediator.tap("console-enter")
    await mediator.waits_for("console")
    await the_waiting_room(scene, applicant, mediator)
    await the_roll_call(scene, applicant, mediator)
    await another_phone_takes_over(scene, applicant, mediator)
    assert scene.wrong == []
    assert mediator.complaints == []


async def the_phone_is_tried(scene: Scene, applicant: Person, link: str) -> None:
    """A sound really goes to the media worker and comes back: the figures name the protocol it went by."""
    await applicant.page.goto(link)
    await applicant.tap("landing-continue")
    network = applicant.see("network")
    await expect(network).to_have_attribute("data-grade", "good", timeout=20_000)
    await expect(network).to_contain_text("UDP")
    await applicant.tap("speaker-play")
    await applicant.tap("speaker-no")
    await scene.look(applicant, "phone check")
    await applicant.tap("precheck-continue")


async def who_one_is(scene: Scene, applicant: Person, link: str) -> None:
    """A wrong number sends nothing; a wrong code counts; somebody beside one is named."""
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
    await applicant.tap("identity-alone-no")
    await applicant.see("identity-who").fill("我爱人")
    await applicant.tap("identity-continue")
    await expect(applicant.see("identity-code")).to_have_attribute("aria-invalid", "true")
    await scene.look(applicant, "identity, wrong code")
    assert [line.partition(" ")[0] for line in applicant.complaints] == ["403", "403"]
    applicant.complaints.clear()
    await applicant.see("identity-code").fill(right)
    await applicant.tap("identity-continue")
    await agrees_to_everything(applicant)


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
    await mediator.tap("deny")
    await mediator.see("confirm-reason").fill("请先找出证件")
    await mediator.tap("confirm-yes")
    await applicant.waits_for("end-denied")
    await expect(applicant.see("end-reason")).to_have_text("请先找出证件")
    await scene.look(applicant, "not let in")
    await applicant.tap("end-again")
    await applicant.waits_for("waiting-room")
    await mediator.tap("admit")
    await applicant.waits_for("room")


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
        await second.waits_for("room")
        await applicant.waits_for("end-continued_elsewhere")
        await scene.look(applicant, "continued elsewhere")
        await expect(mediator.see("roll-person").first).to_contain_text("alone")
        await whoever_has_no_device_hears(second, mediator)
        await leaves_and_comes_back(second, mediator)
        assert second.complaints == applicant.complaints == []


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
    await expect(tile).to_contain_text("Microphone off")
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
