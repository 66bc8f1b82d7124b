"""A link as a QR code: every module of it, black on white, with the quiet zone."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import segno

from room_server.services.qr import QUIET_ZONE, svg

ADDRESS = "https://mediation.example/j/" + "aZ0-_" * 8 + "abc"


def test_the_drawing_holds_exactly_the_modules_of_the_code() -> None:
    root = ElementTree.fromstring(svg(ADDRESS).decode())
    code = segno.make_qr(ADDRESS, error="m", boost_error=False)
    rows = [[bool(module) for module in row] for row in code.matrix_iter(border=QUIET_ZONE)]
    assert root.get("viewBox") == f"0 0 {len(rows)} {len(rows)}"
    assert (root.get("width"), root.get("height")) == (None, None)
    ground, lines = root
    assert (ground.get("fill"), lines.get("stroke")) == ("#fff", "#000")
    assert modules_of(lines.get("d") or "", len(rows)) == rows


def modules_of(path: str, size: int) -> list[list[bool]]:
    """Play the strokes: ``m`` moves by (x, y), ``h`` draws to the right, half a module below the top of a row."""
    drawn = [[False] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for sign, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if sign == "h":
            for column in range(int(x), int(x + values[0])):
                drawn[int(y)][column] = True
            x += values[0]
        elif sign == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return drawn
