"""One whole mediation in four real browsers: from a link in a message to a dossier that a court checks offline."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import av
import bagit
import pytest
from playwright.async_api import Browser, expect

from recorder.signing import inspect as inspect_signatures
from tests.support.browser import (
    DESKTOP,
    PHONE,
    Person,
    chromium,
    outbox,
    party_enters,
    staff_signs_in,
    writes_name,
)
from tests.support.service import Service, running_service

pytestmark = pytest.mark.browser
SENTENCE = "双方确认以上内容系真实意思表示。"


@dataclass
class Table:
    """Everybody of the mediation, and the service."""

    service: Service
    browser: Browser
    mediator: Person
    applicant: Person
    respondent: Person
    shots: Path

    @property
    def everybody(self) -> list[Person]:
        return [self.mediator, self.applicant, self.respondent]

    async def pictures(self, moment: str) -> None:
        for person in self.everybody:
            await person.picture(str(self.shots / f"{moment}-{person.name}.png"))


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    shots = tmp_path / "shots"
    shots.mkdir()
    async with running_service(tmp_path / "data") as service, chromium() as browser:
        seated = Table(
            service,
            browser,
            await Person.sits_down(browser, "mediator", DESKTOP),
            await Person.sits_down(browser, "applicant", PHONE),
            await Person.sits_down(browser, "respondent", PHONE, locale="en-US"),
            shots,
        )
        try:
            yield seated
        finally:
            await seated.pictures("end")


async def test_a_mediation_from_the_link_to_the_verified_dossier(table: Table, tmp_path: Path) -> None:
    await everybody_arrives(table)
    await everybody_sees_and_hears(table)
    recorded_from = await the_recording_starts(table)
    await the_agreement_is_drafted_together(table)
    digest = await the_text_is_frozen_with_one_digest(table)
    await everybody_signs_and_the_seal_closes(table)
    await table.pictures("in-force")
    recorded_to = await the_session_is_ended_and_filed(table)
    dossier = await the_court_finds_plays_and_downloads(table, tmp_path)
    await the_dossier_stands_alone(dossier, digest, recorded_to - recorded_from, tmp_path)
    for person in table.everybody:
        assert person.complaints == [], f"{person.name}: {person.complaints}"


async def everybody_arrives(table: Table) -> None:
    links, passwords = table.service.links, table.service.passwords
    await staff_signs_in(table.mediator, links["mediator"], "zhouhe", passwords["zhouhe"])
    enter = table.mediator.see("console-enter")
    console = table.mediator.see("console")
    await expect(enter.or_(console).first).to_be_visible()
    if await enter.is_visible():
        await enter.click()
    await table.mediator.waits_for("console")
    await party_enters(table.applicant, links["applicant"], "0001")
    await party_enters(table.respondent, links["respondent"], "0002")
    await table.pictures("waiting")
    waiting = table.mediator.see("admit")
    await expect(waiting).to_have_count(2)
    tapped = time.monotonic()
    for _ in range(2):
        left = await waiting.count()
        await waiting.first.click()
        await expect(waiting).to_have_count(left - 1)
    for party in (table.applicant, table.respondent):
        await party.waits_for("room")
    await table.applicant.sees_and_hears(1)
    print(f"admitted -> remote picture and sound on the applicant's screen: {time.monotonic() - tapped:.2f} s")


async def everybody_sees_and_hears(table: Table) -> None:
    await asyncio.gather(*(person.sees_and_hears(others=2) for person in table.everybody))
    await table.pictures("room")


async def the_recording_starts(table: Table) -> float:
    await table.mediator.tap("rec-start")
    await table.mediator.waits_for("rec-chip", state="on")
    for party in (table.applicant, table.respondent):
        await party.waits_for("rec-strip", state="on")
    return time.time()


async def the_agreement_is_drafted_together(table: Table) -> None:
    for party in (table.applicant, table.respondent):
        await party.picks("ctrl-agreement")
        await party.waits_for("draft-editor")
    drafts = [person.see("draft-editor").locator("[contenteditable]").first for person in table.everybody]
    await expect(drafts[0]).to_contain_text("林小满")
    await expect(drafts[1]).to_have_attribute("contenteditable", "false")
    await table.mediator.tap("writer-toggle", participant=str(await participant_of(table, table.applicant)))
    await expect(drafts[1]).to_have_attribute("contenteditable", "true")
    await drafts[1].click()
    await table.applicant.page.keyboard.press("Control+End")
    await table.applicant.page.keyboard.type(SENTENCE)
    for draft in drafts:
        await expect(draft).to_contain_text(SENTENCE)
    await table.pictures("drafting")
    texts = [await person.page.evaluate(EDITOR_TEXT) for person in table.everybody]
    assert texts[0] == texts[1] == texts[2]


EDITOR_TEXT = """
() => {
  const root = document.querySelector('[data-testid="draft-editor"] [contenteditable]').cloneNode(true);
  root.querySelectorAll('[class*="caret"], [class*="cursor"]').forEach((caret) => caret.remove());
  return root.textContent;
}
"""


async def participant_of(table: Table, person: Person) -> str | None:
    """The participant id behind a party's own browser."""
    return await person.see("room").get_attribute("data-participant")


