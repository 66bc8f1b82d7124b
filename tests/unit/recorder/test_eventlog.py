import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from recorder.checkpoint import BadCheckpoint, Checkpoint, open_checkpoint
from recorder.eventlog import BrokenChain, Entry, append, check_chain, checkpoint, line, merkle_root
from tests.support.evidence_case import NOON, log

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def test_an_entry_is_hashed_over_its_line_and_names_the_one_before() -> None:
    first, second = log({"state": "started"}, {"名": "林小满"})
    assert first.previous == "0" * 64
    assert second.previous == first.hash == hashlib.sha256(line(first)).hexdigest()
    assert json.loads(line(second))["data"] == {"名": "林小满"}


def test_times_are_utc_with_milliseconds() -> None:
    beijing = datetime(2026, 9, 16, 12, 0, 0, 987654, tzinfo=timezone(timedelta(hours=8)))
    assert append(None, at=beijing, kind="k", actor="a", data={}).at == "2026-09-16T04:00:00.987Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        append(None, at=NOON.replace(tzinfo=None), kind="k", actor="a", data={})


def test_data_that_canonical_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="canonical JSON"):
        append(None, at=NOON, kind="k", actor="a", data={"n": 2**60})


@given(st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=3), max_size=6))
def test_a_chain_that_was_appended_holds(data: list[dict[str, object]]) -> None:
    check_chain(log(*data))


@pytest.mark.parametrize(
    "tamper",
    [
        lambda entries: [entries[0], replace(entries[1], data={"n": 9}), entries[2]],
        lambda entries: [entries[0], replace(entries[1], at="2026-09-16T04:00:09.000Z"), entries[2]],
        lambda entries: [entries[0], replace(entries[1], previous="f" * 64), entries[2]],
        lambda entries: [entries[0], entries[2]],
        lambda entries: [entries[1], entries[0], entries[2]],
        lambda entries: [replace(entries[0], seq=2), *entries[1:]],
    ],
)
def test_a_changed_removed_or_moved_entry_breaks_the_chain(tamper: object) -> None:
    entries = log({"n": 1}, {"n": 2}, {"n": 3})
    with pytest.raises(BrokenChain):
        check_chain(tamper(entries))  # type: ignore[operator]


def test_a_checkpoint_commits_to_the_lines_and_opens_with_its_key() -> None:
    key = Ed25519PrivateKey.generate()
    entries = log({"n": 1}, {"n": 2})
    note = checkpoint("mediation-room/ss_1", entries).sign(key)
    assert note.split("\n")[:2] == ["mediation-room/ss_1", "2"]
    opened = open_checkpoint(note, key.public_key())
    assert opened == Checkpoint("mediation-room/ss_1", 2, merkle_root([line(entry) for entry in entries]))


def test_a_checkpoint_of_another_key_does_not_open() -> None:
    note = Checkpoint("log", 1, b"\1" * 32).sign(Ed25519PrivateKey.generate())
    with pytest.raises(BadCheckpoint, match="another key"):
        open_checkpoint(note, Ed25519PrivateKey.generate().public_key())


def test_no_changed_byte_of_a_checkpoint_opens() -> None:
    key = Ed25519PrivateKey.generate()
    note = Checkpoint("log", 7, b"\1" * 32).sign(key)
    for place in range(len(note)):
        changed = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]
        with pytest.raises(BadCheckpoint):
            open_checkpoint(changed, key.public_key())


@given(st.text(max_size=200))
def test_garbage_is_not_a_checkpoint(note: str) -> None:
    with pytest.raises(BadCheckpoint):
        open_checkpoint(note, Ed25519PrivateKey.from_private_bytes(b"\1" * 32).public_key())


def test_an_origin_with_a_space_is_refused() -> None:
    with pytest.raises(BadCheckpoint):
        Checkpoint("my log", 0, b"\0" * 32)


def test_an_entry_is_immutable() -> None:
    entry = Entry(1, "t", "k", "a", {}, "", "")
    with pytest.raises(AttributeError):
        entry.seq = 2  # type: ignore[misc]
