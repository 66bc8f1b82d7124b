"""A proposal to settle (调解方案): a sum, when it is paid, on what conditions, how long it stands, what was said to it.

Class OFFER: what is offered is a concession, not a fact, and stays out of court (ODM 18; QY 11). So no step leads from
here to anything that is confirmed: only the mediator's press puts what was accepted into the draft, where it is agreed
terms like any other; that it was an offer stays with the mediator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from room_server.domain.errors import Conflict, Forbidden, Gone, Invalid
from room_server.domain.people import Participant, Role, Side
from room_server.domain.words import printable

LARGEST = Decimal(1_000_000_000)
MOST_INSTALMENTS = 36
LONGEST_CONDITIONS = 1000
LONGEST_HOURS = 30 * 24
MOST_OF_A_SIDE = 100
"""Offers of one side in one session."""
PARTIES = (Side.APPLICANT, Side.RESPONDENT)


class Verdict(StrEnum):
    """What a side says to an offer. ``COUNTER``: with an offer of its own."""

    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"


class State(StrEnum):
    """Where an offer stands now."""

    PRIVATE = "private"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment: how much (yuan), by which day."""

    due: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered. ``amount`` in yuan; the instalments add up to it; ``expires_at``: the first moment too late for
    an offer that the other side knows from the moment it is made (``Offer.expires_at`` for the others)."""

    payer: Side
    amount: Decimal
    instalments: tuple[Instalment, ...]
    conditions: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a side said, by whom and when. ``salt``: of its commitment in the log."""

    side: Side
    by: str
    verdict: Verdict
    at: datetime
    salt: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer of a side or the mediator. ``known_to``: who may know of it before its owner tells the other side."""

    offer_id: str
    session_id: str
    owner_id: str
    side: Side
    terms: Terms
    made_at: datetime
    salt: str
    known_to: tuple[str, ...] = ()
    in_answer_to: str | None = None
    shared_at: datetime | None = None
    withdrawn_at: datetime | None = None
    answers: tuple[Answer, ...] = ()
    drafted_at: datetime | None = None

    @property
    def told_at(self) -> datetime:
        """Since when the other side knows it; made in a private talk and not shared: since when there is one.

        When it was made in a private talk is nobody's business outside.
        """
        return self.shared_at or self.made_at

    @property
    def expires_at(self) -> datetime:
        """The first moment too late: the term runs from the moment that it reaches the other side (CC 482)."""
        return self.terms.expires_at + (self.told_at - self.made_at)

    def known_by(self, person: Participant) -> bool:
        """Whether this person may know of it: parties and the mediator once it is told, else those who were there."""
        if not person.admitted or person.removed_at is not None:
            return False
        return person.participant_id in self.known_to or (self.shared_at is not None and person.role in _WHO_KNOWS)

    def asked(self) -> tuple[Side, ...]:
        """The sides whose answer it waits for."""
        return tuple(side for side in PARTIES if side != self.side)

    def state(self, others: Iterable[Offer], now: datetime) -> State:
        """Where it stands; ``others``: the session's offers. What was accepted stays so."""
        said = {answer.side: answer.verdict for answer in self.answers}
        if all(said.get(side) is Verdict.ACCEPT for side in self.asked()):
            return State.ACCEPTED
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        if any(verdict is not Verdict.ACCEPT for verdict in said.values()):
            return State.DECLINED
        if now >= self.expires_at:
            return State.EXPIRED
        if self.shared_at is None:
            return State.PRIVATE
        return State.REPLACED if any(self._replaced_by(other) for other in others) else State.OPEN

    def share(self, by: Participant, at: datetime) -> Offer:
        """Its owner lets the other side know.

        Raises:
            Forbidden: somebody else asks. Conflict: ``wrong_state``: told already, or withdrawn. Gone:
            ``offer_expired``.
        """
        self._require_owner(by)
        if self.shared_at is not None or self.withdrawn_at is not None:
            raise Conflict("wrong_state")
        if at >= self.expires_at:
            raise Gone("offer_expired")
        return replace(self, shared_at=at)

    def withdraw(self, by: Participant, others: Iterable[Offer], at: datetime) -> Offer:
        """Its owner takes it back while nobody has taken it.

        Raises:
            Forbidden: somebody else asks. Conflict: ``wrong_state``.
        """
        self._require_owner(by)
        if self.state(others, at) not in (State.PRIVATE, State.OPEN):
            raise Conflict("wrong_state")
        return replace(self, withdrawn_at=at)

    def answer(self, by: Participant, verdict: Verdict, others: Iterable[Offer], at: datetime, salt: str) -> Offer:
        """A side says yes, no, or makes an offer of its own.

        Raises:
            Forbidden: nobody of a side that is asked; ``offer_authority``. Gone: ``offer_expired``. Conflict:
            ``offer_replaced`` by a newer one of its owner; ``wrong_state``: answered, withdrawn, not told yet.
        """
        if by.role is not Role.PARTY or by.side not in self.asked():
            raise Forbidden("forbidden")
        require_authority(by)
        state = self.state(others, at)
        if state is State.EXPIRED:
            raise Gone("offer_expired")
        if state is State.REPLACED:
            raise Conflict("offer_replaced")
        if state is not State.OPEN or any(answer.side == by.side for answer in self.answers):
            raise Conflict("wrong_state")
        given = Answer(by.side, by.participant_id, verdict, at, salt)
        return replace(self, answers=(*self.answers, given))

    def require_drafting(self, by: Participant) -> None:
        """Whether the mediator may put what was agreed into the draft.

        Raises:
            Forbidden: no mediator. Conflict: ``wrong_state``: not everybody has accepted; ``offer_in_draft``.
        """
        if by.role is not Role.HOST:
            raise Forbidden("forbidden")
        if self.state((), self.made_at) is not State.ACCEPTED:
            raise Conflict("wrong_state")
        if self.drafted_at is not None:
            raise Conflict("offer_in_draft")

    def _replaced_by(self, other: Offer) -> bool:
        """Also by one that was taken back since: whoever takes back the newer does not offer the older one again."""
        if other.side != self.side or other.offer_id == self.offer_id:
            return False
        if other.shared_at is None or self.shared_at is None:
            return False
        return (other.shared_at, other.offer_id) > (self.shared_at, self.offer_id)

    def _require_owner(self, by: Participant) -> None:
        if by.participant_id != self.owner_id:
            raise Forbidden("forbidden")


