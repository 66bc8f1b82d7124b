"""The end on every screen: the second step, the filing, what a party keeps, and what the court finds."""

from __future__ import annotations

import asyncio

import httpx
from playwright.async_api import expect

from tests.e2e.screens.arrival import CALLS_ITSELF, WECHAT
from tests.e2e.screens.scene import Scene


async def the_end(scene: Scene) -> None:
    party, mediator, gallery = scene.party, scene.mediator, scene.gallery
    await gallery.look_at_question(mediator, "console-end", "end-session")
    await mediator.tap("end-session")
    await mediator.tap("confirm-yes")
    scene.rooms.clear()
    await mediator.waits_for("filed-state", seconds=60, state="filed")
    await party.waits_for("done")
    await asyncio.gather(gallery.look_in_both(mediator, "console-filed"), gallery.look_in_both(party, "over"))
    await gallery.enlarge(party, "over", "done-pdf")
    await the_paper_inside_wechat(scene)


async def the_paper_inside_wechat(scene: Scene) -> None:
    """Its browser keeps no file of a page: the paper has an address that opens in any other."""
    party, gallery = scene.party, scene.gallery
    await party.page.evaluate(CALLS_ITSELF, WECHAT["wechat"])
    await party.tap("done-pdf")
    await expect(party.see("paper-open")).to_be_focused()
    await gallery.look_in_both(party, "over-wechat")
    await gallery.enlarge(party, "over-wechat", "paper-open")
    address = str(await party.see("paper-open").get_attribute("href"))
    async with httpx.AsyncClient() as elsewhere:
        assert (await elsewhere.get(address)).content.startswith(b"%PDF")
