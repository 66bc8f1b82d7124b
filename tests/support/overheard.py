"""What a page hears of private talks and receives from whom, with the moments, to be judged when all is over.

Moments are Unix seconds by the machine's clock, which every browser and the service share.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.support.browser import Person

REMEMBER_CAUCUSES = """
(() => {
  const Usual = window.WebSocket;
  window.heard = [];
  window.WebSocket = class extends Usual {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => {
        if (typeof event.data !== "string") return;
        const { type, data } = JSON.parse(event.data);
        if (type === "caucus_changed") window.heard.push({ at: Date.now() / 1000, caucus: data.caucus });
      });
    }
  };
})();
"""
COUNT_BYTES = """
() => {
  window.samples = [];
  window.whose = {};
  const sample = async () => {
    const began = Date.now() / 1000;
    for (const element of document.querySelectorAll("video[data-participant], audio[data-participant]"))
      for (const track of element.srcObject ? element.srcObject.getTracks() : [])
        window.whose[track.id] = element.dataset.participant;
    const bytes = {};
    for (const [index, peer] of window.peers.entries())
      (await peer.getStats()).forEach((row) => {
        if (row.type === "inbound-rtp") bytes[`${index} ${row.id} ${row.trackIdentifier}`] = row.bytesReceived || 0;
      });
    window.samples.push({ began, ended: Date.now() / 1000, bytes });
    setTimeout(sample, 50);
  };
  void sample();
}
"""
COUNTED = "() => ({ samples: window.samples, whose: window.whose })"
LOOKED_OFTEN = "(since) => window.samples.filter((one) => one.began > since).length > 20"
OLD = 0.05
"""Seconds: statistics that a browser gives out may be as old as this."""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes of somebody's media that came between two looks; ``participant_id`` is empty when nobody's is shown."""

    participant_id: str
    after: float
    by: float


async def remember_caucuses(person: Person) -> None:
    """Before the first page: every change of a private talk is kept with the moment at which the page was told."""
    await person.context.add_init_script(REMEMBER_CAUCUSES)


async def heard(person: Person, state: str) -> dict[str, Any]:
    """The first time that a private talk was in this state: ``at`` and the ``caucus`` as it was told."""
    told: list[dict[str, Any]] = await person.page.evaluate("() => window.heard")
    return next(one for one in told if one["caucus"]["state"] == state)


async def count_bytes(person: Person) -> None:
    """Look at what arrives every 50 ms from now on, until the page is left."""
    await person.page.evaluate(COUNT_BYTES)


async def looked_often(person: Person, since: float) -> None:
    """Until the page has looked twenty times since then."""
    await person.page.wait_for_function(LOOKED_OFTEN, arg=since)


async def received(person: Person, since: float, until: float) -> list[Received]:
    """What certainly came after ``since`` and before ``until``; the page looked more than ten times meanwhile."""
    counted: dict[str, Any] = await person.page.evaluate(COUNTED)
    samples, whose = counted["samples"], counted["whose"]
    found, looks = [], 0
    for earlier, later in pairwise(samples):
        after, by = earlier["began"] - OLD, later["ended"]
        if after < since or by > until:
            continue
        looks += 1
        for key, much in later["bytes"].items():
            if much > earlier["bytes"].get(key, 0):
                found.append(Received(whose.get(key.rpartition(" ")[2], ""), after, by))
    assert looks > 10, f"{person.name}: looked {looks} times between {since} and {until}"
    return found
