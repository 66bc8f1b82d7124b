"""The bundled fonts, and which characters they have: a name that cannot be drawn must stop an agreement, not vanish."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
SERIF = FOLDER / "NotoSerifSC-Regular.ttf"
SANS = FOLDER / "NotoSansSC-Medium.ttf"

_LAYOUT_CHARACTERS = frozenset("\t\n\r\u00ad\u200b\u200c\u200d\u2060\ufeff")


class MissingGlyph(ValueError):
    """The fonts have no picture for ``characters``; add a font that has them, or write them differently."""

    def __init__(self, characters: str) -> None:
        named = "、".join(f"{mark}（U+{ord(mark):04X}）" for mark in characters)
        super().__init__(f"字体中没有这些字，无法制作文书 the fonts cannot draw: {named}")
        self.characters = characters


def require_glyphs(text: str) -> None:
    """Raise MissingGlyph naming every character of ``text`` that neither font has."""
    missing = sorted(set(text) - _LAYOUT_CHARACTERS - covered())
    if missing:
        raise MissingGlyph("".join(missing))


@cache
def covered() -> frozenset[str]:
    """The characters that at least one of the fonts has."""
    return frozenset(chr(point) for font in (SERIF, SANS) for point in _code_points(font.read_bytes()))


def _code_points(font: bytes) -> set[int]:
    """The code points of a TrueType file: its ``cmap`` subtables of format 4 and 12 (OpenType specification)."""
    start = _table(font, b"cmap")
    points: set[int] = set()
    (count,) = struct.unpack_from(">H", font, start + 2)
    for index in range(count):
        platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * index)
        if platform not in {0, 3}:
            continue
        (form,) = struct.unpack_from(">H", font, start + offset)
        if form == 4:
            points |= _format_4(font, start + offset)
        elif form == 12:
            points |= _format_12(font, start + offset)
    return points


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for index in range(count):
        name, _checksum, offset, _length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if name == tag:
            return int(offset)
    raise ValueError(f"not a TrueType font: no {tag.decode()} table")


def _format_4(font: bytes, start: int) -> set[int]:
    (doubled,) = struct.unpack_from(">H", font, start + 6)
    segments = doubled // 2
    ends = struct.unpack_from(f">{segments}H", font, start + 14)
    starts = struct.unpack_from(f">{segments}H", font, start + 16 + doubled)
    deltas = struct.unpack_from(f">{segments}H", font, start + 16 + 2 * doubled)
    ranges_at = start + 16 + 3 * doubled
    ranges = struct.unpack_from(f">{segments}H", font, ranges_at)
    points: set[int] = set()
    for index in range(segments):
        for point in range(starts[index], min(ends[index], 0xFFFE) + 1):
            if ranges[index] == 0:
                glyph = (point + deltas[index]) & 0xFFFF
            else:
                place = ranges_at + 2 * index + ranges[index] + 2 * (point - starts[index])
                (glyph,) = struct.unpack_from(">H", font, place)
            if glyph:
                points.add(point)
    return points


def _format_12(font: bytes, start: int) -> set[int]:
    (groups,) = struct.unpack_from(">I", font, start + 12)
    points: set[int] = set()
    for index in range(groups):
        first, last, glyph = struct.unpack_from(">III", font, start + 16 + 12 * index)
        points.update(range(first + (glyph == 0), last + 1))
    return points
