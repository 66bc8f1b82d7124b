"""Chat: to everybody in one's place, or privately between one person and the mediator.

The server alone decides who gets a line, from where people are in the transaction that keeps it. Nothing of it is
exported: the record has the class of a line, of the joint session's lines a commitment and the length too (ODM 18).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from room_server.bus import Published
from room_server.domain.caucus import require_place
from room_server.domain.chat import SHOWN_LINES, WINDOW, Line, address, require_inside, require_pace, shown
from room_server.domain.people import Participant
from room_server.domain.privilege import PrivilegeClass, commitment, new_salt
from room_server.domain.sending import sending
from room_server.domain.words import checked
from room_server.services.gathering import Gathering, gathering, these
from room_server.services.ports import SYSTEM, Ports
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import Audience, Piece
from signaling.ids import new_id


class ChatService:
    """Lines of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def say(
        self, session_id: str, author: str, to: str, text: str, *, place: str | None = None, key: str | None = None
    ) -> Line:
        """Write a line. ``to``: ``here``, ``hosts``, or from a host the id of one person.

        ``place``: where the author believes to be (a caucus id, empty for the joint session); None: they did not say.
        ``key``: as ``domain.sending``; the same line with the same key is the first one again.

        Raises:
            Forbidden: not let in, or no host and names a person. NotFound: nobody of that id. Conflict:
            ``wrong_state``: the session has ended, or that person cannot be written to; ``moved``: they are elsewhere;
            ``key_used``: another line came with it.
            Invalid: ``text_empty``, ``text_too_long``, ``text_invalid``. RateLimited: ten lines in ten seconds.
        """
        words, now = checked(text), self._ports.clock()
        sent = sending(author, key, "line", to, words, place)
        async with self._ports.unit_of_work() as unit:
            present = await gathering(unit, session_id)
            if made := await unit.sendings.made(sent):
                return await unit.lines.get(session_id, made)
            (await unit.sessions.get(session_id)).require_open()
            require_place(present.place(author), place)
            envelope = address(present.person(author), to, present.people, present.caucuses)
            require_pace(await unit.lines.moments(session_id, author, now - WINDOW), now)
            line = Line(
                new_id("ln"),
                session_id,
                author,
                envelope.privilege,
                envelope.thread,
                envelope.recipients,
                words,
                new_salt(),
                now,
            )
            await keep_line(unit, line, present)
            await unit.sendings.add(session_id, sent, line.line_id)
            await self._record(unit, line)
        return line

    async def sent(self, author: str, key: str) -> str | None:
        """The id of what somebody sent with this key, a line or anything else; None: it did not come."""
        async with self._ports.unit_of_work() as unit:
            return await unit.sendings.find(author, key)

    async def visible(self, session_id: str, participant_id: str) -> tuple[str, list[dict[str, Any]]]:
        """Where somebody is (a caucus id, empty for the joint session), and every line that they may read there, in the
        order in which they were written.

        Raises:
            Forbidden: not let in.
        """
        async with self._ports.unit_of_work() as unit:
            present = await gathering(unit, session_id)
            require_inside(present.person(participant_id))
            lines = await unit.lines.of_session(session_id)
        place = present.place(participant_id)
        readable = [view(line, present) for line in lines if line.visible_to(participant_id, place)]
        return present.place_name(participant_id), readable

    async def board(self, session_id: str) -> dict[str, Piece]:
        """The newest lines of every conversation."""
        async with self._ports.unit_of_work() as unit:
            present = await gathering(unit, session_id)
            lines = await unit.lines.of_session(session_id)
        threads = groupby(sorted(lines, key=lambda line: line.thread), key=lambda line: line.thread)
        kept = [line for _, thread in threads for line in shown(list(thread))]
        return {topic(line): Piece(view(line, present), audience(line)) for line in kept}

    async def _record(self, unit: UnitOfWork, line: Line) -> None:
        if line.privilege is PrivilegeClass.JOINT:
            data = {
                "class": str(line.privilege),
                "commitment": commitment(line.salt, line.text),
                "length": len(line.text),
            }
            await unit.log.append(line.session_id, at=line.at, kind="chat_line", actor=line.author, data=data)
            return
        # That somebody wrote to the mediator, or in a caucus, is between those who have the line.
        data = {"class": str(line.privilege)}
        await unit.log.append(line.session_id, at=line.at, kind="chat_line", actor=SYSTEM, data=data)


async def keep_line(unit: UnitOfWork, line: Line, present: Gathering) -> None:
    """Keep a line and show it; what is too old for live screens then leaves them."""
    before = await unit.lines.newest(line.session_id, line.thread, SHOWN_LINES)
    await unit.lines.add(line)
    unit.publish(Published(line.session_id, topic(line), view(line, present), audience(line)))
    staying = {each.line_id for each in shown([*before, line])}
    for old in shown(before):
        if old.line_id not in staying:
            unit.publish(Published(line.session_id, topic(old), None))


def topic(line: Line) -> str:
    """The line's name on the board."""
    return f"chat/{line.line_id}"


def audience(line: Line) -> Audience:
    """Who has the line."""
    return these(line.recipients, joint=line.privilege is PrivilegeClass.JOINT)


def view(line: Line, present: Gathering) -> dict[str, Any]:
    """A line as screens show it. ``to``: whom a private line is about, when it is not its author."""
    subject = line.thread.partition("/")[2] if line.privilege is PrivilegeClass.PRIVATE else line.author
    return {
        "line_id": line.line_id,
        "class": str(line.privilege),
        "thread": line.thread,
        "author": _card(present.person(line.author)),
        "to": None if subject == line.author else _card(present.person(subject)),
        "text": line.text,
        "at": line.at.timestamp(),
    }


def _card(person: Participant) -> dict[str, str]:
    return {
        "participant_id": person.participant_id,
        "name": person.name,
        "side": str(person.side),
        "role": str(person.role),
    }
