"""Who may know which piece of the board, also across the wall of a caucus."""

from __future__ import annotations

import pytest

from signaling.board import EVERYBODY, HOSTS, ROLES, Audience, Piece, only
from signaling.caucus import Caucus
from signaling.ids import CaucusId, ParticipantId
from signaling.messages import Role
from signaling.participant import Participant

CAUCUS = Caucus(CaucusId("c"), "applicant", {})


def person(role: Role = "party", *, admitted: bool = True) -> Participant:
    return Participant(ParticipantId("p1"), "Li", role, "applicant", admitted=admitted)


@pytest.mark.parametrize(
    ("audience", "role", "known"),
    [
        (EVERYBODY, "party", True),
        (EVERYBODY, "observer", True),
        (HOSTS, "host", True),
        (HOSTS, "party", False),
        (only("p1"), "party", True),
        (only("p2"), "party", False),
        (only("p2"), "host", False),
        (Audience(roles=frozenset({"host"}), people=frozenset({ParticipantId("p1")})), "party", True),
    ],
)
def test_a_piece_is_known_to_its_roles_and_to_its_people(audience: Audience, role: Role, known: bool) -> None:
    assert audience.includes(person(role), None) is known
    assert audience.includes(person(role), CAUCUS) is known


@pytest.mark.parametrize("audience", [EVERYBODY, HOSTS, only("p1"), Audience(joint=True)])
def test_whoever_waits_knows_nothing_that_is_not_for_the_waiting_room(audience: Audience) -> None:
    waiting = person("host" if audience is HOSTS else "party", admitted=False)
    assert not audience.includes(waiting, None)
    assert Audience(audience.roles, audience.people, waiting=True).includes(waiting, None)


def test_what_is_for_the_joint_session_is_not_known_in_a_caucus() -> None:
    assert Audience(joint=True).includes(person(), None)
    assert not Audience(joint=True).includes(person(), CAUCUS)
    assert not Audience(ROLES, joint=True).includes(person("host"), CAUCUS)


def test_a_piece_that_was_shown_does_not_change_with_its_original() -> None:
    value = {"lines": [1]}
    piece = Piece(value, HOSTS).frozen()
    value["lines"].append(2)
    assert piece == Piece({"lines": [1]}, HOSTS)
