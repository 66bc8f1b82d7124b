"""Tables whose rows a trigger of the database protects against every UPDATE and DELETE."""

from __future__ import annotations

APPEND_ONLY = (
    "event_log",
    "document_updates",
    "consents",
    "reads",
    "roll_marks",
    "challenges",
    "comparisons",
    "offer_answers",
)
