"""Reads Yjs messages far enough to judge them before the document sees them.

An update (version 1 encoding of Yjs 13) is a list of structs per client, ``(client, clock, length)`` each, and a set of
deleted ranges. Read here are those ranges, the kinds of content, and the names of the root types; never the text.
Layouts: yjs ``src/utils/encoding.js``, ``src/structs/*``; y-protocols ``awareness.js``; lib0 ``encoding.js``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SYNC: Final = 0
AWARENESS: Final = 1
QUERY_AWARENESS: Final = 3
SYNC_STEP_1: Final = 0
SYNC_STEP_2: Final = 1
SYNC_UPDATE: Final = 2

MAXIMUM_INTEGER: Final = 2**53 - 1
MAXIMUM_NESTING: Final = 32
MAXIMUM_STEPS: Final = 100_000
"""Single bytes that are read of one message: a tenth of a second at most, in which nobody else is served. What an
editor sends is mostly text, which is taken whole."""

# Struct kinds: the lower five bits of the info byte.
COLLECTED, DELETED, STRING, FORMAT, TYPE, ANY = 0, 1, 4, 6, 7, 8
HAS_ORIGIN, HAS_RIGHT_ORIGIN, HAS_PARENT_KEY = 0x80, 0x40, 0x20
XML_ELEMENT, XML_TEXT = 3, 6


class MalformedMessageError(ValueError):
    """The bytes are no message of this protocol, or hold something that a shared text never holds."""


@dataclass(frozen=True, slots=True)
class Range:
    """``length`` operations of one client, from ``clock`` on."""

    client: int
    clock: int
    length: int

    @property
    def end(self) -> int:
        """The first clock after it."""
        return self.clock + self.length


@dataclass(frozen=True, slots=True)
class Update:
    """What an update inserts and deletes, and whether it makes new elements."""

    inserted: tuple[Range, ...]
    deleted: tuple[Range, ...]
    roots: frozenset[str]
    makes_types: bool


@dataclass(frozen=True, slots=True)
class AwarenessEntry:
    """One client's state in an awareness message; ``state`` is its JSON as bytes, ``null`` when it is gone."""

    client: int
    clock: int
    state: bytes


class Reader:
    """A cursor over lib0-encoded bytes. Every method raises ``MalformedMessageError`` when the bytes run out."""

    def __init__(self, data: bytes, steps: float = MAXIMUM_STEPS) -> None:
        self._data = data
        self._position = 0
        self._steps_left = steps

    @property
    def at_end(self) -> bool:
        """Whether everything was read."""
        return self._position == len(self._data)

    def byte(self) -> int:
        """One byte."""
        if self._position >= len(self._data):
            raise MalformedMessageError("the message ends too early")
        value = self._data[self._position]
        self._position += 1
        self._steps_left -= 1
        if self._steps_left < 0:
            raise MalformedMessageError("the message is in too many pieces")
        return value

    def unsigned(self) -> int:
        """A variable-length integer up to 2**53 - 1."""
        value = shift = 0
        while True:
            octet = self.byte()
            value |= (octet & 0x7F) << shift
            if value > MAXIMUM_INTEGER:
                raise MalformedMessageError("an integer is too large")
            if octet < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise MalformedMessageError("an integer is too long")

    def take(self, length: int) -> bytes:
        """So many bytes."""
        end = self._position + length
        if end > len(self._data):
            raise MalformedMessageError("the message ends too early")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def buffer(self) -> bytes:
        """Bytes with their length in front."""
        return self.take(self.unsigned())

    def text(self) -> str:
        """A string. Halves of surrogate pairs pass, as in Yjs, where one edit may cut a character in two."""
        try:
            return self.buffer().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise MalformedMessageError("a string is not UTF-8") from error

    def skip_any(self, nesting: int = 0) -> None:
        """A JSON-like value of lib0."""
        if nesting > MAXIMUM_NESTING:
            raise MalformedMessageError("a value is nested too deep")
        kind = self.byte()
        if kind in _FIXED_LENGTH:
            self.take(_FIXED_LENGTH[kind])
        elif kind == 125:
            while self.byte() & 0x80:
                continue
        elif kind in {119, 116}:  # a string, bytes
            self.buffer()
        elif kind == 118:
            for _ in range(self.unsigned()):
                self.text()
                self.skip_any(nesting + 1)
        elif kind == 117:
            for _ in range(self.unsigned()):
                self.skip_any(nesting + 1)
        else:
            raise MalformedMessageError(f"there is no value of kind {kind}")


_FIXED_LENGTH = {127: 0, 126: 0, 121: 0, 120: 0, 124: 4, 123: 8, 122: 8}


