"""The way down to one subscriber, with a clock of the test's own: what is silence, and what is a narrow way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from signaling.sfu import rtp
from signaling.sfu.arrivals import Arrivals
from signaling.sfu.capabilities import NUMBER_ID
from signaling.sfu.egress import Egress
from signaling.sfu.transport import Transport
from signaling.sfu.waydown import SILENT, WayDown

STEP = 0.1
TRIP = 0.02


class Browser:
    """One camera in three layers, all wished for; soundings leave through ``copy_out`` and may be answered."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.arrivals = Arrivals()
        self.sent: list[int] = []
        self.camera = SimpleNamespace(
            publication=SimpleNamespace(
                kind="video", streams=[None, None, None], rates=lambda: (100_000, 300_000, 900_000)
            ),
            wished=True, asks=False, forgive=lambda: None, overlook=lambda: None,
            wish=2, granted=2, ceiling=2, given_up=False, pixels=640 * 360,
            packets=0, octets=0, repaired=0, next_repair=1,
            promised=SimpleNamespace(rtx_ssrc=5, rtx_payload_type=97, sounded=True),
            stream=SimpleNamespace(newest_timestamp=0), offsets=SimpleNamespace(timestamp=0),
        )  # fmt: skip
        receiver = SimpleNamespace(
            subscriptions={1: self.camera},
            outbound=SimpleNamespace(handle=None),
            name=SimpleNamespace(pointer=0),
            connection=None,
        )
        self.camera.left = lambda: (self.camera.packets, self.camera.octets)
        self.way = WayDown(cast(Transport, receiver))
        self.way._grant = self.grant  # type: ignore[method-assign, assignment]

    def grant(self, subscription: Any, layer: int | None, now: float) -> None:
        subscription.granted, subscription.given_up = layer, layer is None
        subscription.ceiling = 2 if layer is None else layer

    def copy_out(self, routes: object, body: bytes, head: int, *_: object) -> None:
        whole = bytes((head,)) + bytes(rtp.HEADER_BYTES - 1) + body
        number = rtp.transport_sequence(whole, 0, len(whole), NUMBER_ID)
        assert number >= 0
        self.sent.append(number)

    def run(self, seconds: float, *, arrives: bool, answers: bool) -> None:
        """Let time pass. ``arrives``: soundings get through; ``answers``: RTCP comes back."""
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.camera.packets += 11
            self.camera.octets += 11_000
            self.sent.clear()
            self.way.look(self.now, cast(Egress, self))
            if arrives:
                for number in self.sent:
                    self.arrivals.note(number, self.now + TRIP)
            if answers:
                self.way.heard(self.now + 2 * TRIP)
                for report in self.arrivals.reports(1):
                    self.way.hear(report, self.now + 2 * TRIP)


def test_a_way_that_was_cut_off_is_not_taken_for_a_narrow_one() -> None:
    for seconds in (SILENT + 0.2, 3.0, 20.0):
        browser = Browser()
        browser.run(3, arrives=True, answers=True)
        browser.run(seconds, arrives=False, answers=False)
        browser.run(5, arrives=True, answers=True)
        assert (browser.way.estimate.limit, browser.camera.granted) == (None, 2)


def test_a_way_on_which_only_soundings_are_lost_is_narrow() -> None:
    browser = Browser()
    browser.run(3, arrives=True, answers=True)
    browser.run(3, arrives=False, answers=True)
    assert browser.way.estimate.limit is not None
    assert browser.camera.granted != 2


def test_of_another_path_nothing_is_known() -> None:
    browser = Browser()
    browser.run(3, arrives=True, answers=True)
    browser.run(3, arrives=False, answers=True)
    browser.way.start_over()
    browser.run(3, arrives=True, answers=True)
    assert (browser.way.estimate.limit, browser.camera.granted) == (None, 2)
