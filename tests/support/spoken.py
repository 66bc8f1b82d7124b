"""A call of two who only speak: packets and no browser, counted one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from signaling.load.endpoint import connect_all
from signaling.load.traffic import Shape
from signaling.load.visitor import Kit, Visitor
from tests.support.room_client import Access, agrees_to_everything, identified, inside, mediator
from tests.support.service import Service

SOUND = Shape(picture_rate=0)


@dataclass
class Call:
    """The mediator and a party of one session, who speak and are heard by each other."""

    accesses: tuple[Access, Access]
    people: list[Visitor]

    @property
    def session_id(self) -> str:
        return self.accesses[0].session_id

    @property
    def ports(self) -> set[int]:
        """To which ports of the service their sound goes."""
        ends = [end for each in self.people for end in (each.person.sender, each.person.listener)]
        return {end.remote.address[1] for end in ends}

    @property
    def heard(self) -> int:
        """Packets of sound that arrived, at both."""
        return sum(stream.count for each in self.people for stream in each.person.listener.streams.values())

    @property
    def missing(self) -> int:
        streams = [stream for each in self.people for stream in each.person.listener.streams.values()]
        assert len(streams) == 2
        return sum(stream.expected - stream.count for stream in streams)


async def admitted(service: Service) -> tuple[Access, Access]:
    """The mediator and the applicant, who agreed to everything and was let in."""
    async with (
        httpx.AsyncClient(base_url=service.url, timeout=20) as first,
        httpx.AsyncClient(base_url=service.url, timeout=20) as second,
    ):
        host, party = await mediator(first, service), await identified(second, service, "applicant")
        await agrees_to_everything(second, party)
        async with inside(service, host) as room, inside(service, party):
            await room.done("admit", participant_id=party.participant_id)
    return host, party


async def speaking(kit: Kit, accesses: tuple[Access, Access], numbers: Sequence[int]) -> Call:
    """Come in, build transports, and follow each other."""
    people = [
        await Visitor.enter(kit, access.room_id, access.token, number, SOUND)
        for access, number in zip(accesses, numbers, strict=True)
    ]
    await connect_all([end for each in people for end in (each.person.sender, each.person.listener)])
    for each in people:
        await each.publish()
    for one, other in (people, people[::-1]):
        await one.follow(other)
    return Call(accesses, people)
