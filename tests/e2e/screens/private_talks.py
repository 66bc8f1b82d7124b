"""Private talks on the screens: counted down, called off, seen from inside and from outside, both sides at once."""

from __future__ import annotations

import asyncio
import sqlite3

from playwright.async_api import expect

from tests.e2e.screens import shown
from tests.e2e.screens.room import both, closes_panel, enlarge_if_thorough
from tests.e2e.screens.scene import WRITTEN, Scene


async def a_private_talk(scene: Scene) -> None:
    """Counted down and called off; with the applicant; then the respondent's and the clerk's, seen from outside."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    me = str(await party.see("room").get_attribute("data-participant"))
    await gallery.look_at_question(mediator, "console-private-talk-asked", "caucus-open", side="applicant")
    caucus = await scene.host("open_caucus", participant_ids=[me], in_seconds=10)
    await party.waits_for("caucus", state="announced")
    await expect(party.see("caucus").get_by_role("status")).not_to_be_empty()
    await both(scene, "private-talk-announced")
    # called off: nobody waits for its beginning
    await scene.host("close_caucus", caucus_id=caucus["caucus_id"], in_seconds=0)
    await expect(party.see("caucus")).to_have_count(0, timeout=15_000)
    await scene.host("open_caucus", participant_ids=[me], in_seconds=10)
    await party.waits_for("caucus", state="announced")
    await mediator.tap("caucus-cancel")
    await shown.called_off(scene)
    for person in (party, mediator):
        await expect(person.see("caucus")).to_have_count(0)
        await expect(person.see("tile")).to_have_count(4)
    await mediator.tap("caucus-open", side="applicant")
    await mediator.tap("confirm-other")
    await expect(await party.waits_for("caucus", state="open", inside="true")).to_contain_text("只有你们自己")
    caucus = {"caucus_id": running(scene)}
    await mediator.page.evaluate(shown.PLAYS_NOTHING)
    await mediator.tap("caucus-enter")
    await mediator.waits_for("isolation", sealed="true")
    await shown.the_sound_waits_for_a_press(mediator, gallery)
    await mediator.tap("tab-tickets")
    await mediator.see("ticket-text").fill(WRITTEN["ticket"])
    await mediator.tap("ticket-ask")
    await party.waits_for("ticket-words")
    await both(scene, "ticket")
    await enlarge_if_thorough(scene, "ticket", "caucus-close")
    await party.tap("ticket-yes")
    await party.picks("ctrl-tickets")
    await mediator.waits_for("ticket", state="agreed")
    await both(scene, "tickets")
    await closes_panel(scene)
    await scene.host("close_caucus", caucus_id=caucus["caucus_id"], in_seconds=0)
    await expect(party.see("caucus")).to_have_count(0, timeout=15_000)
    other = scene.access["respondent"].participant_id
    caucus = await scene.host(
        "open_caucus", participant_ids=[other, scene.access["clerk"].participant_id], in_seconds=0
    )
    await party.waits_for("caucus", state="open", inside="false")
    await outside(scene)
    await both_apart(scene, me)
    await scene.host("close_caucus", caucus_id=caucus["caucus_id"], in_seconds=0)
    await expect(party.see("caucus")).to_have_count(0, timeout=15_000)
    await party.waits_for("ctrl-mic")


def running(scene: Scene) -> str:
    """The private talk that goes on."""
    with sqlite3.connect(f"file:{scene.service.data / 'room.sqlite3'}?mode=ro", uri=True, timeout=10) as database:
        ((caucus_id,),) = database.execute("SELECT caucus_id FROM caucuses WHERE closed_at IS NULL").fetchall()
        return str(caucus_id)


async def outside(scene: Scene) -> None:
    """With the mediator, who hears the party; then the mediator joins the talk too, and nobody does."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await expect(party.see("heard-by")).to_contain_text("周和")
    await party.waits_for("ctrl-mic")
    await asyncio.gather(gallery.glance(party, "room-outside-heard"), gallery.glance(mediator, "console-outside"))
    await mediator.tap("caucus-enter")
    await mediator.waits_for("isolation", sealed="true")
    await party.waits_for("heard-by", count="0")
    await expect(party.see("ctrl-mic")).to_have_count(0)
    await both(scene, "outside", console="console-inside")
    await party.tap("ctrl-quiet-outside")
    await expect(party.see("ctrl-quiet-outside-note")).not_to_be_empty()
    await gallery.enlarge(party, "room-outside", "ctrl-more")
    await mediator.tap("call-seen")
    await party.tap("ctrl-write-mediator")
    await expect(party.see("chat-to")).to_have_value("hosts")
    await gallery.look_in_both(party, "room-outside-chat")
    await closes_panel(scene)


async def both_apart(scene: Scene, me: str) -> None:
    """Each talk has its own line, and whoever is about to be moved is told."""
    await scene.mediator.tap("caucus-leave")
    await scene.mediator.waits_for("caucus-enter")
    await scene.host("open_caucus", participant_ids=[me], in_seconds=10)
    await scene.party.waits_for("caucus", side="applicant", state="announced")
    await scene.party.waits_for("caucus", side="respondent", state="open")
    await both(scene, "both-apart")
    await scene.mediator.tap("caucus-cancel")
    await expect(scene.party.see("caucus", side="applicant")).to_have_count(0)
    await scene.party.waits_for("caucus-off")
