"""How many cores this process may use: those that it may run on, and no more than its control groups grant."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

MEMBERSHIP: Final = Path("/proc/self/cgroup")
GROUPS: Final = Path("/sys/fs/cgroup")


def usable(membership: Path = MEMBERSHIP, groups: Path = GROUPS) -> int:
    """At least 1.

    A container with two cores of a large machine may run on all of them, and only for two cores' time: see ``cpu.max``
    (Linux, Documentation/admin-guide/cgroup-v2.rst) and ``cpu.cfs_quota_us`` of version 1.
    """
    granted = min(_granted(membership, groups), default=math.inf)
    return max(1, int(min(granted, len(os.sched_getaffinity(0)))))


def _granted(membership: Path, groups: Path) -> Iterator[float]:
    """Cores' time of this process's groups and of those around them, where one is limited."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = groups / controllers if controllers else groups
        inside = PurePosixPath(path).relative_to("/")
        # In a container only its own part may be there, as the top.
        for folder in (top / inside, *(top / each for each in inside.parents), top):
            found = _version_2(folder / "cpu.max") if not controllers else _version_1(folder)
            if found is not None:
                yield found


def _version_2(file: Path) -> float | None:
    try:
        quota, period = file.read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _version_1(folder: Path) -> float | None:
    try:
        quota = int((folder / "cpu.cfs_quota_us").read_text())
        return None if quota < 0 else quota / int((folder / "cpu.cfs_period_us").read_text())
    except (OSError, ValueError, ZeroDivisionError):
        return None
