"""How long each side has spoken: for hosts in the joint session, and for nobody else."""

from __future__ import annotations

from signaling.balance import KEPT_EVERY
from signaling.ids import ParticipantId
from tests.support.room_ports import ROOM, House


def speak(home: House, *names: str, place: str = "") -> None:
    home.hub.speakers(ROOM if not place else f"{ROOM}#{place}", [ParticipantId(each) for each in names])  # type: ignore[arg-type]


async def arrive(home: House) -> None:
    await home.host()
    for name, side in (("a1", "applicant"), ("a2", "applicant"), ("r", "respondent")):
        await home.arrive(name, side=side)
    await home.arrive("o", "observer", "applicant")


async def test_seconds_add_up_by_side_and_two_of_one_side_count_once(home: House) -> None:
    await arrive(home)
    speak(home, "a1")
    home.clock.advance(4)
    speak(home, "a1", "a2", "r")
    home.clock.advance(2)
    speak(home, "r")
    home.clock.advance(1)
    speak(home)
    home.clock.advance(100)
    speak(home, "host", "o")
    home.clock.advance(3)
    assert home.room.balance.seconds() == {"applicant": 6.0, "mediator": 3.0, "respondent": 3.0}


async def test_hosts_alone_are_told_and_only_when_somebody_begins_or_ends(home: House) -> None:
    await arrive(home)
    began = home.clock.now()
    speak(home, "a1")
    home.clock.advance(2)
    speak(home, "a1", "a2")
    speak(home)
    await home.settle()
    host = next(each for each in home.browsers if each.token == "token-host")
    told = [event["data"]["value"] for event in host.catch_up() if event["type"] == "board_changed"]
    assert told == [
        {"applicant": {"seconds": 0.0, "since": began}},
        {"applicant": {"seconds": 2.0, "since": None}},
    ]
    for browser in home.browsers:
        assert browser is host or not [e for e in browser.catch_up() if e["type"] == "board_changed"]


async def test_what_is_said_in_a_caucus_is_not_counted(home: House) -> None:
    await arrive(home)
    host = next(each for each in home.browsers if each.token == "token-host")
    caucus = (await host.do("open_caucus", participant_ids=["a1", "a2"], in_seconds=0))["caucus_id"]
    home.clock.advance(0)
    await home.settle()
    speak(home, "a1", place=caucus)
    home.clock.advance(9)
    assert home.room.balance.seconds() == {}


async def test_the_sums_are_kept_while_somebody_speaks_and_taken_up_again(home: House) -> None:
    await arrive(home)
    speak(home, "r")
    home.clock.advance(KEPT_EVERY)
    await home.settle()
    assert home.policy.told("spoken") == [({"respondent": KEPT_EVERY},)]
    speak(home)
    home.clock.advance(KEPT_EVERY)
    await home.settle()
    home.clock.advance(10 * KEPT_EVERY)
    await home.settle()
    assert len(home.policy.told("spoken")) == 2, "nothing is written while nobody speaks"
    await home.room.close("idle")
    await home.settle()
    await home.host()
    assert home.room.balance.seconds() == {"respondent": KEPT_EVERY}


async def test_a_worker_that_dies_ends_every_speech(home: House) -> None:
    await arrive(home)
    speak(home, "r")
    home.clock.advance(5)
    home.hub.media_lost(home.media)
    home.clock.advance(60)
    assert home.room.balance.seconds() == {"respondent": 5.0}
    await home.settle()
