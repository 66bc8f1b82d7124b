"""A network that lets nothing but TURN through: picture and sound go both ways over coturn, on our credentials."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.browser import DESKTOP, PHONE, Person, chromium
from tests.support.service import running_service
from tests.support.short_way import everybody_meets
from tests.support.turnserver import turnserver

pytestmark = pytest.mark.browser
RELAY = "127.0.0.5"
SECRET = "what relay and service share"

ONLY_TURN = """
const Real = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(given) {
    const iceServers = (given?.iceServers ?? []).map((one) => ({
      ...one,
      urls: [one.urls].flat().filter((url) => url.endsWith("=WAY")),
    }));
    super({ ...given, iceServers, iceTransportPolicy: "relay" });
  }
};
"""
SELECTED = """
async () => {
  const found = [];
  for (const peer of window.peers) {
    const rows = await peer.getStats();
    rows.forEach((row) => {
      if (row.type === "candidate-pair" && row.nominated && row.state === "succeeded") {
        const local = rows.get(row.localCandidateId);
        found.push([local.candidateType, local.relayProtocol, local.address, row.bytesSent > 0, row.bytesReceived > 0]);
      }
    });
  }
  return found;
}
"""


async def test_picture_and_sound_go_both_ways_over_a_relay(tmp_path: Path) -> None:
    async with turnserver(SECRET, RELAY, "127.0.0.1", tmp_path) as port:
        urls = ",".join(f"turn:{RELAY}:{port}?transport={way}" for way in ("udp", "tcp"))
        async with (
            running_service(tmp_path / "data", turn_urls=urls, turn_secret=SECRET) as service,
            chromium() as browser,
        ):
            mediator = await Person.sits_down(browser, "mediator", DESKTOP)
            applicant = await Person.sits_down(browser, "applicant", PHONE)
            await mediator.context.add_init_script(ONLY_TURN.replace("WAY", "udp"))
            await applicant.context.add_init_script(ONLY_TURN.replace("WAY", "tcp"))
            await everybody_meets(service, mediator, applicant=applicant)
            await asyncio.gather(mediator.sees_and_hears(1), applicant.sees_and_hears(1))
            for person, way in ((mediator, "udp"), (applicant, "tcp")):
                pairs = await person.page.evaluate(SELECTED)
                assert pairs == [["relay", way, RELAY, True, True]] * 2, person.name
                assert person.complaints == []
