"""The room on both screens: people, talk, exhibits, offers, a private talk, what goes wrong. The clerk drives it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from urllib.parse import quote

from playwright.async_api import expect

from tests.e2e.screens import shown
from tests.e2e.screens.scene import CUT, MEND, WRITTEN, Scene
from tests.support.evidence_files import payslips
from tests.support.gallery import THOROUGH
from tests.support.keyboard import goes_to, presses

OFFER = {
    "payer": "respondent",
    "amount": "18000.00",
    "instalments": [{"due": "2027-01-15", "amount": "9000.00"}, {"due": "2027-02-15", "amount": "9000.00"}],
    "valid_hours": 24,
    "place": "",
    "conditions": WRITTEN["condition"],
}


async def both(scene: Scene, screen: str, party: str | None = None, console: str | None = None) -> None:
    """Look at the party's and the mediator's screen at the same time."""
    await scene.stays()
    await asyncio.gather(
        scene.gallery.look_in_both(scene.party, party or f"room-{screen}"),
        scene.gallery.look_in_both(scene.mediator, console or f"console-{screen}"),
    )


async def enlarge_if_thorough(scene: Scene, screen: str, act: str) -> None:
    """The console at 200 %."""
    if THOROUGH:
        await scene.gallery.enlarge(scene.mediator, f"console-{screen}", act)


async def closes_panel(scene: Scene) -> None:
    await scene.party.page.locator('[data-testid$="panel-close"]').click()


async def everybody_is_in(scene: Scene) -> None:
    """The respondent and the clerk too; nobody is recorded yet; the document was looked at."""
    await scene.enters("clerk")
    await scene.host("admit", participant_id=scene.access["respondent"].participant_id)
    await expect(scene.mediator.see("tile")).to_have_count(4)
    await both(scene, "not-recorded", console="console")
    await scene.gallery.enlarge(scene.party, "room", "ctrl-mic")
    await scene.gallery.enlarge(scene.mediator, "console", "own-microphone")


async def by_keyboard_alone(scene: Scene) -> None:
    """A party writes a line and thinks about leaving; the mediator changes the tab and switches a microphone off."""
    party, mediator = scene.party, scene.mediator
    who = str(await party.see("room").get_attribute("data-participant"))
    await presses(party, "ctrl-more")
    await presses(party, "ctrl-chat")
    await goes_to(party, "chat-text")
    await party.page.keyboard.type(WRITTEN["line"])
    await presses(party, "chat-send")
    await expect(party.see("chat-line")).to_have_count(1)
    await presses(party, "chat-panel-close", "Space")
    await presses(party, "ctrl-more", "Space")
    await presses(party, "ctrl-leave")
    await expect(party.see("leave-no")).to_be_focused()
    await party.page.keyboard.press("Enter")
    await expect(party.see("leave-no")).to_have_count(0)
    await goes_to(mediator, "tab-agreement")
    await mediator.page.keyboard.press("ArrowRight")
    await expect(mediator.see("tab-chat")).to_be_focused()
    await expect(mediator.see("chat-line")).to_contain_text(WRITTEN["line"])
    await presses(mediator, "mute", participant=who)
    # what a reader hears, and what is not told by a colour alone
    await expect(party.page.get_by_role("alert").filter(has_text="调解员把您的话筒关了")).to_be_visible()
    await expect(party.see("ctrl-mic")).to_have_accessible_name("调解员关了")
    await scene.host("ask_to_switch_on", participant_id=who, source="microphone")
    await presses(party, "asked-yes")
    await expect(party.see("ctrl-mic")).to_have_accessible_name("话筒开着")


async def the_roll_call(scene: Scene) -> None:
    party, mediator = scene.party, scene.mediator
    await mediator.tap("tab-roll")
    await mediator.tap("document-open")
    await mediator.tap("read-discipline")
    await mediator.tap("ask-recusal")
    await party.waits_for("roll-invitation")
    await scene.gallery.look_in_both(party, "room-question-of-recusal")
    await party.tap("roll-invitation")
    await party.tap("recusal-objection")
    await party.see("recusal-reason").fill(WRITTEN["recusal"])
    await both(scene, "roll")
    await scene.gallery.enlarge(party, "room-roll", "recusal-send")
    await enlarge_if_thorough(scene, "roll", "document-differs")
    await party.tap("recusal-send")
    await party.waits_for("recusal-answered", objection="true")
    await scene.gallery.look(party, "room-roll-answered")
    await mediator.see("document-kind").select_option("passport")
    await mediator.tap("document-differs")
    await expect(party.see("roll-panel")).to_contain_text("护照和本人不符")
    await expect(mediator.see("roll")).to_contain_text("护照和本人不符")
    await asyncio.gather(
        scene.gallery.glance(party, "room-document-differs"), scene.gallery.glance(mediator, "console-document-differs")
    )
    await closes_panel(scene)
    await mediator.tap("document-open")
    await mediator.tap("document-matches")


async def the_recording(scene: Scene) -> None:
    """On, paused in words, and broken: the recorder is gone and nobody starts it again for a while."""
    party, mediator = scene.party, scene.mediator
    await mediator.tap("rec-start")
    await party.waits_for("rec-strip", state="on")
    await expect(party.page.get_by_role("status").filter(has_text="正在录音录像")).to_be_visible()
    await both(scene, "recording")
    await scene.gallery.look_at_question(mediator, "console-pause-why", "rec-pause")
    await mediator.tap("rec-pause")
    await mediator.see("confirm-reason").fill(WRITTEN["pause"])
    await mediator.tap("confirm-yes")
    await party.waits_for("rec-strip", state="paused")
    await both(scene, "paused")
    await mediator.tap("rec-continue")
    await party.waits_for("rec-strip", state="on")
    os.kill(scene.service.process.pid, signal.SIGSTOP)
    try:
        scene.service.kill("recorder.process")
        await party.waits_for("rec-strip", state="failed")
        await both(scene, "recording-failed")
    finally:
        os.kill(scene.service.process.pid, signal.SIGCONT)
    await party.waits_for("rec-strip", state="on")


async def hands_and_words(scene: Scene) -> None:
    """A raised hand, a mute, being asked, the spotlight, a break, the lock, and the connection that is lost."""
    party, mediator = scene.party, scene.mediator
    who = str(await party.see("room").get_attribute("data-participant"))
    await party.tap("ctrl-hand")
    await scene.rooms["respondent"].done("raise_hand", raised=True)
    await expect(mediator.see("hand-raised")).to_have_count(2)
    await another_place_in_the_queue(scene, who)
    await mediator.tap("mute", participant=who, on="true")
    await party.waits_for("muted-microphone")
    await mediator.tap("person-tools", participant=who)
    await both(scene, "hand-and-muted")
    await scene.host("give_word", participant_id=who)
    await party.waits_for("asked", source="microphone")
    await scene.host("start_timer", kind="talk", seconds=180)
    await scene.rooms["respondent"].done("want_break", wanted=True)
    await mediator.tap("timers")
    await mediator.waits_for("wants-break")
    await both(scene, "asked-and-timer")
    await mediator.tap("break-dismiss")
    await expect(mediator.see("wants-break")).to_have_count(0)
    await mediator.tap("timers")
    await party.tap("asked-yes")
    await expect(party.see("asked")).to_have_count(0)
    await scene.host("stop_timer")
    await scene.host("lock_room", locked=True)
    await mediator.waits_for("locked")
    await mediator.tap("person-tools", participant=who)
    for person in (party, mediator):
        await person.page.evaluate(CUT)
    await party.waits_for("connection-banner", state="reconnecting")
    await mediator.see("cut-off").wait_for()
    await both(scene, "cut-off")
    for person in (party, mediator):
        await person.page.evaluate(MEND)
    await party.see("connection-banner", state="open").wait_for(state="attached")
    await expect(mediator.see("cut-off")).to_have_count(0)
    for person in (party, mediator):
        person.complaints.clear()
    await scene.host("lock_room", locked=False)
    await scene.host("spotlight", participant_id=None)


async def another_place_in_the_queue(scene: Scene, who: str) -> None:
    """Behind the other side's hand, before it again, taken down; raised anew it is the second."""
    party, mediator = scene.party, scene.mediator
    await mediator.tap("hand-tools", participant=who)
    await scene.gallery.glance(mediator, "console-queue")
    for press, place in (("hand-down", "2"), ("hand-up", "1")):
        await mediator.tap(press)
        await party.see("hand-told", place=place).wait_for(state="attached")
    await mediator.tap("hand-lower")
    await expect(mediator.see("hand-raised")).to_have_count(1)
    await expect(party.see("ctrl-hand")).to_have_attribute("aria-pressed", "false")
    await party.tap("ctrl-hand")
    await party.see("hand-told", place="2").wait_for(state="attached")
    await expect(mediator.see("hand-raised")).to_have_count(2)