async def the_text_is_frozen_with_one_digest(table: Table) -> str:
    await table.mediator.tap("draft-freeze")
    await table.mediator.tap("confirm-yes")
    digests = set()
    for person in table.everybody:
        shown = await person.waits_for("frozen-digest", match="true")
        digests.add(str(await shown.get_attribute("data-digest")))
    assert len(digests) == 1
    await table.pictures("frozen")
    return digests.pop()


UNSENT = "() => Object.keys(sessionStorage).filter((key) => /^unsent\\/(?!at\\/)/.test(key))"
"""What is kept of something begun, until it is sent; `at/` is only what lies open."""


async def everybody_signs_and_the_seal_closes(table: Table) -> None:
    for person in (table.applicant, table.respondent, table.mediator):
        await person.tap("sign-open")
        await person.tap("sign-intent")
        await writes_name(person)
        if person is table.applicant:
            await what_was_begun_is_there_after_a_reload(person)
        known = len(outbox(table.service.url))
        await person.tap("sign-code-send")
        code = await new_code(table.service.url, known)
        await person.see("sign-code").fill(code)
        await person.picture(str(table.shots / f"signing-{person.name}.png"))
        await person.tap("sign-submit")
        await person.waits_for("sign-receipt")
        assert await person.page.evaluate(UNSENT) == []
    started = time.monotonic()
    await table.mediator.tap("seal")
    await table.mediator.waits_for("agreement-state", state="in_force")
    print(f"seal tapped -> in force on the mediator's screen: {time.monotonic() - started:.2f} s")
    for party in (table.applicant, table.respondent):
        await party.waits_for("done", state="in_force")
    await a_party_keeps_the_paper(table.respondent)


async def a_party_keeps_the_paper(party: Person) -> None:
    """As a file of its own name, without leaving the page."""
    async with party.page.expect_download() as waiting:
        await party.tap("done-pdf")
    download = await waiting.value
    assert download.suggested_filename == "演示〔2026〕调字第0001号协1.pdf"
    assert (await asyncio.to_thread(Path(await download.path()).read_bytes)).startswith(b"%PDF")
    await party.waits_for("done", state="in_force")


INK = """
() => {
  const pad = document.querySelector('[data-testid="sign-pad"]');
  const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
  return data.filter((value, index) => index % 4 === 3 && value > 0).length;
}
"""
"""How many points of the pad were written on."""


async def what_was_begun_is_there_after_a_reload(person: Person) -> None:
    """A phone throws pages away: page, tick and ink are there, the ink also after reading the text once more."""
    written = await person.page.evaluate(INK)
    assert written > 500
    await person.page.reload()
    await person.waits_for("signing")
    await expect(person.see("sign-intent")).to_be_checked()
    assert await person.page.evaluate(INK) == pytest.approx(written, rel=0.02)
    await person.page.get_by_role("button", name="再看看").click()
    await person.tap("sign-open")
    assert await person.page.evaluate(INK) == pytest.approx(written, rel=0.02)
    assert await person.page.evaluate("() => Object.keys(localStorage).filter((key) => key.includes('unsent'))") == []


async def new_code(url: str, known: int) -> str:
    """The code in the message that came after ``known`` others."""
    async with asyncio.timeout(10):
        while len(rows := await asyncio.to_thread(outbox, url)) <= known:
            await asyncio.sleep(0.05)
    found = re.search(r"(?<!\d)\d{6}(?!\d)", rows[-1]["body_zh"])
    assert found is not None, rows[-1]
    return found[0]


async def the_session_is_ended_and_filed(table: Table) -> float:
    """When it ended: after the seconds in which that can be taken back."""
    await table.mediator.tap("end-session")
    await table.mediator.tap("confirm-yes")
    await table.mediator.waits_for("filed-state", seconds=60)
    await expect(table.mediator.page.locator("h1")).to_be_focused()
    ended = time.time()
    await table.mediator.waits_for("filed-state", seconds=60, state="filed")
    # Whoever comes back only now finds the paper, and no page that tries for ever.
    await table.applicant.page.reload()
    await table.applicant.waits_for("done", state="in_force")
    return ended


