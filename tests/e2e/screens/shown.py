"""What comes over the faces for a while: captions, a shared screen, a weak connection."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.screens.scene import FINE, WEAK, WHY, WRITTEN, Scene
from tests.support.browser import Person
from tests.support.gallery import LANGUAGE, THOROUGH, Gallery
from tests.support.plugs import is_called


async def at_a_glance(scene: Scene, screen: str) -> None:
    """Both screens at the same time, in the one view in which an ordinary run sees them."""
    await scene.stays()
    await asyncio.gather(
        scene.gallery.glance(scene.party, f"room-{screen}"), scene.gallery.glance(scene.mediator, f"console-{screen}")
    )


async def called_off(scene: Scene) -> None:
    """That a private talk which was announced did not begin, and why: shown for a quarter of a minute."""
    for person in (scene.party, scene.mediator):
        await person.waits_for("caucus-off", reason="called_off")
    await at_a_glance(scene, "private-talk-called-off")
    if THOROUGH:
        await for_other_reasons(scene)


async def for_other_reasons(scene: Scene) -> None:
    """Each needs a race or a crash (``test_caucus_called_off.py``): its word is put in on the way to both browsers."""
    me = str(await scene.party.see("room").get_attribute("data-participant"))
    for reason in ("nobody", "elsewhere", "refused", "no_host"):
        for person in (scene.party, scene.mediator):
            await person.page.evaluate(WHY, reason)
        caucus = await scene.host("open_caucus", participant_ids=[me], in_seconds=10)
        await scene.party.waits_for("caucus", state="announced")
        await scene.host("close_caucus", caucus_id=caucus["caucus_id"], in_seconds=0)
        for person in (scene.party, scene.mediator):
            await person.waits_for("caucus-off", reason=reason)
        await at_a_glance(scene, f"private-talk-{reason}")
    for person in (scene.party, scene.mediator):
        await person.page.evaluate(WHY, "")


async def the_sound_waits_for_a_press(mediator: Person, gallery: Gallery) -> None:
    """The browser plays nothing that is new until the page is touched; one press, and it does."""
    await mediator.waits_for("listen")
    await gallery.glance(mediator, "console-sound-blocked")
    await mediator.page.evaluate(PLAYS)
    await mediator.tap("listen")
    await expect(mediator.see("listen")).to_have_count(0)


PLAYS_NOTHING = """
() => {
  window.plays = HTMLAudioElement.prototype.play;
  HTMLAudioElement.prototype.play = () => Promise.reject(new DOMException("", "NotAllowedError"));
}
"""
PLAYS = "() => { HTMLAudioElement.prototype.play = window.plays; }"


async def another_microphone_is_refused(scene: Scene) -> None:
    """The one that is chosen does not open; the one before goes on."""
    party = scene.party
    choice = party.see("device-microphone")
    before = await choice.input_value()
    names = await choice.locator("option").evaluate_all("all => all.map((one) => one.value)")
    await party.page.evaluate(REFUSES_DEVICES)
    await choice.select_option(next(name for name in names if name not in ("", before)))
    await party.waits_for("devices-refused")
    await scene.gallery.glance(party, "room-device-refused")
    await party.page.evaluate(GIVES_DEVICES)


async def devices_that_give_nothing(scene: Scene) -> None:
    """The respondent has no camera, and a call takes the microphone; a call takes the party's as well."""
    respondent = scene.rooms["respondent"]
    await respondent.done("tell_trouble", source="camera", trouble="absent")
    await respondent.done("tell_trouble", source="microphone", trouble="interrupted")
    await is_called(scene.party, True)
    await scene.party.waits_for("device-note")
    for person in (scene.party, scene.mediator):
        await expect(person.page.get_by_text(TAKEN[await person.page.evaluate(LANGUAGE)]).first).to_be_visible()
    await at_a_glance(scene, "devices-give-nothing")
    await is_called(scene.party, False)
    for source in ("camera", "microphone"):
        await respondent.done("tell_trouble", source=source, trouble=None)
    await expect(scene.party.see("device-note")).to_have_count(0)


TAKEN = {"zh-CN": "话筒被占着", "en": "Mic taken"}
REFUSES_DEVICES = """
() => {
  window.usual = navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
}
"""
GIVES_DEVICES = "() => { navigator.mediaDevices.getUserMedia = window.usual; }"


async def captions(scene: Scene) -> None:
    """The mediator writes what somebody says; the party writes instead of speaking."""
    party, mediator = scene.party, scene.mediator
    await mediator.tap("captions-open")
    await mediator.see("caption-text").fill(WRITTEN["caption"])
    await mediator.tap("caption-send")
    await expect(party.see("captions")).to_contain_text(WRITTEN["caption"])
    await party.picks("ctrl-write")
    await party.see("caption-text").fill(WRITTEN["said"])
    await party.tap("caption-send")
    await expect(mediator.see("captions")).to_contain_text(WRITTEN["said"])
    await at_a_glance(scene, "captions")
    await scene.gallery.enlarge(party, "room-captions", "caption-send")
    await party.picks("ctrl-write")
    await party.picks("ctrl-captions")
    await expect(party.see("captions")).to_have_count(0)
    await mediator.tap("captions-open")


async def a_shared_screen(scene: Scene) -> None:
    """The mediator's, small beside an exhibit and then large; the party's too, when the run is thorough."""
    party, mediator = scene.party, scene.mediator
    await mediator.tap("own-screen")
    await party.waits_for("screen-tile", kind="video")
    await scene.gallery.glance(party, "room-screen-beside-exhibit")
    await mediator.tap("tab-exhibits")
    await mediator.tap("exhibit-put-away")
    await expect(party.see("exhibit-shown")).to_have_count(0)
    await expect(party.page.locator(".tile--screen .tile__absent")).to_have_count(0)
    await at_a_glance(scene, "screen-of-mediator")
    await mediator.tap("own-screen")
    await expect(party.see("screen-tile")).to_have_count(0)
    if not THOROUGH:
        return
    who = str(await party.see("room").get_attribute("data-participant"))
    await scene.host("allow_sharing", participant_id=who, allowed=True)
    await party.picks("ctrl-share")
    await mediator.waits_for("screen-tile", kind="video")
    await party.waits_for("sharing")
    await at_a_glance(scene, "screen-of-party")
    await scene.host("allow_sharing", participant_id=who, allowed=False)
    await expect(mediator.see("screen-tile")).to_have_count(0)


async def a_weak_connection(scene: Scene) -> None:
    """The room says that this person's network is weak: put into its messages on the way to both browsers.

    Real loss needs many seconds until it counts, and is tried elsewhere (``test_narrow_way.py``).
    """
    party, mediator = scene.party, scene.mediator
    for person in (party, mediator):
        await person.page.evaluate(WEAK)
    for raised in (True, False):  # the room tells everybody about whoever changes
        await scene.rooms["respondent"].done("raise_hand", raised=raised)
    await party.tap("ctrl-hand")
    await party.waits_for("connection-banner", state="poor")
    await at_a_glance(scene, "weak-connection")
    await party.tap("sound-only")
    await expect(party.page.locator('.tile:not([data-self="true"]) video')).to_have_count(0)
    for person in (party, mediator):
        await person.page.evaluate(FINE)
    await scene.rooms["respondent"].done("raise_hand", raised=True)
    await party.tap("ctrl-hand")
    await party.waits_for("connection-banner", state="better")
    await party.tap("pictures-again")
    await party.see("connection-banner", state="open").wait_for(state="attached")
    await expect(party.page.locator('.tile:not([data-self="true"]) video')).not_to_have_count(0)
