"""Of several requests for the same thing that are under way at once the last one counts.

A socket may break while the media worker is busy with a request of it. The page asks again on the next socket, and the
answer to the first request reaches nobody: what it made must not stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Latest:
    """Requests that are under way, by what they are for."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, ...], object] = {}

    @contextmanager
    def ask(self, *what: str) -> Iterator[Callable[[], bool]]:
        """While it lasts a request is under way. What it gives tells whether nobody asked for the same since."""
        mine = self._asked[what] = object()
        try:
            yield lambda: self._asked.get(what) is mine
        finally:
            if self._asked.get(what) is mine:
                del self._asked[what]