async def the_court_finds_plays_and_downloads(table: Table, folder: Path) -> Path:
    court = await Person.sits_down(table.browser, "court", DESKTOP)
    await staff_signs_in(court, table.service.links["court officer"], "faguan", table.service.passwords["faguan"])
    await court.see("court-search").fill("演示〔2026〕调字第0001号")
    await court.tap("court-search-submit")
    await court.tap("court-result")
    await court.waits_for("record")
    await court.waits_for("integrity", ok="true")
    await court.tap("player-play")
    await court.waits_for("player", playing="true")
    views = court.see("view")
    assert await views.count() == 3
    async with asyncio.timeout(30):
        while not await court.page.evaluate(EVERY_VIEW_PLAYS):
            await court.page.wait_for_timeout(100)
    await court.picture(str(table.shots / "court.png"))
    async with court.page.expect_download() as waiting:
        await court.tap("dossier-download")
    download = await waiting.value
    path = folder / "dossier.zip"
    await download.save_as(path)
    assert court.complaints == []
    return path


EVERY_VIEW_PLAYS = "() => [...document.querySelectorAll('[data-testid=view]')].every((view) => view.currentTime > 1)"


async def the_dossier_stands_alone(dossier: Path, digest: str, recorded_seconds: float, folder: Path) -> None:
    good = verify(dossier)
    assert good.returncode == 0, good.stdout + good.stderr
    content = bytearray(dossier.read_bytes())
    content[len(content) // 2] ^= 1
    changed = folder / "changed.zip"
    changed.write_bytes(content)
    bad = verify(changed)
    assert bad.returncode == 1
    assert bad.stdout.strip()
    bag = folder / "bag"
    with zipfile.ZipFile(dossier) as package:
        package.extractall(bag)
    root = next(bag.rglob("bagit.txt")).parent
    assert bagit.Bag(str(root)).is_valid()
    await asyncio.to_thread(the_signatures_are_valid, root, digest)
    the_acts_of_signing_are_on_the_record(root, digest)
    the_tracks_play_from_first_to_last_second(root, recorded_seconds)


def verify(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "room_server.cli", "verify", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def the_signatures_are_valid(root: Path, digest: str) -> None:
    (pdf,) = (root / "data").rglob("*.pdf")
    trusted = next((root / "data" / "trust").glob("root*.pem")).read_bytes()
    reports = inspect_signatures(pdf.read_bytes(), trusted)
    fields = [report.field for report in reports]
    assert fields[:4] == ["party_a", "party_b", "mediator", "seal"], fields
    assert fields[4].startswith("Timestamp"), fields  # PAdES B-LTA: a document time-stamp over everything
    assert all(report.ok for report in reports), reports
    independent = subprocess.run(["pdfsig", "-nocert", str(pdf)], capture_output=True, text=True, check=False).stdout
    assert independent.count("Signature is Valid") >= 4, independent
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert digest in "".join(text.split())
    assert SENTENCE in "".join(text.split())


def the_acts_of_signing_are_on_the_record(root: Path, digest: str) -> None:
    log = [json.loads(line) for line in (root / "data/log/events.jsonl").read_text().splitlines()]
    signed = {entry["data"]["field"]: entry["data"]["evidence"] for entry in log if entry["kind"] == "signed"}
    assert set(signed) == {"party_a", "party_b", "mediator"}
    for field, evidence in signed.items():
        act = (root / f"data/signing/{field}.json").read_bytes()
        facts = json.loads(act)
        assert hashlib.sha256(act).hexdigest() == evidence
        assert facts["digest"] == digest
        drawn = (root / f"data/signing/{field}.png").read_bytes()
        assert hashlib.sha256(drawn).hexdigest() == facts["handwriting_sha256"]


def the_tracks_play_from_first_to_last_second(root: Path, expected: float) -> None:
    """Whoever loaded the page anew has sound and picture in two files each, which together last as long."""
    lengths: dict[str, list[float]] = {"audio": [], "video": []}
    for track in sorted((root / "data").rglob("*.webm")):
        with av.open(str(track)) as container:
            stream = container.streams[0]
            times = [float(frame.pts * frame.time_base) for frame in container.decode(stream)]
            lengths[stream.type].append(times[-1])
        assert times[0] < 1.0
    for kind, found in lengths.items():
        *parts, one, other = sorted(found)
        assert len(parts) == 2
        assert [one, other, sum(parts)] == pytest.approx([expected] * 3, abs=5.0), kind
