from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from recorder.control import Track
from recorder.fragments import salvage
from room_server.bus import RecordingConsentChanged
from room_server.domain.errors import Conflict, Forbidden, NotFound
from room_server.domain.people import Role
from signaling.ids import CaptureId
from tests.support.product_room import Product
from tests.support.product_tracks import record_track

DOCUMENT = "agreement"


async def hosts(product: Product) -> set[str]:
    """The mediator and the clerk."""
    found = await product.services.sessions.get(product.session_id)
    return {person.participant_id for person in found.people if person.role is Role.HOST}


async def test_nobody_is_recorded_unless_somebody_agreed(product: Product) -> None:
    host = await product.person("mediator")
    with pytest.raises(Conflict) as caught:
        await product.services.recording.start(product.session_id, host)
    assert caught.value.code == "recording_no_consent"


async def test_a_track_of_somebody_who_did_not_agree_is_refused(product: Product) -> None:
    host, worker, agent = [await product.person(side) for side in ("mediator", "applicant", "respondent")]
    await product.consent(worker, recording_dispute=True)
    await product.consent(agent)
    recording = await product.services.recording.start(product.session_id, host)
    assert await product.services.recording.consents(product.session_id) == {worker} | await hosts(product)
    with pytest.raises(Forbidden):
        await product.services.recording.track_opened(
            product.session_id,
            recording,
            1,
            participant_id=agent,
            kind="audio",
            source="microphone",
            mime_type="audio/opus",
            path="x/1",
        )
    assert await product.services.recording.tracks(product.session_id) == []


async def test_a_gap_is_shown_while_it_lasts_and_counted_afterwards(product: Product) -> None:
    host, worker = await product.person("mediator"), await product.person("applicant")
    await product.consent(worker, recording_dispute=True)
    recording, begin = product.services.recording, product.clock()
    await recording.start(product.session_id, host)
    await recording.interrupted(product.session_id, "recorder_lost", begin + timedelta(seconds=10))
    await recording.interrupted(product.session_id, "recorder_lost", begin + timedelta(seconds=11))
    view = await recording.current(product.session_id)
    assert (view.state, view.reason) == ("failed", "recorder_lost")
    await recording.resumed(product.session_id, begin + timedelta(seconds=12.5))
    view = await recording.current(product.session_id)
    assert (view.state, view.lost_seconds) == ("on", 2.5)
    with pytest.raises(Conflict):
        await product.services.sessions.end(product.session_id, host)
    await recording.stop(product.session_id, host)
    kinds = await product.kinds()
    assert kinds[-4:] == ["recording_started", "recording_interrupted", "recording_resumed", "recording_stopped"]


async def test_the_last_moment_in_a_file_is_known_although_the_file_was_never_closed(product: Product) -> None:
    host, worker = await product.person("mediator"), await product.person("applicant")
    await product.consent(worker, recording_dispute=True)
    recording = product.services.recording
    recording_id = await recording.start(product.session_id, host)
    assert await recording.last_moment(product.session_id) is None
    for capture in (1, 2):
        await recording.track_opened(
            product.session_id,
            recording_id,
            capture,
            participant_id=worker,
            kind="audio",
            source="microphone",
            mime_type="audio/opus",
            path=str(capture),
        )
    await asyncio.to_thread(record_track, product.ports.recordings, CaptureId(1), "1", "audio")  # 2 left nothing
    left = salvage(product.ports.recordings / "1")
    assert await recording.last_moment(product.session_id) == pytest.approx(left.track.ended_at, abs=1)
    await recording.track_closed(left.track)
    assert await recording.last_moment(product.session_id) == left.track.ended_at


async def recorded_until(product: Product, recording_id: str, capture: int, moment: datetime) -> None:
    """A track whose last media is of this moment."""
    recording, name = product.services.recording, str(capture)
    await recording.track_opened(
        product.session_id,
        recording_id,
        capture,
        participant_id=await product.person("mediator"),
        kind="audio",
        source="microphone",
        mime_type="audio/opus",
        path=name,
    )
    await recording.track_closed(Track(CaptureId(capture), name, f"{name}.webm", bytes=1, ended_at=moment.timestamp()))


