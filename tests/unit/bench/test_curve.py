"""The picture of what a packet costs, and the figures that are kept beside it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tests.bench.curve import merged
from tests.bench.picture import draw

SVG = "{http://www.w3.org/2000/svg}"
COSTS = {"worker": 9.0, "janus": 12.0}


def point(server: str, subscriptions: int, cost: float, delivered: float = 1.0) -> dict[str, object]:
    return {"server": server, "subscriptions": subscriptions, "us_per_packet": cost, "delivered": delivered}


def test_what_was_not_measured_again_stays() -> None:
    before = [point("worker", 10, 9.0), point("worker", 1000, 18.0), point("janus", 10, 12.0)]
    kept = merged(before, [point("worker", 10, 8.0), point("janus", 1000, 20.0)])
    assert kept == [
        point("janus", 10, 12.0), point("janus", 1000, 20.0), point("worker", 10, 8.0), point("worker", 1000, 18.0),
    ]  # fmt: skip


def test_each_server_has_a_line_and_a_word_in_the_legend() -> None:
    points = [point(name, each, cost + each / 100) for name, cost in COSTS.items() for each in (10, 100, 1000)]
    drawn = ElementTree.fromstring(draw(points, "20,400 packets a second out"))
    lines = [each.attrib["points"].split() for each in drawn.iter(f"{SVG}polyline")]
    assert [len(each) for each in lines] == [3, 3]
    for worker, janus in zip(*lines, strict=True):
        (x, y), (other_x, other_y) = (map(int, each.split(",")) for each in (worker, janus))
        assert x == other_x
        assert y > other_y  # dearer is higher up
    words = " ".join(each.text or "" for each in drawn.iter(f"{SVG}text"))
    assert "this worker, recorded" in words
    assert "Janus" in words
    assert re.search(r"20,400 packets a second", words)


def test_one_point_of_one_server_is_a_picture_too() -> None:
    drawn = ElementTree.fromstring(draw([point("worker", 60, 9.0)], "as usual"))
    assert len(list(drawn.iter(f"{SVG}circle"))) == 1


def test_where_a_server_was_full_there_is_no_point() -> None:
    points = [point("worker", 10, 9.0), point("worker", 20, 8.0), point("worker", 1000, 5.0, delivered=0.73)]
    drawn = ElementTree.fromstring(draw(points, "as usual"))
    assert len(list(drawn.iter(f"{SVG}circle"))) == 2
    assert "1,000" not in [each.text for each in drawn.iter(f"{SVG}text")]
