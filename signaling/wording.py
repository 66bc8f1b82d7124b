"""Short words of people that stand on one line of other people's screens and on the record."""

from __future__ import annotations

import unicodedata

from signaling.errors import ErrorCode, SignalingError

UNSHOWN = ("Cc", "Cs")
OVERRIDES = "\u202d\u202e"
"""They make words read otherwise than they are. Other marks of direction come along when somebody pastes a number."""


def one_line(text: str, most: int, name: str, *, least: int = 1) -> str:
    """The words on one line, white space as single spaces. ``name``: of the field, for developers.

    Raises:
        SignalingError: BAD_REQUEST, fewer characters than ``least``, more than ``most``, or some that no screen shows
        and a database may refuse.
    """
    words = " ".join(text.split())
    shown = not any(unicodedata.category(each) in UNSHOWN or each in OVERRIDES for each in words)
    if not least <= len(words) <= most or not shown:
        raise SignalingError(ErrorCode.BAD_REQUEST, f"{name}: {least} to {most} characters that can be shown")
    return words