async def test_a_process_that_is_killed_before_anything_is_in_a_file_loses_no_second_twice(product: Product) -> None:
    host, worker = await product.person("mediator"), await product.person("applicant")
    await product.consent(worker, recording_dispute=True)
    recording, session_id, begin = product.services.recording, product.session_id, product.clock()

    async def silent_since() -> float:
        running = await recording.running(session_id)
        assert running is not None
        return await recording.silent_since(running) - begin.timestamp()

    def at(seconds: float) -> datetime:
        return begin + timedelta(seconds=seconds)

    first = await recording.start(session_id, host)
    assert await silent_since() == 0
    await recorded_until(product, first, 1, at(100))
    assert await silent_since() == 100
    await recording.interrupted(session_id, "server_restarted", at(100))
    await recording.resumed(session_id, at(104))
    assert await silent_since() == 104, "killed again at once: these four seconds are in the first gap"
    await recording.paused(session_id, host, at(200), "商业秘密")
    await recorded_until(product, first, 2, at(200))
    await recording.continued(session_id, host, at(900))
    assert await silent_since() == 900, "a pause is no gap"
    product.clock.forward(seconds=1000)
    await product.services.sessions.admit(session_id, host, worker)
    await product.services.caucuses.open(session_id, "talk", [worker])
    product.clock.forward(seconds=500)
    await product.services.caucuses.close(session_id, "talk")
    assert await silent_since() == 1500, "nor is a private talk, whose end is in the books before that of its pause"
    await recording.stop(session_id, host)
    product.clock.forward(seconds=500)
    await recording.start(session_id, host)
    assert await silent_since() == 2000, "nor is the time before it was started"


async def test_what_an_earlier_recording_had_lost_is_not_shown_as_lost_by_the_one_that_runs(product: Product) -> None:
    host, worker = await product.person("mediator"), await product.person("applicant")
    await product.consent(worker, recording_dispute=True)
    recording, session_id, begin = product.services.recording, product.session_id, product.clock()
    await recording.start(session_id, host)
    await recording.interrupted(session_id, "recorder_lost", begin + timedelta(seconds=10))
    await recording.resumed(session_id, begin + timedelta(seconds=40))
    await recording.stop(session_id, host)
    assert (await recording.current(session_id)).lost_seconds == 30
    await recording.start(session_id, host)
    assert (await recording.current(session_id)).lost_seconds == 0


async def test_only_a_writer_writes_and_nobody_after_the_freeze(product: Product) -> None:
    drafting = product.services.drafting
    host, worker = await product.person("mediator"), await product.person("applicant")
    with pytest.raises(Forbidden):
        await drafting.append(product.session_id, DOCUMENT, worker, b"update")
    await drafting.set_writer(product.session_id, host, DOCUMENT, worker, may_write=True)
    await drafting.append(product.session_id, DOCUMENT, worker, b"update")
    loaded = await drafting.load(product.session_id, DOCUMENT)
    assert (loaded.updates[1:], loaded.authors[1:]) == ([b"update"], [worker])
    assert set(loaded.writers) - {worker} == await hosts(product)
    await product.freeze()
    with pytest.raises(Conflict):
        await drafting.append(product.session_id, DOCUMENT, worker, b"late")
    assert (await drafting.load(product.session_id, DOCUMENT)).frozen


async def test_an_unknown_document_is_not_found(product: Product) -> None:
    with pytest.raises(NotFound):
        await product.services.drafting.load(product.session_id, "other")


async def test_a_party_gives_no_right_to_write(product: Product) -> None:
    worker = await product.person("applicant")
    with pytest.raises(Forbidden):
        await product.services.drafting.set_writer(product.session_id, worker, DOCUMENT, worker, may_write=True)


async def test_taking_consent_back_is_told_at_once(product: Product) -> None:
    worker = await product.person("applicant")
    await product.consent(worker, recording_dispute=True)
    await product.consent(worker, recording_dispute=False)
    told = [event.agreed for event in product.events if isinstance(event, RecordingConsentChanged)]
    assert told == [True, False]
    assert worker not in await product.services.recording.consents(product.session_id)
