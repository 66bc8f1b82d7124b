"""How far somebody is with signing, as their own screen says: which steps are done, never what was written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Hand(StrEnum):
    """Where the handwriting is: not begun, being written, written."""

    NOT_BEGUN = ""
    WRITING = "writing"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class SigningSteps:
    """``read``: the end of the text was on the screen; ``intent``: the sentence is ticked; ``code_sent``: the server
    knows that one was asked for.

    It proves nothing and is not on the record: the signature is.
    """

    read: bool = False
    intent: bool = False
    handwriting: Hand = Hand.NOT_BEGUN
    code_sent: bool = False


NOTHING_DONE = SigningSteps()
