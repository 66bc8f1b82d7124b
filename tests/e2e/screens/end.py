"""The end on every screen: the second step, the filing, what a party keeps, and what the court finds."""

from __future__ import annotations

import asyncio

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
