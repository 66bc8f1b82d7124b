from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from recorder.verify import verify
from room_server.domain.errors import Conflict
from room_server.services.filing import FilingService
from tests.support.product_room import Product
from tests.support.product_tracks import record_track

STEPS = ("recordings", "views", "dossier", "commit")


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it on the way."""


async def ended(product: Product) -> None:
    """A session that was recorded, signed, sealed and ended; its recorder died and left the files open."""
    host, worker = await product.person("mediator"), await product.person("applicant")
    services = product.services
    await product.consent(worker, recording_dispute=True)
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
