"""Who is recorded and what the screens say, with everything around it in memory.

size: one scene, every way in which a recording begins, breaks, goes on and ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from recorder.control import Track
from room_server.domain.errors import Forbidden
from room_server.live.recording import Director
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaptureId, ParticipantId, PublicationId, RoomId, TransportId
from signaling.media import CaptureFormat
from signaling.messages import Kind, RecordingView
from signaling.tracks import Publication
from tests.support.recording_ports import Feed, Ledger, Recorder

WORKER, COMPANY, HOST = ParticipantId("worker"), ParticipantId("company"), ParticipantId("host")


def sent_by(who: ParticipantId, source: str = "microphone") -> Publication:
    kind: Kind = "audio" if source == "microphone" else "video"
    name = PublicationId(f"{who}-{source}")
    return Publication(name, TransportId(f"t-{who}"), who, kind, source)  # type: ignore[arg-type]


@dataclass
class Room:
    media: Feed
    room_id: RoomId = RoomId("room")
    publications: dict[PublicationId, Publication] = field(default_factory=dict)
    shown: list[RecordingView] = field(default_factory=list)

    def set_recording(self, view: RecordingView) -> None:
        self.shown.append(view)

    @property
    def state(self) -> tuple[str, str | None]:
        return self.shown[-1].state, self.shown[-1].reason

    def send(self, *publications: Publication) -> None:
        self.publications |= {publication.publication_id: publication for publication in publications}


@dataclass
class Waiting:
    seconds: float
    action: Callable[[], None]
    timers: list[Waiting]

    def cancel(self) -> None:
        self.timers.remove(self)


@dataclass
class Scene:
    feed: Feed = field(default_factory=Feed)
    recorder: Recorder = field(default_factory=Recorder)
    ledger: Ledger = field(default_factory=Ledger)
    time: float = 1000.0
    timers: list[Waiting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.room = Room(self.feed)
        self.director = Director(self.ledger, self.recorder, lambda: self.time, self.later)
        self.room.send(sent_by(WORKER), sent_by(COMPANY))

    async def start(self) -> None:
        await self.director.start(self.room, "session", HOST)

    def later(self, seconds: float, action: Callable[[], None]) -> Waiting:
        self.timers.append(Waiting(seconds, action, self.timers))
        return self.timers[-1]

    async def wait(self) -> float:
        """Until the next try is over. Returns how long it took to come."""
        timer = self.timers.pop()
        assert not self.timers, "one at a time"
        self.time += timer.seconds
        timer.action()
        for _ in range(50):
            await asyncio.sleep(0)
        return timer.seconds

    def of(self, *kinds: str) -> list[tuple[str, ...]]:
        """What the books say of these kinds."""
        return [line for line in self.ledger.lines if line[0] in kinds]


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_every_track_of_those_who_agreed_is_written_and_every_screen_is_told(scene: Scene) -> None:
    await scene.start()
    assert scene.room.state == ("on", None)
    assert [line[1] for line in scene.ledger.lines if line[0] == "opened"] == [WORKER, COMPANY]


async def test_who_did_not_agree_is_not_captured(scene: Scene) -> None:
    scene.ledger.agreed = {COMPANY, HOST}
    await scene.start()
    await scene.director.opened(scene.room, sent_by(WORKER, "camera"))
    assert list(scene.feed.copied) == [sent_by(COMPANY).publication_id]


async def test_a_track_that_comes_later_is_recorded_too_and_one_that_ends_is_closed(scene: Scene) -> None:
    await scene.start()
    late = sent_by(HOST)
    scene.room.send(late)
    await scene.director.opened(scene.room, late)
    await scene.director.closed(scene.room, late.publication_id)
    assert ("closed", "3") in scene.ledger.lines
    assert len(scene.recorder.files) == 2


async def test_without_a_recorder_a_recording_is_refused_and_nothing_pretends_to_run(scene: Scene) -> None:
    scene.recorder.ready = False
    with pytest.raises(SignalingError) as refused:
        await scene.start()
    assert refused.value.code is ErrorCode.RECORDING_UNAVAILABLE
    assert scene.room.shown == []
    assert scene.ledger.lines == []


async def test_a_second_start_and_a_stop_without_a_start_are_refused(scene: Scene) -> None:
    with pytest.raises(SignalingError) as nothing:
        await scene.director.stop(scene.room, HOST, "")
    assert nothing.value.code is ErrorCode.WRONG_STATE
    await scene.start()
    with pytest.raises(SignalingError) as twice:
        await scene.start()
    assert twice.value.code is ErrorCode.CONFLICT


async def test_stop_closes_every_file_and_every_screen_shows_that_nothing_is_recorded(scene: Scene) -> None:
    await scene.start()
    await scene.director.stop(scene.room, HOST, "agreed")
    assert scene.room.state == ("off", None)
    assert scene.recorder.files == {}
    assert scene.ledger.lines[-1] == ("stop", HOST, "agreed")


async def test_a_dead_recorder_shows_at_once_and_recording_goes_on_in_new_files_with_the_gap_counted(
    scene: Scene,
) -> None:
    await scene.start()
    scene.recorder.dies()
    await scene.director.recorder_lost()
    assert scene.room.state == ("failed", "recorder_lost")
    scene.time += 2.5
    scene.recorder.ready = True
    await scene.director.recorder_ready([])
    assert scene.room.state == ("on", None)
    assert scene.room.shown[-1].lost_seconds == 2.5
    assert set(scene.recorder.files) == {3, 4}
    assert ("interrupted", "recorder_lost", "1000.0") in scene.ledger.lines
    assert ("resumed", "1002.5") in scene.ledger.lines


async def test_a_dead_media_worker_closes_the_files_and_the_first_new_track_ends_the_gap(scene: Scene) -> None:
    await scene.start()
    scene.feed.copied.clear()
    scene.room.publications.clear()
    await scene.director.media_lost(scene.room)
    assert scene.room.state == ("failed", "media_lost")
    assert scene.recorder.files == {}
    scene.time += 1
    again = sent_by(WORKER, "camera")
    scene.room.send(again)
    await scene.director.opened(scene.room, again)
    assert scene.room.state == ("on", None)
    assert scene.room.shown[-1].lost_seconds == 1


async def test_a_full_disk_stops_the_recording_on_every_screen_and_keeps_what_was_written(scene: Scene) -> None:
    await scene.start()
    await scene.director.track_failed(Track(CaptureId(1), "path", "file.webm"), "disk_full")
    assert scene.room.state == ("failed", "disk_full")
    assert scene.feed.copied == {}
    assert [line for line in scene.ledger.lines if line[0] == "interrupted"] == [("interrupted", "disk_full", "1000.0")]
    assert {line[1] for line in scene.ledger.lines if line[0] == "closed"} == {"1", "2"}


async def test_a_file_that_cannot_be_opened_is_a_failed_recording_not_a_silent_one(scene: Scene) -> None:
    scene.recorder.refusal = SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no space", reason="disk_full")
    await scene.start()
    assert scene.room.state == ("failed", "disk_full")
    assert scene.feed.copied == {}


async def test_files_that_a_dead_web_process_left_open_are_closed_and_its_recording_goes_on(scene: Scene) -> None:
    scene.recorder.files[CaptureId(7)] = "left"
    view = RecordingView(state="failed", started_at=900.0, failed_at=990.0, reason="media_lost", lost_seconds=1.0)
    await scene.director.adopt(scene.room, "session", "recording", view, 985.0)
    await scene.director.recorder_ready([Track(CaptureId(7), "left", "left.webm")])
    assert ("closed", "7") in scene.ledger.lines
    assert scene.room.state == ("on", None)
    assert scene.room.shown[-1].lost_seconds == 11.0


async def test_a_recording_that_ran_when_the_process_died_is_a_gap_since_the_last_moment_in_a_file(
    scene: Scene,
) -> None:
    view = RecordingView(state="on", started_at=900.0)
    await scene.director.adopt(scene.room, "session", "recording", view, 985.0)
    assert scene.room.state == ("failed", "server_restarted")
    assert ("interrupted", "server_restarted", "985.0") in scene.ledger.lines
    await scene.director.opened(scene.room, sent_by(WORKER))
    assert scene.room.state == ("on", None)
    assert scene.room.shown[-1].lost_seconds == 15.0


async def test_a_withdrawn_consent_stops_that_person_alone_and_a_new_one_starts_them(scene: Scene) -> None:
    await scene.start()
    await scene.director.consent_changed(scene.room, WORKER, agreed=False)
    assert list(scene.feed.copied) == [sent_by(COMPANY).publication_id]
    assert scene.room.state == ("on", None)
    assert ("closed", "1") in scene.ledger.lines
    await scene.director.consent_changed(scene.room, WORKER, agreed=True)
    assert set(scene.feed.copied) == {sent_by(COMPANY).publication_id, sent_by(WORKER).publication_id}


async def test_a_recorder_that_dies_while_the_recording_starts_is_shown_and_recording_begins_when_it_is_back(
    scene: Scene,
) -> None:
    scene.ledger.on_start = scene.recorder.dies
    await scene.start()
    assert scene.room.state == ("failed", "recorder_lost")
    scene.recorder.ready = True
    await scene.director.recorder_ready([])
    assert scene.room.state == ("on", None)
    assert len(scene.recorder.files) == 2


async def test_a_track_that_ends_while_its_capture_starts_is_no_gap(scene: Scene) -> None:
    await scene.start()
    gone = sent_by(HOST)
    scene.feed.refusal = SignalingError(ErrorCode.NOT_FOUND, "no such track")
    await scene.director.opened(scene.room, gone)  # it is not among the room's tracks any more
    assert scene.room.state == ("on", None)
    assert not [line for line in scene.ledger.lines if line[0] == "interrupted"]


async def test_a_gap_lasts_while_any_track_is_missing(scene: Scene) -> None:
    scene.room.publications.clear()
    await scene.start()
    first, second = sent_by(WORKER), sent_by(COMPANY)
    scene.room.send(first, second)
    scene.recorder.refused_paths = {"microphone"}
    await scene.director.opened(scene.room, first)
    assert scene.room.state == ("failed", "recorder_lost")
    camera = sent_by(COMPANY, "camera")
    scene.room.send(camera)
    await scene.director.opened(scene.room, camera)
    assert scene.room.state == ("failed", "recorder_lost")
    scene.recorder.refused_paths = set()
    await scene.director.opened(scene.room, second)
    assert scene.room.state == ("on", None)
    assert len(scene.recorder.files) == 3


async def test_a_stop_that_cannot_be_committed_leaves_the_recording_running(scene: Scene) -> None:
    await scene.start()
    scene.ledger.refusal = OSError("the disk is full")
    with pytest.raises(OSError, match="full"):
        await scene.director.stop(scene.room, HOST, "")
    assert scene.room.state == ("on", None)
    assert len(scene.feed.copied) == len(scene.recorder.files) == 2
    scene.ledger.refusal = None
    await scene.director.stop(scene.room, HOST, "")
    assert scene.room.state == ("off", None)


async def test_whoever_waited_for_a_recording_that_was_stopped_meanwhile_records_nothing(scene: Scene) -> None:
    await scene.start()
    late = sent_by(HOST)
    scene.room.send(late)
    scene.ledger.on_stop = asyncio.Event()
    stopping = asyncio.ensure_future(scene.director.stop(scene.room, HOST, ""))
    await scene.ledger.stopping.wait()
    opening = asyncio.ensure_future(scene.director.opened(scene.room, late))
    back = asyncio.ensure_future(scene.director.recorder_ready([]))
    await asyncio.sleep(0)  # both are waiting for their turn now
    scene.ledger.on_stop.set()
    await asyncio.gather(stopping, opening, back)
    assert scene.room.state == ("off", None)
    assert scene.feed.copied == {}
    assert scene.recorder.files == {}


async def test_a_consent_that_is_taken_back_while_the_recording_starts_costs_that_person_alone(scene: Scene) -> None:
    scene.ledger.withdrawn = {WORKER}
    await scene.start()
    assert scene.room.state == ("on", None)
    assert list(scene.feed.copied) == [sent_by(COMPANY).publication_id]
    assert len(scene.recorder.files) == 1


@pytest.mark.parametrize("agreed", [True, False])
async def test_what_somebody_says_while_the_recording_starts_counts(scene: Scene, agreed: bool) -> None:
    if agreed:
        scene.ledger.agreed.discard(COMPANY)
    scene.ledger.starts = asyncio.Event()
    start = asyncio.create_task(scene.start())
    await scene.ledger.starting.wait()
    await scene.director.consent_changed(scene.room, COMPANY, agreed=agreed)
    scene.ledger.starts.set()
    await start
    assert {name.partition("-")[0] for name in scene.feed.copied} == ({WORKER, COMPANY} if agreed else {WORKER})


async def test_what_somebody_said_while_nobody_was_in_the_room_counts_when_it_opens_again(scene: Scene) -> None:
    scene.ledger.agreed.discard(COMPANY)
    await scene.start()
    for publication_id in list(scene.room.publications):
        await scene.director.closed(scene.room, publication_id)
    again = Room(scene.feed)
    view = RecordingView("on", 1000.0)
    scene.ledger.agreed = {COMPANY, HOST}
    await scene.director.adopt(again, "session", "recording", view, 1000.0)
    again.send(sent_by(WORKER, "camera"), sent_by(COMPANY, "camera"))
    for publication in again.publications.values():
        await scene.director.opened(again, publication)
    assert set(scene.feed.copied) == {"company-camera"}


async def test_a_gap_is_on_every_screen_even_when_it_cannot_be_written_down_yet(scene: Scene) -> None:
    await scene.start()
    scene.ledger.refusal = OSError("the disk is full")
    with pytest.raises(OSError, match="full"):
        await scene.director.recorder_lost()
    assert scene.room.state == ("failed", "recorder_lost")


async def test_a_gap_ends_when_the_only_track_that_is_missing_ends(scene: Scene) -> None:
    await scene.start()
    late = sent_by(HOST)
    scene.room.send(late)
    scene.recorder.refusal = SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no file", reason="write_failed")
    await scene.director.opened(scene.room, late)
    assert scene.room.state == ("failed", "write_failed")
    del scene.room.publications[late.publication_id]
    scene.time += 4
    await scene.director.closed(scene.room, late.publication_id)
    assert scene.room.state == ("on", None)
    assert scene.room.shown[-1].lost_seconds == 4


async def test_a_gap_ends_when_the_person_who_is_missing_no_longer_agrees(scene: Scene) -> None:
    await scene.start()
    late = sent_by(HOST)
    scene.room.send(late)
    scene.recorder.refusal = SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no file", reason="write_failed")
    await scene.director.opened(scene.room, late)
    await scene.director.consent_changed(scene.room, HOST, agreed=False)
    assert scene.room.state == ("on", None)


async def test_a_caucus_pauses_the_recording_and_its_end_lets_it_go_on(scene: Scene) -> None:
    await scene.start()
    await scene.director.hold(scene.room)
    assert scene.room.state == ("paused", "caucus")
    assert scene.feed.copied == {} and scene.recorder.files == {}
    inside = sent_by(WORKER, "camera")
    scene.room.send(inside)
    await scene.director.opened(scene.room, inside)
    assert scene.feed.copied == {}, "nothing of a caucus is captured"
    await scene.director.recorder_lost()
    assert scene.room.state == ("paused", "caucus"), "nothing is missing while nothing is to be recorded"
    scene.time += 60
    await scene.director.release(scene.room)
    assert scene.room.state == ("on", None)
    assert len(scene.feed.copied) == 3
    assert scene.room.shown[-1].lost_seconds == 0
    assert [line for line in scene.ledger.lines if line[0] in ("paused", "continued", "interrupted")] == [
        ("paused", "system", "caucus"),
        ("continued", "system"),
    ]


async def test_no_recording_begins_during_a_caucus(scene: Scene) -> None:
    await scene.director.hold(scene.room)
    with pytest.raises(SignalingError) as refused:
        await scene.start()
    assert (refused.value.code, refused.value.detail["reason"]) == (ErrorCode.RECORDING_UNAVAILABLE, "caucus")
    await scene.director.release(scene.room)
    await scene.start()
    assert scene.room.state == ("on", None)


async def test_a_recording_that_starts_while_a_caucus_opens_captures_nothing_before_it_is_over(scene: Scene) -> None:
    scene.ledger.starts = asyncio.Event()
    start = asyncio.create_task(scene.start())
    await scene.ledger.starting.wait()
    await scene.director.hold(scene.room)
    scene.ledger.starts.set()
    await start
    inside = sent_by(WORKER, "camera")
    scene.room.send(inside)
    await scene.director.opened(scene.room, inside)
    assert scene.feed.copied == {} and scene.room.state == ("paused", "caucus")
    await scene.director.release(scene.room)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 3
    assert [line for line in scene.ledger.lines if line[0] in ("start", "paused", "continued")] == [
        ("start", HOST),
        ("paused", "system", "caucus"),
        ("continued", "system"),
    ]


async def held_while_it_begins(scene: Scene) -> tuple[asyncio.Event, asyncio.Task[Any], asyncio.Task[Any]]:
    """A start whose first capture waits for a gate, and a private talk that is about to open meanwhile."""
    gate, reached = asyncio.Event(), asyncio.Event()
    capture = scene.feed.start_capture

    async def slowly(publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        reached.set()
        await gate.wait()
        return await capture(publication_id, capture_id)

    scene.feed.start_capture = slowly  # type: ignore[method-assign]
    start = asyncio.create_task(scene.start())
    await reached.wait()
    hold = asyncio.create_task(scene.director.hold(scene.room))
    await asyncio.sleep(0)
    return gate, start, hold


async def test_a_caucus_that_opens_while_the_first_tracks_are_captured_finds_none_captured(scene: Scene) -> None:
    gate, start, hold = await held_while_it_begins(scene)
    assert not hold.done(), "the private talk does not begin before what is captured has ended"
    gate.set()
    await asyncio.gather(start, hold)
    assert scene.feed.copied == {} and scene.recorder.files == {} and scene.room.state == ("paused", "caucus")


async def test_a_caucus_that_is_over_before_the_recording_knew_of_it_leaves_nothing_paused(scene: Scene) -> None:
    gate, start, hold = await held_while_it_begins(scene)
    release = asyncio.create_task(scene.director.release(scene.room))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(start, hold, release)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2
    assert not [line for line in scene.ledger.lines if line[0] in ("paused", "continued")]


async def test_two_who_start_at_once_start_one_recording(scene: Scene) -> None:
    scene.ledger.starts = asyncio.Event()
    start = asyncio.create_task(scene.start())
    await scene.ledger.starting.wait()
    with pytest.raises(SignalingError) as second:
        await scene.start()
    scene.ledger.starts.set()
    await start
    assert second.value.code is ErrorCode.CONFLICT
    assert [line for line in scene.ledger.lines if line[0] == "start"] == [("start", HOST)]
    assert len(scene.feed.copied) == len(scene.recorder.files) == 2


async def test_a_start_that_cannot_be_kept_can_be_tried_again(scene: Scene) -> None:
    def refuse() -> None:
        raise Forbidden("forbidden")

    scene.ledger.on_start = refuse
    with pytest.raises(Forbidden):
        await scene.start()
    scene.ledger.on_start = lambda: None
    await scene.start()
    assert scene.room.state == ("on", None)


async def test_a_recording_that_is_taken_up_during_a_caucus_stays_paused_without_a_gap(scene: Scene) -> None:
    await scene.director.hold(scene.room)
    view = RecordingView("on", 900.0)
    await scene.director.adopt(scene.room, "session", "recording", view, 985.0)
    assert scene.room.state == ("paused", "caucus")
    assert scene.ledger.lines == []
    await scene.director.release(scene.room)
    assert scene.room.state == ("on", None)


async def test_a_host_pauses_with_a_reason_and_lets_it_go_on(scene: Scene) -> None:
    await scene.start()
    await scene.director.pause(scene.room, HOST, "商业秘密")
    assert scene.room.state == ("paused", "商业秘密")
    assert scene.feed.copied == {} and scene.recorder.files == {}
    with pytest.raises(SignalingError) as refused:
        await scene.director.pause(scene.room, HOST, "again")
    assert (refused.value.code, refused.value.detail["reason"]) == (ErrorCode.CONFLICT, "商业秘密")
    await scene.director.go_on(scene.room, HOST)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2
    with pytest.raises(SignalingError) as refused:
        await scene.director.go_on(scene.room, HOST)
    assert refused.value.code is ErrorCode.WRONG_STATE
    assert [line for line in scene.ledger.lines if line[0] in ("paused", "continued")] == [
        ("paused", HOST, "商业秘密"),
        ("continued", HOST),
    ]


async def test_a_private_talk_does_not_end_the_pause_of_a_host(scene: Scene) -> None:
    await scene.start()
    await scene.director.pause(scene.room, HOST, "break")
    await scene.director.hold(scene.room)
    assert scene.room.state == ("paused", "caucus")
    with pytest.raises(SignalingError) as refused:
        await scene.director.go_on(scene.room, HOST)
    assert refused.value.code is ErrorCode.RECORDING_UNAVAILABLE
    await scene.director.release(scene.room)
    assert scene.room.state == ("paused", "break") and scene.feed.copied == {}
    await scene.director.go_on(scene.room, HOST)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2


async def test_a_pause_that_cannot_be_kept_is_none(scene: Scene) -> None:
    await scene.start()
    scene.ledger.refusal = RuntimeError("the database is away")
    with pytest.raises(RuntimeError):
        await scene.director.pause(scene.room, HOST, "break")
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2
    scene.ledger.refusal = None
    await scene.director.pause(scene.room, HOST, "break")
    scene.ledger.refusal = RuntimeError("the database is away")
    with pytest.raises(RuntimeError):
        await scene.director.go_on(scene.room, HOST)
    assert scene.room.state == ("paused", "break") and scene.feed.copied == {}
    scene.ledger.refusal = None
    await scene.director.go_on(scene.room, HOST)
    assert scene.room.state == ("on", None)


async def test_a_private_talk_whose_pause_cannot_be_kept_leaves_the_recording_running(scene: Scene) -> None:
    await scene.start()
    scene.ledger.refusal = RuntimeError("the database is away")
    with pytest.raises(RuntimeError):
        await scene.director.hold(scene.room)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2
    scene.ledger.refusal = None
    await scene.director.hold(scene.room)
    assert scene.room.state == ("paused", "caucus") and scene.feed.copied == {}
    await scene.director.release(scene.room)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2
    assert [line[0] for line in scene.ledger.lines if line[0] in ("paused", "continued")] == ["paused", "continued"]


async def test_nothing_is_paused_while_nothing_is_recorded_and_a_stop_ends_the_pause(scene: Scene) -> None:
    with pytest.raises(SignalingError) as refused:
        await scene.director.pause(scene.room, HOST, "break")
    assert refused.value.code is ErrorCode.WRONG_STATE
    await scene.start()
    await scene.director.pause(scene.room, HOST, "break")
    await scene.director.stop(scene.room, HOST, "")
    assert scene.room.state == ("off", None)
    await scene.start()
    assert scene.room.state == ("on", None)


async def test_a_recording_that_a_host_paused_is_still_paused_after_a_restart(scene: Scene) -> None:
    scene.director.still_paused(scene.room, "break")
    view = RecordingView("paused", 900.0, None, "break")
    await scene.director.adopt(scene.room, "session", "recording", view, 985.0)
    assert scene.room.state == ("paused", "break") and scene.ledger.lines == []
    await scene.director.go_on(scene.room, HOST)
    assert scene.room.state == ("on", None)
    assert scene.room.shown[-1].lost_seconds == 0


async def test_a_private_talk_that_begins_while_a_pause_ends_is_not_recorded(scene: Scene) -> None:
    await scene.start()
    await scene.director.pause(scene.room, HOST, "break")
    talks: list[asyncio.Task[None]] = []
    scene.ledger.continuing = lambda: talks.append(asyncio.ensure_future(scene.director.hold(scene.room)))
    await scene.director.go_on(scene.room, HOST)
    await asyncio.gather(*talks)
    assert scene.room.state == ("paused", "caucus") and scene.feed.copied == {}
    scene.ledger.continuing = lambda: None
    await scene.director.release(scene.room)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2


PAUSES = ("paused", "continued", "interrupted", "resumed", "stop")


async def test_a_recording_that_cannot_go_on_after_a_private_talk_says_so_and_is_tried_until_it_does(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.director.hold(scene.room)
    scene.time += 60
    scene.ledger.refusal = RuntimeError("the database is away")
    await scene.director.release(scene.room)
    assert scene.room.state == ("failed", "not_continued") and scene.room.shown[-1].failed_at == 1060
    late = sent_by(WORKER, "camera")
    scene.room.send(late)
    await scene.director.opened(scene.room, late)
    assert scene.feed.copied == {}, "what is not in the books is not recorded"
    assert [await scene.wait() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert scene.room.state == ("failed", "not_continued")
    scene.ledger.refusal = None
    await scene.wait()
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 3 and scene.timers == []
    assert scene.of(*PAUSES) == [
        ("paused", "system", "caucus"),
        ("continued", "system"),
        ("interrupted", "not_continued", "1060.0"),
        ("resumed", "1181.0"),
    ]
    assert scene.ledger.continued_at == [1060], "from the end of the talk on it is a gap"
    assert scene.room.shown[-1].lost_seconds == 121


async def test_a_recorder_that_refuses_after_a_private_talk_is_tried_again(scene: Scene) -> None:
    await scene.start()
    await scene.director.hold(scene.room)
    scene.feed.refusal = SignalingError(ErrorCode.OVERLOADED, "not now")
    await scene.director.release(scene.room)
    assert scene.room.state == ("failed", "recorder_lost")
    await scene.wait()
    assert scene.room.state == ("failed", "recorder_lost")
    scene.feed.refusal = None
    await scene.wait()
    assert scene.room.state == ("on", None) and scene.timers == []
    assert scene.room.shown[-1].lost_seconds == 3


async def test_a_full_disk_after_a_private_talk_waits_for_a_mediator(scene: Scene) -> None:
    await scene.start()
    await scene.director.hold(scene.room)
    scene.recorder.refusal = SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no space", reason="disk_full")
    await scene.director.release(scene.room)
    assert scene.room.state == ("failed", "disk_full") and scene.timers == []


async def test_a_recording_that_is_stopped_before_it_went_on_has_its_gap_on_the_record(scene: Scene) -> None:
    await scene.start()
    await scene.director.hold(scene.room)
    scene.ledger.refusal = RuntimeError("the database is away")
    await scene.director.release(scene.room)
    with pytest.raises(RuntimeError):
        await scene.director.stop(scene.room, HOST, "session_ended")
    assert scene.room.state == ("failed", "not_continued")
    scene.ledger.refusal = None
    await scene.director.stop(scene.room, HOST, "session_ended")
    assert scene.room.state == ("off", None) and scene.timers == []
    assert [line[0] for line in scene.of(*PAUSES)] == ["paused", "continued", "interrupted", "stop"]


async def test_the_next_private_talk_waits_for_the_books_to_know_that_the_last_one_is_over(scene: Scene) -> None:
    await scene.start()
    await scene.director.hold(scene.room)
    scene.ledger.refusal = RuntimeError("the database is away")
    await scene.director.release(scene.room)
    with pytest.raises(RuntimeError):
        await scene.director.hold(scene.room)
    assert scene.room.state == ("failed", "not_continued") and len(scene.timers) == 1
    scene.ledger.refusal = None
    await scene.director.hold(scene.room)
    assert scene.room.state == ("paused", "caucus") and scene.feed.copied == {}
    await scene.wait()
    assert scene.room.state == ("paused", "caucus") and scene.timers == [], "no try while it is paused"
    await scene.director.release(scene.room)
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2
    assert [line[0] for line in scene.of(*PAUSES)] == [
        "paused", "continued", "interrupted", "paused", "continued", "resumed",
    ]  # fmt: skip


async def test_a_host_whose_word_was_kept_is_not_told_that_it_was_not(scene: Scene) -> None:
    await scene.start()
    await scene.director.pause(scene.room, HOST, "break")
    counted = scene.ledger.next_capture_id

    async def away() -> int:
        raise RuntimeError("the database is away")

    scene.ledger.next_capture_id = away  # type: ignore[method-assign]
    await scene.director.go_on(scene.room, HOST)
    assert scene.room.state == ("failed", "recorder_lost")
    scene.ledger.next_capture_id = counted  # type: ignore[method-assign]
    await scene.wait()
    assert scene.room.state == ("on", None) and len(scene.feed.copied) == 2


async def test_a_gap_that_could_not_be_written_down_is_written_down_when_it_can_be(scene: Scene) -> None:
    await scene.start()
    scene.recorder.dies()
    scene.ledger.refusal = OSError("the disk is full")
    with pytest.raises(OSError, match="full"):
        await scene.director.recorder_lost()
    scene.ledger.refusal, scene.recorder.ready = None, True
    scene.time += 5
    await scene.director.recorder_ready([])
    assert scene.of(*PAUSES) == [("interrupted", "recorder_lost", "1000.0"), ("resumed", "1005.0")]


async def test_a_track_that_a_busy_worker_did_not_copy_is_tried_again_without_another_track(scene: Scene) -> None:
    await scene.start()
    late = sent_by(HOST)
    scene.room.send(late)
    scene.feed.refusal = SignalingError(ErrorCode.OVERLOADED, "not now")
    await scene.director.opened(scene.room, late)
    assert scene.room.state == ("failed", "recorder_lost")
    scene.feed.refusal = None
    await scene.wait()
    assert scene.room.state == ("on", None) and late.publication_id in scene.feed.copied and scene.timers == []
    assert scene.room.shown[-1].lost_seconds == 1


async def stopping_now(scene: Scene) -> asyncio.Task[None]:
    """A host stops the recording; the books have not answered yet (``ledger.on_stop``)."""
    await scene.start()
    scene.ledger.on_stop = asyncio.Event()
    stopping = asyncio.create_task(scene.director.stop(scene.room, HOST, ""))
    await scene.ledger.stopping.wait()
    return stopping


async def stopped(scene: Scene, *tasks: asyncio.Task[Any]) -> list[Any]:
    await asyncio.sleep(0)  # whatever came meanwhile waits for its turn now
    assert scene.ledger.on_stop is not None
    scene.ledger.on_stop.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_pause_that_meets_the_stop_of_another_host_is_refused_and_no_screen_says_that_it_runs(
    scene: Scene,
) -> None:
    stopping = await stopping_now(scene)
    pausing = asyncio.create_task(scene.director.pause(scene.room, HOST, "商业秘密"))
    _, refused = await stopped(scene, stopping, pausing)
    assert isinstance(refused, SignalingError) and refused.code is ErrorCode.WRONG_STATE
    assert scene.room.state == ("off", None)
    await scene.start()
    assert scene.room.state == ("on", None)


async def test_going_on_that_meets_the_stop_of_another_host_is_refused_and_nothing_shows_that_it_runs(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.director.pause(scene.room, HOST, "商业秘密")
    scene.ledger.on_stop = asyncio.Event()
    stopping = asyncio.create_task(scene.director.stop(scene.room, HOST, ""))
    await scene.ledger.stopping.wait()
    going_on = asyncio.create_task(scene.director.go_on(scene.room, HOST))
    _, refused = await stopped(scene, stopping, going_on)
    assert isinstance(refused, SignalingError) and refused.code is ErrorCode.WRONG_STATE
    assert scene.room.state == ("off", None)
    assert scene.of("continued") == []


async def test_a_private_talk_that_begins_while_a_recording_stops_leaves_no_screen_paused(scene: Scene) -> None:
    stopping = await stopping_now(scene)
    holding = asyncio.create_task(scene.director.hold(scene.room))
    await stopped(scene, stopping, holding)
    assert scene.room.state == ("off", None)
    await scene.director.release(scene.room)
    assert scene.room.state == ("off", None)
    assert scene.of("paused") == []


async def test_a_gap_of_a_recording_that_is_stopped_meanwhile_does_not_end(scene: Scene) -> None:
    await scene.start()
    await scene.director.hold(scene.room)
    scene.ledger.refusal = SignalingError(ErrorCode.OVERLOADED, "not now")
    await scene.director.release(scene.room)
    scene.ledger.refusal = None
    assert scene.room.state == ("failed", "not_continued")
    scene.ledger.on_stop = asyncio.Event()
    stopping = asyncio.create_task(scene.director.stop(scene.room, HOST, ""))
    await scene.ledger.stopping.wait()
    back = asyncio.create_task(scene.director.recorder_ready([]))
    await stopped(scene, stopping, back)
    assert scene.room.state == ("off", None)
    assert scene.of("resumed") == []
