"""A party whose way down becomes narrow: layers first, then pictures are given up, and the screen says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser import DESKTOP, PHONE, USUAL, Person, chromium
from tests.support.network import own_network
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ENOUGH_FOR_LOW_LAYERS = 330_000
"""Bits per second: two voices (40 each) and two small pictures (about 100 each), not two large ones."""
ENOUGH_FOR_VOICES = 120_000

INBOUND = """
async () => {
  const found = { frames: 0, widths: [], concealed: 0, samples: 0 };
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    (await peer.getStats()).forEach((row) => {
      if (row.type !== "inbound-rtp") return;
      found.frames += row.framesDecoded || 0;
      if (row.kind === "video") found.widths.push(row.framesPerSecond ? row.frameWidth : 0);
      found.concealed += row.concealedSamples || 0;
      found.samples += row.totalSamplesReceived || 0;
    });
  }
  return found;
}
"""


async def until(person: Person, holds: Callable[[dict[str, Any]], bool], what: str, seconds: float = 20) -> float:
    """Wait until the browser's counters say so; how long it took."""
    began, found = time.monotonic(), {}
    try:
        async with asyncio.timeout(seconds):
            while not holds(found := await person.page.evaluate(INBOUND)):
                await person.page.wait_for_timeout(100)
    except TimeoutError:
        pytest.fail(f"{what}: {found}")
    return time.monotonic() - began


async def until_heard(person: Person, seconds: float = 5) -> None:
    """Until nearly nothing of the sound has to be made up any more."""
    found = await person.page.evaluate(INBOUND)
    async with asyncio.timeout(seconds):
        made_up = heard = 1
        while made_up > 0.02 * heard:
            await person.page.wait_for_timeout(400)
            before, found = found, await person.page.evaluate(INBOUND)
            made_up, heard = found["concealed"] - before["concealed"], found["samples"] - before["samples"]


async def test_the_picture_is_given_up_before_the_sound_and_comes_back(tmp_path: Path) -> None:
    async with running_service(tmp_path / "data") as service, chromium(pictures=USUAL) as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        party = await Person.sits_down(browser, "applicant", DESKTOP)
        other = await Person.sits_down(browser, "respondent", PHONE)
        async with own_network(party) as network:
            await everybody_meets(service, mediator, applicant=party, respondent=other)
            await party.sees_and_hears(2)
            large = await until(party, lambda now: max(now["widths"]) >= 480, "a large picture")
            before = await party.page.evaluate(INBOUND)

            network.path.down.rate = ENOUGH_FOR_LOW_LAYERS
            small = await until(party, lambda now: max(now["widths"]) < 480, "small pictures")
            network.path.down.rate = ENOUGH_FOR_VOICES
            narrowed = time.monotonic()
            await expect(party.page.locator('[data-reason="givenUp"]')).to_have_count(2, timeout=20_000)
            gone = time.monotonic() - narrowed
            await party.waits_for("connection-banner", state="givenUp")
            await party.picture(str(tmp_path / "given-up.png"))
            await until_heard(party)
            settled = await party.page.evaluate(INBOUND)
            await party.page.wait_for_timeout(1500)
            after = await party.page.evaluate(INBOUND)

            network.path.down.rate = None
            shown = after["frames"] + 10
            back = await until(party, lambda now: now["frames"] > shown, "a picture again")
            await expect(party.see("connection-banner", state="givenUp")).to_have_count(0, timeout=20_000)
            whole = {key: after[key] - before[key] for key in ("concealed", "samples")}
            calm = {key: after[key] - settled[key] for key in ("concealed", "samples")}
            print(
                f"large after {large:.1f} s, small after {small:.1f} s, given up after {gone:.1f} s, back {back:.1f} s"
            )
            print(f"sound made up: {whole['concealed'] / whole['samples']:.1%}, at the end {calm}")
            assert whole["concealed"] < 0.5 * whole["samples"], "both turns together"
            assert calm["concealed"] < 0.05 * calm["samples"]
        for person in (mediator, party, other):
            assert person.complaints == [], person.complaints
