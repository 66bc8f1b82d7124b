from __future__ import annotations

from datetime import UTC, datetime

import pytest

from room_server.domain import consent
from room_server.domain.consent import Answer, Item, Minutes, Notice, Step
from room_server.domain.errors import Conflict

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
SIDES = {"a": "applicant", "r": "respondent"}
NOTICE = Notice(
    "n",
    "1",
    "consent",
    (
        Item("come", "", "", required=True, until=Step.ENTRY),
        Item("sign", "", "", required=False, until=Step.SIGNATURE),
        Item("share", "", "", required=False),
    ),
)


def recording(person: str, dispute: bool, replaces: bool, confirmation: bool = False) -> Answer:
    answers = {
        consent.RECORDING: dispute,
        consent.REPLACES_MINUTES: replaces,
        consent.CONFIRMATION: confirmation,
    }
    return Answer(person, "recording_consent", "1", answers, NOW)


def test_without_the_first_purpose_there_is_no_other() -> None:
    assert consent.purposes([recording("a", dispute=False, replaces=True, confirmation=True)]) == ()
    assert consent.purposes([recording("a", dispute=True, replaces=False, confirmation=True)]) == (
        "recording_dispute",
        "recording_confirmation",
    )


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ([], ("a", "r")),
        ([recording("a", True, True)], ("r",)),
        ([recording("a", True, True), recording("r", True, False)], ("r",)),
        ([recording("a", True, True), recording("r", False, True)], ("r",)),
        ([recording("a", True, True), recording("r", True, True)], ()),
        ([recording("a", True, True), recording("r", True, True), recording("a", True, False)], ("a",)),
    ],
)
def test_the_recording_is_the_minutes_only_when_every_party_says_so(
    answers: list[Answer], missing: tuple[str, ...]
) -> None:
    assert consent.minutes(SIDES, consent.by_person(answers)) == Minutes(not missing, missing)


def test_one_side_alone_cannot_make_the_recording_the_minutes() -> None:
    ledger = consent.by_person([recording("a", True, True), recording("b", True, True)])
    assert not consent.minutes({"a": "applicant", "b": "applicant"}, ledger).replaced
    assert not consent.minutes({}, {}).replaced


def test_what_is_taken_back_is_a_yes_that_becomes_a_no() -> None:
    before = Answer("a", "n", "1", {"come": True, "sign": True, "share": False}, NOW)
    after = {"come": True, "sign": False, "share": False}
    assert [item.item_id for item in consent.withdrawn(NOTICE, before, after)] == ["sign"]
    assert consent.withdrawn(NOTICE, None, after) == ()


@pytest.mark.parametrize(
    ("item", "passed", "refusal"),
    [
        ("come", set(), None),
        ("come", {Step.ENTRY}, "consent_after_entry"),
        ("sign", {Step.ENTRY}, None),
        ("sign", {Step.ENTRY, Step.SIGNATURE}, "consent_after_signature"),
        ("share", {Step.ENTRY, Step.SIGNATURE}, None),
        ("share", {Step.END}, "consent_after_end"),
        ("sign", {Step.END}, "consent_after_end"),
    ],
)
def test_a_yes_can_be_taken_back_until_its_step(item: str, passed: set[Step], refusal: str | None) -> None:
    items = [one for one in NOTICE.items if one.item_id == item]
    if refusal is None:
        consent.require_before_step(items, passed)
        return
    with pytest.raises(Conflict) as caught:
        consent.require_before_step(items, passed)
    assert caught.value.code == refusal