_WHO_KNOWS = (Role.HOST, Role.PARTY)


def require_authority(by: Participant) -> None:
    """Offering and accepting is conceding: an agent needs 特别授权 for it (CPLJ 89, CPL 62).

    Raises:
        Forbidden: ``forbidden``: an observer; ``offer_authority``.
    """
    if by.role is Role.OBSERVER:
        raise Forbidden("forbidden")
    if not by.authority.may_settle:
        raise Forbidden("offer_authority")


def terms(
    payer: Side,
    amount: str,
    instalments: Iterable[tuple[date, str]],
    conditions: str,
    hours: int,
    now: datetime,
    today: date,
) -> Terms:
    """Terms that make sense. ``hours``: how long they stand; ``today``: in the organisation's zone.

    Raises:
        Invalid: ``offer_amount``, ``offer_instalments`` (none, too many, not in order of days, before today, or another
        sum than the amount), ``offer_conditions``, ``text_invalid``, ``offer_expiry``.
    """
    whole = _yuan(amount)
    parts = tuple(Instalment(due, _yuan(part)) for due, part in instalments)
    days = [part.due for part in parts]
    if not parts or len(parts) > MOST_INSTALMENTS or days != sorted(set(days)) or days[0] < today:
        raise Invalid("offer_instalments")
    if sum((part.amount for part in parts), Decimal(0)) != whole:
        raise Invalid("offer_instalments")
    wanted = printable(conditions).strip()
    if len(wanted) > LONGEST_CONDITIONS:
        raise Invalid("offer_conditions")
    if not 1 <= hours <= LONGEST_HOURS:
        raise Invalid("offer_expiry")
    if payer not in PARTIES:
        raise Invalid("bad_request")
    return Terms(payer, whole, parts, wanted, now + timedelta(hours=hours))


def _yuan(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise Invalid("offer_amount") from error
    if not amount.is_finite() or not 0 < amount <= LARGEST or amount != round(amount, 2):
        raise Invalid("offer_amount")
    return round(amount, 2)
