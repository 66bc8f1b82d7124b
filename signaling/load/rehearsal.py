"""Rooms full of packet-level people in a running service: they come in, send, are counted, and leave."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from signaling.load.endpoint import connect_all
from signaling.load.figures import Delivery, delivery
from signaling.load.line import LineError
from signaling.load.traffic import CHECK_EVERY, Shape, send
from signaling.load.visitor import Kit, Visitor

WARM_UP: Final = 1.5
"""Seconds of media that are not counted: until a key frame was on every track."""
PING_EVERY: Final = 4
"""Rounds of connectivity checks between two pings."""
MOST_ROOMS: Final = 300
MOST_IN_A_ROOM: Final = 60
MOST_PEOPLE: Final = 1800
"""One worker takes 4,000 transports, and everybody has two."""
LONGEST: Final = 3600.0

TokenMaker = Callable[[str, str], str]
"""A token for a room and a person of it."""


class PlanError(ValueError):
    """A load that makes no sense or is beyond every limit; the text names what is wrong."""


@dataclass(frozen=True)
class Plan:
    """What is asked for; ``seconds`` of counted media.

    Raises:
        PlanError: it cannot be done.
    """

    url: str
    rooms: int
    people: int
    seconds: float

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")) or not self.url.partition("://")[2].strip("/"):
            raise PlanError(f"{self.url!r} is no address of a service (http://… or https://…)")
        if not 1 <= self.rooms <= MOST_ROOMS:
            raise PlanError(f"rooms: 1 to {MOST_ROOMS}")
        if not 2 <= self.people <= MOST_IN_A_ROOM:
            raise PlanError(f"people in each room: 2 to {MOST_IN_A_ROOM}")
        if self.rooms * self.people > MOST_PEOPLE:
            raise PlanError(f"{self.rooms * self.people} people: at most {MOST_PEOPLE} in all")
        if not 0 < self.seconds <= LONGEST:
            raise PlanError(f"seconds: more than 0, at most {LONGEST:.0f}")

    @property
    def streams(self) -> int:
        """How many streams arrive when everybody follows both tracks of everybody else in the room."""
        return self.rooms * self.people * (self.people - 1) * 2


@dataclass(frozen=True)
class Outcome:
    """What a load brought. ``entering_ms`` is the middle time until a room of people was connected and subscribed."""

    entering_ms: float
    seconds: float
    got: Delivery


async def rehearse(plan: Plan, room_name: str, token: TokenMaker, trust: ssl.SSLContext | None = None) -> Outcome:
    """Carry a load out; everybody has left when it ends, however it ends.

    ``room_name``: what the names of the rooms begin with.

    Raises:
        LineError: the service refused or is not there. EndpointError: no media got through.
    """
    kit, shape, numbers = Kit(plan.url, trust), Shape(), itertools.count()
    visitors: list[Visitor] = []
    entering: list[float] = []
    async with _kept_alive(visitors):
        for room in range(plan.rooms):
            began = time.monotonic()
            await _fill(kit, f"{room_name}-{room}", plan.people, shape, numbers, token, visitors)
            entering.append(time.monotonic() - began)
        people = [each.person for each in visitors]
        await send(people, shape, WARM_UP)
        for each in people:
            each.listener.forget()
        began = time.monotonic()
        await send(people, shape, plan.seconds)
        got = delivery(people)
    return Outcome(sorted(entering)[len(entering) // 2] * 1000, time.monotonic() - began, got)


async def _fill(
    kit: Kit,
    room_id: str,
    people: int,
    shape: Shape,
    numbers: itertools.count[int],
    token: TokenMaker,
    visitors: list[Visitor],
) -> None:
    members: list[Visitor] = []
    for _ in range(people):  # one after the other: what is to be measured is not how a service survives a stampede
        number = next(numbers)
        members.append(await Visitor.enter(kit, room_id, token(room_id, f"load{number}"), number, shape))
        visitors.append(members[-1])
    await connect_all([end for each in members for end in (each.person.sender, each.person.listener)])
    for each in members:
        await each.publish()
    await asyncio.gather(*(_follow_all(each, members) for each in members))


async def _follow_all(visitor: Visitor, members: list[Visitor]) -> None:
    for other in members:
        if other is not visitor:
            await visitor.follow(other)


@asynccontextmanager
async def _kept_alive(visitors: list[Visitor]) -> AsyncIterator[None]:
    """Keep those who came early connected until all are there, and let everybody leave at the end."""
    keeping = asyncio.create_task(_keep_alive(visitors))
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
        await asyncio.gather(*(each.close() for each in visitors), return_exceptions=True)


async def _keep_alive(visitors: list[Visitor]) -> None:
    for turn in itertools.count():
        await asyncio.sleep(CHECK_EVERY)
        for each in list(visitors):
            each.person.sender.check()
            each.person.listener.check()
            if turn % PING_EVERY == 0:
                with contextlib.suppress(LineError):  # whoever needs an answer next will say that there is none
                    await each.line.ask("ping")
