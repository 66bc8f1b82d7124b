"""Connectivity checks with real STUN messages."""

from __future__ import annotations

import itertools

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu.counters import Counters
from signaling.sfu.ice import Credentials, IceAgent, IceLite

ADDRESS = ("198.51.100.7", 4242)


class Desk:
    """An ICE-lite with one agent that belongs to ``"ann"``; its credentials are u1/p1, after a restart u2/p2."""

    def __init__(self) -> None:
        numbers = itertools.count(1)
        self.counters = Counters()
        self.ice: IceLite[str] = IceLite(self.counters)
        self.agent = IceAgent(lambda: Credentials(f"u{(number := next(numbers))}", f"p{number}" * 8))
        self.ice.add(self.agent, "ann")


def check(ufrag: str, password: str | None, *attributes: str) -> bytes:
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{ufrag}:browser"
    for attribute in attributes:
        request.attributes[attribute] = None if attribute == "USE-CANDIDATE" else 5
    if password is not None:
        request.add_message_integrity(password.encode())
    return bytes(request)


def test_a_valid_check_is_answered_with_the_senders_address() -> None:
    desk = Desk()
    request = check("u1", "p1" * 8, "ICE-CONTROLLING", "USE-CANDIDATE")
    found = desk.ice.check(request, ADDRESS)
    assert found is not None
    assert (found.owner, found.nominated) == ("ann", True)
    answer = stun.parse_message(found.answer)
    assert answer.message_class == stun.Class.RESPONSE
    assert answer.transaction_id == stun.parse_message(request).transaction_id
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ADDRESS
    assert answer.check_message_integrity(b"p1" * 8)
    assert desk.counters.stun_answered == 1


def test_ipv6_addresses_are_mirrored_too() -> None:
    found = Desk().ice.check(check("u1", "p1" * 8), ("2001:db8::1", 9))
    assert found is not None
    assert stun.parse_message(found.answer).attributes["XOR-MAPPED-ADDRESS"] == ("2001:db8::1", 9)


@pytest.mark.parametrize(
    ("datagram", "counter"),
    [
        (check("u1", "wrong"), "stun_bad_integrity"),
        (check("u1", None), "stun_malformed"),
        (check("stranger", "p1" * 8), "stun_unknown_ufrag"),
        (check("", "p1" * 8), "stun_unknown_ufrag"),
        (bytes(stun.Message(stun.Method.BINDING, stun.Class.INDICATION)), "stun_malformed"),
        (bytes(stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST)), "stun_malformed"),
        (b"\x00\x01", "stun_malformed"),
        (check("u1", "p1" * 8)[:-3], "stun_malformed"),
    ],
    ids=["wrong password", "no password", "stranger", "no name", "indication", "other method", "two bytes", "cut off"],
)
def test_everything_else_is_counted_and_gets_no_answer(datagram: bytes, counter: str) -> None:
    desk = Desk()
    assert desk.ice.check(datagram, ADDRESS) is None
    assert {name for name, count in desk.counters.as_json().items() if count} == {counter}


@given(st.binary(max_size=200), st.integers(0, 120))
def test_no_bytes_break_it(garbage: bytes, cut: int) -> None:
    desk = Desk()
    assert desk.ice.check(garbage, ADDRESS) is None
    whole = check("u1", "p1" * 8)
    damaged = whole[:cut] + garbage + whole[cut + len(garbage) :]
    if damaged[: len(whole) - 8] != whole[:-8]:  # the last attribute, FINGERPRINT, is not what makes it authentic
        assert desk.ice.check(damaged, ADDRESS) is None


def test_a_controlled_peer_is_told_to_change_roles_and_binds_no_address() -> None:
    desk = Desk()
    found = desk.ice.check(check("u1", "p1" * 8, "ICE-CONTROLLED"), ADDRESS)
    assert found is not None
    assert found.owner is None
    assert stun.parse_message(found.answer).attributes["ERROR-CODE"] == (487, "Role Conflict")


def test_after_a_restart_the_old_password_holds_until_the_new_one_is_used() -> None:
    desk = Desk()
    desk.agent.restart()
    desk.ice.add(desk.agent, "ann")
    assert desk.agent.parameters() == {"usernameFragment": "u2", "password": "p2" * 8, "iceLite": True}
    assert desk.ice.check(check("u1", "p1" * 8), ADDRESS) is not None
    assert desk.ice.check(check("u2", "p2" * 8), ADDRESS) is not None
    assert desk.ice.check(check("u1", "p1" * 8), ADDRESS) is None
    assert desk.counters.stun_unknown_ufrag == 1


def test_a_second_restart_keeps_the_credentials_that_are_in_use() -> None:
    desk = Desk()
    for _ in range(2):
        desk.ice.remove(desk.agent)
        desk.agent.restart()
        desk.ice.add(desk.agent, "ann")
    assert desk.ice.check(check("u2", "p2" * 8), ADDRESS) is None
    assert desk.ice.check(check("u1", "p1" * 8), ADDRESS) is not None
    assert desk.ice.check(check("u3", "p3" * 8), ADDRESS) is not None


def test_a_removed_agent_answers_no_more() -> None:
    desk = Desk()
    desk.ice.remove(desk.agent)
    assert desk.ice.check(check("u1", "p1" * 8), ADDRESS) is None


def test_who_asks_again_is_read_from_memory_and_believed_no_sooner_for_it() -> None:
    desk = Desk()
    for address in (ADDRESS, ADDRESS, ("203.0.113.9", 1), ("2001:db8::1", 9), ("2001:db8::1", 9)):
        request = check("u1", "p1" * 8, "ICE-CONTROLLING", "USE-CANDIDATE")
        found = desk.ice.check(request, address)
        assert found is not None
        assert (found.owner, found.nominated) == ("ann", True)
        answer = stun.parse_message(found.answer)
        assert answer.transaction_id == stun.parse_message(request).transaction_id
        assert answer.attributes["XOR-MAPPED-ADDRESS"] == address
        assert answer.check_message_integrity(b"p1" * 8)
    assert desk.ice.check(check("u1", "wrong", "ICE-CONTROLLING", "USE-CANDIDATE"), ADDRESS) is None
    request = check("u1", "p1" * 8, "ICE-CONTROLLING", "USE-CANDIDATE")
    assert desk.ice.check(request[:-1] + bytes((request[-1] ^ 1,)), ADDRESS) is None
    counted = {name: count for name, count in desk.counters.as_json().items() if count}
    assert counted == {"stun_answered": 5, "stun_bad_integrity": 1, "stun_malformed": 1}


@pytest.mark.parametrize("end", ["removed", "restarted"])
def test_who_asked_before_the_end_of_a_password_is_not_believed_after_it(end: str) -> None:
    desk = Desk()
    for _ in range(2):
        assert desk.ice.check(check("u1", "p1" * 8), ADDRESS) is not None
    if end == "removed":
        desk.ice.remove(desk.agent)
    else:
        desk.agent.restart()
        desk.ice.add(desk.agent, "ann")
        assert desk.ice.check(check("u1", "p1" * 8), ADDRESS) is not None
        for _ in range(2):
            assert desk.ice.check(check("u2", "p2" * 8), ADDRESS) is not None
    assert desk.ice.check(check("u1", "p1" * 8), ADDRESS) is None
    assert desk.counters.stun_unknown_ufrag == 1
