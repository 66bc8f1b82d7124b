"""Fills ``{fields}`` of clauses and notices; leaves out ``[[optional pieces]]``; writes sums in capitals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

import cn2an

FIELD = re.compile(r"\{(\w+)\}")
OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
ORDINALS = "零一二三四五六七八九"


class MissingFieldError(LookupError):
    """A field of a text has no value. A paper with a hole in it must not be made."""


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with every field filled in.

    Raises:
        MissingFieldError: a field outside an optional piece has no value.
    """
    return FIELD.sub(lambda match: _value(match[1], values), OPTIONAL.sub(lambda match: _piece(match[1], values), text))


def _piece(text: str, values: Mapping[str, object]) -> str:
    """An optional piece, or nothing when any field of it is empty."""
    return text if all(values.get(name) not in (None, "") for name in FIELD.findall(text)) else ""


def _value(name: str, values: Mapping[str, object]) -> str:
    value = values.get(name)
    if value is None or value == "":
        raise MissingFieldError(name)
    return str(value)


def rmb_upper(amount: str) -> str:
    """``18000.00`` as ``壹万捌仟元整``: the form in which a sum cannot be altered."""
    return str(cn2an.an2cn(str(Decimal(amount)), "rmb"))


def ordinal(number: int) -> str:
    """1 to 99 in Chinese: ``十二``."""
    if not 1 <= number <= 99:
        raise ValueError(f"{number} is not between 1 and 99")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else ORDINALS[tens] + "十"
    return head + (ORDINALS[ones] if ones else "")
