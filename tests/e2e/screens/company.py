"""More people than usual, with names longer than usual, on both screens."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.screens.scene import LONG, Scene
from tests.support.guests import seat
from tests.support.room_client import agrees_to_everything

GUESTS = 6


async def many_people(scene: Scene) -> None:
    """Six who listen come in: ten faces; a company of forty characters raises a hand."""
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    names = [f"guest{number}" for number in range(GUESTS)]
    for number, name in enumerate(names):
        side = "respondent" if number % 2 == 0 else "applicant"
        said = LONG if number == 0 else f"旁听人员{number}"
        scene.access[name] = seat(scene.service, scene.access["respondent"], side, said, number)
        await agrees_to_everything(scene.respondent, scene.access[name])
        await scene.enters(name)
    await expect(mediator.see("tile")).to_have_count(4 + GUESTS)
    await expect(party.see("tile")).to_have_count(4 + GUESTS)
    await scene.rooms[names[0]].done("raise_hand", raised=True)
    await expect(mediator.see("hand-raised").filter(has_text=LONG)).to_be_visible()
    await asyncio.gather(gallery.glance(party, "room-many"), gallery.glance(mediator, "console-many"))
    await gallery.enlarge(party, "room-many", "ctrl-mic")
    await mediator.tap("tab-roll")
    await gallery.glance(mediator, "console-many-roll")
    await three_lines_on_a_laptop(scene)
    for name in names:
        scene.rooms.pop(name)
        await scene.host("remove", participant_id=scene.access[name].participant_id)
    await expect(mediator.see("tile")).to_have_count(4)


async def three_lines_on_a_laptop(scene: Scene) -> None:
    """A private talk, a countdown, a gap in the recording: two lines stay, the third folds, and faces have room."""
    mediator = scene.mediator
    await scene.host("start_timer", kind="talk", seconds=180)
    who = scene.access["respondent"].participant_id
    caucus = await scene.host("open_caucus", participant_ids=[who], in_seconds=0)
    await mediator.waits_for("caucus", state="open")
    async with scene.gallery.on_a_laptop(mediator, "console-many-lines"):
        await expect(mediator.see("messages-more")).to_have_attribute("aria-expanded", "false")
        await expect(mediator.see("rec-gap")).to_be_hidden()
        tiles = await mediator.see("tile").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
        assert min(tiles) >= 100, tiles
        await mediator.tap("messages-more")
        await expect(mediator.see("rec-gap")).to_be_visible()
        await mediator.tap("messages-more")
    await scene.host("stop_timer")
    await scene.host("close_caucus", caucus_id=caucus["caucus_id"], in_seconds=0)
    await expect(mediator.see("caucus")).to_have_count(0, timeout=15_000)
