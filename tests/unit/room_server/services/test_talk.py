"""What is written reaches exactly those whom it is for, and the record has none of the words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from room_server.bus import AccessEnded, Published
from room_server.domain.call import CallKind
from room_server.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, RateLimited
from room_server.domain.privilege import commitment, text_digest
from room_server.domain.ticket import MOST_OPEN
from signaling.board import HOSTS
from tests.support.product_room import Product

SECRET = "底线是26000"


@pytest.fixture
async def people(product: Product) -> dict[str, str]:
    """Everybody of the demonstration case, let in."""
    ids = {side: await product.person(side) for side in ("mediator", "applicant", "respondent")}
    for side in ("applicant", "respondent"):
        await product.let_in(ids[side])
    product.events.clear()
    return ids


def published(product: Product, prefix: str) -> list[Published]:
    return [each for each in product.events if isinstance(each, Published) and each.topic.startswith(prefix)]


def reached(event: Published, people: Mapping[str, str]) -> set[str]:
    return {side for side, person in people.items() if person in event.audience.people}


async def record(product: Product) -> list[tuple[str, str, dict[str, Any]]]:
    async with product.ports.unit_of_work() as unit:
        entries = await unit.log.read(product.session_id)
    kinds = ("chat_line", "host_called", "host_answered", "ticket_answered", "ticket_delivered")
    return [(each.kind, each.actor, dict(each.data)) for each in entries if each.kind in kinds]


async def open_caucus(product: Product, *members: str) -> None:
    await product.services.caucuses.open(product.session_id, "cau_1", list(members))


async def test_a_line_reaches_the_place_of_its_author(product: Product, people: dict[str, str]) -> None:
    chat, session = product.services.chat, product.session_id
    host, worker, agent = people["mediator"], people["applicant"], people["respondent"]
    await chat.say(session, worker, "here", "大家好")
    await open_caucus(product, worker, host)
    await chat.say(session, worker, "here", SECRET)
    await chat.say(session, agent, "here", "你们聊完了吗")
    await chat.say(session, agent, "hosts", "我想早点走")
    await chat.say(session, host, agent, "再等五分钟")
    events = published(product, "chat/")
    assert [(each.value["class"], each.audience.joint, reached(each, people)) for each in events] == [
        ("joint", True, {"mediator", "applicant", "respondent"}),
        ("caucus", False, {"mediator", "applicant"}),
        ("joint", True, {"mediator", "applicant", "respondent"}),
        ("private", False, {"mediator", "respondent"}),
        ("private", False, {"mediator", "respondent"}),
    ]
    assert all(each.audience.roles == frozenset() and not each.audience.waiting for each in events)
    assert len({each.topic for each in events}) == 5
    assert {each.topic: each.audience for each in events} == {
        topic: piece.audience for topic, piece in (await chat.board(session)).items()
    }


async def test_what_somebody_may_read_follows_where_they_are(product: Product, people: dict[str, str]) -> None:
    chat, session = product.services.chat, product.session_id
    host, worker, agent = people["mediator"], people["applicant"], people["respondent"]

    async def read(person: str) -> list[str]:
        return [each["text"] for each in (await chat.visible(session, person))[1]]

    await chat.say(session, worker, "here", "一")
    await open_caucus(product, worker, host)
    await chat.say(session, host, "here", SECRET)
    await chat.say(session, agent, "here", "二")
    assert [await read(each) for each in (host, worker, agent)] == [[SECRET], [SECRET], ["一", "二"]]
    await product.services.caucuses.close(session, "cau_1")
    assert [await read(each) for each in (host, worker, agent)] == [["一", SECRET, "二"]] * 2 + [["一", "二"]]


async def test_a_host_who_comes_later_into_a_caucus_does_not_read_what_was_written(
    product: Product, people: dict[str, str]
) -> None:
    chat, session = product.services.chat, product.session_id
    host, worker = people["mediator"], people["applicant"]
    await open_caucus(product, worker)
    await chat.say(session, worker, "here", "只有我们")
    await product.services.caucuses.host_moved(session, "cau_1", host, entered=True)
    await chat.say(session, worker, "here", "您来了")
    assert [each["text"] for each in (await chat.visible(session, host))[1]] == ["您来了"]


@pytest.mark.parametrize("how", ["removed", "reissued", "revoked"])
async def test_who_was_sent_out_of_a_caucus_is_not_in_it_when_they_come_back(
    product: Product, people: dict[str, str], how: str
) -> None:
    chat, session = product.services.chat, product.session_id
    host, worker, agent = people["mediator"], people["applicant"], people["respondent"]
    await open_caucus(product, worker, host)
    if how == "removed":
        await product.services.sessions.remove(session, host, worker, "")
    if how == "revoked":
        await product.services.access.revoke_link(session, host, worker)
    await product.services.access.reissue_link(session, host, worker)
    await product.let_in(worker)
    assert any(isinstance(each, AccessEnded) for each in product.events)
    await chat.say(session, host, "here", SECRET)
    line = await chat.say(session, worker, "here", "我回来了")
    hosts = {
        each.participant_id for each in (await product.services.sessions.get(session)).people if each.role == "host"
    }
    assert host in hosts
    assert (line.privilege, set(line.recipients)) == ("joint", hosts | {worker, agent})
    assert [each["text"] for each in (await chat.visible(session, worker))[1]] == ["我回来了"]


async def test_what_was_typed_in_one_place_is_not_sent_in_another(product: Product, people: dict[str, str]) -> None:
    chat, session = product.services.chat, product.session_id
    host, worker = people["mediator"], people["applicant"]
    await open_caucus(product, worker, host)
    for place in ("", "cau_2"):
        with pytest.raises(Conflict):
            await chat.say(session, worker, "here", "x", place=place)
    await chat.say(session, worker, "here", SECRET, place="cau_1")
    await product.services.caucuses.close(session, "cau_1")
    with pytest.raises(Conflict):
        await chat.say(session, worker, "here", SECRET, place="cau_1")
    assert [each.value["class"] for each in published(product, "chat/")] == ["caucus"]


async def test_nobody_who_waits_or_was_sent_out_writes_or_reads(product: Product) -> None:
    host, worker = await product.person("mediator"), await product.person("applicant")
    chat, session = product.services.chat, product.session_id
    for _ in ("waits", "was sent out"):
        for refused in (chat.say(session, worker, "here", "x"), chat.say(session, worker, "hosts", "x")):
            with pytest.raises(Forbidden):
                await refused
        with pytest.raises(Forbidden):
            await chat.visible(session, worker)
        await product.services.sessions.remove(session, host, worker, "")
    await chat.say(session, host, "here", "x")
    with pytest.raises(NotFound):
        await chat.say(session, "stranger", "here", "x")


async def test_nobody_writes_once_the_session_has_ended(product: Product, people: dict[str, str]) -> None:
    host, worker, session = people["mediator"], people["applicant"], product.session_id
    await product.services.sessions.start(session, host)
    await product.services.sessions.end(session, host)
    for refused in (
        product.services.chat.say(session, worker, "here", "x"),
        product.services.calls.call(session, worker, CallKind.TALK),
        product.services.tickets.ask(session, host, "x"),
    ):
        with pytest.raises(Conflict):
            await refused


async def test_the_eleventh_line_in_ten_seconds_is_refused_and_nothing_of_it_kept(
    product: Product, people: dict[str, str]
) -> None:
    chat, session, worker = product.services.chat, product.session_id, people["applicant"]
    for number in range(10):
        await chat.say(session, worker, "here", str(number))
    with pytest.raises(RateLimited):
        await chat.say(session, worker, "hosts", "10")
    await chat.say(session, people["respondent"], "here", "我没有")
    product.clock.forward(seconds=10)
    await chat.say(session, worker, "here", "11")
    assert len((await chat.visible(session, worker))[1]) == 12


async def test_live_screens_lose_what_is_too_old_and_it_can_be_asked_for(
    product: Product, people: dict[str, str]
) -> None:
    chat, session, worker = product.services.chat, product.session_id, people["applicant"]
    live: dict[str, object] = {}
    for number in range(12):
        product.clock.forward(seconds=2)
        await chat.say(session, worker, "here", f"{number}" + "长" * 1990)
    for event in published(product, "chat/"):
        live[event.topic] = event.value
    live = {topic: value for topic, value in live.items() if value is not None}
    assert len(live) == 10
    assert live == {topic: piece.value for topic, piece in (await chat.board(session)).items()}
    assert len((await chat.visible(session, worker))[1]) == 12


async def test_the_record_has_a_commitment_of_joint_lines_and_a_class_of_others(
    product: Product, people: dict[str, str]
) -> None:
    chat, session = product.services.chat, product.session_id
    host, worker = people["mediator"], people["applicant"]
    joint = await chat.say(session, worker, "here", SECRET)
    await open_caucus(product, worker, host)
    await chat.say(session, worker, "here", SECRET)
    await chat.say(session, worker, "hosts", SECRET)
    data = {"class": "joint", "commitment": commitment(joint.salt, SECRET), "length": 8}
    assert await record(product) == [
        ("chat_line", worker, data),
        ("chat_line", "system", {"class": "caucus"}),
        ("chat_line", "system", {"class": "private"}),
    ]


async def test_a_call_reaches_hosts_and_the_record_does_not_say_which_it_was(
    product: Product, people: dict[str, str]
) -> None:
    calls, session = product.services.calls, product.session_id
    host, worker = people["mediator"], people["applicant"]
    talk = await calls.call(session, worker, CallKind.TALK)
    alarm = await calls.call(session, worker, CallKind.ALARM)
    assert await calls.call(session, worker, CallKind.ALARM) == alarm, "pressed again while nobody has answered"
    await calls.see(session, host, alarm.call_id)
    await calls.see(session, host, alarm.call_id)
    told = published(product, "call/")
    assert [(each.value["kind"], each.value["seen_at"] is not None) for each in told] == [
        ("talk", False),
        ("alarm", False),
        ("alarm", True),
    ]
    assert [each.audience == HOSTS for each in told] == [False, True, True]
    assert told[0].audience.people == {worker}
    entries = await record(product)
    assert [(kind, actor) for kind, actor, _ in entries] == [
        ("host_called", "system"),
        ("host_called", "system"),
        ("host_answered", host),
    ]
    assert all(set(data) == {"class", "commitment"} and data["class"] == "private" for _, _, data in entries)
    assert "alarm" not in json.dumps(entries)
    sealed = commitment(alarm.salt, "alarm", worker, alarm.at.isoformat())
    assert entries[1][2]["commitment"] == entries[2][2]["commitment"] == sealed
    product.clock.forward(seconds=1)
    again = await calls.call(session, worker, CallKind.ALARM)
    assert again.call_id != alarm.call_id, "answered once: a new press is a new call"
    board = await calls.board(session)
    assert {topic: piece.value["call_id"] for topic, piece in board.items()} == {
        f"call/talk/{worker}": talk.call_id,
        f"call/alarm/{worker}": again.call_id,
    }


async def test_who_waits_may_call_and_only_a_host_answers(product: Product) -> None:
    calls, session = product.services.calls, product.session_id
    host, worker = await product.person("mediator"), await product.person("applicant")
    call = await calls.call(session, worker, CallKind.TALK)
    with pytest.raises(Forbidden):
        await calls.see(session, worker, call.call_id)
    with pytest.raises(NotFound):
        await calls.see(session, host, "call_none")
    with pytest.raises(Forbidden):
        await calls.call(session, host, CallKind.ALARM)
    await product.services.sessions.remove(session, host, worker, "")
    with pytest.raises(Forbidden):
        await calls.call(session, worker, CallKind.ALARM)


async def test_words_are_carried_across_after_a_yes_and_are_the_same_words(
    product: Product, people: dict[str, str]
) -> None:
    tickets, session = product.services.tickets, product.session_id
    host, worker, agent = people["mediator"], people["applicant"], people["respondent"]
    with pytest.raises(Conflict):
        await tickets.ask(session, host, "不在单独沟通里")
    await open_caucus(product, worker, host)
    ticket = await tickets.ask(session, host, SECRET)
    with pytest.raises(Conflict):
        await tickets.deliver(session, ticket.ticket_id, host)
    with pytest.raises(Conflict):
        await tickets.answer(session, ticket.ticket_id, worker, yes=True, digest=text_digest("别的话"))
    with pytest.raises(Forbidden):
        await tickets.answer(session, ticket.ticket_id, agent, yes=True, digest=ticket.digest)
    agreed = await tickets.answer(session, ticket.ticket_id, worker, yes=True, digest=ticket.digest)
    await product.services.caucuses.close(session, "cau_1")
    line = await tickets.deliver(session, ticket.ticket_id, host)
    assert [reached(each, people) for each in published(product, "ticket/")] == [{"mediator", "applicant"}] * 3
    [carried] = published(product, "chat/")
    assert (carried.value["text"], carried.value["class"], carried.value["author"]["role"]) == (
        SECRET,
        "carried",
        "host",
    )
    assert (line.author, reached(carried, people)) == (host, {"mediator", "respondent"})
    entries = await record(product)
    assert [(kind, actor) for kind, actor, _ in entries] == [("ticket_answered", host), ("ticket_delivered", host)]
    assert entries[0][2] == {"ticket": ticket.ticket_id, "class": "caucus", "commitment": agreed.commitment}
    assert set(entries[1][2]) == {"ticket", "class", "commitment"}
    assert SECRET not in json.dumps(entries, ensure_ascii=False)


async def test_what_was_refused_withdrawn_or_not_answered_stays_in_the_talk(
    product: Product, people: dict[str, str]
) -> None:
    tickets, session = product.services.tickets, product.session_id
    host, worker = people["mediator"], people["applicant"]
    await open_caucus(product, worker, host)
    refused, withdrawn, forgotten = [await tickets.ask(session, host, text) for text in ("一", "二", "三")]
    await tickets.answer(session, refused.ticket_id, worker, yes=False, digest=refused.digest)
    await tickets.withdraw(session, withdrawn.ticket_id, host)
    await product.services.caucuses.close(session, "cau_1")
    board = await tickets.board(session)
    assert {piece.value["text"]: piece.value["state"] for piece in board.values()} == {
        "一": "refused",
        "二": "withdrawn",
        "三": "expired",
    }
    for each in (refused, withdrawn, forgotten):
        with pytest.raises(Conflict):
            await tickets.deliver(session, each.ticket_id, host)
        with pytest.raises(Conflict):
            await tickets.answer(session, each.ticket_id, worker, yes=True, digest=each.digest)
    assert published(product, "chat/") == []
    with pytest.raises(NotFound):
        await tickets.withdraw(session, "tk_none", host)


async def test_a_caucus_has_a_bounded_number_of_open_questions(product: Product, people: dict[str, str]) -> None:
    tickets, session = product.services.tickets, product.session_id
    host, worker = people["mediator"], people["applicant"]
    await open_caucus(product, worker, host)
    made = [await tickets.ask(session, host, str(number)) for number in range(MOST_OPEN)]
    with pytest.raises(Conflict):
        await tickets.ask(session, host, "还有")
    await tickets.withdraw(session, made[0].ticket_id, host)
    await tickets.ask(session, host, "还有")


async def test_notes_are_their_authors_alone_and_on_no_record(product: Product, people: dict[str, str]) -> None:
    notes, session = product.services.notes, product.session_id
    host, worker = people["mediator"], people["applicant"]
    await open_caucus(product, worker, host)
    before = await product.kinds()
    first = await notes.save(session, host, "", "先谈分期", 0)
    await notes.save(session, host, "cau_1", SECRET, 0)
    await notes.save(session, host, "", "先谈分期，再谈总额", first.revision)
    with pytest.raises(Conflict) as refusal:
        await notes.save(session, host, "", "另一个窗口", first.revision)
    assert refusal.value.detail == {"revision": 2, "text": "先谈分期，再谈总额"}
    assert [(each.scope, each.text) for each in await notes.of_author(session, host)] == [
        ("", "先谈分期，再谈总额"),
        ("cau_1", SECRET),
    ]
    refusals: list[tuple[str, str, str, type[DomainError]]] = [
        (worker, "", "x", Forbidden),
        (host, "cau_none", "x", NotFound),
        (host, "cau_1", "字" * 20_001, Invalid),
        (host, "cau_1", "\0", Invalid),
    ]
    for author, scope, text, error in refusals:
        with pytest.raises(error):
            await notes.save(session, author, scope, text, 1)
    with pytest.raises(Forbidden):
        await notes.of_author(session, worker)
    assert await product.kinds() == before
    assert published(product, "") == []


async def test_whoever_holds_a_link_calls_before_it_is_known_who_they_are(product: Product) -> None:
    calls, session = product.services.calls, product.session_id
    worker = await product.person("applicant")
    assert await product.services.access.link_holder(product.secret("applicant")) == (session, worker)
    first = await calls.call(session, worker, CallKind.DOOR)
    assert await calls.call(session, worker, CallKind.DOOR) == first, "pressed again while nobody has answered"
    (event,) = published(product, "call/door/")
    assert event.audience == HOSTS
    ((kind, actor, data),) = await record(product)
    assert (kind, actor, set(data)) == ("host_called", "system", {"class", "commitment"})
    assert worker not in json.dumps(data) and "door" not in json.dumps(data)
    assert data["commitment"] == commitment(first.salt, "door", worker, first.at.isoformat())


async def test_a_link_calls_five_times_in_ten_minutes_at_most(product: Product) -> None:
    calls, session = product.services.calls, product.session_id
    worker, agent, host = [await product.person(each) for each in ("applicant", "respondent", "mediator")]
    for _ in range(5):
        call = await calls.call(session, worker, CallKind.DOOR)
        await calls.see(session, host, call.call_id)
        product.clock.forward(seconds=60)
    with pytest.raises(RateLimited) as caught:
        await calls.call(session, worker, CallKind.DOOR)
    assert caught.value.detail["retry_after"] == 300
    await calls.call(session, agent, CallKind.DOOR)
    await calls.call(session, worker, CallKind.ALARM)
    product.clock.forward(seconds=300)
    await calls.call(session, worker, CallKind.DOOR)
