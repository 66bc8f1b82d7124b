"""How a mediator conducts a session, in real browsers: the queue, the word, mutes, a break, a pause, the lock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.conduct.devices import other_devices_are_chosen
from tests.e2e.conduct.door import (
    a_new_link_is_shown_as_a_code,
    a_no_for_good_ends_the_link,
    nobody_new_comes_in,
    the_clerk_comes_too,
    two_hosts_conduct_at_once,
)
from tests.e2e.conduct.people import id_of, it_looks_well
from tests.support.accessibility import problems_of_desk, problems_of_phone, watch
from tests.support.browser import ASKING, DESKTOP, PHONE, Person, chromium
from tests.support.gallery import LANGUAGES, other_language
from tests.support.keyboard import goes_to
from tests.support.service import Service, running_service
from tests.support.short_way import everybody_meets

pytestmark = pytest.mark.browser
WORDS = "涉及商业秘密"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    (tmp_path / "shots").mkdir()
    async with running_service(tmp_path / "data") as running:
        yield running


async def test_a_session_is_conducted(service: Service, tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    async with chromium(cameras=3) as browser:  # the second gives depths, which no browser sends
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        applicant = await Person.sits_down(browser, "applicant", PHONE)
        for person in (mediator, applicant):
            await watch(person)
        await the_phone_is_tried_without_entering(service, applicant, shots)
        await the_phone_permits_nothing(service, shots)
        await everybody_meets(service, mediator, applicant=applicant)
        await mediator.sees_and_hears(1)

        await the_papers_are_reached_by_keys(mediator)
        await a_hand_is_raised_and_gets_the_word(mediator, applicant, shots)
        await a_camera_is_stopped_and_stays_off_when_its_owner_says_so(mediator, applicant, shots)
        await everybody_is_silenced_and_one_is_shown_large(mediator, applicant, shots)
        await nobody_objects_to_the_mediator(mediator, applicant, shots)
        await everybody_may_stop_looking_at_themselves(mediator, applicant, shots)
        await a_break_is_asked_for_and_given(mediator, applicant, shots)
        await a_recording_is_paused_in_words(mediator, applicant, shots)
        await what_is_decided_by_keys_keeps_the_keyboard(mediator, applicant)
        await other_devices_are_chosen(mediator, applicant, shots)
        await a_screen_may_be_shared_for_a_while(mediator, applicant, shots)
        await what_is_said_is_written(mediator, applicant, shots)
        link = await a_new_link_is_shown_as_a_code(service.links["respondent"], mediator, shots)
        respondent = await nobody_new_comes_in(link, mediator, applicant, shots)
        await a_no_for_good_ends_the_link(mediator, respondent, shots)
        clerk = await the_clerk_comes_too(service, browser)
        await two_hosts_conduct_at_once(mediator, clerk, applicant, respondent, shots)
        for person in (mediator, applicant, clerk):
            assert person.complaints == [], f"{person.name}: {person.complaints}"


async def the_phone_is_tried_without_entering(service: Service, applicant: Person, shots: Path) -> None:
    await applicant.page.goto(service.links["applicant"])
    await applicant.waits_for("landing")
    await applicant.picture(str(shots / "landing-applicant.png"))
    await applicant.tap("landing-rehearse")
    await applicant.tap("rehearsal-back")
    await applicant.tap("landing-rehearse")
    await applicant.tap("rehearsal-done")
    await applicant.waits_for("rehearsal-result", fine="false")
    await applicant.picture(str(shots / "not-yet-applicant.png"))
    assert await problems_of_phone(applicant.page) == []
    await applicant.tap("rehearsed-again")
    await applicant.tap("speaker-play")
    await applicant.tap("speaker-yes")
    await applicant.waits_for("network", grade="good")
    await expect(applicant.page.get_by_text("话筒：听得到您")).to_be_visible(timeout=20_000)
    await applicant.picture(str(shots / "rehearsal-applicant.png"))
    assert await problems_of_phone(applicant.page) == []
    await applicant.tap("rehearsal-done")
    await applicant.waits_for("rehearsal-result", fine="true")
    await applicant.picture(str(shots / "rehearsed-applicant.png"))
    await applicant.tap("rehearsed-back")
    await applicant.waits_for("landing")


DENIED = {
    "zh-CN": ("手机没让我们用话筒", "手机没让我们用摄像头", "点「允许」"),
    "en": ("Your phone blocked the microphone", "Your phone blocked the camera", "tap Allow"),
}
"""What is wrong with the microphone, with the camera, and what to do."""


async def the_phone_permits_nothing(service: Service, shots: Path) -> None:
    """Both denied, then only the camera: what is wrong, what to do, in both languages; it goes on with sound only."""
    async with chromium(ASKING) as browser:
        person = await Person.sits_down(browser, "applicant", PHONE)
        await permits(person)
        # The respondent's: each look tries the network, and a link may do that only so often in a minute.
        await person.page.goto(service.links["respondent"])
        await person.tap("landing-rehearse")
        for screen in ("device-problems", "rehearsed"):
            for language in LANGUAGES:
                for words in DENIED[language]:
                    await expect(person.see(screen)).to_contain_text(words)
                await person.picture(str(shots / f"{screen}-denied-{language}.png"))
                await other_language(person)
            if screen == "device-problems":
                await person.tap("rehearsal-done")
        await permits(person, "microphone")
        await person.tap("rehearsed-again")
        await expect(person.see("device-problems")).to_contain_text(DENIED["zh-CN"][1])
        await expect(person.see("device-problems")).not_to_contain_text(DENIED["zh-CN"][0])
        await person.tap("rehearsal-picture")
        await expect(person.page.get_by_text("话筒：听得到您")).to_be_visible(timeout=20_000)
        await expect(person.see("device-problems")).to_have_count(0)
        await person.picture(str(shots / "rehearsal-sound-only.png"))
        assert person.complaints == []


async def permits(person: Person, *devices: str) -> None:
    """From now on only these devices; whoever is permitted nothing is denied everything."""
    await person.context.clear_permissions()
    await person.context.grant_permissions(devices)


async def the_papers_are_reached_by_keys(mediator: Person) -> None:
    """One tab is in the order of the Tab key; arrows, Home and End choose another; Tab goes on into its paper."""
    keyboard = mediator.page.keyboard
    await mediator.see("tab-agreement").focus()
    for key, tab in (("ArrowRight", "chat"), ("ArrowLeft", "agreement"), ("End", "notes"), ("ArrowRight", "roll")):
        await keyboard.press(key)
        await expect(mediator.see(f"tab-{tab}")).to_be_focused()
        await expect(mediator.see(f"tab-{tab}")).to_have_attribute("aria-selected", "true")
    for tab in ("roll", "exhibits", "offers", "agreement", "chat", "tickets", "notes"):
        await mediator.tap(f"tab-{tab}")
        await keyboard.press("Tab")
        assert await mediator.page.evaluate(INSIDE_PAPER) == f"panel-{tab}"
        await keyboard.press("Shift+Tab")
        await expect(mediator.see(f"tab-{tab}")).to_be_focused()
    await keyboard.press("Home")
    await expect(mediator.see("tab-roll")).to_have_attribute("aria-selected", "true")


INSIDE_PAPER = "() => document.activeElement.closest('[role=tabpanel]')?.id"


async def a_hand_is_raised_and_gets_the_word(mediator: Person, applicant: Person, shots: Path) -> None:
    who = await id_of(applicant)
    await applicant.tap("ctrl-hand")
    await applicant.see("hand-told", place="1").wait_for(state="attached")
    await mediator.waits_for("hand-raised")
    await mediator.tap("mute", participant=who, on="true")
    await applicant.waits_for("muted-microphone")
    await expect(applicant.see("ctrl-mic")).to_have_attribute("aria-disabled", "true")
    await mediator.picture(str(shots / "queue-mediator.png"))
    await applicant.picture(str(shots / "muted-applicant.png"))
    await mediator.tap("give-word")
    await applicant.waits_for("asked", source="microphone")
    await expect(mediator.see("hand-raised")).to_have_count(0)
    await applicant.picture(str(shots / "asked-applicant.png"))
    assert await problems_of_phone(applicant.page) == []
    assert await mediator.see("mute", participant=who, on="true").count() == 0, "nobody is switched on from afar"
    await applicant.tap("asked-yes")
    await mediator.waits_for("mute", participant=who, on="true")
    await expect(applicant.see("asked")).to_have_count(0)
    await mediator.waits_for("spoken", side="applicant")
    assert await applicant.see("spoken").count() == 0


async def a_camera_is_stopped_and_stays_off_when_its_owner_says_so(
    mediator: Person, applicant: Person, shots: Path
) -> None:
    who = await id_of(applicant)
    picture = mediator.page.locator(f'video[data-participant="{who}"]')
    await mediator.tap("stop-camera", participant=who, on="true")
    await applicant.waits_for("muted-camera")
    await expect(applicant.see("ctrl-camera")).to_have_attribute("aria-disabled", "true")
    await expect(picture).to_have_count(0)
    await it_looks_well(mediator, applicant, shots, "camera-stopped")
    await mediator.tap("stop-camera", participant=who, on="false")
    await applicant.waits_for("asked", source="camera")
    await applicant.tap("asked-no")
    await expect(applicant.see("asked")).to_have_count(0)
    await expect(await mediator.waits_for("conduct-words", participant=who)).to_contain_text("先不开画面")
    await expect(picture).to_have_count(0)
    await it_looks_well(mediator, applicant, shots, "camera-declined")
    await mediator.tap("stop-camera", participant=who, on="false")
    await applicant.waits_for("asked", source="camera")
    await applicant.tap("asked-yes")
    await mediator.waits_for("stop-camera", participant=who, on="true")
    await mediator.sees_and_hears(1)


async def everybody_is_silenced_and_one_is_shown_large(mediator: Person, applicant: Person, shots: Path) -> None:
    who = await id_of(applicant)
    await mediator.tap("mute-all")
    await applicant.waits_for("muted-microphone")
    await mediator.waits_for("mute", participant=who, on="false")
    await expect(mediator.see("own-microphone")).to_have_attribute("aria-pressed", "true")
    await mediator.tap("mute", participant=who, on="false")
    await applicant.waits_for("asked", source="microphone")
    await applicant.tap("asked-yes")
    await mediator.waits_for("mute", participant=who, on="true")
    large = applicant.page.locator(f'.tile--spotlit[data-participant="{who}"]')
    await expect(large).to_have_count(1)  # since they were given the word
    await mediator.tap("spotlight-tile", participant=who)
    await expect(large).to_have_count(0)
    await mediator.tap("spotlight-tile", participant=who)
    await expect(large).to_have_count(1)
    await expect(mediator.see("spotlight-tile", participant=who)).to_have_attribute("aria-pressed", "true")
    await it_looks_well(mediator, applicant, shots, "spotlight")
    await mediator.tap("spotlight-tile", participant=who)
    await expect(large).to_have_count(0)


async def nobody_objects_to_the_mediator(mediator: Person, applicant: Person, shots: Path) -> None:
    await mediator.tap("tab-roll")
    await mediator.tap("ask-recusal")
    await applicant.tap("roll-invitation")
    await applicant.tap("recusal-none")
    await applicant.waits_for("recusal-answered", objection="false")
    line = mediator.see("roll-person", participant=await id_of(applicant))
    await expect(line).to_contain_text("没有异议")
    await it_looks_well(mediator, applicant, shots, "no-objection")
    await applicant.tap("panel-close")


async def everybody_may_stop_looking_at_themselves(mediator: Person, applicant: Person, shots: Path) -> None:
    for person, other in ((applicant, mediator), (mediator, applicant)):
        await person.tap("self-hide")
        await expect(person.page.locator('[data-self="true"]')).to_have_count(0)
        line = await person.waits_for("self-hidden")
        await expect(line).to_contain_text("别人照样看得到您")
        await expect(line).to_contain_text("话筒开着 · 画面开着")
        await other.sees_and_hears(1)
        await person.picture(str(shots / f"hidden-{person.name}.png"))
    assert await problems_of_phone(applicant.page) == []
    assert await problems_of_desk(mediator.page) == []
    await applicant.tap("ctrl-camera")
    await expect(applicant.see("self-hidden")).to_contain_text("别人也看不到您")
    await applicant.page.reload()
    await expect(applicant.see("ctrl-camera")).to_have_attribute("aria-pressed", "false")
    await expect(applicant.see("ctrl-mic")).to_have_attribute("aria-pressed", "true")
    await applicant.tap("ctrl-camera")
    seen = applicant.page.locator('.tile:not([data-self="true"]) video')
    await mediator.tap("own-camera")
    await expect(seen).to_have_count(0)
    await mediator.tap("own-camera")
    await expect(seen).to_have_count(1)
    for person in (applicant, mediator):
        await person.tap("self-show")
        await expect(person.page.locator('[data-self="true"]')).to_have_count(1)
    await mediator.sees_and_hears(1)


async def a_break_is_asked_for_and_given(mediator: Person, applicant: Person, shots: Path) -> None:
    await applicant.tap("ctrl-more")
    await applicant.picture(str(shots / "more-applicant.png"))
    await applicant.tap("ctrl-break")
    await mediator.waits_for("wants-break")
    await mediator.tap("timers")
    await mediator.picture(str(shots / "timers-mediator.png"))
    await mediator.tap("timer-break-10")
    for person in (mediator, applicant):
        await person.waits_for("timer", kind="break")
    await expect(mediator.see("wants-break")).to_have_count(0)
    await mediator.tap("person-tools", participant=await id_of(applicant))
    assert await problems_of_desk(mediator.page) == []
    await mediator.picture(str(shots / "break-mediator.png"))
    await applicant.picture(str(shots / "break-applicant.png"))
    await mediator.tap("timer-end")
    await expect(applicant.see("timer")).to_have_count(0)


async def a_recording_is_paused_in_words(mediator: Person, applicant: Person, shots: Path) -> None:
    await mediator.tap("rec-start")
    await applicant.waits_for("rec-strip", state="on")
    await mediator.tap("rec-pause")
    await mediator.see("confirm-reason").fill(WORDS)
    await mediator.tap("confirm-yes")
    strip = await applicant.waits_for("rec-strip", state="paused")
    await expect(strip).to_contain_text(WORDS)
    await expect(mediator.see("rec-continue")).to_be_focused()  # the button that asked is gone
    await mediator.picture(str(shots / "paused-mediator.png"))
    await applicant.picture(str(shots / "paused-applicant.png"))
    await mediator.tap("rec-continue")
    await applicant.waits_for("rec-strip", state="on")


FOCUS_IN_THE_SECONDS = """
() => new Promise((done, fail) => {
  const until = Date.now() + 10000;
  const look = () => {
    if (document.querySelector("progress.countdown")) {
      setTimeout(() => done(document.activeElement.dataset.testid), 60);
    } else if (Date.now() > until) fail(new Error("no seconds to take it back"));
    else setTimeout(look, 20);
  };
  look();
})
"""
"""Where the keyboard is while an act can be taken back."""


async def what_is_decided_by_keys_keeps_the_keyboard(mediator: Person, applicant: Person) -> None:
    """After the yes it is at what takes it back, and after the act where the button was: never nowhere."""
    await mediator.see("rec-stop").focus()
    await mediator.page.keyboard.press("Enter")
    await expect(mediator.see("confirm-no")).to_be_focused()
    await goes_to(mediator, "confirm-reason")
    await mediator.page.keyboard.type(WORDS)
    await goes_to(mediator, "confirm-yes")
    await mediator.page.keyboard.press("Enter")
    assert await mediator.page.evaluate(FOCUS_IN_THE_SECONDS) == "confirm-no"
    await applicant.waits_for("rec-strip", state="off")
    await expect(mediator.see("rec-start")).to_be_focused()
    await mediator.page.keyboard.press("Enter")
    await applicant.waits_for("rec-strip", state="on")


async def a_screen_may_be_shared_for_a_while(mediator: Person, applicant: Person, shots: Path) -> None:
    await mediator.tap("allow-sharing")
    await applicant.tap("ctrl-more")
    await applicant.tap("ctrl-share")
    await mediator.waits_for("screen-tile", kind="video")
    await applicant.waits_for("sharing")
    await face_and_screen_move(mediator, await id_of(applicant))
    await applicant.picture(str(shots / "sharing-applicant.png"))
    await mediator.picture(str(shots / "sharing-mediator.png"))
    await applicant.tap("share-end")
    await expect(mediator.see("screen-tile")).to_have_count(0)
    await applicant.picks("ctrl-share")
    await mediator.waits_for("screen-tile", kind="video")
    await mediator.tap("allow-sharing")
    for person, testid in ((mediator, "screen-tile"), (applicant, "sharing")):
        await expect(person.see(testid)).to_have_count(0)
    await applicant.tap("ctrl-more")
    await expect(applicant.see("ctrl-share")).to_have_count(0)
    await applicant.tap("more-close")


FRAMES = "(video) => video.getVideoPlaybackQuality().totalVideoFrames"


async def face_and_screen_move(viewer: Person, who: str) -> None:
    """One person's camera and screen, each in a tile of its own, both with new pictures in the same while."""
    pictures = [viewer.see(tile, participant=who).locator("video").first for tile in ("tile", "screen-tile")]
    before = [await picture.evaluate(FRAMES) for picture in pictures]
    async with asyncio.timeout(10):
        while not all([await one.evaluate(FRAMES) > had for one, had in zip(pictures, before, strict=True)]):
            await viewer.page.wait_for_timeout(50)


async def what_is_said_is_written(mediator: Person, applicant: Person, shots: Path) -> None:
    """A host writes what somebody says; the party answers in writing, then wants no captions any more."""
    await mediator.tap("captions-open")
    await mediator.tap("caption-speaker", participant=await id_of(applicant))
    await mediator.see("caption-text").fill("工资欠了三个月")
    await mediator.tap("caption-send")
    await expect(applicant.see("captions")).to_contain_text("工资欠了三个月")
    await applicant.picks("ctrl-write")
    await applicant.see("caption-text").fill("我听不见，写给大家看")
    await applicant.tap("caption-send")
    await expect(mediator.see("captions")).to_contain_text("我听不见，写给大家看")
    await expect(applicant.see("caption-text")).to_have_value("")
    assert await problems_of_phone(applicant.page) == []
    assert await problems_of_desk(mediator.page) == []
    await mediator.picture(str(shots / "captions-mediator.png"))
    await applicant.picture(str(shots / "captions-applicant.png"))
    await applicant.picks("ctrl-write")
    await applicant.picks("ctrl-captions")
    await expect(applicant.see("captions")).to_have_count(0)
    await mediator.tap("captions-open")
