"""The curves of ``tests.bench.curve`` as SVG: microseconds a packet over subscriptions, a line for each server."""

from __future__ import annotations

from math import ceil, log
from typing import Any

WIDTH, HEIGHT, MARGIN = 640, 340, 48
STEP = 10
"""Microseconds between two lines across."""
CARRIED = 0.99
INK, GRID, AXIS = "#1f3b57", "#e3e8ed", "#8894a0"
SERVERS = {
    "worker": ("this worker, recorded", "#1f3b57", ""),
    "compiled": ("this worker, recorded, compiled", "#2f7d6b", ""),
    "janus": ("Janus, videoroom, event_loops = 1", "#b4561f", ' stroke-dasharray="6 3"'),
}
"""What the legend says, colour and dashes: the lines are told apart without colours too."""


def draw(points: list[dict[str, Any]], load: str) -> str:
    """The figures of each server as a line, from zero upwards; across, each doubling takes the same room.

    ``load`` is said under it. A point at which not everything was delivered is left out: the server was full.
    """
    points = [point for point in points if point["delivered"] >= CARRIED]
    across = sorted({point["subscriptions"] for point in points})
    top = STEP * ceil(1.1 * max(point["us_per_packet"] for point in points) / STEP)
    right, base = WIDTH - MARGIN, HEIGHT - MARGIN

    def x_of(subscriptions: int) -> float:
        whole = log(across[-1] / across[0]) or 1.0
        return MARGIN + 16 + log(subscriptions / across[0]) / whole * (right - MARGIN - 32)

    def y_of(microseconds: float) -> float:
        return base - microseconds / top * (base - MARGIN)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11" text-anchor="middle" fill="{INK}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    ]
    for microseconds in range(0, top + 1, STEP):
        y = y_of(microseconds)
        parts.append(f'<path d="M{MARGIN} {y:.0f}H{right}" stroke="{GRID if microseconds else AXIS}"/>')
        parts.append(f'<text x="{MARGIN - 8}" y="{y + 4:.0f}" text-anchor="end">{microseconds}</text>')
    parts += [f'<text x="{x_of(each):.0f}" y="{base + 16}">{each:,}</text>' for each in across]
    present = [server for server in SERVERS if any(point["server"] == server for point in points)]
    for row, server in enumerate(present):
        label, colour, dashes = SERVERS[server]
        own = [point for point in points if point["server"] == server]
        places = [(x_of(point["subscriptions"]), y_of(point["us_per_packet"])) for point in own]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
        for (x, y), point in zip(places, own, strict=True):
            above = all(
                other["us_per_packet"] <= point["us_per_packet"]
                for other in points
                if other["subscriptions"] == point["subscriptions"]
            )
            parts.append(
                f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>'
                f'<text x="{x:.0f}" y="{y - 8 if above else y + 17:.0f}" fill="{colour}">'
                f"{point['us_per_packet']:.0f}</text>"
            )
        y = 16 + 15 * row
        parts.append(f'<path d="M{right - 220} {y}h28" stroke="{colour}" stroke-width="2"{dashes}/>')
        parts.append(f'<text x="{right - 186}" y="{y + 4}" text-anchor="start">{label}</text>')
    parts.append(f'<text x="{MARGIN - 24}" y="20" text-anchor="start">CPU for a forwarded packet, µs</text>')
    parts.append(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 10}">subscriptions on one server; {load}</text></svg>\n')
    return "".join(parts)
