"""What a worker does by the clock, with as few wake-ups as that takes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from signaling.sfu import worker


class Ticked:
    """A router of which only the ticks count, a quarter of a second apart."""

    pause = 0.25

    def __init__(self) -> None:
        self.ticks = 0

    def tick(self, publisher_bits_per_second: int) -> None:
        self.ticks += 1


async def test_what_is_due_is_done_at_a_tick_and_trouble_with_it_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    router: Any = Ticked()
    now, done = [100.0], list[tuple[str, float]]()

    async def sleep(seconds: float) -> None:
        now[0] += seconds + 0.0003
        if now[0] > 103:
            raise asyncio.CancelledError

    def fail() -> None:
        done.append(("fails", round(now[0], 1)))
        raise ValueError("trouble")

    monkeypatch.setattr(worker.asyncio, "sleep", sleep)
    others = [(1.0, fail), (0.5, lambda: done.append(("feed", round(now[0], 1))))]
    with pytest.raises(asyncio.CancelledError):
        await worker.keep_ticking(router, 1, others, lambda: now[0])
    assert router.ticks == 11
    assert [at for what, at in done if what == "feed"] == [100.5, 101.0, 101.5, 102.0, 102.5]
    assert [at for what, at in done if what == "fails"] == [101.0, 102.0]
