from __future__ import annotations

import asyncio

import pytest

from room_server.domain.errors import Malformed, NotFound, RateLimited, Unavailable
from room_server.live.probes import AT_ONCE, PER_MINUTE, RELAY_SECONDS, SECONDS, Probes
from signaling.pool import MediaPool
from signaling.turn import TurnServers
from tests.support.room_ports import MemoryClock, MemoryMedia
from tests.support.waiting import until


class Bench:
    """Probes on a media worker in memory, with hands to turn."""

    def __init__(self, turn: TurnServers | None = None) -> None:
        self.media, self.clock, self.now = MemoryMedia(), MemoryClock(), 1000.0
        turn = turn or TurnServers((), "", 0)
        self.probes = Probes(MediaPool([self.media]), turn=turn, clock=self.clock, monotonic=lambda: self.now)


async def test_a_probe_is_a_room_of_its_own_in_which_one_hears_oneself_and_nobody_else() -> None:
    bench = Bench()
    one, other = await bench.probes.open("ln_1"), await bench.probes.open("ln_2")
    assert bench.media.rooms[one.send.transport_id] == bench.media.rooms[one.receive.transport_id]
    assert len(set(bench.media.rooms.values())) == 2
    await bench.probes.connect(one.token, "send", {"fingerprints": []})
    published = await bench.probes.publish(one.token, {})
    assert bench.media.sent_on[published] == one.send.transport_id
    heard = await bench.probes.follow(one.token, {})
    assert heard.publication_id == published
    assert bench.media.subscriptions[heard.subscription_id] is False
    with pytest.raises(Malformed):
        await bench.probes.follow(other.token, {})


async def test_a_probe_sends_one_sound_and_gets_it_back_once() -> None:
    bench = Bench()
    token = (await bench.probes.open("ln_1")).token
    with pytest.raises(Malformed):
        await bench.probes.follow(token, {})
    await bench.probes.publish(token, {})
    with pytest.raises(Malformed):
        await bench.probes.publish(token, {})
    await bench.probes.follow(token, {})
    with pytest.raises(Malformed):
        await bench.probes.follow(token, {})


async def test_a_probe_ends_after_ten_seconds_whatever_happens() -> None:
    bench = Bench()
    token = (await bench.probes.open("ln_1")).token
    bench.clock.advance(SECONDS - 0.1)
    await bench.probes.publish(token, {})
    bench.clock.advance(0.1)
    await until(lambda: not bench.media.transports)
    for asking in (bench.probes.publish(token, {}), bench.probes.connect(token, "send", {})):
        with pytest.raises(NotFound):
            await asking


async def test_a_token_of_a_probe_that_was_closed_is_worth_nothing() -> None:
    bench = Bench()
    token = (await bench.probes.open("ln_1")).token
    await bench.probes.close(token)
    await bench.probes.close(token)
    assert bench.media.transports == {}
    with pytest.raises(NotFound):
        await bench.probes.publish(token, {})


async def test_a_link_probes_a_few_times_a_minute() -> None:
    bench = Bench()
    for _ in range(PER_MINUTE):
        await bench.probes.open("ln_1")
    with pytest.raises(RateLimited) as caught:
        await bench.probes.open("ln_1")
    bench.now += caught.value.detail["retry_after"]
    await bench.probes.open("ln_1")
    await bench.probes.open("ln_2")


async def test_strangers_do_not_crowd_out_the_rooms() -> None:
    bench = Bench()
    asked = [bench.probes.open(f"ln_{number}") for number in range(AT_ONCE + 5)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, RateLimited) for outcome in outcomes) == 5
    assert len(bench.media.transports) == 2 * AT_ONCE


async def test_a_worker_that_is_away_is_said_and_leaves_nothing_behind() -> None:
    bench = Bench()
    bench.media.ready = False
    with pytest.raises(Unavailable):
        await bench.probes.open("ln_1")
    bench.media.capabilities = None
    with pytest.raises(Unavailable):
        await bench.probes.open("ln_1")
    assert bench.media.transports == {}


async def test_a_relay_is_lent_to_a_stranger_for_a_minute_at_most() -> None:
    bench = Bench(TurnServers(("turn:relay.test",), "secret", 86_400))
    (server,) = (await bench.probes.open("ln_1")).ice_servers
    assert int(server["username"].partition(":")[0]) == int(bench.clock.now()) + RELAY_SECONDS


async def test_a_process_that_ends_takes_its_probes_along() -> None:
    bench = Bench()
    await bench.probes.open("ln_1")
    await bench.probes.close_all()
    assert bench.media.transports == {}
