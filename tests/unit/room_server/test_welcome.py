"""What the terminal shows can be scanned, whatever its colours are."""

from __future__ import annotations

import re

import segno

from room_server.cli import PLAIN, WHITE_ON_BLACK, qr_code

ADDRESS = "https://192.168.1.20:8443/j/pgLhBEVmQk9NuusFFqm27NBK0oDVMc-kj-Hk8rZCrb4"
UPPER_LIGHT, LOWER_LIGHT = {"█", "▀"}, {"█", "▄"}


def modules(drawn: str) -> list[list[bool]]:
    """The dark modules of a drawing, read back row by row."""
    rows = []
    for line in drawn.splitlines():
        rows.append([character not in UPPER_LIGHT for character in line])
        rows.append([character not in LOWER_LIGHT for character in line])
    return rows


def test_the_drawing_is_the_code_with_the_quiet_zone_that_readers_need() -> None:
    wanted = [[bool(module) for module in row] for row in segno.make(ADDRESS, error="l").matrix_iter(border=4)]
    assert modules(qr_code(ADDRESS, coloured=False))[: len(wanted)] == wanted


def test_on_a_terminal_every_line_brings_its_own_colours_and_leaves_none_behind() -> None:
    lines = qr_code(ADDRESS, coloured=True).splitlines()
    assert all(line.startswith(WHITE_ON_BLACK) and line.endswith(PLAIN) for line in lines)
    assert re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines)) == qr_code(ADDRESS, coloured=False)
