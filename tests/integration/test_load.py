"""The load generator against a real worker: what it claims to have counted was really sent, sealed and forwarded."""

from __future__ import annotations

import asyncio

import pytest

from signaling.load.endpoint import Endpoint, EndpointError, Inlet, Remote, own_certificate
from signaling.load.figures import delivery
from signaling.load.traffic import Shape, send
from signaling.sfu import control
from signaling.sfu.srtp import AEAD_AES_128_GCM, AES128_CM_SHA1_80, Profile
from tests.bench.targets import OurWorker, direct_people
from tests.support.waiting import until

PEOPLE = 3
SHAPE = Shape(sound_rate=50, picture_rate=100)
SPARE = Shape(sound_rate=8, picture_rate=4)
"""So little that a full room costs little: what is shown does not depend on it."""
SENDERS, LISTENERS = 12, 50
"""As many as a room takes (``signaling.room.RoomSettings``)."""


@pytest.mark.parametrize("profile", [AEAD_AES_128_GCM, AES128_CM_SHA1_80], ids=lambda each: each.name)
async def test_everything_arrives_and_can_be_read(profile: Profile) -> None:
    async with OurWorker(profile, recorded=True) as target:
        people = await target.fill_room(0, PEOPLE, SHAPE)
        await send(people, SHAPE, 0.3)
        before = await target.counters()
        for each in people:
            each.listener.forget()
        await send(people, SHAPE, 0.6)
        got, after = delivery(people), await target.counters()
        statistics = await target.worker.media.statistics()
        for each in people:
            await each.close()
    assert got.streams == PEOPLE * (PEOPLE - 1) * 2
    assert (got.delivered, got.unreadable) == (1.0, 0)
    assert got.packets > 400
    assert 0 < got.p50_ms <= got.p99_ms < 500
    forwarded = after["packets_forwarded"] - before["packets_forwarded"]
    assert abs(forwarded - got.packets) <= 20  # what was on its way when the counters were read
    assert after["packets_captured"] > before["packets_captured"]
    assert after["srtp_rejected"] == after["faults"] == 0
    assert {each["profile"] for each in statistics["transports"].values()} == {profile.name}


async def test_who_only_listens_sends_nothing() -> None:
    async with OurWorker(AEAD_AES_128_GCM, recorded=False) as target:
        people = await target.fill_room(0, PEOPLE, SHAPE, publishers=1)
        await send(people, SHAPE, 0.4)
        counts = [len(each.listener.streams) for each in people]
        for each in people:
            await each.close()
    assert counts == [0, 2, 2]


async def test_a_loss_is_seen_as_one() -> None:
    people = await direct_people(1, SHAPE, AEAD_AES_128_GCM)
    sound = people[0].sound
    assert sound is not None
    await send(people, SHAPE, 0.2)
    sound.sequence += 100  # never sent
    await send(people, SHAPE, 0.2)
    got = delivery(people)
    await people[0].close()
    assert 0.2 < got.delivered < 0.5


async def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.load.endpoint.PATIENCE", 0.3)
    certificate, fingerprint = own_certificate()
    endpoint = Endpoint(Inlet(), certificate, Remote(("127.0.0.1", 9), "u", "p" * 22, fingerprint))
    with pytest.raises(EndpointError, match=r"127\.0\.0\.1:9 did not answer a connectivity check"):
        await endpoint.connect()
    await endpoint.close()


async def test_a_full_room_of_twelve_who_send_and_fifty_who_listen_gets_everything_and_hears_who_speaks() -> None:
    names = {f"person{number}" for number in range(SENDERS)}
    async with OurWorker(AEAD_AES_128_GCM, recorded=True) as target:
        people = await target.fill_room(0, SENDERS + LISTENERS, SPARE, publishers=SENDERS)

        def told() -> set[str]:
            spoken = [each for each in target.worker.notices if isinstance(each, control.Speakers)]
            return set(spoken[-1].participant_ids) if spoken else set()

        async with asyncio.timeout(60):
            while told() != names:
                await send(people, SPARE, 0.5)
        sent = sorted(track.sequence for each in people for track in (each.sound, each.picture) if track is not None)
        everybodys = (SENDERS + LISTENERS - 1) * sum(sent)
        await until(lambda: delivery(people).packets >= everybodys, 20)
        got, statistics = delivery(people), await target.worker.media.statistics()
        for each in people:
            await each.close()
    assert (len(sent), got.streams) == (2 * SENDERS, 2 * SENDERS * (SENDERS + LISTENERS - 1))
    assert (got.packets, got.delivered, got.unreadable) == (everybodys, 1.0, 0)
    for each in people[SENDERS:]:
        assert sorted(stream.count for stream in each.listener.streams.values()) == sent
    streams = [each["streams"][0] for each in statistics["publications"].values()]
    assert sorted(each["received"] for each in streams) == sent
    assert all(each["lost"] == each["missing"] == each["nacked"] == 0 for each in streams)
    subscriptions = statistics["subscriptions"].values()
    assert len(subscriptions) == got.streams
    assert all(each["open"] and each["lost"] == each["asked_again"] == 0 for each in subscriptions)
    assert {each["state"] for each in statistics["transports"].values()} == {"connected"}
    assert [each["quality"] for each in statistics["people"]] == ["good"] * (SENDERS + LISTENERS)
    counters = statistics["counters"]
    assert (counters["packets_forwarded"], counters["packets_captured"]) == (everybodys, sum(sent))
    assert counters["send_dropped"] == counters["srtp_rejected"] == counters["faults"] == 0
