"""A labour dispute in mediation: what is asked for, by whom, against whom, and what both say happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from room_server.domain.people import Party, Side


@dataclass(frozen=True, slots=True)
class Request:
    """One claim. ``amount`` in yuan with two decimals, as text so that nothing rounds it."""

    kind: str
    period: str
    amount: str
    basis: str


@dataclass(frozen=True, slots=True)
class Case:
    """The dispute as registered. ``route`` is an id of the effective-moment rules (flow.toml)."""

    case_id: str
    case_no: str
    title: str
    kind: str
    route: str
    organisation: str
    mediator_name: str
    received_on: date
    facts: str
    disputes: str
    requests: tuple[Request, ...]
    parties: tuple[Party, ...]

    @property
    def number_tail(self) -> str:
        """The last four digits of the case number: no name, no cause, no sum before identity is checked."""
        digits = "".join(character for character in self.case_no if character.isdigit())
        return digits[-4:]

    def party(self, side: Side) -> Party:
        """The party of a side.

        Raises:
            LookupError: the case has none on that side.
        """
        for party in self.parties:
            if party.side is side:
                return party
        raise LookupError(f"no party on side {side}")