async def what_is_behind_more(scene: Scene) -> None:
    """The sheet, the question before leaving, one's devices and consents, a word with the mediator alone."""
    party, gallery = scene.party, scene.gallery
    await party.tap("ctrl-more")
    await gallery.look_in_both(party, "room-more")
    await gallery.enlarge(party, "room-more", "ctrl-agreement")
    await party.tap("ctrl-leave")
    await party.waits_for("leave-no")
    await party.tap("leave-no")
    await gallery.look_at_question(party, "room-leaving", "ctrl-more", "ctrl-leave")
    await party.picks("ctrl-devices")
    await expect(party.see("device-microphone").locator("option")).not_to_have_count(1)
    await gallery.look_in_both(party, "room-devices")
    await shown.another_microphone_is_refused(scene)
    await party.tap("devices-close")
    await party.picks("ctrl-consents")
    await party.waits_for("consents-panel")
    await gallery.look_in_both(party, "room-consents")
    change = party.page.locator('[data-testid^="consent-change-"]').first
    await change.click()
    await expect(change).to_have_accessible_name(re.compile("^改成同意"))
    await gallery.glance(party, "room-consent-withdrawn")
    await change.click()
    await expect(change).to_have_accessible_name(re.compile("^收回"))
    await closes_panel(scene)
    await party.picks("ctrl-talk")
    await party.tap("talk-send")
    await party.waits_for("talk-state", state="sent")
    await gallery.look_in_both(party, "room-talk")
    await closes_panel(scene)
    await party.tap("ctrl-more")
    await party.tap("ctrl-quiet")
    await expect(party.see("ctrl-quiet-note")).not_to_be_empty()
    await both(scene, "quiet-call", console="console-silent-alarm")
    await scene.mediator.tap("call-caucus")
    await scene.mediator.tap("confirm-no")
    await party.tap("more-close")


