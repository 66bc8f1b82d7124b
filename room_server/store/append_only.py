"""Tables whose rows a trigger of the database protects against every UPDATE and DELETE.

Those of ``UNTIL_FILED`` may lose rows once their session is filed and not held: when their time is over.
"""

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
UNTIL_FILED = ("document_updates", "offer_answers")
"""Words that are kept for a time only (``services.retention``). They are never changed."""
