"""A Yjs text with a rehearsal: an update is tried on a copy first, so that what is refused never touches the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pycrdt import Doc, TransactionEvent, XmlFragment

from signaling import yjs
from signaling.messages import Json
from signaling.prosemirror import UnreadableTextError, insert, to_json
from signaling.yjs import MalformedMessageError, Update

FRAGMENT = "default"  # where Tiptap's collaboration keeps a document
MAXIMUM_CLOCK = 2**31 - 1

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Examined:
    """An update that reads well. ``writers``: the Yjs clients whose operations in it are new to the text."""

    data: bytes
    update: Update
    writers: frozenset[int]


class SharedText:
    """The text, and the copy on which updates are rehearsed."""

    def __init__(self, updates: Iterable[bytes] = ()) -> None:
        self._text = _new(updates)
        self._copy = _new([self._text.get_update()])
        self._effects: list[bytes] = []
        self._listen()

    def content(self) -> Json:
        """The text as ProseMirror JSON."""
        return to_json(self._text.get(FRAGMENT, type=XmlFragment))

    def state(self) -> bytes:
        """The state vector, encoded."""
        return self._text.get_state()

    def missing(self, state: bytes) -> bytes:
        """The update that somebody at ``state`` needs. Raises ``MalformedMessageError``."""
        yjs.read_state_vector(state)
        return _guarded(self._text.get_update, state)

    def insertion(self, position: int, nodes: Iterable[Json]) -> bytes:
        """The update, of a Yjs client of its own, that puts nodes before the child at ``position``. Changes nothing."""
        draft = _new([self._text.get_update()])
        before = draft.get_state()
        fragment = draft.get(FRAGMENT, type=XmlFragment)
        with draft.transaction():
            insert(fragment, min(position, len(fragment.children)), nodes)
        return draft.get_update(before)

    def examine(self, data: bytes) -> Examined:
        """Read an update against the text, changing nothing.

        Raises:
            MalformedMessageError: not readable, or it builds on operations that the text does not have.
        """
        update = yjs.read_update(data)
        if not update.roots <= {FRAGMENT}:
            raise MalformedMessageError("the update writes outside the text")
        known = yjs.read_state_vector(self._text.get_state())
        if len({span.client for span in update.inserted}) != len(update.inserted):
            raise MalformedMessageError("a client is listed twice")
        for span in update.inserted:
            if span.end > MAXIMUM_CLOCK:
                raise MalformedMessageError("a clock is too large")
            if span.clock > known.get(span.client, 0):
                raise MalformedMessageError("operations are missing before these")
        writers = frozenset(span.client for span in update.inserted if span.end > known.get(span.client, 0))
        return Examined(data, update, writers)

    def rehearse(self, examined: Examined) -> bytes | None:
        """Try an update on the copy. Returns what it changes, to be given to ``perform``; None: nothing.

        After an error, or when the change is not wanted, call ``forget``.

        Raises:
            MalformedMessageError: it does not apply, or would leave a text that cannot be read.
        """
        self._effects.clear()
        _guarded(self._copy.apply_update, examined.data)
        state = yjs.read_state_vector(self._copy.get_state())
        for span in examined.update.inserted:
            if state.get(span.client, 0) < span.end:
                raise MalformedMessageError("the update builds on operations that are missing")
        for span in examined.update.deleted:
            if state.get(span.client, 0) < span.end:
                raise MalformedMessageError("the update deletes operations that are missing")
        if not self._effects:
            return None
        if examined.update.makes_types:
            try:
                _guarded(to_json, self._copy.get(FRAGMENT, type=XmlFragment))
            except UnreadableTextError as error:
                raise MalformedMessageError("the update would leave an unreadable text") from error
        return self._effects[-1]

    def forget(self) -> None:
        """Make the copy equal to the text again."""
        self._copy = _new([self._text.get_update()])
        self._listen()

    def perform(self, change: bytes) -> None:
        """Do what was rehearsed."""
        self._text.apply_update(change)

    def _listen(self) -> None:
        effects = self._effects

        def note(event: TransactionEvent) -> None:
            effects.append(event.update)

        self._copy.observe(note)


def _new(updates: Iterable[bytes]) -> Doc[XmlFragment]:
    doc: Doc[XmlFragment] = Doc()
    doc.get(FRAGMENT, type=XmlFragment)
    for update in updates:
        doc.apply_update(update)
    return doc


def _guarded(work: Callable[[T], R], argument: T) -> R:
    """Run something of pycrdt on bytes of a stranger: whatever it raises, the bytes were malformed."""
    try:
        return work(argument)
    except UnreadableTextError:
        raise
    except Exception as error:
        raise MalformedMessageError("the update does not apply") from error
    except BaseException as error:
        # A panic of the Rust side derives from BaseException and has no importable name.
        if type(error).__name__ != "PanicException":
            raise
        raise MalformedMessageError("the update does not apply") from error
