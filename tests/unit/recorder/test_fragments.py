"""Sealing, and what salvage makes of files that were cut, torn or changed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from recorder.capture import Capture
from recorder.fragments import CannotSalvageError, FragmentWriter, reason_of, salvage
from recorder.index import CloseReason, FragmentFacts, TrackLine, index_of
from signaling.ids import CaptureId
from tests.support.capture_rtp import EPOCH, OPUS, opus_packets

FACTS = FragmentFacts(
    media_from=0,
    media_to=0.5,
    started_at=EPOCH,
    wall_from=EPOCH,
    wall_to=EPOCH + 0.5,
    sender_clock_ahead=None,
    packets=25,
    lost_packets=0,
    broken_frames=0,
)


def line(name: str = "sound.webm") -> TrackLine:
    return TrackLine(
        capture_id=CaptureId(4),
        path="sound",
        file=name,
        kind="audio",
        mime_type="audio/opus",
        clock_rate=48000,
        channels=2,
        opened_at=EPOCH - 5,
    )


def abandoned(folder: Path, seconds: float = 4) -> Path:
    """A file whose recorder died: sealed, never closed."""
    file = folder / "sound.webm"
    writer = FragmentWriter(file, line())
    capture = Capture(OPUS)
    for packet in opus_packets(seconds):
        capture.rtp(packet.wire(), EPOCH + packet.at, packet.at)
        draft = capture.take()
        if draft is not None:
            writer.seal(draft.data, draft.facts)
    return file


def test_every_fragment_is_hashed_and_chained_from_the_first_line_on(tmp_path: Path) -> None:
    file = tmp_path / "sound.webm"
    writer = FragmentWriter(file, line())
    sealed = [writer.seal(data, FACTS) for data in (b"one", b"two")]
    writer.close("stopped", EPOCH + 9, EPOCH + 1)
    first, *rest = index_of(file).read_bytes().splitlines()
    chain = hashlib.sha256(first).hexdigest()
    for data, told, text in zip((b"one", b"two"), sealed, rest, strict=False):
        digest = hashlib.sha256(data).hexdigest()
        chain = hashlib.sha256((chain + digest).encode()).hexdigest()
        assert (told.sha256, told.chain) == (digest, chain)
        assert json.loads(text)["chain"] == chain
    assert (sealed[1].offset, sealed[1].size, sealed[1].index) == (3, 3, 1)
    assert file.read_bytes() == b"onetwo"
    assert json.loads(rest[-1]) == {
        "line": "closed",
        "closed_at": EPOCH + 9,
        "reason": "stopped",
        "sha256": hashlib.sha256(b"onetwo").hexdigest(),
        "bytes": 6,
        "ended_at": EPOCH + 1,
    }
    assert file.stat().st_mode & 0o077 == 0


def test_nothing_is_ever_written_over(tmp_path: Path) -> None:
    file = tmp_path / "sound.webm"
    index_of(file).write_text("older")
    with pytest.raises(FileExistsError):
        FragmentWriter(file, line())
    assert not file.exists()
    assert index_of(file).read_text() == "older"


def test_a_fragment_that_does_not_fit_is_taken_back_and_nothing_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sound.webm"
    writer = FragmentWriter(file, line())
    writer.seal(b"whole", FACTS)
    index = index_of(file).read_bytes()
    real = os.write
    written: list[int] = []

    def full(descriptor: int, data: bytes) -> int:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(real(descriptor, bytes(data)[:3]))
        return written[0]

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space") as failure:
        writer.seal(b"torn fragment", FACTS)
    assert reason_of(failure.value) == "disk_full"
    monkeypatch.undo()
    with pytest.raises(OSError, match="earlier"):
        writer.seal(b"later", FACTS)
    writer.close("disk_full", EPOCH, EPOCH)
    assert file.read_bytes() == b"whole"
    assert index_of(file).read_bytes().startswith(index)
    assert writer.sha256 == hashlib.sha256(b"whole").hexdigest()


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EDQUOT, "disk_full"), (errno.EIO, "write_failed"), (errno.EFBIG, "write_failed")]
)
def test_errors_of_the_disk_have_a_reason(number: int, reason: str) -> None:
    assert reason_of(OSError(number, "")) == reason


@pytest.mark.parametrize("name", ["sound", "sound.webm", "sound.fragments.jsonl"])
def test_a_left_file_is_summed_up_by_any_of_its_names(tmp_path: Path, name: str) -> None:
    file = abandoned(tmp_path)
    left = salvage(tmp_path / name)
    assert left.track.capture_id == 4
    assert left.track.file == "sound.webm"
    assert left.track.started_at == EPOCH
    assert left.duration == pytest.approx(3.5, abs=0.1)
    assert left.track.ended_at == pytest.approx(EPOCH + left.duration, abs=0.01)
    assert left.track.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert left.track.packets == pytest.approx(180, abs=25)
    assert (left.closed, left.torn_index, left.unsealed_bytes, left.missing_bytes) == (False, False, 0, 0)


def test_a_torn_index_line_and_bytes_after_the_last_fragment_are_reported(tmp_path: Path) -> None:
    file = abandoned(tmp_path)
    index = index_of(file)
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join(lines[:-1]) + lines[-1][:40])
    lost = json.loads(lines[-1])["size"]
    before = (file.read_bytes(), index.read_bytes())
    left = salvage(file)
    assert left.torn_index
    assert left.unsealed_bytes == lost
    assert left.damaged_fragments == ()
    assert left.duration == pytest.approx(3.5, abs=0.1)
    assert (file.read_bytes(), index.read_bytes()) == before


def test_a_file_cut_at_any_byte_is_summed_up(tmp_path: Path) -> None:
    file = abandoned(tmp_path)
    whole = file.read_bytes()
    for size in range(0, len(whole), 997):
        file.write_bytes(whole[:size])
        left = salvage(file)
        assert left.missing_bytes == len(whole) - size
        assert left.track.bytes == size
        assert 0 <= left.duration <= 3.6


def test_a_changed_byte_names_its_fragment(tmp_path: Path) -> None:
    file = abandoned(tmp_path)
    second = json.loads(index_of(file).read_text().splitlines()[3])
    data = bytearray(file.read_bytes())
    data[second["offset"] + 100] ^= 1
    file.write_bytes(data)
    assert salvage(file).damaged_fragments == (2,)


def test_without_a_first_line_nothing_is_known(tmp_path: Path) -> None:
    with pytest.raises(CannotSalvageError, match="missing"):
        salvage(tmp_path / "nothing")
    file = abandoned(tmp_path)
    index_of(file).write_bytes(b'{"line":"tra')
    with pytest.raises(CannotSalvageError, match="begin"):
        salvage(file)
    index_of(file).write_bytes(b"garbage\n")
    with pytest.raises(CannotSalvageError, match="decode"):
        salvage(file)


def test_a_file_that_died_before_any_media_is_an_empty_track(tmp_path: Path) -> None:
    FragmentWriter(tmp_path / "sound.webm", line())
    left = salvage(tmp_path / "sound")
    assert (left.duration, left.track.started_at, left.track.bytes) == (0, None, 0)


@pytest.mark.parametrize("reason", ["stopped", "disk_full"])
def test_of_a_track_that_nothing_came_of_its_index_is_left_and_no_file(tmp_path: Path, reason: CloseReason) -> None:
    file = tmp_path / "sound.webm"
    FragmentWriter(file, line()).close(reason, EPOCH, None)
    assert [each.name for each in tmp_path.iterdir()] == ["sound.fragments.jsonl"]
    left = salvage(file)
    assert (left.closed, left.track.bytes, left.track.fragments, left.missing_bytes) == (True, 0, 0, 0)
    with pytest.raises(FileExistsError):
        FragmentWriter(file, line())


def test_a_file_with_media_that_is_gone_is_not_taken_for_one_that_nothing_came_of(tmp_path: Path) -> None:
    abandoned(tmp_path).unlink()
    with pytest.raises(FileNotFoundError):
        salvage(tmp_path / "sound")
