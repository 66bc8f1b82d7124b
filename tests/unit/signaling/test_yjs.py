"""Reading Yjs bytes: what an update inserts and deletes, and what is refused before the document sees it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text, XmlElement, XmlFragment, XmlText

from signaling import yjs
from signaling.yjs import (
    MAXIMUM_STEPS,
    MalformedMessageError,
    Range,
    Reader,
    read_state_vector,
    read_update,
    write_unsigned,
)


def update_of(*edits: Any) -> list[bytes]:
    doc: Doc[Any] = Doc(client_id=5)
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    fragment = doc.get("default", type=XmlFragment)
    for edit in edits:
        with doc.transaction():
            edit(fragment)
    return updates


def test_ranges_count_utf16_units_as_yjs_does() -> None:
    def write(fragment: XmlFragment) -> None:
        fragment.children.append(XmlElement("paragraph")).children.append(XmlText("甲😀"))

    (update,) = (yjs.read_update(data) for data in update_of(write))
    assert update.inserted == (Range(5, 0, 5),)  # element, text, 甲, two halves of 😀
    assert update.roots == {"default"} and update.makes_types and not update.deleted


def test_deletions_are_read() -> None:
    def write(fragment: XmlFragment) -> None:
        fragment.children.append(XmlElement("paragraph"))

    def delete(fragment: XmlFragment) -> None:
        del fragment.children[0]

    update = yjs.read_update(update_of(write, delete)[1])
    assert (update.inserted, update.deleted, update.makes_types) == ((), (Range(5, 0, 1),), False)


@pytest.mark.parametrize("kind", [Map, Text])
def test_shared_types_that_are_no_text_of_elements_are_refused(kind: Any) -> None:
    doc: Doc[Any] = Doc()
    doc.get("default", type=Map)["x"] = kind({"a": 1} if kind is Map else "a")
    with pytest.raises(MalformedMessageError):
        yjs.read_update(doc.get_update())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (yjs.read_update, yjs.read_awareness, yjs.read_state_vector):
        try:
            read(data)
        except MalformedMessageError:
            continue


@given(st.integers(0, yjs.MAXIMUM_INTEGER), st.binary(max_size=300))
def test_what_is_written_is_read(number: int, data: bytes) -> None:
    reader = Reader(yjs.write_unsigned(number) + yjs.write_buffer(data))
    assert (reader.unsigned(), reader.buffer(), reader.at_end) == (number, data, True)


def test_a_departure_names_the_clients_that_are_gone() -> None:
    reader = Reader(yjs.departure_message({300: 7, 2: 0}))
    assert reader.unsigned() == yjs.AWARENESS
    entries = yjs.read_awareness(reader.buffer())
    assert [(e.client, e.clock, e.state) for e in entries] == [(300, 8, b"null"), (2, 1, b"null")]


def test_a_message_in_very_many_pieces_is_not_read_to_its_end() -> None:
    ranges = b"".join(write_unsigned(0) + write_unsigned(1) for _ in range(MAXIMUM_STEPS))
    update = write_unsigned(0) + write_unsigned(1) + write_unsigned(7) + write_unsigned(MAXIMUM_STEPS) + ranges
    with pytest.raises(MalformedMessageError, match="pieces"):
        read_update(update)
    assert len(read_update(update, math.inf).deleted) == MAXIMUM_STEPS, "what was kept once can be read again"
    states = write_unsigned(MAXIMUM_STEPS) + ranges
    with pytest.raises(MalformedMessageError, match="pieces"):
        read_state_vector(states)


def test_a_long_text_is_one_piece() -> None:
    doc: Doc[Any] = Doc()
    text = doc.get("default", type=XmlFragment)
    text.children.append(XmlText("长" * 80_000))
    assert read_update(doc.get_update()).makes_types
