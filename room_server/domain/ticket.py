"""A carry-across ticket: exact words that the mediator may take out of a private talk once its side has said yes.

Without the yes not a word leaves (DOMAIN 3.2 step 8). The yes is to these words; others need a ticket of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from room_server.domain.caucus import Caucus
from room_server.domain.errors import Conflict, Forbidden
from room_server.domain.people import Participant, Role
from room_server.domain.privilege import commitment, text_digest

MOST_OPEN = 10
"""Questions that one caucus may have before it at a time."""


class TicketState(StrEnum):
    """Where a ticket stands. ``asked`` and ``agreed`` may change; the others are the end."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One of them. ``members``: who was in the caucus when it was asked; nobody else ever sees it."""

    ticket_id: str
    session_id: str
    caucus_id: str
    side: str
    author: str
    members: tuple[str, ...]
    text: str
    salt: str
    asked_at: datetime
    state: TicketState = TicketState.ASKED
    answered_by: str | None = None
    answered_at: datetime | None = None
    delivered_at: datetime | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the exact words."""
        return text_digest(self.text)

    @property
    def commitment(self) -> str:
        """What the record keeps of the words, and of the answer once there is one."""
        return commitment(self.salt, self.text, str(self.state), self.answered_by or "")

    def answer(self, by: Participant, yes: bool, digest: str, caucus: Caucus, at: datetime) -> Ticket:
        """Somebody of the side says yes or no. A yes may be taken back until the words were delivered.

        Raises:
            Forbidden: not one of the side's parties in the talk. Conflict: ``digest_mismatch``: other words were on the
            screen; ``wrong_state``: answered before, withdrawn, expired or delivered.
        """
        if by.role is not Role.PARTY or by.participant_id not in self.members or by.side != self.side:
            raise Forbidden("forbidden")
        if digest != self.digest:
            raise Conflict("digest_mismatch")
        taking_back = self.state is TicketState.AGREED and not yes
        if not taking_back:
            if self.state is not TicketState.ASKED or not caucus.open:
                raise Conflict("wrong_state", state=str(self.state))
            if by.participant_id not in caucus.members:
                raise Forbidden("forbidden")
        state = TicketState.AGREED if yes else TicketState.REFUSED
        return replace(self, state=state, answered_by=by.participant_id, answered_at=at)

    def withdraw(self) -> Ticket:
        """The mediator takes the question back.

        Raises:
            Conflict: ``wrong_state``: it is over.
        """
        if self.state not in (TicketState.ASKED, TicketState.AGREED):
            raise Conflict("wrong_state", state=str(self.state))
        return replace(self, state=TicketState.WITHDRAWN)

    def expire(self) -> Ticket:
        """The talk is over; what was not answered never will be."""
        return replace(self, state=TicketState.EXPIRED) if self.state is TicketState.ASKED else self

    def deliver(self, at: datetime) -> Ticket:
        """The mediator says these words to the other side.

        Raises:
            Conflict: ``wrong_state``: nobody has said yes, or it was delivered before.
        """
        if self.state is not TicketState.AGREED:
            raise Conflict("wrong_state", state=str(self.state))
        return replace(self, state=TicketState.DELIVERED, delivered_at=at)


def require_keeper(ticket: Ticket, host: Participant) -> None:
    """Only a host who was in that talk may act on a ticket of it; to another there is none.

    Raises:
        Forbidden: ``forbidden``.
    """
    if host.role is not Role.HOST or host.participant_id not in ticket.members:
        raise Forbidden("forbidden")


def other_side(ticket: Ticket, people: Sequence[Participant]) -> tuple[str, ...]:
    """The parties to whom the words go: everybody of another side who was let in.

    Raises:
        Conflict: ``wrong_state``: nobody of them is there to hear it.
    """
    found = tuple(
        person.participant_id
        for person in people
        if person.role is Role.PARTY and person.side != ticket.side and person.admitted and person.removed_at is None
    )
    if not found:
        raise Conflict("wrong_state")
    return found