def read_update(data: bytes, steps: float = MAXIMUM_STEPS) -> Update:
    """Read an update of a shared text: elements, text, formats, attributes. ``steps``: infinite for what is kept.

    Raises:
        MalformedMessageError: also for content that an editor of text does not make (embeds, binary, sub-documents,
            maps, arrays), for gaps in the clocks of a client and for too many pieces.
    """
    reader = Reader(data, steps)
    inserted: list[Range] = []
    roots: set[str] = set()
    kinds: set[int] = set()
    for _ in range(reader.unsigned()):
        structs, client, clock = reader.unsigned(), reader.unsigned(), reader.unsigned()
        start = clock
        for _ in range(structs):
            kind, length = _read_struct(reader, roots)
            kinds.add(kind)
            clock += length
        inserted.append(Range(client, start, clock - start))
    deleted: list[Range] = []
    for _ in range(reader.unsigned()):
        client = reader.unsigned()
        deleted.extend(Range(client, reader.unsigned(), reader.unsigned()) for _ in range(reader.unsigned()))
    if not reader.at_end:
        raise MalformedMessageError("there are bytes after the update")
    return Update(tuple(inserted), tuple(deleted), frozenset(roots), TYPE in kinds)


def _read_struct(reader: Reader, roots: set[str]) -> tuple[int, int]:
    """One struct: its kind and how many clocks it takes."""
    info = reader.byte()
    kind = info & 0x1F
    if info == COLLECTED:
        return kind, _positive(reader.unsigned())
    if info & HAS_ORIGIN:
        reader.unsigned(), reader.unsigned()
    if info & HAS_RIGHT_ORIGIN:
        reader.unsigned(), reader.unsigned()
    if not info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN):
        if reader.unsigned() == 1:
            roots.add(reader.text())
        else:
            reader.unsigned(), reader.unsigned()
        if info & HAS_PARENT_KEY:
            reader.text()
    content = _CONTENTS.get(kind)
    if content is None:
        raise MalformedMessageError(f"content of kind {kind} does not belong in a text")
    return kind, _positive(content(reader))


def _positive(length: int) -> int:
    if length < 1:
        raise MalformedMessageError("a struct is empty")
    return length


def _read_string(reader: Reader) -> int:
    return len(reader.text().encode("utf-16-le", "surrogatepass")) // 2


def _read_format(reader: Reader) -> int:
    reader.text()
    reader.buffer()
    return 1


def _read_type(reader: Reader) -> int:
    kind = reader.unsigned()
    if kind not in {XML_ELEMENT, XML_TEXT}:
        raise MalformedMessageError(f"a shared type of kind {kind} does not belong in a text")
    if kind == XML_ELEMENT:
        reader.text()
    return 1


def _read_any(reader: Reader) -> int:
    count = reader.unsigned()
    for _ in range(count):
        reader.skip_any()
    return count


_CONTENTS: dict[int, Callable[[Reader], int]] = {
    DELETED: Reader.unsigned,
    STRING: _read_string,
    FORMAT: _read_format,
    TYPE: _read_type,
    ANY: _read_any,
}


def read_state_vector(data: bytes) -> dict[int, int]:
    """The next clock of each client."""
    reader = Reader(data)
    state = {}
    for _ in range(reader.unsigned()):
        client = reader.unsigned()
        state[client] = reader.unsigned()
    if not reader.at_end:
        raise MalformedMessageError("there are bytes after the state vector")
    return state


def read_awareness(data: bytes) -> list[AwarenessEntry]:
    """The entries of an awareness update."""
    reader = Reader(data)
    entries = []
    for _ in range(reader.unsigned()):
        client, clock = reader.unsigned(), reader.unsigned()
        entries.append(AwarenessEntry(client, clock, reader.buffer()))
    if not reader.at_end:
        raise MalformedMessageError("there are bytes after the awareness update")
    return entries


def write_unsigned(value: int) -> bytes:
    """A variable-length integer."""
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def write_buffer(data: bytes) -> bytes:
    """Bytes with their length in front."""
    return write_unsigned(len(data)) + data


def sync_message(kind: int, data: bytes) -> bytes:
    """A message of the sync protocol."""
    return bytes([SYNC, kind]) + write_buffer(data)


def departure_message(clients: dict[int, int]) -> bytes:
    """An awareness message that says these clients are gone. ``clients``: the last clock of each."""
    body = write_unsigned(len(clients))
    for client, clock in clients.items():
        body += write_unsigned(client) + write_unsigned(clock + 1) + write_buffer(b"null")
    return bytes([AWARENESS]) + write_buffer(body)
