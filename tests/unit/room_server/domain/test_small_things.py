from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from room_server.domain import consent
from room_server.domain.access import Link, hash_secret, identity_mark, new_secret
from room_server.domain.codes import ExpiredCode, OneTimeCode, UsedCode, WrongCode, hash_digits, new_digits
from room_server.domain.consent import Answer, Item, Notice
from room_server.domain.errors import Conflict, DomainError, Gone, Invalid
from room_server.domain.people import mask_name, mask_phone
from room_server.domain.session import Session, State

NOW = datetime(2026, 9, 16, 3, tzinfo=UTC)
KEY = b"key"


@pytest.mark.parametrize(
    ("name", "masked"), [("林小满", "林*满"), ("何平", "何*"), ("欧阳小满（演示）", "欧**满"), ("满", "*"), ("", "*")]
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_phone_numbers_are_masked() -> None:
    assert (mask_phone("13800001234"), mask_phone("12345")) == ("138****1234", "***45")


def test_a_session_only_moves_forward() -> None:
    session = Session("s", "c", "r", State.SCHEDULED, NOW)
    with pytest.raises(Conflict):
        session.file(NOW)
    ended = session.start(NOW).end(NOW, "OTHER")
    for step in (lambda: ended.start(NOW), lambda: ended.end(NOW, "OTHER"), ended.require_open):
        with pytest.raises(Conflict):
            step()
    assert ended.file(NOW).state is State.FILED


def link() -> Link:
    return Link("l", "s", "p", hash_secret("x"), NOW, NOW + timedelta(days=14))


def test_a_link_dies_at_its_end_and_when_it_is_revoked() -> None:
    link().require_usable(NOW)
    for dead, at, code in (
        (link(), NOW + timedelta(days=14), "link_expired"),
        (link().revoke(NOW), NOW, "link_revoked"),
    ):
        with pytest.raises(Gone) as caught:
            dead.require_usable(at)
        assert caught.value.code == code


def test_a_claimed_link_knows_its_device() -> None:
    device = new_secret()
    claimed = link().claim(device, NOW)
    claimed.require_device(device)
    for other in (None, new_secret()):
        with pytest.raises(Conflict):
            claimed.require_device(other)
    assert claimed.claim(new_secret(), NOW).claimed_by(device)


def test_the_mark_of_an_identity_is_bound_to_the_person_and_the_key() -> None:
    mark = identity_mark(KEY, "p", "012x")
    assert mark == identity_mark(KEY, "p", " 012X ")
    assert mark not in (identity_mark(KEY, "q", "012X"), identity_mark(b"other", "p", "012X"))


def one_time_code(digits: str = "123456") -> OneTimeCode:
    return OneTimeCode(
        code_id="c",
        participant_id="p",
        proposal_id="pr",
        digest="d",
        code_hash=hash_digits(KEY, "c", digits),
        sent_at=NOW,
    )


def test_a_code_is_used_once() -> None:
    used, outcome = one_time_code().attempt(KEY, "123456", NOW)
    assert isinstance(outcome, UsedCode)
    assert used.attempt(KEY, "123456", NOW)[1] == ExpiredCode()


def test_the_sixth_try_meets_a_dead_code() -> None:
    code = one_time_code()
    for left in (4, 3, 2, 1, 0):
        code, outcome = code.attempt(KEY, "000000", NOW)
        assert outcome == WrongCode(left)
    assert code.attempt(KEY, "123456", NOW)[1] == ExpiredCode()


def test_a_code_has_six_digits() -> None:
    assert all(len(digits) == 6 and digits.isdigit() for digits in (new_digits() for _ in range(50)))


NOTICE = Notice("n", "2", "notice", (Item("must", "", "", required=True), Item("may", "", "", required=False)))


def answered(version: str = "2", **answers: bool) -> Answer:
    return Answer("p", "n", version, answers, NOW)


def test_ready_needs_a_yes_to_the_version_in_force() -> None:
    assert consent.ready([NOTICE], [answered(must=True, may=False)])
    for answers in ([], [answered(must=False, may=True)], [answered("1", must=True, may=True)]):
        assert not consent.ready([NOTICE], answers)


def test_the_latest_word_counts() -> None:
    before, after = answered(must=True, may=True), answered(must=True, may=False)
    assert consent.agreed("may", [before])
    assert not consent.agreed("may", [before, after])
    assert not consent.agreed("may", [])


def test_an_answer_must_fit_the_notice() -> None:
    consent.check(NOTICE, "2", {"must": True, "may": False})
    for version, answers, refusal in (("1", {"must": True, "may": True}, Conflict), ("2", {"must": True}, Invalid)):
        with pytest.raises(refusal):
            consent.check(NOTICE, version, answers)


def test_only_a_listed_refusal_can_be_raised() -> None:
    with pytest.raises(KeyError):
        DomainError("made_up")
