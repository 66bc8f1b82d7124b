"""Random people write, ask, answer, call, move, drop, are sent out and come back: every word stays where it belongs.

Real services, database and policy behind live rooms. The oracle keeps a book of its own: who is inside, who is in which
talk, and for every word who may have it; it looks at everything that browsers were sent, at what can be asked for over
HTTP, and at the event log, and asks nothing of the code under test.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from room_server.domain.call import CallKind
from room_server.domain.errors import DomainError
from signaling.messages import Json
from tests.support.product_house import ProductHouse, copied_product, seat_guests
from tests.support.product_room import Product, opened_product
from tests.support.room_ports import Browser

SIDES = {"host": "mediator", "clerk": "mediator", "a1": "applicant", "a2": "applicant", "o": "applicant",
         "r1": "respondent", "r2": "respondent"}  # fmt: skip
HOSTS = {"host", "clerk"}
PARTIES = {"a1", "a2", "r1", "r2"}
GUESTS = sorted(set(SIDES) - HOSTS)
EXAMPLES = int(os.environ.get("TALK_EXAMPLES", "10"))
"""`make fuzz-talk` runs many more."""
people = st.sampled_from(list(SIDES))


class Template:
    """One product that every example copies, and the loop that all of them run in."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    product: ClassVar[Product]
    ids: ClassVar[dict[str, str]]
    room_id: ClassVar[str]

    @classmethod
    def open(cls, folder: Path) -> None:
        cls.loop = asyncio.new_event_loop()
        cls.loop.run_until_complete(cls._open(folder))

    @classmethod
    async def _open(cls, folder: Path) -> None:
        async with opened_product(folder) as product:
            cls.ids = await seat_guests(product)
            found = await product.services.sessions.get(product.session_id)
            cls.room_id, cls.product = found.session.room_id, product


class TalkMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = Template.loop
        self.folder = tempfile.TemporaryDirectory()
        self.product = copied_product(Template.product, Path(self.folder.name))
        self.house = ProductHouse(self.product, Template.room_id, Template.ids)
        self.names = {person: name for name, person in Template.ids.items()}
        self.browsers: dict[str, Browser] = {}
        self.read: dict[str, int] = {}
        self.inside: set[str] = set(HOSTS)
        self.members: dict[str, set[str]] = {}
        self.removed: set[str] = set()
        self.words: dict[str, set[str]] = {}
        self.joint: set[str] = set()
        self.tickets: dict[str, dict[str, Any]] = {}
        self.calls: dict[str, set[str]] = {}

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        try:
            self.run(self.nothing_is_in_the_log())
            self.run(self.house.close())
        finally:
            self.run(self.product.engine.dispose())
            self.folder.cleanup()

    # ---- the book --------------------------------------------------------------------------------------------------

    def place(self, name: str) -> str:
        return next((caucus for caucus, members in self.members.items() if name in members), "")

    def connected(self, name: str) -> Browser | None:
        browser = self.browsers.get(name)
        if browser is None or browser.socket.closed is not None or browser.serving is None or browser.serving.done():
            return None
        return browser

    def word(self, allowed: Iterable[str]) -> str:
        text = f"word-{len(self.words):04}"
        self.words[text] = set(allowed)
        return text

    # ---- coming, going, moving -------------------------------------------------------------------------------------

    def ask(self, name: str, command: str, **data: Any) -> Json | None:
        browser = self.connected(name)
        if browser is None:
            return None

        async def ask() -> Json:
            self.house.advance(0.05)
            answer = await browser.ask(command, **data)
            await self.house.settle()
            return answer

        for other in SIDES:
            self.hear(other)
        answer: Json = self.run(ask())
        assert answer["data"].get("code") != "internal", answer
        return answer["data"] if answer["type"] == "ok" else None

    @initialize()
    def everybody_comes(self) -> None:
        for name in SIDES:
            self.come(name, False)
        for name in GUESTS:
            self.admit(name)

    @rule(name=people, resuming=st.booleans())
    def come(self, name: str, resuming: bool) -> None:
        async def join() -> None:
            known = self.browsers.get(name)
            browser = known or await self.house.visitor(name)
            self.browsers[name] = browser
            browser.token = await self.house.token(name)
            answer = await browser.join(resuming=resuming and browser.resume is not None)
            assert (answer["type"] == "error") == (name in self.removed), answer
            if answer["type"] == "error":
                await browser.closed()
            elif answer["data"]["snapshot"] is not None:
                self.read[name] = 0
                self.look(name, answer["data"]["snapshot"]["board"])
            await self.house.settle()
            if answer["type"] == "ok" and answer["data"]["snapshot"] is None:
                # Told again is what they were told at the time; what they know now is looked at below.
                self.read[name] = len(browser.catch_up())

        self.run(join())

    @rule(name=people, for_good=st.booleans())
    def go(self, name: str, for_good: bool) -> None:
        browser = self.connected(name)
        if browser is not None:
            self.hear(name)
            self.run(browser.hang_up(1000 if for_good else None))
            self.run(self.house.settle())

    @rule()
    def everybody_goes_and_the_room_is_forgotten(self) -> None:
        for name in SIDES:
            self.go(name, True)

        async def idle() -> None:
            for seconds in (61, 301):  # those who dropped are given up first
                self.house.advance(seconds)
                await self.house.settle()

        self.run(idle())
        assert self.house.hub.rooms == {}
        self.everybody_returns()

    def everybody_returns(self) -> None:
        for name in SIDES:
            self.come(name, False)

    @rule(name=st.sampled_from(GUESTS))
    def admit(self, name: str) -> None:
        if self.ask("host", "admit", participant_id=Template.ids[name]) is not None:
            self.inside.add(name)

    @rule(
        side=st.sampled_from([{"a1"}, {"a1", "a2"}, {"a2", "o"}, {"r1"}, {"r1", "r2"}]),
        with_host=st.booleans(),
    )
    def open_caucus(self, side: set[str], with_host: bool) -> None:
        chosen = side | ({"host"} if with_host else set())
        ids = sorted(Template.ids[name] for name in chosen)
        opened = self.ask("host", "open_caucus", participant_ids=ids, in_seconds=0)
        if opened is not None:
            assert not any(self.place(name) for name in chosen) and chosen <= self.inside
            self.members[opened["caucus_id"]] = chosen
            self.time_passes(0)

    @rule(data=st.data(), by=st.sampled_from(sorted(HOSTS)), act=st.sampled_from(["close", "enter", "leave"]))
    def change_caucus(self, data: st.DataObject, by: str, act: str) -> None:
        if not self.members:
            return
        caucus = data.draw(st.sampled_from(sorted(self.members)))
        if act == "close" and self.ask(by, "close_caucus", caucus_id=caucus, in_seconds=0) is not None:
            self.forget(caucus)
            self.time_passes(0)
        elif act == "enter" and self.ask(by, "enter_caucus", caucus_id=caucus) is not None:
            self.members[caucus].add(by)
        elif act == "leave" and self.ask(by, "leave_caucus") is not None:
            self.members[self.place(by)].discard(by)

    @rule(seconds=st.sampled_from([1, 61]))
    def time_passes(self, seconds: int) -> None:
        async def advance() -> None:
            self.house.advance(seconds)
            await self.house.settle()

        self.run(advance())

    @rule(name=st.sampled_from(["a2", "r1", "o"]))
    def send_out(self, name: str) -> None:
        if self.ask("host", "remove", participant_id=Template.ids[name], reason="") is not None:
            self.removed.add(name)
            self.is_out(name)
            self.inside.discard(name)

    @rule(name=st.sampled_from(["a2", "r1", "o"]))
    def give_a_new_link(self, name: str) -> None:
        if self.connected("host") is None:
            return  # the console does it; with nobody there, the room of an emptied caucus cannot close it
        for other in SIDES:
            self.hear(other)
        session, host = self.product.session_id, Template.ids["host"]
        self.run(self.product.services.access.reissue_link(session, host, Template.ids[name]))
        self.run(self.house.settle())
        self.removed.discard(name)
        self.is_out(name)

    def is_out(self, name: str) -> None:
        for caucus, members in list(self.members.items()):
            if name in members:
                members.discard(name)
                if not members & PARTIES:
                    self.forget(caucus)
        self.run(self.house.settle())

    def forget(self, caucus: str) -> None:
        del self.members[caucus]
        for ticket in self.tickets.values():
            if ticket["caucus"] == caucus and ticket["state"] == "asked":
                ticket["state"] = "expired"

    # ---- writing ---------------------------------------------------------------------------------------------------

    def do(self, work: Any) -> Any:
        """A use case; None when it was refused."""
        for name in SIDES:
            self.hear(name)
        self.house.advance(2)
        try:
            return self.run(work)
        except DomainError:
            return None

    @rule(author=people, to=st.sampled_from(["here", "hosts", *SIDES]))
    def say(self, author: str, to: str) -> None:
        place = self.place(author)
        if to == "here":
            allowed = {each for each in self.inside if not place or each in self.members[place]}
        else:
            allowed = {author, *HOSTS} if to == "hosts" else {to, *HOSTS}
        text = self.word(allowed)
        if to == "here" and not place:
            self.joint.add(text)
        target = to if to in ("here", "hosts") else Template.ids[to]
        chat = self.product.services.chat
        kept = self.do(chat.say(self.product.session_id, Template.ids[author], target, text))
        may = author in self.inside and (
            to == "here"
            or (to == "hosts" and author not in HOSTS)
            or (author in HOSTS and to in self.inside - HOSTS and to != "hosts")
        )
        assert (kept is not None) == may
        if kept is None:
            self.words[text] = set()

    @rule(host=st.sampled_from(sorted(HOSTS)))
    def ask_a_side(self, host: str) -> None:
        place = self.place(host)
        text = self.word(self.members.get(place, set()))
        ticket = self.do(self.product.services.tickets.ask(self.product.session_id, Template.ids[host], text))
        if ticket is None:
            open_ones = [each for each in self.tickets.values() if each["caucus"] == place and each["state"] == "asked"]
            assert not place or len(open_ones) == 10
            self.words[text] = set()
            return
        assert place
        members = set(self.members[place])
        side = next(SIDES[each] for each in members if each in PARTIES)
        self.tickets[ticket.ticket_id] = {
            "caucus": place, "members": members, "side": side, "text": text, "state": "asked", "digest": ticket.digest,
        }  # fmt: skip

    @rule(by=people, yes=st.booleans(), data=st.data())
    def answer(self, by: str, yes: bool, data: st.DataObject) -> None:
        if not self.tickets:
            return
        name = data.draw(st.sampled_from(sorted(self.tickets)))
        ticket = self.tickets[name]
        session, tickets = self.product.session_id, self.product.services.tickets
        done = self.do(tickets.answer(session, name, Template.ids[by], yes=yes, digest=ticket["digest"]))
        asked = ticket["state"] == "asked" and self.place(by) == ticket["caucus"]
        back = ticket["state"] == "agreed" and not yes
        mine = by in PARTIES and by in ticket["members"] and SIDES[by] == ticket["side"]
        assert (done is not None) == (mine and (asked or back))
        if done is not None:
            ticket["state"] = "agreed" if yes else "refused"

    @rule(host=people, data=st.data())
    def deliver(self, host: str, data: st.DataObject) -> None:
        if not self.tickets:
            return
        name = data.draw(st.sampled_from(sorted(self.tickets)))
        ticket = self.tickets[name]
        done = self.do(self.product.services.tickets.deliver(self.product.session_id, name, Template.ids[host]))
        others = {each for each in self.inside & PARTIES if SIDES[each] != ticket["side"]}
        may = host in HOSTS & ticket["members"] and ticket["state"] == "agreed" and bool(others)
        assert (done is not None) == may
        if done is not None:
            ticket["state"] = "delivered"
            self.words[ticket["text"]] |= others

    @rule(name=people, kind=st.sampled_from(list(CallKind)))
    def call(self, name: str, kind: CallKind) -> None:
        made = self.do(self.product.services.calls.call(self.product.session_id, Template.ids[name], kind))
        assert (made is not None) == (name not in HOSTS | self.removed)
        if made is not None:
            self.calls[made.call_id] = HOSTS | ({name} if kind is CallKind.TALK else set())

    # ---- the oracle ------------------------------------------------------------------------------------------------

    def look(self, viewer: str, board: Json) -> None:
        """Pieces that somebody was sent, at the time when they were sent."""
        for topic, value in board.items():
            if topic.startswith("chat/") or topic.startswith("ticket/"):
                assert viewer in self.words[value["text"]], (viewer, topic, value)
                joint = topic.startswith("chat/") and value["text"] in self.joint
                assert not (joint and self.place(viewer)), (viewer, value)
                assert viewer in self.inside
            elif topic.startswith("call/"):
                assert viewer in self.calls[value["call_id"]], (viewer, value)

    def hear(self, name: str) -> None:
        browser = self.connected(name)
        if browser is None:
            return
        events = browser.catch_up()
        for event in events[self.read.get(name, 0) :]:
            data = event["data"]
            if event["type"] == "board_changed" and data["value"] is not None:
                self.look(name, {data["topic"]: data["value"]})
            elif event["type"] == "snapshot":
                self.look(name, data["snapshot"]["board"])
        self.read[name] = len(events)

    def due(self, viewer: str) -> set[str]:
        """Every word that somebody inside must have before them now."""
        mine = {text for text, allowed in self.words.items() if viewer in allowed}
        return mine - self.joint if self.place(viewer) else mine

    @invariant()
    def nobody_was_told_what_is_not_theirs(self) -> None:
        for name in self.browsers:
            self.hear(name)

    @invariant()
    def everybody_has_what_is_theirs(self) -> None:
        for room in self.house.hub.rooms.values():
            for person_id, person in room.participants.items():
                name = self.names[person_id]
                self.look(name, dict(person.known.board))
                if name in self.inside:
                    shown = {value["text"] for topic, value in person.known.board.items()
                             if topic.startswith(("chat/", "ticket/"))}  # fmt: skip
                    assert shown == self.due(name), name

    @rule(name=people)
    def asks_for_everything(self, name: str) -> None:
        lines = self.do(self.product.services.chat.visible(self.product.session_id, Template.ids[name]))
        assert (lines is not None) == (name in self.inside)
        carried = {each["text"] for each in self.tickets.values() if each["state"] == "delivered"}
        asked = {each["text"] for each in self.tickets.values()}
        if lines is not None:
            assert {each["text"] for each in lines} - carried == self.due(name) - asked
            for each in lines:
                self.look(name, {"chat/": each})

    async def nothing_is_in_the_log(self) -> None:
        async with self.product.ports.unit_of_work() as unit:
            entries = await unit.log.read(self.product.session_id)
        assert "word-" not in json.dumps([dict(each.data) for each in entries])


def test_every_word_stays_where_it_belongs(tmp_path: Path) -> None:
    Template.open(tmp_path)
    try:
        state = TalkMachine.TestCase
        state.settings = settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        )
        state("runTest").debug()
    finally:
        Template.loop.close()
