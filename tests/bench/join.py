"""How long it takes until somebody who taps their link sees the others.

``python -m tests.bench.join`` (``make bench-join``) lets a party come back to a running session with one mediator
twenty times, in Chromium on this machine, and prints the median of each phase and one line of JSON. Times are the
page's own (``performance.now``): nothing of the driver is in them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.support.browser import DESKTOP, PHONE, USUAL, Person, chromium
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

Marks = dict[str, float]
"""Milliseconds after the link was tapped at which each moment was reached for the first time."""

MARKS = """
window.marks = {};
const mark = (name) => { window.marks[name] ??= performance.now(); };

const NativeSocket = window.WebSocket;
window.WebSocket = class extends NativeSocket {
  constructor(...given) {
    super(...given);
    if (!this.url.endsWith("/socket")) return;
    this.asked = new Map();
    this.addEventListener("message", ({ data }) => {
      const answer = JSON.parse(data);
      const command = this.asked.get(answer.id);
      if (answer.seq !== undefined || !this.asked.delete(answer.id)) return;
      if (command === "hello") mark("welcome");
      const more = [...this.asked.values()].includes("create_transport");
      if (command === "create_transport" && !more) mark("transports");
    });
  }
  send(message) {
    if (this.asked) {
      const { id, type } = JSON.parse(message);
      this.asked.set(id, type);
      mark(type);
    }
    super.send(message);
  }
};

const NativePeer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends NativePeer {
  constructor(...given) {
    super(...given);
    this.addEventListener("track", ({ track }) => {
      if (track.kind === "video") follow(this, track);
    });
  }
};

// The connection also has a track for probing, to which no packet belongs.
const follow = (peer, track) => {
  const secured = () => peer.connectionState === "connected" && mark("secured");
  secured();
  peer.addEventListener("connectionstatechange", secured);
  track.addEventListener("unmute", () => mark("packet"));
  new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader().read().then(({ value }) => {
    mark("decoded");
    value?.close();
  });
  const looking = setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      if (!video.srcObject?.getVideoTracks().some((one) => one.id === track.id)) continue;
      clearInterval(looking);
      video.requestVideoFrameCallback(() => mark("shown"));
    }
  }, 5);
};
"""


class Phase(NamedTuple):
    """A moment of a join, and the one before it from which the table counts."""

    mark: str
    label: str


PHASES = (
    Phase("hello", "page loaded, token had, hello sent"),
    Phase("welcome", "welcomed by the room"),
    Phase("create_transport", "transports asked for"),
    Phase("transports", "transports created"),
    Phase("secured", "DTLS connected"),
    Phase("packet", "first packet"),
    Phase("decoded", "first frame decoded"),
    Phase("shown", "picture on the screen"),
)
PATIENCE = 20.0


async def join(party: Person, link: str) -> Marks:
    """Tap the link again and wait for the picture."""
    await party.page.goto(link)
    async with asyncio.timeout(PATIENCE):
        while "shown" not in (marks := await party.page.evaluate("() => window.marks")):
            await party.page.wait_for_timeout(50)
    found: Marks = marks
    return found


async def measure(joins: int) -> list[Marks]:
    """So many joins, after one that brings everything into the caches."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_service(Path(folder)) as service, chromium(pictures=USUAL) as browser:
            mediator = await Person.sits_down(browser, "mediator", DESKTOP)
            party = await Person.sits_down(browser, "applicant", PHONE)
            await party.context.add_init_script(MARKS)
            await everybody_meets(service, mediator, applicant=party)
            await party.sees_and_hears(1)
            link = service.links["applicant"]
            await join(party, link)
            return [await join(party, link) for _ in range(joins)]


def table(joins: list[Marks]) -> str:
    """Medians and the worst, in milliseconds: since the link was tapped, and since the moment before."""
    lines = [f"{'':<36} {'median ms':>10} {'of it here':>10} {'slowest':>10}"]
    before: str | None = None
    for mark, label in PHASES:
        at = [each[mark] for each in joins]
        here = [each[mark] - (each[before] if before else 0.0) for each in joins]
        lines.append(f"{label:<36} {statistics.median(at):>10.0f} {statistics.median(here):>10.0f} {max(at):>10.0f}")
        before = mark
    return "\n".join(lines)


def summary(joins: list[Marks]) -> dict[str, float]:
    """What is compared with the goals, in seconds."""
    media = [(each["decoded"] - each["create_transport"]) / 1000 for each in joins]
    whole = [each["shown"] / 1000 for each in joins]
    return {
        "joins": len(joins),
        "transport_asked_to_first_frame_s": round(statistics.median(media), 3),
        "transport_asked_to_first_frame_slowest_s": round(max(media), 3),
        "link_tapped_to_picture_s": round(statistics.median(whole), 3),
        "link_tapped_to_picture_slowest_s": round(max(whole), 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--joins", type=int, default=20)
    joins = asyncio.run(measure(parser.parse_args().joins))
    print(table(joins))
    print(json.dumps(summary(joins)))


if __name__ == "__main__":
    main()
