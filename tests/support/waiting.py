"""Waiting for something to become true: a condition and a limit, never a fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def until(condition: Callable[[], T], seconds: float = 20.0) -> T:
    """The first true value of ``condition``; fails with TimeoutError after ``seconds``."""
    async with asyncio.timeout(seconds):
        while not (value := condition()):
            await asyncio.sleep(0.01)
    return value
