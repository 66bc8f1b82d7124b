"""Random people move, drop, come back, are sent out, write and record: nothing ever crosses the wall of a caucus.

The oracle keeps its own book of who is where (``tests.support.walled_house``) and looks at what each browser was sent,
at what the media worker holds and at what is recorded; it asks nothing of the code under test. Commits and requests are
held back at random while other things are done.

size: one oracle, and every way to try the wall.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pycrdt import Doc, XmlElement, XmlFragment

from signaling import yjs
from signaling.board import HOSTS, Audience, only
from signaling.ids import ParticipantId
from signaling.messages import Json
from tests.support.room_ports import DOCUMENT, ROOM, WAIT, Browser, MemorySocket
from tests.support.walled_house import FLUSHED, WalledHouse

SIDES = {"host": "mediator", "clerk": "mediator", "a1": "applicant", "a2": "applicant", "r1": "respondent",
         "r2": "respondent", "o": "observer"}  # fmt: skip
ROLES = {"host": "host", "clerk": "host", "o": "observer"}
people = st.sampled_from(list(SIDES))
CONDUCT: list[tuple[str, Json]] = [
    ("lower_hand", {}), ("move_hand", {"place": 1}), ("give_word", {}), ("spotlight", {}),
    ("ask_to_switch_on", {"source": "microphone"}), ("allow_sharing", {"allowed": True}),
]  # fmt: skip
SIDES_OF_TALKS = st.sampled_from([{"a1"}, {"a1", "a2"}, {"a2"}, {"r1"}, {"r1", "r2"}, {"a1", "r1"}, {"o"}])
HELD = ["open_caucus", "open_caucus kept", "close_caucus", "close_caucus kept", "change_caucus", "change_caucus kept",
        "remove", "remove kept", "append_update", "publication_opened", "start", "start", "start_capture"]  # fmt: skip
HELD_BY_THE_WORKER = ["create_transport", "publish", "subscribe", "close_transport"]
ACTS = ["call off", "call off", "send out", "send out", "open", "enter", "leave", "close", "record", "stop", "publish",
        "edit", "hand", "caption", "wait", "go", "mute"]  # fmt: skip
QUIET = {"presence": "away", "quality": "good", "hand_raised": False, "hand_since": None, "hand_place": 0,
         "wants_break": False, "may_share": False, "asks": []}  # fmt: skip


class CaucusMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.house = self.run(self._open())
        self.books = self.house.books
        self.books.before = self.hear_everybody
        self.browsers: dict[str, Browser] = {}
        self.read: dict[str, int] = {}
        self.announced: list[str] = []
        self.then: dict[str, str] = {}
        self.asked: list[tuple[str, Browser, int, Json]] = []
        self.held = False
        self.tracks: dict[str, tuple[str, str]] = {}
        self.readers: dict[str, set[str]] = {}
        self.texts: dict[str, Doc[Any]] = {}
        self.pieces = 0

    async def _open(self) -> WalledHouse:
        return WalledHouse()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.let_go()
        self.run(self.house.close())
        self.loop.close()

    def place(self, name: str) -> str:
        return self.books.place(name)

    async def settle(self) -> None:
        """Until everything is done that is not held back."""
        if self.held:
            for _ in range(3 * FLUSHED):
                await asyncio.sleep(0)
        else:
            await self.house.settle()

    async def pass_by(self) -> None:
        """A moment, so that nobody writes too much at once; a countdown may be over with it."""
        self.house.clock.advance(0.05)
        await self.settle()

    async def hear_everybody(self) -> None:
        for name in self.browsers:
            self.hear(name)
        self.take_answers()

    def take_answers(self) -> None:
        """What was promised with an ``ok`` holds from then on."""
        for entry in list(self.asked):
            command, browser, number, data = entry
            browser.catch_up()
            if (answer := browser.answers.get(number)) is None:
                continue
            self.asked.remove(entry)
            assert answer["data"].get("code") != "internal", answer
            if answer["type"] != "ok":
                continue
            if command == "open_caucus":
                self.announced.append(answer["data"]["caucus_id"])
            elif command == "close_caucus" and data["caucus_id"] not in self.books.apart:
                self.books.called_off.add(data["caucus_id"])

    def connected(self, name: str) -> Browser | None:
        browser = self.browsers.get(name)
        if browser is None or browser.socket.closed is not None or browser.serving is None or browser.serving.done():
            return None
        return browser

    def ask(self, name: str, command: str, **data: Any) -> Json | None:
        browser = self.connected(name)
        if browser is None:
            return None

        async def ask(number: int) -> None:
            for _ in range(100):
                self.take_answers()
                if number in browser.answers or browser.socket.closed is not None:
                    break
                for _ in range(FLUSHED):
                    await asyncio.sleep(0)
                if self.held:
                    break
            await self.settle()
            self.take_answers()

        for each in SIDES:
            self.hear(each)
        self.run(self.pass_by())
        self.then = {each: self.place(each) for each in SIDES}
        number = browser.tell(command, **data)
        self.asked.append((command, browser, number, data))
        self.run(ask(number))
        answer = browser.answers.get(number)
        assert answer is not None or self.held or browser.socket.closed is not None, command
        return answer["data"] if answer is not None and answer["type"] == "ok" else None

    @initialize()
    def everybody_comes(self) -> None:
        for name in SIDES:
            self.come(name, False)
        for name in ("host", "a1", "r1"):
            self.ask("host", "set_writer", document_id=DOCUMENT, participant_id=name, may_write=True)

    @rule(name=people, resuming=st.booleans())
    def come(self, name: str, resuming: bool) -> None:
        async def join() -> None:
            browser = self.browsers.get(name)
            if browser is None:
                browser = self.house.browser(name, ROLES.get(name, "party"), SIDES[name])
                self.browsers[name] = browser
            answer = await browser.join(resuming=resuming and browser.resume is not None)
            assert (answer["type"] == "error") == (name in self.books.removed), answer
            if answer["type"] == "error":
                await browser.closed()
            elif answer["data"]["snapshot"] is not None:
                self.read[name] = 0
                self.look(name, answer["data"]["snapshot"]["participants"], answer["data"]["snapshot"]["publications"])
            await self.house.settle()
            if answer["type"] == "ok" and answer["data"]["snapshot"] is None:
                # Told again is what they were told at the time; what they were told while away is in ``known``.
                self.read[name] = len(browser.catch_up())

        self.run(join())

    @rule(name=st.sampled_from([name for name in SIDES if name != "host"]), for_good=st.booleans())
    def go(self, name: str, for_good: bool) -> None:
        browser = self.connected(name)
        if browser is not None:
            self.hear(name)
            browser.socket.hang_up(1000 if for_good else None)
            self.run(self.settle())
            if not self.held:  # the room is done with them then, and not a few steps later
                assert browser.serving is not None
                self.run(asyncio.wait_for(asyncio.shield(browser.serving), WAIT))

    @rule(seconds=st.sampled_from([3, 61]))
    def time_passes(self, seconds: int) -> None:
        async def advance() -> None:
            self.house.clock.advance(seconds)
            await self.settle()

        self.run(advance())

    @rule(side=SIDES_OF_TALKS, others=st.sets(st.sampled_from(["host", "o"])), seconds=st.sampled_from([0, 0, 3]))
    def open_caucus(self, side: set[str], others: set[str], seconds: int) -> None:
        chosen = side | others
        opened = self.ask("host", "open_caucus", participant_ids=sorted(chosen), in_seconds=seconds)
        assert opened is None or not ({"a1", "r1"} <= chosen or any(self.then[name] for name in chosen))
        if not seconds:
            self.time_passes(0)

    @rule(data=st.data(), by=st.sampled_from(["host", "clerk"]), act=st.sampled_from(["close", "enter", "leave"]),
          seconds=st.sampled_from([0, 0, 3]))  # fmt: skip
    def change_caucus(self, data: st.DataObject, by: str, act: str, seconds: int) -> None:
        if not self.announced:
            return
        caucus = data.draw(st.sampled_from(self.announced))
        if act == "close":
            self.ask(by, "close_caucus", caucus_id=caucus, in_seconds=seconds)
            self.time_passes(0)
        elif act == "enter":
            self.ask(by, "enter_caucus", caucus_id=caucus)
        else:
            self.ask(by, "leave_caucus")

    @rule(subject=st.sampled_from(["a2", "r2"]))
    def send_out(self, subject: str) -> None:
        self.ask("host", "remove", participant_id=subject, reason="")

    @rule(
        side=SIDES_OF_TALKS,
        held=st.sampled_from(HELD + HELD_BY_THE_WORKER),
        acts=st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(list(SIDES))), min_size=1, max_size=4),
    )
    def meanwhile(self, side: set[str], held: str, acts: list[tuple[str, str]]) -> None:
        """A countdown ends, and things are done while one commit or one request is held back."""
        holds: dict[str, asyncio.Event] = self.house.media.hold if held in HELD_BY_THE_WORKER else self.books.hold
        self.held, holds[held] = True, asyncio.Event()
        if held.startswith("start"):
            self.publish("r1" if side & {"a1", "a2"} else "a1", ("microphone", "audio"))
            self.record("clerk", True)  # the host's own connection answers one command after the other
        if not any(self.place(name) for name in side):
            self.ask("host", "open_caucus", participant_ids=sorted(side | {"host"}), in_seconds=3)
            self.time_passes(3)
        for act, name in acts:
            self.act(act, name)
            self.nothing_was_told_across()
            self.nobody_knows_across()
        self.let_go()
        self.run(self.settle())
        self.held = False
        self.run(self.everything_is_answered())

    async def everything_is_answered(self) -> None:
        async with asyncio.timeout(WAIT):
            while self.asked:
                await self.house.settle()
                await self.hear_everybody()
                self.asked = [each for each in self.asked if each[1].socket.closed is None]
        await self.house.settle()

    def let_go(self) -> None:
        """Nothing is held back any more."""
        gates = [*self.books.hold.values(), *self.house.media.hold.values()]
        self.books.hold.clear()
        self.house.media.hold.clear()
        for gate in gates:
            gate.set()

    def act(self, act: str, name: str) -> None:
        by = name if name in ROLES and name != "o" else "host"
        last = self.announced[-1] if self.announced else "none"
        acts: dict[str, Callable[[], object]] = {
            "call off": lambda: self.ask(by, "close_caucus", caucus_id=last, in_seconds=0),
            "send out": lambda: self.send_out("a2" if name in ("a1", "a2") else "r2"),
            "open": lambda: self.open_caucus({name}, set(), 0),
            "enter": lambda: self.ask(by, "enter_caucus", caucus_id=last),
            "leave": lambda: self.ask(by, "leave_caucus"),
            "close": lambda: (self.ask(by, "close_caucus", caucus_id=last, in_seconds=0), self.time_passes(0)),
            "record": lambda: self.record("clerk", True),
            "stop": lambda: self.record("clerk", False),
            "publish": lambda: self.publish(name, ("microphone", "audio")),
            "edit": lambda: self.edit(name),
            "hand": lambda: self.raise_hand(name, True),
            "caption": lambda: self.write_a_caption(name, ""),
            "wait": lambda: self.time_passes(3),
            "go": lambda: self.go(name if name != "host" else "clerk", True),
            "mute": lambda: self.mute_all(by),
        }
        acts[act]()

    @rule(name=st.sampled_from(["host", "a1", "r1", "r2"]))
    def edit(self, name: str) -> None:
        """Whoever writes into the text from a caucus is refused; ``Books`` looks at what is kept."""
        browser = self.connected(name)
        if browser is None:
            return
        text = self.texts.setdefault(name, Doc(client_id=1 + list(SIDES).index(name)))
        text.get("default", type=XmlFragment).children.append(XmlElement("paragraph"))

        async def write() -> None:
            socket = MemorySocket()
            serving = asyncio.create_task(self.house.hub.serve_document(ROOM, DOCUMENT, socket, browser.token))
            socket.say(yjs.sync_message(yjs.SYNC_UPDATE, text.get_update()))
            socket.hang_up()
            await self.settle()
            if not self.held:
                async with asyncio.timeout(WAIT):
                    await serving

        self.run(write())

    @rule(name=people, source=st.sampled_from([("microphone", "audio"), ("camera", "video")]))
    def publish(self, name: str, source: tuple[str, str]) -> None:
        made = self.ask(name, "create_transport", direction="send")
        if made is None:
            return
        published = self.ask(
            name, "publish", transport_id=made["transport_id"], source=source[0], kind=source[1], rtp_parameters={}
        )
        if published is not None:
            self.tracks[published["publication_id"]] = (name, self.place(name))

    @rule(name=people, data=st.data())
    def subscribe(self, name: str, data: st.DataObject) -> None:
        if not self.tracks:
            return
        track = data.draw(st.sampled_from(list(self.tracks)))
        self.ask(name, "create_transport", direction="receive")
        if self.ask(name, "subscribe", publication_id=track, rtp_capabilities={}) is not None and not self.held:
            assert self.tracks[track][1] == self.place(name) == self.place(self.tracks[track][0])

    @rule(name=people, raised=st.booleans())
    def raise_hand(self, name: str, raised: bool) -> None:
        self.ask(name, "raise_hand", raised=raised)

    @rule(by=st.sampled_from(["host", "clerk"]), subject=people, data=st.data())
    def conduct(self, by: str, subject: str, data: st.DataObject) -> None:
        """Whatever a host does with somebody is done only where both are."""
        name, rest = data.draw(st.sampled_from(CONDUCT))
        if self.ask(by, name, participant_id=subject, **rest) is not None:
            assert self.then[by] == self.then[subject], name

    @rule(by=st.sampled_from(["host", "clerk"]), seconds=st.integers(1, 90))
    def set_a_timer(self, by: str, seconds: int) -> None:
        for each in SIDES:
            self.hear(each)
        told = {each: len(browser.catch_up()) for each in SIDES if (browser := self.connected(each)) is not None}
        self.ask(by, "start_timer", kind="talk", seconds=seconds)
        for each, before in told.items():
            browser = self.connected(each)
            news = [] if browser is None else [event["type"] for event in browser.catch_up()[before:]]
            # What was on its way before (a countdown that waited, say) may arrive meanwhile; a timer is of the stage.
            assert self.place(each) == self.place(by) or "stage_changed" not in news, (each, news)

    @rule(by=st.sampled_from(["host", "clerk"]))
    def mute_all(self, by: str) -> None:
        self.ask(by, "mute_all")

    @rule(name=people)
    def speak(self, name: str) -> None:
        for room in self.house.hub.rooms.values():
            here = f"{room.room_id}#{self.place(name)}" if self.place(name) else room.room_id
            self.house.hub.speakers(here, [name])  # type: ignore[arg-type, list-item]
        self.run(self.house.settle())
        for other in SIDES:
            browser = self.connected(other)
            heard = [] if browser is None else browser.catch_up()[self.read.get(other, 0) :]
            for event in heard:
                if event["type"] == "active_speakers":
                    assert self.place(other) == self.place(name)

    @rule(name=people)
    def write(self, name: str) -> None:
        """A piece for one person, one for the hosts, and one for whoever is in the joint session."""
        self.pieces += 1

        async def show() -> None:
            for room in self.house.hub.rooms.values():
                room.set_board(f"only-{name}", self.pieces, only(name))
                room.set_board("hosts", self.pieces, HOSTS)
                room.set_board("joint", self.pieces, Audience(joint=True))
            await self.house.settle()

        self.run(show())

    @rule(name=people, by=st.sampled_from(["", "host", "clerk"]))
    def write_a_caption(self, name: str, by: str) -> None:
        """Each line says where it was written; a host's for somebody else is taken only where both are."""
        writer, self.pieces = by or name, self.pieces + 1
        place = self.place(writer)
        text = f"{self.pieces} in {place}".strip()
        self.readers[text] = set(self.books.apart.get(place, SIDES))
        data = {"text": text, "place": place, **({"participant_id": name} if by else {})}
        done = self.ask(writer, "write_caption", **data)
        assert done is None or self.then[name] == self.then[writer] == place

    @rule()
    def the_web_process_is_killed(self) -> None:
        """Whoever was connected is back at once, in the same place and with the lines that were there."""

        async def die_and_return() -> None:
            here = [name for name in SIDES if self.connected(name) is not None]
            lines = {name: self.lines(name) for name in here}
            await self.house.killed()
            self.tracks.clear()
            for name in here:
                answer = await self.browsers[name].join()
                assert answer["type"] == "ok", answer
                self.read[name] = 0
            await self.house.settle()
            for name in here:
                assert self.lines(name) == lines[name]

        for name in SIDES:
            self.hear(name)
        self.run(die_and_return())

    def lines(self, name: str) -> Any:
        return self.house.room.participants[ParticipantId(name)].known.board.get("captions")

    @rule(by=st.sampled_from(["host", "clerk"]), start=st.booleans())
    def record(self, by: str, start: bool) -> None:
        if start:
            self.ask(by, "start_recording")
        else:
            self.ask(by, "stop_recording", reason="enough")

    # ---- the oracle ------------------------------------------------------------------------------------------------

    def look(self, viewer: str, participants: list[Json], publications: list[Json]) -> None:
        """What was sent to somebody, at the time when it was sent."""
        for seen in participants:
            where = self.place(seen["participant_id"])
            if where and where != self.place(viewer):
                assert seen | QUIET == seen, (viewer, seen)
        for track in publications:
            assert self.place(track["participant_id"]) == self.place(viewer), (viewer, track)

    def read_board(self, viewer: str, topics: Iterable[str]) -> None:
        """The topics of pieces that somebody was told: never those for others alone."""
        for topic in topics:
            if topic.startswith("only-"):
                assert topic == f"only-{viewer}"
            assert topic != "hosts" or ROLES.get(viewer) == "host"
            assert topic != "balance" or ROLES.get(viewer) == "host"

    def hear(self, name: str) -> None:
        browser = self.connected(name)
        if browser is None:
            return
        events = browser.catch_up()
        for event in events[self.read.get(name, 0) :]:
            data = event["data"]
            if event["type"] == "participant_changed":
                self.look(name, [data["participant"]], [])
            elif event["type"] == "publication_changed":
                self.look(name, [], [data["publication"]])
            elif event["type"] == "board_changed" and data["value"] is not None:
                self.read_board(name, [data["topic"]])
            elif event["type"] == "snapshot":
                self.read_board(name, data["snapshot"]["board"])
                self.look(name, data["snapshot"]["participants"], data["snapshot"]["publications"])
        self.read[name] = len(events)

    @invariant()
    def nothing_was_told_across(self) -> None:
        for name in self.browsers:
            self.hear(name)

    @invariant()
    def nobody_knows_across(self) -> None:
        for room in self.house.hub.rooms.values():
            for name, person in room.participants.items():
                shown = person.known.stage.spotlight
                assert shown is None or self.place(shown) == self.place(name)
                seen = [msgspec.to_builtins(each) for each in person.known.participants.values()]
                self.read_board(name, person.known.board)
                # Not asked of events: a resume replays what was told before the move, then takes it back.
                assert not {"joint", "balance"} & person.known.board.keys() or not self.place(name)
                for line in person.known.board.get("captions", []):
                    assert line["text"].partition(" ")[2] == f"in {self.place(name)}".strip()
                    assert name in self.readers[line["text"]]
                self.look(name, seen, [msgspec.to_builtins(each) for each in person.known.publications.values()])

    @invariant()
    def the_worker_joins_only_what_is_together(self) -> None:
        media = self.house.media
        for room in self.house.hub.rooms.values():
            for subscription in room.switchboard.subscriptions.values():
                owner = media.transports[media.sent_on[subscription.publication_id]]
                assert self.place(owner) == self.place(subscription.participant_id)
            for transport_id, participant_id in media.transports.items():
                assert media.rooms[transport_id].partition("#")[2] == self.place(participant_id)

    @invariant()
    def who_was_removed_is_gone(self) -> None:
        for room in self.house.hub.rooms.values():
            assert not self.books.removed & set(room.participants)
            assert not self.books.removed & set(self.house.media.transports.values())

    @invariant()
    def nobody_writes_or_is_recorded_from_a_caucus(self) -> None:
        assert self.books.faults == []
        assert not (self.books.apart and self.books.feed.copied)

    @invariant()
    def the_books_and_the_room_agree(self) -> None:
        """What runs in the database runs in the room, and the other way round."""
        for room in self.house.hub.rooms.values():
            kept = {each.caucus_id for each in self.books.caucuses if each.closed_at is None}
            assert kept == {each.caucus_id for each in room.caucuses if each.running} == set(self.books.apart)


TestCaucusMachine = CaucusMachine.TestCase
TestCaucusMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
