"""Random people write, ask, answer, call, move, drop, are sent out and come back: every word stays where it belongs.

Real services, database and policy behind live rooms. The oracle keeps a book of its own: who is inside, who is in which
talk, and for every word who may have it; it looks at everything that browsers were sent, at what can be asked for over
HTTP, and at the event log, and asks nothing of the code under test. Walks are weighted so that most steps are talk, and
each is made again by its seed.

size: the walk, its book and its oracle are read together.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from room_server.domain.call import CallKind
from room_server.domain.errors import DomainError
from signaling.messages import Json
from tests.support.product_house import ProductHouse, seated_house
from tests.support.product_room import Product
from tests.support.room_ports import Browser

SIDES = {"host": "mediator", "clerk": "mediator", "a1": "applicant", "a2": "applicant", "o": "applicant",
         "r1": "respondent", "r2": "respondent"}  # fmt: skip
PEOPLE = list(SIDES)
HOSTS = {"host", "clerk"}
PARTIES = {"a1", "a2", "r1", "r2"}
GUESTS = sorted(set(SIDES) - HOSTS)
TALKS = [{"a1", "host"}, {"a1", "a2", "host"}, {"r1", "host"}, {"a1", "o", "host"}, {"a2"}, {"r1", "r2"}]
SENT_OUT = ["a2", "r1", "o"]
WALKS = int(os.environ.get("TALK_WALKS", "2"))
"""``make fuzz-talk`` makes many more."""
STEPS, MOST_ROUNDS = 200, 6
Act = Callable[[], Awaitable[None]]


class Walk:
    """One session with random people."""

    def __init__(self, product: Product, house: ProductHouse, chance: random.Random) -> None:
        self.product = product
        self.house = house
        self.chance = chance
        self.names = {person: name for name, person in house.ids.items()}
        self.browsers: dict[str, Browser] = {}
        self.read: dict[str, int] = {}
        self.inside: set[str] = set(HOSTS)
        self.members: dict[str, set[str]] = {}
        self.removed: set[str] = set()
        self.words: dict[str, set[str]] = {}
        self.joint: set[str] = set()
        self.tickets: dict[str, dict[str, Any]] = {}
        self.calls: dict[str, set[str]] = {}
        self.done: dict[str, int] = {}

    async def until(self, *shown: str) -> None:
        """Everybody comes; then things happen until these were among them: a walk without shows nothing of it."""
        await self.everybody_comes()
        for _ in range(MOST_ROUNDS):
            await self.go_on(STEPS)
            missing = [act for act in shown if not self.done.get(act)]
            if not missing:
                return
        raise AssertionError(f"{missing} never came about")

    async def go_on(self, steps: int) -> None:
        """So many things happen, and after each the oracle looks."""
        acts = self.acts()
        for _ in range(steps):
            [act] = self.chance.choices([act for _, act in acts], [weight for weight, _ in acts])
            await act()
            self.look_at_everything()
        await self.nothing_is_in_the_log()

    def acts(self) -> list[tuple[int, Act]]:
        """What may happen, and how often."""
        return [
            (30, self.say),
            (8, self.ask_a_side),
            (12, self.answer),
            (8, self.deliver),
            (4, self.call),
            (6, self.read_all),
            (8, self.open_caucus),
            (8, self.change_caucus),
            (4, self.somebody_goes),
            (6, self.somebody_comes),
            (2, self.send_out),
            (2, self.give_a_new_link),
            (3, self.let_everybody_in),
            (1, self.everybody_goes_and_the_room_is_forgotten),
        ]

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

    def likely(self, likely: Iterable[str], possible: Iterable[str]) -> str:
        """Somebody who may do it, and now and then somebody who may not."""
        first = sorted(likely)
        return self.chance.choice(first if first and self.chance.random() < 0.8 else sorted(possible))

    def count(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1

    # ---- coming, going, moving -------------------------------------------------------------------------------------

    async def ask(self, name: str, command: str, **data: Any) -> Json | None:
        browser = self.connected(name)
        if browser is None:
            return None
        for other in SIDES:
            self.hear(other)
        self.house.advance(0.05)
        answer: Json = await browser.ask(command, **data)
        await self.house.settle()
        assert answer["data"].get("code") != "internal", answer
        if answer["type"] != "ok":
            return None
        self.count(command)
        return answer["data"]

    async def everybody_comes(self) -> None:
        for name in SIDES:
            await self.come(name, resuming=False)
        waits = self.chance.choice([None, "r2", "o"])
        for name in GUESTS:
            if name != waits:
                await self.admit(name)

    async def come(self, name: str, *, resuming: bool) -> None:
        browser = self.browsers.get(name) or await self.house.visitor(name)
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
            self.count("resumed")
            self.read[name] = len(browser.catch_up())

    async def somebody_comes(self) -> None:
        away = [name for name in SIDES if self.connected(name) is None]
        name = self.likely(away, SIDES)
        await self.come(name, resuming=self.chance.random() < 0.5)

    async def somebody_goes(self) -> None:
        await self.go(self.chance.choice([name for name in SIDES if name != "host"]), self.chance.random() < 0.3)

    async def go(self, name: str, for_good: bool) -> None:
        browser = self.connected(name)
        if browser is not None:
            self.hear(name)
            await browser.hang_up(1000 if for_good else None)
            await self.house.settle()

    async def everybody_goes_and_the_room_is_forgotten(self) -> None:
        for name in SIDES:
            await self.go(name, True)
        for seconds in (61, 301):  # those who dropped are given up first
            self.house.advance(seconds)
            await self.house.settle()
        assert self.house.hub.rooms == {}
        self.count("forgotten")
        for name in SIDES:
            await self.come(name, resuming=False)

    async def let_everybody_in(self) -> None:
        for name in GUESTS:
            if name not in self.inside:
                await self.admit(name)

    async def admit(self, name: str) -> None:
        if await self.ask("host", "admit", participant_id=self.house.ids[name]) is not None:
            self.inside.add(name)

    async def open_caucus(self) -> None:
        chosen = self.chance.choice(TALKS)
        ids = sorted(self.house.ids[name] for name in chosen)
        opened = await self.ask("host", "open_caucus", participant_ids=ids, in_seconds=0)
        if opened is not None:
            assert not any(self.place(name) for name in chosen)
            assert chosen <= self.inside
            self.house.advance(0.05)
            await self.house.settle()
            self.members[opened["caucus_id"]] = set(chosen)

    async def change_caucus(self) -> None:
        if not self.members:
            return
        caucus, by = self.chance.choice(sorted(self.members)), self.chance.choice(sorted(HOSTS))
        act = self.chance.choice(["close", "enter", "enter", "leave"])
        if act == "close" and await self.ask(by, "close_caucus", caucus_id=caucus, in_seconds=0) is not None:
            self.house.advance(0.05)
            await self.house.settle()
            self.forget(caucus)
        elif act == "enter" and await self.ask(by, "enter_caucus", caucus_id=caucus) is not None:
            self.members[caucus].add(by)
        elif act == "leave" and await self.ask(by, "leave_caucus") is not None:
            self.members[self.place(by)].discard(by)

    async def send_out(self) -> None:
        name = self.chance.choice(SENT_OUT)
        if await self.ask("host", "remove", participant_id=self.house.ids[name], reason="") is not None:
            self.removed.add(name)
            await self.is_out(name)
            self.inside.discard(name)

    async def give_a_new_link(self) -> None:
        if self.connected("host") is None:
            return  # the console does it; with nobody there, the room of an emptied caucus cannot close it
        name = self.chance.choice(SENT_OUT)
        for other in SIDES:
            self.hear(other)
        session, host = self.product.session_id, self.house.ids["host"]
        await self.product.services.access.reissue_link(session, host, self.house.ids[name])
        await self.house.settle()
        self.removed.discard(name)
        await self.is_out(name)

    async def is_out(self, name: str) -> None:
        for caucus, members in list(self.members.items()):
            if name in members:
                self.count("out of a caucus")
                members.discard(name)
                if not members & PARTIES:
                    self.forget(caucus)

    def forget(self, caucus: str) -> None:
        del self.members[caucus]
        for ticket in self.tickets.values():
            if ticket["caucus"] == caucus and ticket["state"] == "asked":
                ticket["state"] = "expired"

    # ---- writing ---------------------------------------------------------------------------------------------------

    async def do(self, work: Awaitable[Any]) -> Any:
        """A use case; None when it was refused."""
        for name in SIDES:
            self.hear(name)
        self.house.advance(2)
        await self.house.settle()
        try:
            return await work
        except DomainError:
            return None
        finally:
            await self.house.settle()

    async def say(self) -> None:
        author, to = self.chance.choice(PEOPLE), self.chance.choice(["here"] * 6 + ["hosts", *SIDES])
        place = self.place(author)
        if to == "here":
            allowed = {each for each in self.inside if not place or each in self.members[place]}
        else:
            allowed = {author, *HOSTS} if to == "hosts" else {to, *HOSTS}
        text = self.word(allowed)
        if to == "here" and not place:
            self.joint.add(text)
        target = to if to in ("here", "hosts") else self.house.ids[to]
        chat = self.product.services.chat
        kept = await self.do(chat.say(self.product.session_id, self.house.ids[author], target, text))
        may = author in self.inside and (
            to == "here" or (to == "hosts" and author not in HOSTS) or (author in HOSTS and to in self.inside - HOSTS)
        )
        assert (kept is not None) == may
        if kept is None:
            self.words[text] = set()
        else:
            self.count(f"said {kept.privilege}")

    async def ask_a_side(self) -> None:
        host = self.likely([each for each in HOSTS if self.place(each)], HOSTS)
        place = self.place(host)
        text = self.word(self.members.get(place, set()))
        ticket = await self.do(self.product.services.tickets.ask(self.product.session_id, self.house.ids[host], text))
        if ticket is None:
            waiting = [each for each in self.tickets.values() if each["caucus"] == place and each["state"] == "asked"]
            assert not place or len(waiting) == 10
            self.words[text] = set()
            return
        assert place
        members = set(self.members[place])
        side = next(SIDES[each] for each in members if each in PARTIES)
        self.tickets[ticket.ticket_id] = {
            "caucus": place, "members": members, "side": side, "text": text, "state": "asked", "digest": ticket.digest,
        }  # fmt: skip
        self.count("asked")

    def in_state(self, state: str) -> list[str]:
        return [name for name, ticket in self.tickets.items() if ticket["state"] == state]

    async def answer(self) -> None:
        if not self.tickets:
            return
        name = self.likely(self.in_state("asked"), self.tickets)
        ticket = self.tickets[name]
        by, yes = self.likely(ticket["members"] & PARTIES, SIDES), self.chance.random() < 0.7
        session, tickets = self.product.session_id, self.product.services.tickets
        done = await self.do(tickets.answer(session, name, self.house.ids[by], yes=yes, digest=ticket["digest"]))
        asked = ticket["state"] == "asked" and self.place(by) == ticket["caucus"]
        back = ticket["state"] == "agreed" and not yes
        mine = by in PARTIES and by in ticket["members"] and SIDES[by] == ticket["side"]
        assert (done is not None) == (mine and (asked or back))
        if done is not None:
            ticket["state"] = "agreed" if yes else "refused"
            self.count(str(ticket["state"]))

    async def deliver(self) -> None:
        if not self.tickets:
            return
        name = self.likely(self.in_state("agreed"), self.tickets)
        ticket = self.tickets[name]
        host = self.likely(ticket["members"] & HOSTS, SIDES)
        done = await self.do(self.product.services.tickets.deliver(self.product.session_id, name, self.house.ids[host]))
        others = {each for each in self.inside & PARTIES if SIDES[each] != ticket["side"]}
        may = host in HOSTS & ticket["members"] and ticket["state"] == "agreed" and bool(others)
        assert (done is not None) == may
        if done is not None:
            ticket["state"] = "delivered"
            self.words[ticket["text"]] |= others
            self.count("delivered")

    async def call(self) -> None:
        name, kind = self.chance.choice(PEOPLE), self.chance.choice(list(CallKind))
        made = await self.do(self.product.services.calls.call(self.product.session_id, self.house.ids[name], kind))
        assert (made is not None) == (name not in HOSTS | self.removed)
        if made is not None:
            self.calls[made.call_id] = HOSTS | ({name} if kind is CallKind.TALK else set())
            self.count("called")

    async def read_all(self) -> None:
        name = self.chance.choice(PEOPLE)
        got = await self.do(self.product.services.chat.visible(self.product.session_id, self.house.ids[name]))
        assert (got is not None) == (name in self.inside)
        if got is not None:
            _, lines = got
            asked = {each["text"] for each in self.tickets.values()}
            assert {each["text"] for each in lines} - asked == self.due(name) - asked
            for each in lines:
                self.look(name, {"chat/": each})

    # ---- the oracle ------------------------------------------------------------------------------------------------

    def look(self, viewer: str, board: Json) -> None:
        """Pieces that somebody was sent, at the time when they were sent."""
        for topic, value in board.items():
            if topic.startswith(("chat/", "ticket/")):
                assert viewer in self.words[value["text"]], (viewer, topic, value)
                joint = topic.startswith("chat/") and value["text"] in self.joint
                assert not (joint and self.place(viewer)), (viewer, value)
                assert viewer in self.inside, (viewer, value)
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

    def look_at_everything(self) -> None:
        for name in self.browsers:
            self.hear(name)
        for room in self.house.hub.rooms.values():
            for person_id, person in room.participants.items():
                name = self.names[person_id]
                self.look(name, dict(person.known.board))
                if name in self.inside:
                    shown = {value["text"] for topic, value in person.known.board.items()
                             if topic.startswith(("chat/", "ticket/"))}  # fmt: skip
                    assert shown == self.due(name), name
                for topic, value in person.known.board.items():
                    if topic.startswith("ticket/"):
                        assert value["state"] == self.tickets[value["ticket_id"]]["state"]

    async def nothing_is_in_the_log(self) -> None:
        async with self.product.ports.unit_of_work() as unit:
            entries = await unit.log.read(self.product.session_id)
        written = json.dumps([dict(each.data) for each in entries])
        assert self.words.keys() & set(re.findall(r"word-\d{4}", written)) == self.logged()

    def logged(self) -> set[str]:
        """The words that the record has."""
        return set()


@pytest.mark.parametrize("seed", range(WALKS))
async def test_every_word_stays_where_it_belongs(tmp_path: Path, seed: int) -> None:
    async with seated_house(tmp_path) as house:
        walk = Walk(house.product, house, random.Random(seed))
        await walk.until("said joint", "said caucus", "said private", "agreed", "delivered", "open_caucus", "resumed")
        if os.environ.get("TALK_FIGURES"):
            print(sorted(walk.done.items()))
