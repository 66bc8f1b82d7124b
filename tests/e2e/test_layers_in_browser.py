"""Chromium sends only the layers that somebody watches, and each tile gets the one that fits it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser import DESKTOP, PHONE, USUAL, Person, chromium
from tests.support.service import Service, running_service
from tests.support.short_way import let_in, mediator_conducts, party_waits

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY_CORES = "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 8 });"
"""A machine with few cores sends two layers."""
GOES_ON = 10
"""Frames of a new size after which the picture does not stand still."""
PICTURES = """
async (type) => {
  const rows = [];
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    (await peer.getStats()).forEach((row) => {
      if (row.type === type && row.kind === "video") rows.push({
        layer: row.rid || "", width: row.frameWidth || 0,
        frames: (type === "outbound-rtp" ? row.framesEncoded : row.framesDecoded) || 0,
      });
    });
  }
  return rows;
}
"""


async def pictures(person: Person, kind: str) -> list[dict[str, Any]]:
    """Frames so far and their width, for each layer sent or track received."""
    rows: list[dict[str, Any]] = await person.page.evaluate(PICTURES, kind)
    return rows


async def sent_layers(person: Person) -> set[str]:
    """The layers in which new frames are encoded."""
    before = {row["layer"]: row["frames"] for row in await pictures(person, "outbound-rtp")}
    await person.page.wait_for_timeout(700)
    after = await pictures(person, "outbound-rtp")
    return {row["layer"] for row in after if row["frames"] > before.get(row["layer"], 0)}


async def until(person: Person, layers: set[str]) -> None:
    """Until exactly these layers are sent."""
    seen: set[str] = set()
    try:
        async with asyncio.timeout(20):
            while (seen := await sent_layers(person)) != layers:
                pass
    except TimeoutError:
        pytest.fail(f"{person.name} sends {sorted(seen)}, expected {sorted(layers)}")


async def until_width(person: Person, fits: Callable[[int], bool]) -> None:
    """Until pictures are decoded on and on, all of a width that fits."""
    rows: list[dict[str, Any]] = []
    fitting = 0
    try:
        async with asyncio.timeout(20):
            while fitting < GOES_ON:
                before, rows = rows, await pictures(person, "inbound-rtp")
                more = sum(row["frames"] for row in rows) - sum(row["frames"] for row in before)
                fitting = fitting + more if before and all(fits(row["width"]) for row in rows) else 0
                await person.page.wait_for_timeout(100)
    except TimeoutError:
        pytest.fail(f"{person.name} receives {rows}")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(tmp_path / "data") as running:
        yield running


async def test_layers_follow_the_tiles(service: Service) -> None:
    async with chromium(pictures=USUAL) as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        await mediator.context.add_init_script(MANY_CORES)
        party = await Person.sits_down(browser, "applicant", PHONE)
        other = await Person.sits_down(browser, "respondent", PHONE, locale="en-US")
        await mediator_conducts(mediator, service)
        await until(mediator, set())  # alone: nobody watches, nothing is encoded

        await party_waits(party, service, "applicant")
        await let_in(mediator, party)
        await party.sees_and_hears(1)
        await until(mediator, {"r0", "r1"})  # the large tile of a phone; the lowest always goes beside the others
        await until_width(party, lambda width: width == 480)
        await party.page.set_viewport_size({"width": 1600, "height": 1000})
        await until(mediator, {"r0", "r2"})
        await until_width(party, lambda width: width == 960)

        await party_waits(other, service, "respondent")
        await let_in(mediator, other)
        await other.sees_and_hears(2)
        await until(mediator, {"r0", "r1", "r2"})  # a large screen and a phone look
        await other.picks("ctrl-leave")
        await other.tap("leave-yes")

        await party.picks("ctrl-agreement")  # the faces become small beside the text
        await until(mediator, {"r0"})
        await until_width(party, lambda width: width == 240)
        await expect(party.see("tile", layer="0")).to_have_count(1)

        await party.picks("ctrl-leave")
        await party.tap("leave-yes")
        await until(mediator, set())
        for person in (mediator, party, other):
            assert person.complaints == [], person.complaints
