"""Carry-across tickets: asked in a caucus, answered there, delivered to the other side letter by letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from room_server.bus import Published
from room_server.domain.caucus import require_place
from room_server.domain.chat import Line
from room_server.domain.errors import Conflict
from room_server.domain.people import Role
from room_server.domain.privilege import PrivilegeClass, new_salt
from room_server.domain.sending import sending
from room_server.domain.ticket import MOST_OPEN, Ticket, TicketState, other_side, require_keeper
from room_server.domain.words import checked
from room_server.services.chat import keep_line
from room_server.services.gathering import Gathering, gathering, these
from room_server.services.ports import Ports
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import Audience, Piece
from signaling.ids import new_id


class TicketService:
    """Tickets of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def ask(
        self, session_id: str, host: str, text: str, *, place: str | None = None, key: str | None = None
    ) -> Ticket:
        """Ask the side whose caucus the host is in whether these words may be carried across.

        ``key``: as ``domain.sending``.

        Raises:
            Forbidden: not a host. Conflict: ``wrong_state``: not in a caucus, too many open questions, or the session
            has ended; ``moved``: not in ``place`` (``domain.caucus.require_place``);
            ``key_used``. Invalid: as for a chat line.
        """
        words, now = checked(text), self._ports.clock()
        sent = sending(host, key, "ticket", words, place)
        async with self._ports.unit_of_work() as unit:
            present = await gathering(unit, session_id)
            if made := await unit.sendings.made(sent):
                return await unit.tickets.get(session_id, made)
            (await unit.sessions.get(session_id)).require_open()
            author = present.host(host)
            caucus = present.place(author.participant_id)
            require_place(caucus, place)
            if caucus is None:
                raise Conflict("wrong_state")
            earlier = [each for each in await unit.tickets.of_session(session_id) if each.caucus_id == caucus.caucus_id]
            if sum(each.state is TicketState.ASKED for each in earlier) >= MOST_OPEN:
                raise Conflict("wrong_state", most=MOST_OPEN)
            ticket = Ticket(
                new_id("tk"),
                session_id,
                caucus.caucus_id,
                caucus.side,
                host,
                caucus.members,
                words,
                new_salt(),
                now,
            )
            await unit.tickets.add(ticket)
            await unit.sendings.add(session_id, sent, ticket.ticket_id)
            show(unit, ticket, present)
        return ticket

    async def answer(self, session_id: str, ticket_id: str, by: str, *, yes: bool, digest: str) -> Ticket:
        """Say yes or no to exactly the words of this digest; a yes may be taken back until they were delivered.

        Raises:
            NotFound: no such ticket, or not for this person. Conflict: ``digest_mismatch``; ``wrong_state``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            present = await gathering(unit, session_id)
            ticket = await unit.tickets.get(session_id, ticket_id)
            caucus = present.caucus(ticket.caucus_id)
            answered = ticket.answer(present.person(by), yes, digest, caucus, now)
            await unit.tickets.save(answered)
            # Who answered and how is in the commitment only: it belongs to the talk (DOMAIN 3.2 step 8).
            data = {
                "ticket": ticket_id,
                "class": str(PrivilegeClass.CAUCUS),
                "commitment": answered.commitment,
            }
            await unit.log.append(session_id, at=now, kind="ticket_answered", actor=ticket.author, data=data)
            show(unit, answered, present)
        return answered

    async def withdraw(self, session_id: str, ticket_id: str, host: str) -> None:
        """Take a question, or what was agreed and not yet said, back.

        Raises:
            Forbidden: not a host who was in that caucus. NotFound. Conflict: ``wrong_state``: it is over, or the
            session is.
        """
        await self._change(session_id, ticket_id, host, Ticket.withdraw)

    async def deliver(self, session_id: str, ticket_id: str, host: str) -> Line:
        """Give the words to everybody of the other side, as the mediator's.

        Raises:
            Forbidden: not a host who was in that caucus. NotFound. Conflict: ``wrong_state``: there is no yes, it was
            delivered before, the session has ended, or nobody of the other side was let in.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            present = await gathering(unit, session_id)
            ticket = await unit.tickets.get(session_id, ticket_id)
            require_keeper(ticket, present.host(host))
            delivered = ticket.deliver(now)
            hosts = [each for each in ticket.members if present.person(each).role is Role.HOST]
            line = Line(
                new_id("ln"),
                session_id,
                host,
                PrivilegeClass.CARRIED,
                f"carried/{ticket.side}",
                (*other_side(ticket, present.people), *hosts),
                ticket.text,
                new_salt(),
                now,
            )
            await keep_line(unit, line, present)
            await unit.tickets.save(delivered)
            data = {
                "ticket": ticket_id,
                "class": str(PrivilegeClass.CARRIED),
                "commitment": delivered.commitment,
            }
            await unit.log.append(session_id, at=now, kind="ticket_delivered", actor=host, data=data)
            show(unit, delivered, present)
        return line

    async def board(self, session_id: str) -> dict[str, Piece]:
        """Every ticket, each for those who were in its caucus."""
        async with self._ports.unit_of_work() as unit:
            present = await gathering(unit, session_id)
            tickets = await unit.tickets.of_session(session_id)
        return {topic(ticket): Piece(view(ticket, present), audience(ticket)) for ticket in tickets}

    async def _change(self, session_id: str, ticket_id: str, host: str, change: Callable[[Ticket], Ticket]) -> None:
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            present = await gathering(unit, session_id)
            ticket = await unit.tickets.get(session_id, ticket_id)
            require_keeper(ticket, present.host(host))
            changed = change(ticket)
            await unit.tickets.save(changed)
            show(unit, changed, present)


async def expire_tickets(unit: UnitOfWork, session_id: str, caucus_id: str) -> None:
    """A caucus closes: what was not answered in it never will be."""
    present = await gathering(unit, session_id)
    for ticket in await unit.tickets.of_session(session_id):
        if ticket.caucus_id == caucus_id and ticket.state is TicketState.ASKED:
            expired = ticket.expire()
            await unit.tickets.save(expired)
            show(unit, expired, present)


def show(unit: UnitOfWork, ticket: Ticket, present: Gathering) -> None:
    """Show where a ticket stands to those who have it."""
    unit.publish(Published(ticket.session_id, topic(ticket), view(ticket, present), audience(ticket)))


def topic(ticket: Ticket) -> str:
    """The ticket's name on the board."""
    return f"ticket/{ticket.ticket_id}"


def audience(ticket: Ticket) -> Audience:
    """Those who were in the caucus when it was asked."""
    return these(ticket.members)


def view(ticket: Ticket, present: Gathering) -> dict[str, Any]:
    """A ticket as screens show it."""
    return {
        "ticket_id": ticket.ticket_id,
        "caucus_id": ticket.caucus_id,
        "side": ticket.side,
        "text": ticket.text,
        "digest": ticket.digest,
        "state": str(ticket.state),
        "asked_at": ticket.asked_at.timestamp(),
        "answered_at": ticket.answered_at.timestamp() if ticket.answered_at else None,
        "answered_by": present.person(ticket.answered_by).name if ticket.answered_by else None,
        "delivered_at": ticket.delivered_at.timestamp() if ticket.delivered_at else None,
    }
