"""A timer finer than the event loop's, whose own have a resolution of a millisecond (Linux: timerfd_create(2))."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Final

from cffi import FFI

ffi = FFI()
ffi.cdef(
    """
    struct timespec { long seconds; long nanoseconds; };
    struct itimerspec { struct timespec interval; struct timespec value; };
    int timerfd_create(int clock, int flags);
    int timerfd_settime(int fd, int flags, const struct itimerspec *wanted, void *before);
    """
)
libc = ffi.dlopen(None)

_NANOSECONDS: Final = 1_000_000_000
_COUNT_BYTES: Final = 8


class Ticker:
    """Calls ``act`` at an even interval while it is set; ticks that were missed are one call.

    Raises:
        OSError: the system has no such timer.
    """

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._loop = asyncio.get_running_loop()
        self._setting = ffi.new("struct itimerspec *")
        self._fd: int = libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ffi.errno, os.strerror(ffi.errno))
        self._loop.add_reader(self._fd, self._tick)

    def set(self, seconds: float) -> None:
        """Tick at this interval from now on; 0: no more."""
        whole, part = divmod(round(seconds * _NANOSECONDS), _NANOSECONDS)
        for each in (self._setting.interval, self._setting.value):
            each.seconds, each.nanoseconds = whole, part
        libc.timerfd_settime(self._fd, 0, self._setting, ffi.NULL)

    def _tick(self) -> None:
        try:
            os.read(self._fd, _COUNT_BYTES)
        except BlockingIOError:  # it was set anew after it had woken the loop
            return
        self._act()

    def close(self) -> None:
        """Give the timer back."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)
