"""The network of a person goes away for a while: the browser finds the way back on the transports that it has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.support.browser import DESKTOP, PHONE, Person, chromium
from tests.support.network import Network, own_network
from tests.support.service import running_service
from tests.support.short_way import everybody_meets

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

STAYS_CUT = 2.0
"""Seconds after a browser has called its path disconnected: a restart would be due after 1.5. The server waits 30."""
BACK_WITHIN = 5.0
SECOND_OF_SOUND = 2_000
"""Bytes, or less than a second."""

STATES = "() => window.peers.map((peer) => peer.connectionState).filter((state) => state !== 'closed').sort()"
PEERS = "() => window.peers.length"


@dataclass
class Two:
    mediator: Person
    party: Person
    network: Network


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    async with running_service(tmp_path_factory.mktemp("service") / "data") as service, chromium() as browser:
        mediator = await Person.sits_down(browser, "mediator", DESKTOP)
        party = await Person.sits_down(browser, "applicant", PHONE)
        async with own_network(party) as network:
            await everybody_meets(service, mediator, applicant=party)
            yield Two(mediator, party, network)


@pytest_asyncio.fixture(loop_scope="module")
async def two(room: Two) -> Two:
    """The room as it is when all is well."""
    await room.network.heal()
    await both_see_and_hear(room)
    room.network.commands.clear()
    room.network.path.dropped = 0
    return room


async def both_see_and_hear(two: Two) -> None:
    await asyncio.gather(two.mediator.sees_and_hears(1), two.party.sees_and_hears(1))


async def until_states(person: Person, *states: str) -> None:
    async with asyncio.timeout(30):
        while await person.page.evaluate(STATES) != sorted(states):
            await person.page.wait_for_timeout(50)


async def test_a_network_that_was_away_costs_no_transport(two: Two) -> None:
    before = await two.party.page.evaluate(PEERS)
    await two.network.cut()
    cut = time.monotonic()
    await two.party.waits_for("connection-banner", state="reconnecting")
    await until_states(two.party, "disconnected", "disconnected")
    print(f"cut -> the browser calls both paths disconnected: {time.monotonic() - cut:.1f} s")
    await two.party.page.wait_for_timeout(STAYS_CUT * 1000)
    await two.network.heal()
    healed = time.monotonic()
    await both_see_and_hear(two)
    back = time.monotonic() - healed
    print(f"network back -> both see and hear: {back:.2f} s")
    assert back < BACK_WITHIN
    # Whether ICE is restarted depends on who is faster: the socket, or the path that carries again by itself.
    assert "create_transport" not in two.network.commands
    assert await two.party.page.evaluate(PEERS) == before
    assert two.network.path.dropped > 0


async def test_another_address_alone_costs_no_restart(two: Two) -> None:
    """The router in between gives the browser's packets another port: neither end is told, and nothing is cut."""
    path, before = two.network.path, await two.party.page.evaluate(PEERS)
    old = path.addresses
    path.move()
    moved = time.monotonic()
    await asyncio.gather(until_more_is_seen_and_heard(two.mediator), until_more_is_seen_and_heard(two.party))
    back = time.monotonic() - moved
    print(f"another address -> both see and hear: {back:.2f} s")
    assert back < BACK_WITHIN
    assert path.addresses and not path.addresses & old
    assert not {"restart_ice", "create_transport"} & set(two.network.commands)
    assert await two.party.page.evaluate(PEERS) == before
    await both_see_and_hear(two)


async def until_more_is_seen_and_heard(person: Person) -> None:
    """Until more has come than what was under way: a second of sound, and three pictures."""
    (sound,), (picture,) = await person.inbound("audio"), await person.inbound("video")
    async with asyncio.timeout(30):
        while True:
            (heard,), (seen,) = await person.inbound("audio"), await person.inbound("video")
            if heard["bytes"] > sound["bytes"] + SECOND_OF_SOUND and seen["frames"] >= picture["frames"] + 3:
                return
            await person.page.wait_for_timeout(50)


async def test_media_that_are_cut_alone_come_back_by_a_restart(two: Two) -> None:
    two.network.path.open = False
    await two.party.waits_for("connection-banner", state="restoring")
    async with asyncio.timeout(30):
        while two.network.commands.count("restart_ice") < 2:
            await two.party.page.wait_for_timeout(50)
    two.network.path.open = True
    healed = time.monotonic()
    await both_see_and_hear(two)
    print(f"path open again -> both see and hear: {time.monotonic() - healed:.2f} s")
    assert time.monotonic() - healed < BACK_WITHIN
    assert "create_transport" not in two.network.commands


async def test_media_that_stay_cut_are_built_anew(two: Two) -> None:
    """As after a middlebox that has lost its memory: the old transport stays dead, a new one gets through."""
    two.network.path.open = False
    async with asyncio.timeout(40):
        while two.network.commands.count("create_transport") < 2:
            await two.party.page.wait_for_timeout(50)
    assert two.network.commands.index("restart_ice") < two.network.commands.index("create_transport")
    two.network.path.open = True
    await both_see_and_hear(two)
