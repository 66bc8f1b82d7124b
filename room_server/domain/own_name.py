"""How somebody puts their name to a text: drawn by hand, or typed by those who cannot draw.

No form of ink is asked for: what counts is that the signature's creation data belong to the signer alone and are under
their control, and that changes can be detected (ESL 13, 14). Which of the two it was is on the record all the same.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from room_server.domain.errors import Invalid

LONGEST_NAME = 200
"""Characters that somebody may type as their name."""
DOTS = dict.fromkeys(map(ord, "•‧∙⋅・."), "·")
"""Keyboards give other dots than the one that stands between the parts of a name (U+00B7)."""


class SigningMode(StrEnum):
    """How a name was put."""

    DRAWN = "drawn"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A PNG of what was written by hand."""

    picture: bytes

    @property
    def mode(self) -> SigningMode:
        """``drawn``."""
        return SigningMode.DRAWN


@dataclass(frozen=True, slots=True)
class Typed:
    """The name as it was typed."""

    name: str

    @property
    def mode(self) -> SigningMode:
        """``typed``."""
        return SigningMode.TYPED


OwnName = Drawn | Typed


def require_same_name(typed: str, on_file: str) -> None:
    """White space, full-width forms (NFKC) and the kind of dot make no difference.

    Raises:
        Invalid: ``name_missing``; ``name_differs`` with ``name``, the one on file.
    """
    if not _bare(typed):
        raise Invalid("name_missing")
    if len(typed) > LONGEST_NAME or _bare(typed) != _bare(on_file):
        raise Invalid("name_differs", name=on_file)


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(DOTS)
