from __future__ import annotations

import asyncio
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

import room_server.rules.notices
from recorder.control import StartTrack, Track
from recorder.tracks import create
from recorder.verify import verify
from room_server.domain.call import CallKind
from room_server.domain.errors import Conflict
from room_server.rules import package
from room_server.rules.notices import notices
from room_server.services.filing import FilingService
from signaling.ids import CaptureId
from tests.support.capture_rtp import OPUS
from tests.support.product_room import Product
from tests.support.product_tracks import record_track

STEPS = ("recordings", "views", "dossier", "commit")


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it on the way."""


async def ended(product: Product, **purposes: bool) -> None:
    """A session that was recorded, signed, sealed and ended; its recorder died and left the files open."""
    host, worker = await product.person("mediator"), await product.person("applicant")
    services = product.services
    purposes = purposes or {"recording_confirmation": True}
    await product.consent(worker, **{"recording_dispute": True, "share_confirmation_bodies": True, **purposes})
    await services.sessions.start(product.session_id, host)
    recording = await services.recording.start(product.session_id, host)
    for kind, source in (("audio", "microphone"), ("video", "camera")):
        capture = await services.recording.next_capture_id()
        path = f"{product.session_id}/{capture}"
        mime_type = await asyncio.to_thread(record_track, product.ports.recordings, capture, path, kind)
        await services.recording.track_opened(
            product.session_id,
            recording,
            capture,
            participant_id=worker,
            kind=kind,
            source=source,
            mime_type=mime_type,
            path=path,
        )
    proposal_id = await product.freeze()
    for side in ("applicant", "respondent", "mediator"):
        await product.sign(proposal_id, side)
    await services.agreements.seal(proposal_id, host)
    await services.recording.stop(product.session_id, host)
    await services.sessions.end(product.session_id, host)


async def assert_good(product: Product) -> None:
    path, _ = await product.services.court.dossier(product.session_id, await court_officer(product))
    report = await asyncio.to_thread(verify, path, product.ports.authority.root_certificate)
    assert report.ok, [check.sentence for check in report.checks if not check.ok]


async def court_officer(product: Product) -> str:
    async with product.ports.unit_of_work() as unit:
        member = await unit.staff.by_username("faguan")
    assert member is not None
    return member.staff_id


async def test_tracks_that_a_dead_recorder_left_are_filed_and_can_be_watched(product: Product) -> None:
    await ended(product)
    filing = await product.services.filing.file_session(product.session_id)
    await assert_good(product)
    kinds = await product.kinds()
    assert kinds.count("track_ended") == 2
    assert kinds[-1] == "filed"
    assert filing.entries == len(kinds) - 1
    async with product.browser() as court:
        await watch(court, product)


async def test_the_words_that_were_agreed_to_are_filed_also_when_newer_ones_are_in_force(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended(product)
    _, agreed_to = package.page("notices/esign_terms")

    def amended(name: str) -> tuple[dict[str, Any], str]:
        head, body = package.page(name)
        return ({**head, "version": "2030.1.1"}, body + "修改") if name == "notices/esign_terms" else (head, body)

    monkeypatch.setattr(room_server.rules.notices, "page", amended)
    await product.services.filing.file_session(product.session_id)
    await assert_good(product)
    path, _ = await product.services.court.dossier(product.session_id, await court_officer(product))
    with zipfile.ZipFile(path) as dossier:
        (name,) = [each for each in dossier.namelist() if re.search(r"/notices/esign_terms-.*[0-9]\.md$", each)]
        answers = json.loads(dossier.read(next(each for each in dossier.namelist() if each.endswith("answers.json"))))
        words = dossier.read(name).decode()
    assert {each["version"] for each in answers if each["notice_id"] == "esign_terms"} == {name[-12:-3]}
    assert words.splitlines()[0] == agreed_to.splitlines()[0] and not words.endswith("修改")


async def test_whose_recording_may_not_go_to_the_court_is_counted_and_kept_back(product: Product) -> None:
    await ended(product, recording_confirmation=False)
    await product.services.filing.file_session(product.session_id)
    await assert_good(product)
    path, _ = await product.services.court.dossier(product.session_id, await court_officer(product))
    with zipfile.ZipFile(path) as dossier:
        assert not [name for name in dossier.namelist() if "/recordings/" in name]
        shown = [name.removesuffix(".md") for name in dossier.namelist() if re.search(r"/notices/.*\.md$", name)]
        agreed_to = [name for name in shown if not name.endswith(".en")]
        assert len(agreed_to) == len(notices())
        assert sorted(shown) == sorted(agreed_to + [f"{name}.en" for name in agreed_to]), "and what was shown to read"
        (catalogue,) = [
            json.loads(dossier.read(name)) for name in dossier.namelist() if name.endswith("catalogue.json")
        ]
    assert catalogue["recordings"] == []
    (kept,) = [each for each in catalogue["withheld"] if each["kind"] == "recording"]
    assert kept["count"] == 2 and kept["duration"] > 0
    respondent = await product.person("respondent")
    worker = await product.person("applicant")
    assert catalogue["about"]["minutes"] == {
        "replaced_by_recording": False,
        "not_agreed": sorted([respondent, worker]),
    }
    async with product.browser() as court:
        body = {"username": "faguan", "password": product.password("faguan")}
        await court.post("/api/staff/login", json=body)
        assert (await court.get(f"/api/court/records/{product.session_id}")).json()["views"] == []


async def test_a_recording_that_is_the_minutes_goes_with_the_file(product: Product) -> None:
    yes = {"recording_dispute": True, "recording_replaces_minutes": True}
    await product.consent(await product.person("respondent"), **yes)
    await ended(product, recording_replaces_minutes=True)
    await product.services.filing.file_session(product.session_id)
    path, _ = await product.services.court.dossier(product.session_id, await court_officer(product))
    with zipfile.ZipFile(path) as dossier:
        (catalogue,) = [
            json.loads(dossier.read(name)) for name in dossier.namelist() if name.endswith("catalogue.json")
        ]
    assert len(catalogue["recordings"]) == 2
    assert catalogue["about"]["minutes"] == {"replaced_by_recording": True, "not_agreed": []}


async def test_whoever_shares_nothing_with_the_court_shares_no_recording_either_whatever_it_is_for(
    product: Product,
) -> None:
    yes = {"recording_dispute": True, "recording_replaces_minutes": True}
    await product.consent(await product.person("respondent"), **yes)
    await ended(product, **yes, recording_confirmation=True, share_confirmation_bodies=False)
    await product.services.filing.file_session(product.session_id)
    await assert_good(product)
    path, _ = await product.services.court.dossier(product.session_id, await court_officer(product))
    with zipfile.ZipFile(path) as dossier:
        assert not [name for name in dossier.namelist() if "/recordings/" in name]
        (catalogue,) = [
            json.loads(dossier.read(name)) for name in dossier.namelist() if name.endswith("catalogue.json")
        ]
    assert [each["count"] for each in catalogue["withheld"] if each["kind"] == "recording"] == [2]


async def watch(court: httpx.AsyncClient, product: Product) -> None:
    body = {"username": "faguan", "password": product.password("faguan")}
    await court.post("/api/staff/login", json=body)
    record = (await court.get(f"/api/court/records/{product.session_id}")).json()
    (view,) = record["views"]
    assert view["has_video"]
    assert view["duration"] > 0
    whole = await court.get(view["url"])
    part = await court.get(view["url"], headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == whole.content[10:20]


@pytest.mark.parametrize("step", STEPS)
async def test_filing_that_was_killed_goes_on_where_it_was(product: Product, step: str) -> None:
    await ended(product)

    def die(reached: str) -> None:
        if reached == step:
            raise Killed

    with pytest.raises(Killed):
        await FilingService(product.ports, die).file_session(product.session_id)
    first = await product.services.filing.file_session(product.session_id)
    assert await product.services.filing.file_session(product.session_id) == first
    await assert_good(product)
    kinds = await product.kinds()
    assert [kinds.count(kind) for kind in ("filing_started", "track_ended", "filed")] == [1, 2, 1]


async def test_two_who_file_at_once_file_once(product: Product) -> None:
    await ended(product)
    filing = product.services.filing
    first, second = await asyncio.gather(*(filing.file_session(product.session_id) for _ in range(2)))
    assert first == second


async def test_a_session_that_goes_on_is_not_filed(product: Product) -> None:
    with pytest.raises(Conflict):
        await product.services.filing.file_session(product.session_id)
    assert await product.services.filing.file_all() == []


async def test_a_track_of_which_nothing_is_left_is_on_the_record(product: Product) -> None:
    host, worker = await product.person("mediator"), await product.person("applicant")
    await product.consent(worker, recording_dispute=True)
    recording = await product.services.recording.start(product.session_id, host)
    await product.services.recording.track_opened(
        product.session_id,
        recording,
        1,
        participant_id=worker,
        kind="audio",
        source="microphone",
        mime_type="audio/opus",
        path="lost/1",
    )
    await product.services.recording.stop(product.session_id, host)
    await product.services.sessions.end(product.session_id, host)
    await product.services.filing.file_session(product.session_id)
    assert "track_lost" in await product.kinds()
    await assert_good(product)


async def test_an_agreement_that_was_not_sealed_is_withheld_and_counted(product: Product, tmp_path: Path) -> None:
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    await product.services.sessions.end(product.session_id, await product.person("mediator"), "REFUSED_TO_SIGN")
    await product.services.filing.file_session(product.session_id)
    await assert_good(product)
    path, _ = await product.services.court.dossier(product.session_id, await court_officer(product))
    dossier = path.read_bytes()
    assert b"agreement_not_in_force" in dossier
    assert b"agreement/agreement.pdf" not in dossier


async def test_nothing_that_was_written_gets_into_a_dossier_but_how_much_was_withheld(product: Product) -> None:
    session, services = product.session_id, product.services
    host, worker, agent = [await product.person(side) for side in ("mediator", "applicant", "respondent")]
    await services.sessions.start(session, host)
    for person in (worker, agent):
        await product.let_in(person)
    await services.chat.say(session, worker, "here", "JOINTWORD 工资")
    await services.chat.say(session, worker, "hosts", "PRIVATEWORD 工资")
    await services.calls.call(session, worker, CallKind.ALARM)
    await services.caucuses.open(session, "cau_1", [worker, host])
    await services.chat.say(session, worker, "here", "CAUCUSWORD 工资")
    ticket = await services.tickets.ask(session, host, "TICKETWORD 工资")
    await services.tickets.answer(session, ticket.ticket_id, worker, yes=True, digest=ticket.digest)
    await services.tickets.ask(session, host, "REFUSEDWORD 工资")
    await services.notes.save(session, host, "cau_1", "NOTEWORD 工资", 0)
    await services.caucuses.close(session, "cau_1")
    await services.tickets.deliver(session, ticket.ticket_id, host)
    await services.sessions.end(session, host)
    await services.filing.file_session(session)
    await assert_good(product)
    path, _ = await services.court.dossier(session, await court_officer(product))
    with zipfile.ZipFile(path) as dossier:
        files = {name: dossier.read(name) for name in dossier.namelist()}
    everything = b"\0".join(files.values())
    assert b"WORD" not in everything
    assert b"alarm" not in everything
    assert ticket.digest.encode() not in everything, "a digest without salt could be guessed"
    [catalogue] = [json.loads(content) for name, content in files.items() if name.endswith("catalogue.json")]
    assert {(each["kind"], each["count"]) for each in catalogue["withheld"]} == {
        ("draft_edit", 1),
        ("chat_joint", 1),
        ("chat_private", 1),
        ("chat_caucus", 1),
        ("chat_carried", 1),
        ("ticket", 2),
    }


@pytest.mark.parametrize("recorder", ["alive", "dead"])
async def test_a_track_that_nothing_came_of_is_on_the_record_and_no_file_of_the_dossier(
    product: Product, recorder: str
) -> None:
    """Whoever is muted all the time: a file that holds nothing would look like one that was damaged."""
    host, worker = await product.person("mediator"), await product.person("applicant")
    yes = {"recording_dispute": True, "share_confirmation_bodies": True, "recording_confirmation": True}
    await product.consent(worker, **yes)
    recording = product.services.recording
    recording_id = await recording.start(product.session_id, host)
    request = StartTrack(1, CaptureId(1), f"{product.session_id}/1-microphone", "audio", "audio/opus", 48000, 2, 111)
    await recording.track_opened(
        product.session_id,
        recording_id,
        1,
        participant_id=worker,
        kind="audio",
        source="microphone",
        mime_type="audio/opus",
        path=request.path,
    )
    writer, line = await asyncio.to_thread(create, request, OPUS, product.ports.recordings)
    if recorder == "alive":
        await asyncio.to_thread(writer.close, "stopped", line.opened_at + 1, None)
        await recording.track_closed(Track(line.capture_id, line.path, line.file, sha256=writer.sha256))
    await recording.stop(product.session_id, host)
    await product.services.sessions.end(product.session_id, host)
    await product.services.filing.file_session(product.session_id)
    await assert_good(product)
    async with product.ports.unit_of_work() as unit:
        (said,) = [each.data for each in await unit.log.read(product.session_id) if each.kind == "track_empty"]
    how = "recorder" if recorder == "alive" else "salvaged"
    assert said == {"capture": 1, "participant": worker, "packets": 0, "how": how}
    path, _ = await product.services.court.dossier(product.session_id, await court_officer(product))
    with zipfile.ZipFile(path) as dossier:
        assert not [name for name in dossier.namelist() if "/recordings/" in name]
        (catalogue,) = [
            json.loads(dossier.read(name)) for name in dossier.namelist() if name.endswith("catalogue.json")
        ]
    assert catalogue["recordings"] == [] and not [each for each in catalogue["withheld"] if each["kind"] == "recording"]
    assert "track_ended" not in await product.kinds()
