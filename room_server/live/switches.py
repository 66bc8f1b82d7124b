"""Switched devices on the record: every state that lasts, and a bounded number of entries however often it changes.

A client may send thirty commands a second for hours, and a flickering button would bury a log that people have to read.
The first change of a device is written at once. Further ones within a window are one entry with the last state, their
number and the time of the last; while a device does not come to rest its window grows.

A process that is killed takes the last state of such a device along. Whoever comes back tells how their devices are,
and what the record says otherwise is put right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

import structlog

from signaling.background import Background
from signaling.clock import SYSTEM_LATER, Later, Timer

log = structlog.get_logger(__name__)
FIRST_WINDOW: Final = 2.0
LONGEST_WINDOW: Final = 30.0
"""Seconds: 120 entries an hour of a device that never rests."""


class Record(Protocol):
    """Puts an entry on the record; commits."""

    def __call__(
        self, session_id: str, kind: str, actor: str, data: Mapping[str, Any], *, at: datetime
    ) -> Awaitable[None]:
        """``at``: when it happened."""


class Recorded(Protocol):
    """What the record says last of a device; None: nothing."""

    def __call__(self, session_id: str, kind: str, actor: str, source: str) -> Awaitable[Mapping[str, Any] | None]:
        """Of one device of one person."""


Tell = Callable[["Switch", Mapping[str, Any]], Awaitable[None]]


class Switch(NamedTuple):
    """Whose device of which session, and in which word the log tells of it."""

    session_id: str
    kind: str
    actor: str
    source: str


@dataclass(slots=True)
class _Restless:
    """A device that was just switched. ``changes``: since the last entry; ``data``, ``at``: of the last of them."""

    data: Mapping[str, Any]
    at: datetime
    timer: Timer
    window: float = FIRST_WINDOW
    changes: int = 0


class Switches:
    """The devices of all sessions of this node that were switched a moment ago."""

    def __init__(
        self, record: Record, recorded: Recorded, now: Callable[[], datetime], later: Later = SYSTEM_LATER
    ) -> None:
        self._record = record
        self._recorded = recorded
        self._now = now
        self._later = later
        self._restless: dict[Switch, _Restless] = {}
        self._background = Background()

    async def told(self, switch: Switch, data: Mapping[str, Any]) -> None:
        """A device is in another state: now on the record, or soon with what follows."""
        at = self._now()
        if (known := self._restless.get(switch)) is not None:
            known.changes, known.data, known.at = known.changes + 1, data, at
            return
        restless = self._restless[switch] = _Restless(data, at, self._wait(switch, FIRST_WINDOW))
        try:
            await self._record(switch.session_id, switch.kind, switch.actor, data, at=at)
        except Exception:
            restless.changes += 1  # it is still to be written
            raise

    async def told_again(self, switch: Switch, data: Mapping[str, Any]) -> None:
        """How a device is, which may be no change: on the record if that says something else of it.

        What the record says nothing of has no trouble, and is not worth an entry otherwise.
        """
        known = self._restless.get(switch)
        before = await self._recorded(*switch) if known is None else known.data
        if known is None and switch in self._restless:  # something newer came meanwhile
            return
        if before is None:
            before = data if "trouble" not in data else {**data, "trouble": None}
        if any(before.get(word) != value for word, value in data.items()):
            await self.told(switch, data)

    async def settle(self, session_id: str, actor: str | None = None) -> None:
        """Write down what has not been written yet of a session, or of one of its people: no more will follow."""
        for switch in [each for each in self._restless if each.session_id == session_id]:
            if actor is None or switch.actor == actor:
                restless = self._restless.pop(switch, None)
                if restless is None:  # written down meanwhile, by whom it concerned too
                    continue
                restless.timer.cancel()
                await self._write(switch, restless)

    async def close(self) -> None:
        """The process ends: write down everything."""
        await self._background.drain()
        for session_id in {switch.session_id for switch in self._restless}:
            await self.settle(session_id)

    def _wait(self, switch: Switch, seconds: float) -> Timer:
        return self._later(seconds, lambda: self._background.run(self._look(switch)))

    async def _look(self, switch: Switch) -> None:
        """A window is over."""
        restless = self._restless.get(switch)
        if restless is None:
            return
        if restless.changes == 0:
            del self._restless[switch]
            return
        restless.window = min(LONGEST_WINDOW, 2 * restless.window)
        restless.timer = self._wait(switch, restless.window)
        await self._write(switch, restless)

    async def _write(self, switch: Switch, restless: _Restless) -> None:
        changes, data, at = restless.changes, restless.data, restless.at
        if changes == 0:
            return
        restless.changes = 0
        try:
            more = {"changes": changes} if changes > 1 else {}
            await self._record(switch.session_id, switch.kind, switch.actor, {**data, **more}, at=at)
        except Exception:
            restless.changes += changes  # with the next look, if there is one
            log.exception("a switched device is not on the record yet", kind=switch.kind, participant=switch.actor)
