"""One lock a name, gone when nobody holds it: work on one agreement waits, work on others does not."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Locks:
    """Within this process; between processes the database's own locks and keys decide."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def __call__(self, name: str) -> asyncio.Lock:
        """The lock of this name."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock
