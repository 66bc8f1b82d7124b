"""An office network that lets no UDP through: picture and sound come over TCP, in Chromium and in Firefox."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.browser import DESKTOP, PHONE, Person, chromium, staff_signs_in
from tests.support.firefox import firefox, party_enters
from tests.support.service import running_service
from tests.support.udp_blocked import tcp_only

pytestmark = pytest.mark.browser
FIREWALL = "127.0.0.3"

SELECTED = """
async () => {
  const found = [];
  for (const peer of window.peers) {
    const rows = await peer.getStats();
    rows.forEach((row) => {
      if (row.type === "candidate-pair" && row.nominated && row.state === "succeeded") {
        const remote = rows.get(row.remoteCandidateId);
        found.push(`${remote.protocol} ${remote.address}`);
      }
    });
  }
  return found;
}
"""


async def test_picture_and_sound_come_over_tcp_where_udp_is_blocked(tmp_path: Path) -> None:
    async with (
        running_service(tmp_path / "data", announced_ips=FIREWALL, media_host="127.0.0.1") as service,
        tcp_only(FIREWALL, ("127.0.0.1", service.media_port)),
        chromium() as browser,
        firefox() as other,
    ):
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        applicant = await other.sits_down(PHONE)
        await staff_signs_in(mediator, service.links["mediator"], "zhouhe", service.passwords["zhouhe"])
        await mediator.tap("console-enter")
        await party_enters(applicant, service.links["applicant"], "0001")
        await mediator.tap("admit")
        for person, evaluate in ((mediator, mediator.page.evaluate), (applicant, applicant.evaluate)):
            await person.sees_and_hears(1)
            pairs = await evaluate(SELECTED)
            assert pairs
            assert set(pairs) == {f"tcp {FIREWALL}"}, evaluate
            assert person.complaints == []
