"""Somebody whose way up is narrow: the browser finds the rate that it bears, and holds it; Chromium and Firefox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.browser import DESKTOP, PHONE, USUAL, Person, chromium
from tests.support.firefox import BUSY_PICTURE, firefox, firefox_hosts
from tests.support.narrow import Narrow, narrow_way
from tests.support.received import Evaluate
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = pytest.mark.browser
RELAY = "127.0.0.2"
WAY_UP = 150_000
"""Bits per second, less than a camera's lowest two layers and the sound."""
SETTLED_SECONDS, HELD_SECONDS = 3, 5

OUTBOUND = """
async () => {
  let bytes = 0, packets = 0, lost = 0, roundTrip = 0;
  for (const peer of window.peers) {
    (await peer.getStats()).forEach((row) => {
      if (row.type === "outbound-rtp") {
        bytes += row.bytesSent + (row.headerBytesSent || 0);
        packets += row.packetsSent;
      }
      if (row.type === "remote-inbound-rtp") lost += row.packetsLost;
      if (row.nominated) roundTrip = Math.max(roundTrip, row.currentRoundTripTime || 0);
    });
  }
  return { bytes, packets, lost, roundTrip };
}
"""


@dataclass(frozen=True)
class Sent:
    """What a browser sent for a while: bits per second, share that was lost, round trip in seconds."""

    rate: float
    lost: float
    round_trip: float

    def fits(self, way: float) -> bool:
        return self.rate < 1.1 * way and self.lost < 0.05


async def measured(evaluate: Evaluate, seconds: float) -> Sent:
    before = await evaluate(OUTBOUND)
    await asyncio.sleep(seconds)
    after = await evaluate(OUTBOUND)
    lost = (after["lost"] - before["lost"]) / max(1, after["packets"] - before["packets"])
    return Sent(8 * (after["bytes"] - before["bytes"]) / seconds, lost, after["roundTrip"])


async def until(evaluate: Evaluate, holds: Callable[[Sent], bool], seconds: int = 1) -> Sent:
    """Until it has held for so many seconds; the last of them."""
    sent, held = None, 0
    try:
        async with asyncio.timeout(20 + seconds):
            while held < seconds:
                held = held + 1 if holds(sent := await measured(evaluate, 1)) else 0
    except TimeoutError:
        pytest.fail(f"{sent}")
    assert sent is not None
    return sent


async def test_a_browser_holds_the_rate_that_its_way_up_bears(tmp_path: Path) -> None:
    async with (
        running_service(tmp_path / "data", announced_ips=RELAY, media_host="127.0.0.1") as service,
        narrow_way(RELAY, ("127.0.0.1", service.media_port)) as narrow,
        chromium(pictures=USUAL) as browser,
    ):
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        applicant = await Person.sits_down(browser, "applicant", PHONE)
        await everybody_meets(service, mediator, applicant=applicant)
        await mediator.sees_and_hears(1)
        await finds_and_holds(applicant.page.evaluate, narrow, WAY_UP)
        await mediator.sees_and_hears(1)


async def test_firefox_holds_the_rate_that_its_way_up_bears(tmp_path: Path) -> None:
    """Its picture is noise, and gives way to the sound (``wayup.ts``): by itself Firefox lost a third of the sound."""
    async with (
        running_service(tmp_path / "data", announced_ips=RELAY, media_host="127.0.0.1") as service,
        narrow_way(RELAY, ("127.0.0.1", service.media_port)) as narrow,
        chromium() as browser,
        firefox() as other,
    ):
        applicant = await Person.sits_down(browser, "applicant", DESKTOP)
        mediator = await other.sits_down(DESKTOP, BUSY_PICTURE)
        await firefox_hosts(service, mediator, applicant)
        await applicant.sees_and_hears(1)
        await finds_and_holds(mediator.evaluate, narrow, WAY_UP)
        await applicant.sees_and_hears(1)


async def finds_and_holds(evaluate: Evaluate, narrow: Narrow, way: float) -> None:
    """From a way that bears everything to one of so many bits per second."""
    free = await until(evaluate, lambda sent: sent.rate > 1.2 * way)  # more than the way will bear
    narrow.up = way
    await until(evaluate, lambda sent: sent.fits(way), SETTLED_SECONDS)
    held = await measured(evaluate, HELD_SECONDS)
    print(f"{free}, then {held}")
    assert held.fits(way)
    assert held.rate > 0.5 * way, "it does not give up what the way bears"
