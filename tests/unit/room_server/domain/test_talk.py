"""What is written: who gets it, how fast, what a yes binds to, and what the record may hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from room_server.domain.agreement import unfreezing_reason
from room_server.domain.call import Call, CallKind, require_caller
from room_server.domain.caucus import Caucus
from room_server.domain.chat import HERE, HOSTS, SHOWN_CHARACTERS, SHOWN_LINES, Line, address, require_pace, shown
from room_server.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, RateLimited
from room_server.domain.offer import terms
from room_server.domain.people import Authority, Participant, Role, Side
from room_server.domain.privilege import PrivilegeClass, commitment, new_salt, text_digest
from room_server.domain.rollcall import company, disclosure, recusal
from room_server.domain.ticket import Ticket, TicketState, other_side, require_keeper
from room_server.domain.words import LONGEST_TEXT, checked, one_line, printable

NOW = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
SIDES = {"host": Side.MEDIATOR, "clerk": Side.MEDIATOR, "a1": Side.APPLICANT, "a2": Side.APPLICANT,
         "r1": Side.RESPONDENT, "o": Side.RESPONDENT, "waits": Side.RESPONDENT, "gone": Side.APPLICANT}  # fmt: skip


def person(name: str) -> Participant:
    side = SIDES[name]
    role = Role.HOST if side is Side.MEDIATOR else Role.OBSERVER if name == "o" else Role.PARTY
    admitted = None if name == "waits" else NOW
    removed = NOW if name == "gone" else None
    return Participant(name, "s", name, side, role, Authority.SELF, name, "1", None, None, admitted, removed)


PEOPLE = [person(name) for name in SIDES]
TALK = Caucus("c1", "s", "applicant", ("a1", "a2", "gone", "host"), NOW)
OVER = TALK.close(NOW)


def to(author: str, target: str, *caucuses: Caucus) -> tuple[str, set[str]]:
    envelope = address(person(author), target, PEOPLE, caucuses)
    return envelope.privilege, set(envelope.recipients)


EVERYBODY_INSIDE = {"host", "clerk", "a1", "a2", "r1", "o"}


@pytest.mark.parametrize(
    ("author", "target", "privilege", "recipients"),
    [
        ("r1", HERE, "joint", EVERYBODY_INSIDE),
        ("clerk", HERE, "joint", EVERYBODY_INSIDE),
        ("a1", HERE, "caucus", {"a1", "a2", "host"}),
        ("host", HERE, "caucus", {"a1", "a2", "host"}),
        ("a1", HOSTS, "private", {"a1", "host", "clerk"}),
        ("r1", HOSTS, "private", {"r1", "host", "clerk"}),
        ("host", "r1", "private", {"r1", "host", "clerk"}),
        ("clerk", "a2", "private", {"a2", "host", "clerk"}),
    ],
)
def test_who_gets_a_line_while_a_caucus_runs(author: str, target: str, privilege: str, recipients: set[str]) -> None:
    assert to(author, target, OVER, TALK) == (privilege, recipients)


def test_after_the_caucus_a_member_writes_to_everybody_again() -> None:
    assert to("a1", HERE, OVER) == ("joint", EVERYBODY_INSIDE)


@pytest.mark.parametrize(
    ("author", "target", "refusal"),
    [
        ("waits", HERE, Forbidden),
        ("waits", HOSTS, Forbidden),
        ("gone", HERE, Forbidden),
        ("a1", "r1", Forbidden),
        ("a1", "a2", Forbidden),
        ("o", "host", Forbidden),
        ("host", HOSTS, Conflict),
        ("host", "clerk", Conflict),
        ("host", "waits", Conflict),
        ("host", "gone", Conflict),
        ("host", "stranger", NotFound),
    ],
)
def test_what_may_not_be_written(author: str, target: str, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        to(author, target)


def line(number: int, text: str = "x", privilege: PrivilegeClass = PrivilegeClass.JOINT) -> Line:
    return Line(str(number), "s", "a1", privilege, "joint", ("a1", "r1"), text, "salt", NOW)


def test_lines_of_the_joint_session_are_not_read_in_a_caucus_and_others_are() -> None:
    joint, private = line(1), line(2, privilege=PrivilegeClass.PRIVATE)
    assert [joint.visible_to("a1", place) for place in (None, TALK)] == [True, False]
    assert [private.visible_to("a1", place) for place in (None, TALK)] == [True, True]
    assert not joint.visible_to("o", None)


@given(st.lists(st.integers(1, LONGEST_TEXT), max_size=150))
def test_live_screens_carry_the_newest_lines_up_to_a_bound(lengths: list[int]) -> None:
    lines = [line(number, "x" * length) for number, length in enumerate(lengths)]
    kept = shown(lines)
    assert kept == lines[len(lines) - len(kept) :]
    assert len(kept) <= SHOWN_LINES
    assert sum(len(each.text) for each in kept) <= SHOWN_CHARACTERS
    if len(kept) < min(len(lines), SHOWN_LINES):
        more = lines[len(lines) - len(kept) - 1 :]
        assert sum(len(each.text) for each in more) > SHOWN_CHARACTERS
    assert bool(kept) == bool(lines)


def test_ten_lines_in_ten_seconds_and_then_a_pause_with_its_length() -> None:
    moments = [NOW + timedelta(seconds=each) for each in range(10)]
    require_pace(moments[:9], NOW + timedelta(seconds=9))
    with pytest.raises(RateLimited) as refusal:
        require_pace(moments, NOW + timedelta(seconds=9.5))
    assert refusal.value.detail["retry_after"] == 1
    require_pace(moments, NOW + timedelta(seconds=10))


@pytest.mark.parametrize("text", ["", "  \n", "a" * (LONGEST_TEXT + 1), "a\0b", "a\x1bb", "\ud800"])
def test_text_that_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        checked(text)


def test_text_keeps_its_letters_and_line_breaks() -> None:
    assert checked(" 好的，\r\n两期付 👍\t\r") == "好的，\n两期付 👍"
    assert checked("字" * LONGEST_TEXT) == "字" * LONGEST_TEXT


def test_a_commitment_holds_to_the_words_and_gives_none_away() -> None:
    one, other = new_salt(), new_salt()
    assert commitment(one, "26000") == commitment(one, "26000") != commitment(other, "26000")
    assert commitment(one, "ab", "c") != commitment(one, "a", "bc")


def ticket(**changes: object) -> Ticket:
    made = Ticket("t", "s", "c1", "applicant", "host", ("a1", "a2", "host"), "可以分两期付。", "salt", NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def answered(
    one: Ticket, by: str = "a1", yes: bool = True, caucus: Caucus = TALK, text: str = "可以分两期付。"
) -> Ticket:
    return one.answer(person(by), yes, text_digest(text), caucus, NOW)


def test_only_what_was_agreed_is_delivered_and_only_once() -> None:
    asked = ticket()
    for one in (asked, answered(asked, yes=False), asked.withdraw(), asked.expire()):
        with pytest.raises(Conflict):
            one.deliver(NOW)
    delivered = answered(asked).deliver(NOW)
    assert (delivered.state, delivered.text) == (TicketState.DELIVERED, asked.text)
    with pytest.raises(Conflict):
        delivered.deliver(NOW)


def test_a_yes_is_to_the_words_that_were_on_the_screen() -> None:
    with pytest.raises(Conflict, match="frozen"):
        answered(ticket(), text="可以分三期付。")


def test_a_yes_may_be_taken_back_until_the_words_were_said() -> None:
    agreed = answered(ticket())
    assert answered(agreed, by="a2", yes=False, caucus=OVER).state is TicketState.REFUSED
    for state in (TicketState.DELIVERED, TicketState.REFUSED, TicketState.WITHDRAWN, TicketState.EXPIRED):
        with pytest.raises(Conflict):
            answered(ticket(state=state), yes=False)
    with pytest.raises(Conflict):
        answered(agreed)


@pytest.mark.parametrize("by", ["host", "r1", "o", "waits"])
def test_nobody_but_the_side_in_the_talk_answers(by: str) -> None:
    with pytest.raises(Forbidden):
        answered(ticket(members=("a1", "a2", "host", "r1", "o")), by=by)


def test_who_has_left_the_talk_or_comes_after_its_end_does_not_answer() -> None:
    with pytest.raises(Forbidden):
        answered(ticket(), caucus=TALK.without_member("a1"))
    with pytest.raises(Conflict):
        answered(ticket(), caucus=OVER)


def test_the_end_of_the_talk_leaves_an_answer_as_it_is() -> None:
    assert ticket().expire().state is TicketState.EXPIRED
    assert answered(ticket()).expire().state is TicketState.AGREED


def test_the_commitment_of_a_ticket_holds_its_answer_too() -> None:
    asked = ticket()
    assert len({asked.commitment, answered(asked).commitment, answered(asked, yes=False).commitment}) == 3


def test_only_a_host_of_that_talk_acts_on_its_tickets() -> None:
    require_keeper(ticket(), person("host"))
    for name in ("clerk", "a1"):
        with pytest.raises(Forbidden):
            require_keeper(ticket(), person(name))


def test_the_words_go_to_the_parties_of_the_other_side_who_are_inside() -> None:
    assert other_side(ticket(), PEOPLE) == ("r1",)
    with pytest.raises(Conflict):
        other_side(ticket(side="respondent"), [person("waits"), person("gone")])


def test_a_call_is_answered_once_and_made_by_anybody_who_is_no_host_and_was_not_sent_out() -> None:
    call = Call("call", "s", "a1", CallKind.ALARM, NOW, "salt")
    seen = call.see("host", NOW)
    assert (call.open, seen.open, seen.see("clerk", NOW).seen_by) == (True, False, "host")
    for name in ("waits", "a1", "o"):
        require_caller(person(name))
    for name in ("host", "gone"):
        with pytest.raises(Forbidden):
            require_caller(person(name))


def test_one_line_is_one_line_and_may_be_empty() -> None:
    assert one_line(" 证件\t没带，\r\n请去拿　来 ", 20) == "证件 没带， 请去拿 来"
    assert one_line(" \n ", 20) == ""
    with pytest.raises(Invalid) as refused:
        one_line("字" * 21, 20)
    assert (refused.value.code, refused.value.detail) == ("text_too_long", {"most": 20})


HIDDEN = (
    "before\x00after",
    "\x1b[31mred",
    "half \ud83d",
    "付\u202e0081元",
    "按 \u200f3 ： 7 分",
    "付\u20675 : 3\u2069元",
)
SAID: dict[str, Callable[[str], object]] = {
    "who is beside one": lambda text: company(alone=False, who=text),
    "why another mediator": lambda text: recusal(objection=True, reason=text),
    "what is disclosed": disclosure,
    "why a text is opened": unfreezing_reason,
    "on what conditions": lambda text: terms(Side.RESPONDENT, "1", [(NOW.date(), "1")], text, 1, NOW, NOW.date()),
}


def test_what_a_phone_pastes_round_a_number_is_taken_off_and_other_scripts_keep_their_marks() -> None:
    assert printable("打 \u202d138 0000 0001\u202c 给我") == "打 138 0000 0001 给我"
    uyghur = "\u2067ياخشى\u2069 \u200f3:7"
    assert printable(uyghur) == uyghur
    with pytest.raises(Invalid):
        printable("ياخشى \u202e3:7")


def test_words_of_which_nothing_can_be_seen_are_none() -> None:
    for text in ("\u200b", " \u2060\ufeff ", "\u202d\u202c"):
        with pytest.raises(Invalid) as refused:
            checked(text)
        assert refused.value.code == "text_empty"


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("text", HIDDEN)
def test_nothing_that_no_screen_shows_gets_onto_the_record(said: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        SAID[said](text)
    assert refused.value.code == "text_invalid"
