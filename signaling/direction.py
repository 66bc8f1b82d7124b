"""Words as a screen shows them: their marks of direction, and whether anything of them can be seen. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

UNSHOWN: Final = ("Cc", "Cs")
BREAKS: Final = "\n\t"
PASTED: Final = "\u200e\u202a\u202c\u202d\u2066\u2068\u2069"
"""Marks of a left-to-right passage: phones put them round a number that is pasted. They change nothing there."""
TURNING: Final = "\u061c\u200f\u202b\u202e\u2067"
"""Marks of a right-to-left passage: among Chinese words and figures they show others than those that are written."""
OVERRIDES: Final = "\u202d\u202e"
RIGHT_TO_LEFT: Final = ("R", "AL")
VISIBLE: Final = "LNPS"


def straight(text: str) -> str:
    """The text without marks of direction that it does not need.

    Words with letters of a right-to-left script (Uyghur, Arabic) keep all but overrides.

    Raises:
        ValueError: a screen would show other words than these, or none for some of them: control characters but line
        breaks, halves of characters, marks that turn the order of words (UAX #9).
    """
    turned = any(unicodedata.bidirectional(each) in RIGHT_TO_LEFT and each not in TURNING for each in text)
    kept = text if turned else "".join(each for each in text if each not in PASTED)
    refused = OVERRIDES if turned else TURNING
    for each in kept:
        if each in refused or (unicodedata.category(each) in UNSHOWN and each not in BREAKS):
            raise ValueError("characters that no screen shows as they are")
    return kept


def blank(text: str) -> bool:
    """Whether nothing of it can be seen."""
    return not any(unicodedata.category(each)[0] in VISIBLE for each in text)
