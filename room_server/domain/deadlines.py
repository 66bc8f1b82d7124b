"""Time limits: the safe last day, which is what people are shown, and the rolled day, which decides "is it open?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol


class WorkingDays(Protocol):
    """The official calendar of one country."""

    def is_working_day(self, day: date) -> bool:
        """Whether work is done on that day.

        Raises:
            UnknownYearError: the calendar of that year is not loaded.
        """
        ...


class UnknownYearError(LookupError):
    """The holidays of a year are not known; guessing from weekends would be wrong (DOMAIN: an unknown year is loud)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit as data: ``n`` days after the start event, whose own day does not count (CPL 85; Civil Code 201)."""

    clock_id: str
    label_zh: str
    label_en: str
    n: int
    unit: Literal["natural", "working"]
    roll: bool
    source: tuple[str, ...]
    consequence_zh: str
    consequence_en: str

    def safe_day(self, start: date, calendar: WorkingDays) -> date:
        """The last day without any rolling: nobody who acts by then is late."""
        if self.unit == "natural":
            return start + timedelta(days=self.n)
        day, left = start, self.n
        while left:
            day += timedelta(days=1)
            if calendar.is_working_day(day):
                left -= 1
        return day

    def rolled_day(self, start: date, calendar: WorkingDays) -> date:
        """The last day, moved on to the next working day when it falls on a rest day (CPL 85; ZC 19)."""
        day = self.safe_day(start, calendar)
        while self.roll and not calendar.is_working_day(day):
            day += timedelta(days=1)
        return day

    def is_open(self, start: date, today: date, calendar: WorkingDays) -> bool:
        """Whether it is not too late yet."""
        return today <= self.safe_day(start, calendar) or today <= self.rolled_day(start, calendar)


@dataclass(frozen=True, slots=True)
class Window:
    """One limit that runs from an agreement's effective day. Show it by its safe day only."""

    clock_id: str
    label_zh: str
    label_en: str
    safe_last_day: date
    source: tuple[str, ...]


def windows(clocks: tuple[Clock, ...], effective_on: date, calendar: WorkingDays) -> tuple[Window, ...]:
    """The windows that an agreement opens (ZC 74; CPL 205), in the order in which they close."""
    opened = [
        Window(clock.clock_id, clock.label_zh, clock.label_en, clock.safe_day(effective_on, calendar), clock.source)
        for clock in clocks
    ]
    return tuple(sorted(opened, key=lambda window: window.safe_last_day))


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when a mediation itself should have come to an end, and how many days are left: negative when it is past.

    Like a window it is shown by its safe day only.
    """

    clock: Clock
    safe_last_day: date
    days_left: int


def limit(clock: Clock, start: date, today: date, calendar: WorkingDays) -> Limit:
    """The limit that runs from a start event.

    Raises:
        UnknownYearError: as ``Clock.safe_day``.
    """
    last = clock.safe_day(start, calendar)
    return Limit(clock, last, (last - today).days)
