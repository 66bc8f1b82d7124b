"""Text that people type to one another: checked once, then passed on letter by letter."""

from __future__ import annotations

from room_server.domain.errors import Invalid
from signaling.direction import blank, straight

LONGEST_TEXT = 2000
"""Characters of one line or ticket."""
LONGEST_NOTE = 20_000


def checked(text: str, most: int = LONGEST_TEXT) -> str:
    """The text without white space at its ends, line breaks as ``\\n``.

    Raises:
        Invalid: ``text_empty``; ``text_too_long`` with ``most``; ``text_invalid``: control characters or halves of
        characters, which no screen shows and a database may refuse.
    """
    clean = printable(text).strip()
    if blank(clean):
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
    """The text with line breaks as ``\\n`` and without needless marks of direction (``signaling.direction``).

    A yes must not be to other words than those on the screen.

    Raises:
        Invalid: ``text_invalid``.
    """
    try:
        return straight(text.replace("\r\n", "\n").replace("\r", "\n"))
    except ValueError as error:
        raise Invalid("text_invalid") from error
