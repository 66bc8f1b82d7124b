"""The text, the lock, the way to a signature and a receipt, everybody's signature, the seal: in force."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import expect

from tests.e2e.screens.room import both, closes_panel, enlarge_if_thorough
from tests.e2e.screens.scene import WRITTEN, Scene
from tests.support.browser import Person, writes_name
from tests.support.room_client import CODE, signature


async def the_draft_and_the_lock(scene: Scene) -> None:
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await party.picks("ctrl-agreement")
    await mediator.tap("tab-agreement")
    await expect(party.see("draft-editor").locator("h1")).to_be_visible()
    await both(scene, "draft")
    await what_to_leave_out(scene)
    await gallery.look_at_question(mediator, "console-freeze", "draft-freeze")
    await locks(scene)
    await both(scene, "frozen")
    await gallery.look_at_question(mediator, "console-unfreeze", "draft-unfreeze")
    await mediator.tap("draft-unfreeze")
    await mediator.see("confirm-reason").fill(WRITTEN["objection"])
    await mediator.tap("confirm-yes")
    for person in (party, mediator):
        await expect(person.see("draft-editor").locator("h1")).to_be_visible()
        await expect(person.see("frozen-digest")).to_have_count(0)
        await expect(person.see("unfrozen")).to_contain_text(WRITTEN["objection"])
    await asyncio.gather(gallery.glance(party, "room-unfrozen"), gallery.glance(mediator, "console-unfrozen"))
    await locks(scene)


async def what_to_leave_out(scene: Scene) -> None:
    """The party takes back two consents and may write: both screens say what has no place in the text."""
    party, gallery = scene.party, scene.gallery
    who = str(await party.see("room").get_attribute("data-participant"))
    await closes_panel(scene)
    await party.picks("ctrl-consents")
    for purpose in ("sensitive_financial", "sensitive_medical"):
        change = party.see(f"consent-change-{purpose}")
        await change.click()
        await expect(change).to_have_accessible_name(re.compile("^改成同意"))
    await closes_panel(scene)
    await party.picks("ctrl-agreement")
    await scene.host("set_writer", document_id="agreement", participant_id=who, may_write=True)
    await party.waits_for("leave-out-mine")
    await scene.mediator.waits_for("leave-out")
    await asyncio.gather(
        gallery.glance(party, "room-draft-writing"), gallery.glance(scene.mediator, "console-draft-writing")
    )
    await gallery.enlarge(party, "room-draft-writing", "panel-close")
    await scene.host("set_writer", document_id="agreement", participant_id=who, may_write=False)
    await expect(party.see("leave-out-mine")).to_have_count(0)


async def locks(scene: Scene) -> None:
    """The text is locked, with the same code on both screens."""
    await scene.mediator.tap("draft-freeze")
    await scene.mediator.tap("confirm-yes")
    for person in (scene.mediator, scene.party):
        await person.waits_for("frozen-digest", match="true")
        await expect(person.see("unfrozen")).to_have_count(0)


async def the_signatures(scene: Scene) -> None:
    """The party's by hand on the phone; the respondent and the mediator have signed elsewhere; the seal."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await mediator.tap("sign-open")
    await closes_panel(scene)
    me = str(await party.see("room").get_attribute("data-participant"))
    await party.tap("sign-invitation")
    await party.tap("sign-open")
    await party.waits_for("signing")
    await party.tap("sign-submit")
    await party.waits_for("sign-missing")
    who = mediator.page.locator('[data-testid="signer"]', has_text="林小满")
    await expect(who.get_by_test_id("step-read")).to_have_attribute("data-mark", "done")
    await expect(who.get_by_test_id("step-intent")).to_have_attribute("data-mark", "open")
    await gallery.look_in_both(party, "signing")
    await gallery.enlarge(party, "signing", "sign-submit")
    await enlarge_if_thorough(scene, "signing", "draft-unfreeze")
    await called_away(scene, me)
    await party.tap("sign-intent")
    await writes_name(party)
    await expect(who.get_by_test_id("step-hand")).to_have_attribute("data-mark", "done")
    async with party.page.expect_response(lambda answer: answer.url.endswith("/code")):
        await party.tap("sign-code-send")
    await expect(who.get_by_test_id("step-code")).to_have_attribute("data-mark", "sent")
    await gallery.look_in_both(mediator, "console-signing")
    await party.see("sign-code").fill(await newest_code(scene))
    await party.tap("sign-submit")
    await party.waits_for("sign-receipt")
    await gallery.glance(party, "signed")
    await party.tap("receipt-continue")
    await party.waits_for("done", state="signing")
    await gallery.glance(party, "signed-others-missing")
    await signs_elsewhere(scene, "respondent")
    await the_day(scene)
    await signs_elsewhere(scene, "mediator")
    await mediator.tap("seal")
    await mediator.waits_for("agreement-state", state="in_force")
    await party.waits_for("done", state="in_force")
    await scene.stays()
    await asyncio.gather(gallery.glance(party, "in-force"), gallery.glance(mediator, "console-in-force"))
    await gallery.enlarge(party, "in-force", "done-pdf")
    await party.tap("done-back")
    await party.waits_for("ctrl-more")


async def called_away(scene: Scene, me: str) -> None:
    """Whoever signs has their own microphone, is told of a private talk before it takes them along, and comes back."""
    party = scene.party
    await party.tap("ctrl-mic")
    await party.waits_for("ctrl-mic", off="")
    await party.tap("ctrl-mic")
    await expect(party.see("ctrl-mic", off="")).to_have_count(0)
    caucus = await scene.host("open_caucus", participant_ids=[me], in_seconds=4)
    await party.waits_for("caucus", state="announced")
    await party.waits_for("signing")
    await scene.gallery.glance(party, "signing-called-away")
    await party.waits_for("caucus", state="open", inside="true")
    await party.waits_for("ctrl-more")
    await scene.host("close_caucus", caucus_id=caucus["caucus_id"], in_seconds=0)
    await expect(party.see("caucus")).to_have_count(0)
    await party.tap("sign-invitation")
    await party.tap("sign-open")
    await party.waits_for("signing")


async def the_day(scene: Scene) -> None:
    """The mediator's list in another tab: who is in the room, and what the agreement lacks."""
    page = await scene.mediator.context.new_page()
    try:
        await page.goto(f"{scene.service.url}/staff")
        day = Person("mediator", scene.mediator.context, page)
        await expect(day.see("lacking")).to_contain_text("周和")
        await expect(day.see("arrived", side="applicant")).to_have_attribute("data-state", "inside")
        await expect(day.see("todo", kind="signatures")).to_be_visible()
        await day.waits_for("limit-law")
        await scene.gallery.glance(day, "sessions-signing")
        await day.tap("lacking-open")
        await day.waits_for("console-enter")
    finally:
        await page.close()


async def newest_code(scene: Scene) -> str:
    """The code in the newest message."""
    messages = sorted((await scene.respondent.get("/api/demo/outbox")).json(), key=lambda message: str(message["at"]))
    found = CODE.search(messages[-1]["body_zh"])
    assert found is not None, messages[-1]
    return found[0]


async def signs_elsewhere(scene: Scene, name: str) -> None:
    access = scene.access[name]
    shown = (await scene.respondent.get("/api/agreements/current", headers=access.headers)).json()
    await scene.ask(f"/api/agreements/{shown['proposal_id']}/code", name)
    signed = await signature(scene.respondent, access)
    assert signed.is_success, signed.text
