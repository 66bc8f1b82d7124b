"""Text that people type to one another: checked once, then passed on letter by letter."""

from __future__ import annotations

import unicodedata

from room_server.domain.errors import Invalid

LONGEST_TEXT = 2000
"""Characters of one line or ticket."""
LONGEST_NOTE = 20_000
LINE_BREAKS = "\n\t"
OVERRIDES = "\u202d\u202e"
"""They make words read otherwise than they are: a yes would be to others than those on the screen."""


def checked(text: str, most: int = LONGEST_TEXT) -> str:
    """The text without white space at its ends, line breaks as ``\\n``.

    Raises:
        Invalid: ``text_empty``; ``text_too_long`` with ``most``; ``text_invalid``: control characters or halves of
        characters, which no screen shows and a database may refuse.
    """
    clean = printable(text).strip()
    if not clean:
        raise Invalid("text_empty")
    if len(clean) > most:
        raise Invalid("text_too_long", most=most)
    return clean


def one_line(text: str, most: int) -> str:
    """The text on one line, white space as single spaces; it may be empty.

    Raises:
        Invalid: ``text_too_long`` with ``most``; ``text_invalid``.
    """
    line = " ".join(printable(text).split())
    if len(line) > most:
        raise Invalid("text_too_long", most=most)
    return line


def printable(text: str) -> str:
    """The text with line breaks as ``\\n``.

    Raises:
        Invalid: ``text_invalid``.
    """
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(_unshown(each) for each in clean):
        raise Invalid("text_invalid")
    return clean


def _unshown(sign: str) -> bool:
    return sign in OVERRIDES or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in LINE_BREAKS)
