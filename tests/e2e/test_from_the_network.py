"""The service on every address of the machine, over HTTPS, as a phone on the same network meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.browser import DESKTOP, PHONE, Person, chromium, party_enters, staff_signs_in
from tests.support.service import running_service

pytestmark = pytest.mark.browser


async def test_camera_and_media_work_over_the_self_signed_certificate(tmp_path: Path) -> None:
    # Announced and bound to the loopback address only so that the test's media stay on this machine.
    own = {"announced_ips": "127.0.0.1", "media_host": "127.0.0.1"}
    flags = ("--host", "0.0.0.0")
    async with running_service(tmp_path / "data", *flags, scheme="https", **own) as service, chromium() as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        worker = await Person.sits_down(browser, "applicant", PHONE)
        assert all(link.startswith("https://") for link in service.links.values())
        await staff_signs_in(mediator, service.links["mediator"], "zhouhe", service.passwords["zhouhe"])
        await mediator.tap("console-enter")
        await party_enters(worker, service.links["applicant"], "0001")
        await mediator.tap("admit")
        await worker.sees_and_hears(others=1)
        await mediator.sees_and_hears(others=1)
        assert mediator.complaints == worker.complaints == []
