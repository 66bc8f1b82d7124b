"""Random people move, drop, come back, are sent out and record: nothing ever crosses the wall of a caucus.

The oracle keeps its own book of who is where, from the commands that were answered with ``ok``, and looks at what each
browser was sent and at what the media worker holds; it asks nothing of the code under test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from signaling.board import HOSTS, Audience, only
from signaling.ids import ParticipantId
from signaling.messages import Json
from tests.support.room_ports import Browser, House

SIDES = {"host": "mediator", "clerk": "mediator", "a1": "applicant", "a2": "applicant", "r1": "respondent",
         "r2": "respondent", "o": "observer"}  # fmt: skip
ROLES = {"host": "host", "clerk": "host", "o": "observer"}
people = st.sampled_from(list(SIDES))
CONDUCT: list[tuple[str, Json]] = [
    ("lower_hand", {}), ("move_hand", {"place": 1}), ("give_word", {}), ("spotlight", {}),
    ("ask_to_switch_on", {"source": "microphone"}), ("allow_sharing", {"allowed": True}),
]  # fmt: skip
QUIET = {"presence": "away", "quality": "good", "hand_raised": False, "hand_since": None, "hand_place": 0,
         "wants_break": False, "may_share": False, "asks": []}  # fmt: skip


class CaucusMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.house = self.run(self._open())
        self.browsers: dict[str, Browser] = {}
        self.read: dict[str, int] = {}
        self.members: dict[str, set[str]] = {}
        self.removed: set[str] = set()
        self.tracks: dict[str, tuple[str, str]] = {}
        self.pieces = 0

    async def _open(self) -> House:
        return House()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.house.close())
        self.loop.close()

    def place(self, name: str) -> str:
        return next((caucus for caucus, members in self.members.items() if name in members), "")

    def connected(self, name: str) -> Browser | None:
        browser = self.browsers.get(name)
        if browser is None or browser.socket.closed is not None or browser.serving is None or browser.serving.done():
            return None
        return browser

    def ask(self, name: str, command: str, **data: Any) -> Json | None:
        browser = self.connected(name)
        if browser is None:
            return None

        async def ask() -> Json:
            self.house.clock.advance(0.05)
            return await browser.ask(command, **data)

        answer: Json = self.run(ask())
        assert answer["data"].get("code") != "internal", answer
        self.run(self.house.settle())
        return answer["data"] if answer["type"] == "ok" else None

    @initialize()
    def everybody_comes(self) -> None:
        for name in SIDES:
            self.come(name, False)

    @rule(name=people, resuming=st.booleans())
    def come(self, name: str, resuming: bool) -> None:
        async def join() -> None:
            browser = self.browsers.get(name)
            if browser is None:
                browser = self.house.browser(name, ROLES.get(name, "party"), SIDES[name])
                self.browsers[name] = browser
            answer = await browser.join(resuming=resuming and browser.resume is not None)
            assert (answer["type"] == "error") == (name in self.removed), answer
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
            self.run(browser.hang_up(1000 if for_good else None))
            self.run(self.house.settle())

    @rule(seconds=st.sampled_from([3, 61]))
    def time_passes(self, seconds: int) -> None:
        async def advance() -> None:
            self.house.clock.advance(seconds)
            await self.house.settle()

        self.run(advance())

    @rule(
        side=st.sampled_from([{"a1"}, {"a1", "a2"}, {"r1"}, {"r1", "r2"}, {"a1", "r1"}, {"o"}]),
        others=st.sets(st.sampled_from(["host", "o"])),
    )
    def open_caucus(self, side: set[str], others: set[str]) -> None:
        chosen = side | others
        for name in SIDES:
            self.hear(name)
        opened = self.ask("host", "open_caucus", participant_ids=sorted(chosen), in_seconds=0)
        if opened is not None:
            assert not any(self.place(name) for name in chosen) and not {"a1", "r1"} <= chosen
            self.members[opened["caucus_id"]] = chosen
            self.time_passes(0)

    @rule(data=st.data(), by=st.sampled_from(["host", "clerk"]), act=st.sampled_from(["close", "enter", "leave"]))
    def change_caucus(self, data: st.DataObject, by: str, act: str) -> None:
        if not self.members:
            return
        caucus = data.draw(st.sampled_from(list(self.members)))
        for name in SIDES:
            self.hear(name)
        if act == "close" and self.ask(by, "close_caucus", caucus_id=caucus, in_seconds=0) is not None:
            del self.members[caucus]
            self.time_passes(0)
        elif act == "enter" and self.ask(by, "enter_caucus", caucus_id=caucus) is not None:
            self.members[caucus].add(by)
        elif act == "leave" and self.ask(by, "leave_caucus") is not None:
            self.members[self.place(by)].discard(by)

    @rule(subject=st.sampled_from(["a2", "r2"]))
    def send_out(self, subject: str) -> None:
        for name in SIDES:
            self.hear(name)
        if self.ask("host", "remove", participant_id=subject, reason="") is not None:
            self.removed.add(subject)
            for caucus, members in list(self.members.items()):
                members.discard(subject)
                if not members & {"a1", "a2", "r1", "r2"}:
                    del self.members[caucus]
            self.run(self.house.settle())

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
        if self.ask(name, "subscribe", publication_id=track, rtp_capabilities={}) is not None:
            assert self.tracks[track][1] == self.place(name) == self.place(self.tracks[track][0])

    @rule(name=people, raised=st.booleans())
    def raise_hand(self, name: str, raised: bool) -> None:
        self.ask(name, "raise_hand", raised=raised)

    @rule(by=st.sampled_from(["host", "clerk"]), subject=people, data=st.data())
    def conduct(self, by: str, subject: str, data: st.DataObject) -> None:
        """Whatever a host does with somebody is done only where both are."""
        name, rest = data.draw(st.sampled_from(CONDUCT))
        for each in SIDES:
            self.hear(each)
        if self.ask(by, name, participant_id=subject, **rest) is not None:
            assert self.place(by) == self.place(subject), name

    @rule(by=st.sampled_from(["host", "clerk"]), seconds=st.integers(1, 90))
    def set_a_timer(self, by: str, seconds: int) -> None:
        for each in SIDES:
            self.hear(each)
        told = {each: len(browser.catch_up()) for each in SIDES if (browser := self.connected(each)) is not None}
        self.ask(by, "start_timer", kind="talk", seconds=seconds)
        for each, before in told.items():
            browser = self.connected(each)
            news = [] if browser is None else [event["type"] for event in browser.catch_up()[before:]]
            assert self.place(each) == self.place(by) or news == [], (each, news)

    @rule(by=st.sampled_from(["host", "clerk"]))
    def mute_all(self, by: str) -> None:
        for each in SIDES:
            self.hear(each)
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
        for room in self.house.hub.rooms.values():
            room.set_board(f"only-{name}", self.pieces, only(name))
            room.set_board("hosts", self.pieces, HOSTS)
            room.set_board("joint", self.pieces, Audience(joint=True))
        self.run(self.house.settle())

    @rule(name=people, by=st.sampled_from(["", "host", "clerk"]))
    def write_a_caption(self, name: str, by: str) -> None:
        """Each line says where it was written; a host's for somebody else is taken only where both are."""
        for each in SIDES:
            self.hear(each)
        writer = by or name
        words = {"text": f"in {self.place(writer)}", "place": self.place(writer)}
        done = self.ask(writer, "write_caption", **words, **({"participant_id": name} if by else {}))
        assert done is None or self.place(name) == self.place(writer)

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

    @rule(start=st.booleans())
    def record(self, start: bool) -> None:
        self.ask("host", "start_recording" if start else "stop_recording")

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
                    assert line["text"] == f"in {self.place(name)}".strip()
                self.look(name, seen, [msgspec.to_builtins(each) for each in person.known.publications.values()])

    @invariant()
    def the_worker_joins_only_what_is_together(self) -> None:
        media = self.house.media
        for room in self.house.hub.rooms.values():
            for subscription in room.switchboard.subscriptions.values():
                owner = self.tracks[subscription.publication_id][0]
                assert self.place(owner) == self.place(subscription.participant_id)
            for transport_id, participant_id in media.transports.items():
                assert media.rooms[transport_id].partition("#")[2] == self.place(participant_id)

    @invariant()
    def who_was_removed_is_gone(self) -> None:
        for room in self.house.hub.rooms.values():
            assert not self.removed & set(room.participants)
            assert not self.removed & set(self.house.media.transports.values())


TestCaucusMachine = CaucusMachine.TestCase
TestCaucusMachine.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