async def lines(scene: Scene) -> None:
    """Chat: news on the stage, a line to everybody, one between two; a note of the mediator's own."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await mediator.see("call-seen").evaluate_all("(all) => all.forEach((one) => one.click())")
    await expect(mediator.see("call")).to_have_count(0)
    session = f"/api/sessions/{scene.session}"
    await scene.ask(f"{session}/chat", to="here", text=WRITTEN["line"], place="")
    await party.waits_for("chat-news")
    await expect(party.page.get_by_role("status").filter(has_text=WRITTEN["line"])).to_be_visible()
    await gallery.look_in_both(party, "room-chat-news")
    await party.tap("chat-news")
    await party.see("chat-to").select_option("hosts")
    await party.see("chat-text").fill(WRITTEN["secret"])
    await party.tap("chat-send")
    await mediator.tap("tab-chat")
    await expect(mediator.see("chat-line")).to_have_count(3)
    # chosen at once after the panel opened, and still for the mediator alone
    await expect(party.page.locator('.line[data-class="private"]')).to_contain_text(WRITTEN["secret"])
    await both(scene, "chat")
    await gallery.enlarge(party, "room-chat", "chat-send")
    await closes_panel(scene)
    await mediator.tap("tab-notes")
    await mediator.see("note-text").first.fill(WRITTEN["recusal"])
    await gallery.look_in_both(mediator, "console-notes")


async def exhibits(scene: Scene) -> None:
    """Refused, brought, shown, objected to; on both screens."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await party.picks("ctrl-exhibits")
    await gallery.look_in_both(party, "room-exhibits-none")
    await party.tap("exhibit-add")
    text = {"name": "工资表.pdf", "mimeType": "application/pdf", "buffer": b"only words"}
    await party.see("exhibit-file").set_input_files(text)  # type: ignore[arg-type]
    await party.tap("exhibit-send")
    await party.waits_for("exhibit-refusal")
    party.complaints.clear()
    await gallery.look_in_both(party, "room-exhibit-refused")
    await party.tap("exhibit-cancel")
    await closes_panel(scene)
    for title in (WRITTEN["exhibit"], "劳动合同"):
        await brings(scene, title)
    await mediator.tap("tab-exhibits")
    await expect(mediator.see("exhibit-row")).to_have_count(2)
    await party.picks("ctrl-exhibits")
    await both(scene, "exhibits")
    await enlarge_if_thorough(scene, "exhibits", "exhibit-add")
    await party.tap("exhibit-row")
    await party.tap("exhibit-say")
    await party.see("view-authenticity-none").check(force=True)
    await party.see("view-relevance-objects").check(force=True)
    await party.tap("view-send")
    await mediator.tap("exhibit-row")
    await mediator.waits_for("exhibit-page", page="1")
    await both(scene, "exhibit-view", console="console-exhibit")
    await party.see("view-relevance-reason").fill(WRITTEN["objection"])
    await party.tap("view-send")
    await party.waits_for("exhibit-objection")
    await gallery.look_in_both(party, "room-exhibit-objected")
    await closes_panel(scene)
    await mediator.tap("exhibit-present")
    await party.waits_for("exhibit-shown", page="1")
    await both(scene, "exhibit-shown")
    await gallery.enlarge(party, "room-exhibit-shown", "shown-zoom")
    await party.tap("shown-zoom")
    await party.waits_for("exhibit-viewer")
    await gallery.look(party, "room-exhibit-large")
    await party.tap("viewer-close")


