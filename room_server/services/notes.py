"""A mediator's private notes: for their author alone, in no log and in no export."""

from __future__ import annotations

from room_server.domain.errors import Conflict, Invalid
from room_server.domain.words import LONGEST_NOTE, printable
from room_server.services.gathering import gathering
from room_server.services.ports import Ports
from room_server.store.talk import PrivateNote

SESSION = ""
"""The scope of the note on the session as a whole; the others are named after their caucus."""


class NoteService:
    """Notes of hosts."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def of_author(self, session_id: str, author: str) -> list[PrivateNote]:
        """Everything that a host wrote for themselves.

        Raises:
            Forbidden: not a host.
        """
        async with self._ports.unit_of_work() as unit:
            (await gathering(unit, session_id)).host(author)
            return await unit.notes.of_author(author)

    async def save(self, session_id: str, author: str, scope: str, text: str, revision: int) -> PrivateNote:
        """Keep a note. ``revision``: of the text that was changed, 0 for a new one.

        Raises:
            Forbidden: not a host. NotFound: no such caucus. Conflict: ``note_changed``: saved from elsewhere meanwhile,
            with the ``text`` and ``revision`` that stand now. Invalid: ``text_too_long``, ``text_invalid``.
        """
        words = printable(text)
        if len(words) > LONGEST_NOTE:
            raise Invalid("text_too_long", most=LONGEST_NOTE)
        async with self._ports.unit_of_work() as unit:
            present = await gathering(unit, session_id)
            present.host(author)
            if scope != SESSION:
                present.caucus(scope)
            kept = await unit.notes.get(author, scope)
            standing = 0 if kept is None else kept.revision
            if standing != revision:
                raise Conflict("note_changed", revision=standing, text="" if kept is None else kept.text)
            note = PrivateNote(author, scope, session_id, words, revision + 1, self._ports.clock())
            await unit.notes.save(note)
        return note
