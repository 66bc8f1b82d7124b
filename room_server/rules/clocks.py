"""The time limits of ``clocks.toml`` and the official calendar that rolls them."""

from __future__ import annotations

from datetime import date

import chinese_calendar

from room_server.domain.deadlines import Clock, UnknownYearError
from room_server.rules.package import table

ARBITRATION_REVIEW = "arb_review_apply"
JUDICIAL_CONFIRMATION = "jud_confirm_apply"
MEDIATION = {"labour_organisation": "labour_15_from_received"}
"""The limit of the mediation itself, by the case's route. Others run from events that nobody enters here."""


def clock(clock_id: str) -> Clock:
    """One limit by its id.

    Raises:
        LookupError: there is none, or it counts months or years, which nothing here needs.
    """
    for entry in table("clocks")["clock"]:
        if entry["id"] == clock_id and entry["period"] == "day":
            return Clock(
                clock_id,
                entry["label_zh"],
                entry["label_en"],
                entry["n"],
                entry["unit"],
                entry["roll"],
                tuple(entry["source"]),
                entry["consequence_zh"],
                entry["consequence_en"],
            )
    raise LookupError(f"no clock {clock_id} in days")


def agreement_clocks() -> tuple[Clock, ...]:
    """The two windows that run from an agreement's effective day (ZC 74; CPL 205)."""
    return clock(ARBITRATION_REVIEW), clock(JUDICIAL_CONFIRMATION)


def mediation_clock(route: str) -> Clock | None:
    """The limit that runs from the day on which the application was received (LDZ 14); None: this route has none."""
    return clock(MEDIATION[route]) if route in MEDIATION else None


class ChineseCalendar:
    """Official working days by the package ``chinesecalendar``, in the years that ``clocks.toml`` says were checked."""

    def is_working_day(self, day: date) -> bool:
        """Whether work is done on that day, worked weekends included.

        Raises:
            UnknownYearError: the year's holidays are not loaded.
        """
        if day.year not in table("clocks")["calendar_years_loaded"]:
            raise UnknownYearError(f"the holidays of {day.year} are not known")
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError as error:
            raise UnknownYearError(f"the holidays of {day.year} are not known") from error
