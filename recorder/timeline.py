"""RTP time to wall clock, and where time is missing.

Two mappings. *Media time* counts ticks of the RTP clock from the first frame of a file: it is what the file stores.
*Wall time* is Unix time by this machine's clock. A sender report ties the RTP clock to the sender's clock; the sender's
clock may be wrong by hours but goes evenly, so its distance to ours is the least (arrival - sending time) of the last
reports. With the latest report a drift of 200 ppm costs about a millisecond an hour; with the first one, 720 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

from recorder.rtp import SenderReport, Unwrapper

REPORT_WINDOW_SECONDS = 30.0
ARRIVAL_WINDOW_SECONDS = 10.0

SETTLING_SECONDS = 10.0
"""After this much media with sender reports the start of a track is known as well as it ever will be."""

LARGEST_STEP_SECONDS = 10.0
"""RTP time and arrival that part by more than this between two frames: the sender began a new clock."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Media that is missing or was never sent. Seconds of media time; ``lost_packets`` is 0 for a pause."""

    started_at: float
    ended_at: float
    lost_packets: int


class LeastOf:
    """The least value of the last one to two windows: what waited least in queues tells the distance best."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._began: float | None = None
        self._current = float("inf")
        self._previous = float("inf")

    def add(self, at: float, value: float) -> None:
        """Take ``value`` seen at ``at``, in seconds."""
        if self._began is None or not 0 <= at - self._began < 2 * self._window:
            self._began, self._current, self._previous = at, value, float("inf")
        elif at - self._began >= self._window:
            self._began, self._previous, self._current = at, self._current, value
        else:
            self._current = min(self._current, value)

    @property
    def value(self) -> float:
        """Infinity before the first ``add``."""
        return min(self._current, self._previous)


class Timeline:
    """The clock of one track. Timestamps are RTP's 32 bit numbers; ticks count from the first frame."""

    def __init__(self, clock_rate: int) -> None:
        self._rate = clock_rate
        self._unwrapper = Unwrapper(32)
        self._origin: int | None = None
        self._last_ticks = 0
        self._last_arrived_at = 0.0
        self._end_ticks = 0
        self._by_arrival = LeastOf(ARRIVAL_WINDOW_SECONDS)
        self._clock_distance = LeastOf(REPORT_WINDOW_SECONDS)
        self._report: tuple[int, float] | None = None
        self._early_report: tuple[SenderReport, float] | None = None
        self._started_at: float | None = None
        self._settled = False
        self._restarting = False
        self.steps = 0
        """How often the sender began a new clock."""
        self.refused_reports = 0
        """Sender reports that contradict the arrival of the packets by more than ten seconds."""

    def place(self, timestamp: int, arrived_at: float, duration: int = 0) -> int:
        """Media time of a frame in ticks; never less than that of the frame before it."""
        if self._origin is None:
            self._anchor(timestamp, arrived_at, 0)
            ticks = 0
        else:
            ticks = self._unwrapper.peek(timestamp) - self._origin
            expected = self._last_ticks + round((arrived_at - self._last_arrived_at) * self._rate)
            if self._restarting or abs(ticks - expected) > LARGEST_STEP_SECONDS * self._rate:
                self.steps += 1
                self._restarting = False
                ticks = max(expected, self._end_ticks)
                self._anchor(timestamp, arrived_at, ticks)
            self._unwrapper.unwrap(timestamp)
        ticks = max(ticks, self._last_ticks)
        self._last_ticks, self._last_arrived_at = ticks, arrived_at
        self._end_ticks = max(self._end_ticks, ticks + duration)
        self._by_arrival.add(arrived_at, arrived_at - ticks / self._rate)
        self._settle()
        return ticks

    def restart(self) -> None:
        """The next frame has another SSRC: its clock has nothing to do with the one before."""
        self._restarting = self._origin is not None
        self._early_report = None

    def sender_report(self, report: SenderReport, arrived_at: float) -> None:
        """Take the newest tie between the RTP clock and the sender's."""
        if self._origin is None or self._restarting:
            self._early_report = (report, arrived_at)
            return
        ticks = self._unwrapper.peek(report.timestamp) - self._origin
        if abs(self._by_arrival.value + ticks / self._rate - arrived_at) > LARGEST_STEP_SECONDS:
            self.refused_reports += 1
            return
        self._clock_distance.add(arrived_at, arrived_at - report.sent_at)
        self._report = (ticks, report.sent_at)
        self._settle()

    def wall(self, ticks: int) -> float | None:
        """Unix time of a media time by this machine's clock; None before the first frame."""
        if self._report is not None:
            at, sent_at = self._report
            return sent_at + (ticks - at) / self._rate + self._clock_distance.value
        if self._origin is None:
            return None
        return self._by_arrival.value + ticks / self._rate

    @property
    def started_at(self) -> float | None:
        """Unix time of the first frame."""
        return self._started_at

    @property
    def ended_at(self) -> float | None:
        """Unix time of the end of the last frame."""
        return self.wall(self._end_ticks)

    @property
    def duration(self) -> float:
        """Seconds of media time from the first frame to the end of the last."""
        return self._end_ticks / self._rate

    @property
    def sender_clock_ahead(self) -> float | None:
        """Seconds by which the sender's clock is ahead of ours, None without a sender report."""
        return None if self._report is None else -self._clock_distance.value

    def _anchor(self, timestamp: int, arrived_at: float, ticks: int) -> None:
        self._unwrapper = Unwrapper(32)
        self._origin = self._unwrapper.unwrap(timestamp) - ticks
        self._report = None
        self._by_arrival = LeastOf(ARRIVAL_WINDOW_SECONDS)
        self._by_arrival.add(arrived_at, arrived_at - ticks / self._rate)
        if self._early_report is not None:
            (report, reported_at), self._early_report = self._early_report, None
            self.sender_report(report, reported_at)

    def _settle(self) -> None:
        """Follow the better estimates of the first seconds, then let the start stand: later ones contain drift."""
        if self._settled:
            return
        self._started_at = self.wall(0)
        limit = SETTLING_SECONDS if self._report is not None else 6 * SETTLING_SECONDS
        self._settled = self._last_ticks > limit * self._rate