async def brings(scene: Scene, title: str) -> None:
    """The respondent brings three pages."""
    headers = {**scene.access["respondent"].headers, "Content-Type": "application/octet-stream"}
    headers |= {"Exhibit-Title": quote(title), "Exhibit-Name": quote(f"{title}.pdf"), "Exhibit-Place": ""}
    content = await asyncio.to_thread(payslips, ["7月", "8月", "9月"])
    answer = await scene.respondent.post("/api/exhibits", content=content, headers=headers)
    assert answer.status_code == 201, answer.text


async def offers(scene: Scene) -> None:
    """One from the other side, one's own, both compared, the second step of a yes."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await scene.ask("/api/offers", **OFFER)
    await mediator.tap("tab-offers")
    await mediator.waits_for("offer")
    await gallery.look_in_both(mediator, "console-offer")
    await expect(await party.waits_for("offer-news", what="asked")).to_contain_text("18,000.00")
    await gallery.look_in_both(party, "room-offer-news")
    await party.tap("offer-news")
    await party.tap("offer-accept")
    await expect(party.see("offer-confirm")).to_contain_text("18,000.00")
    await gallery.look(party, "room-offer-accepting")
    await party.page.keyboard.press("Escape")
    await party.tap("offer-counter")
    await party.see("offer-amount").fill("26000")
    await gallery.look_in_both(party, "room-offer-form")
    await gallery.enlarge(party, "room-offer-form", "offer-send")
    await party.tap("offer-send")
    await party.waits_for("offer-comparison")
    await both(scene, "offers")
    await enlarge_if_thorough(scene, "offers", "offer-add")
    await closes_panel(scene)
