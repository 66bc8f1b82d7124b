"""Whatever happens in a room: what a browser knows from snapshot and events equals a fresh snapshot.

size: the rules of the machine and what always holds are read together.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from signaling import visibility
from signaling.board import EVERYBODY, HOSTS, Audience, only
from signaling.ids import ParticipantId
from signaling.messages import Json
from tests.support.room_ports import Browser, House
from tests.support.room_shown import replay, shown_parts, what_is

NAMES = ["host", "a1", "a2", "r1", "r2", "w1"]
SIDES = {"host": "mediator", "a1": "applicant", "a2": "applicant", "r1": "respondent", "r2": "respondent", "w1": "x"}
WAITING = {"a2", "r2", "w1"}

names = st.sampled_from(NAMES)
guests = st.sampled_from(NAMES[1:])


class RoomMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.house = self.run(self._open())
        self.browsers: dict[str, Browser] = {}
        self.publications: list[str] = []

    async def _open(self) -> House:
        return House()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        try:
            self.the_web_process_dies_and_everybody_comes_back_to_what_was()
        finally:
            self.run(self.house.close())
            self.loop.close()

    def connected(self, name: str) -> Browser | None:
        browser = self.browsers.get(name)
        if browser is None or browser.socket.closed is not None or browser.serving is None or browser.serving.done():
            return None
        return browser

    def command(self, name: str, command: str, **data: Any) -> Json | None:
        browser = self.connected(name)
        if browser is None:
            return None

        async def ask() -> Json:
            self.house.clock.advance(0.05)
            return await browser.ask(command, **data)

        answer: Json = self.run(ask())
        assert answer["data"].get("code") != "internal", answer
        self.run(self.house.settle())
        return answer

    @initialize()
    def everybody_comes(self) -> None:
        for name in NAMES:
            self.join(name, False)

    @rule(name=names, resuming=st.booleans())
    def join(self, name: str, resuming: bool) -> None:
        async def join() -> None:
            browser = self.browsers.get(name)
            if browser is None or not resuming or browser.resume is None:
                admitted = name not in WAITING
                role = "host" if name == "host" else "party"
                browser = self.house.browser(name, role, SIDES[name], admitted)
                self.browsers[name] = browser
            answer = await browser.join(resuming=resuming)
            if answer["type"] == "error":
                assert answer["data"]["code"] in ("unauthenticated", "room_locked")
                assert answer["data"]["code"] != "room_locked" or (self.house.policy.locked and name in WAITING)
                await browser.closed()
            await self.house.settle()

        self.run(join())

    @rule(name=names)
    def break_connection(self, name: str) -> None:
        browser = self.connected(name)
        if browser is not None:
            browser.catch_up()
            self.run(browser.hang_up())
            self.run(self.house.settle())

    @rule(name=names)
    def leave(self, name: str) -> None:
        browser = self.connected(name)
        if browser is not None:
            self.run(browser.hang_up(1000))
            self.run(self.house.settle())

    @rule(name=names)
    def go_on_elsewhere(self, name: str) -> None:
        async def hand_over() -> None:
            person = ParticipantId(name)
            for room in self.house.hub.rooms.values():
                place, known = room.caucuses.place_of(person), person in room.participants
                await room.door.hand_over(person, "continued_elsewhere")
                assert (room.caucuses.place_of(person), person in room.participants) == (place, known)
                assert not any(one.participant_id == person for one in room.publications.values())
            await self.house.settle()

        self.run(hand_over())

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def time_passes(self, seconds: int) -> None:
        async def advance() -> None:
            self.house.clock.advance(seconds)
            await self.house.settle()

        self.run(advance())

    @rule(subject=guests)
    def admit(self, subject: str) -> None:
        self.command("host", "admit", participant_id=subject)

    @rule(subject=guests)
    def remove(self, subject: str) -> None:
        self.command("host", "remove", participant_id=subject, reason="")

    @rule(name=names, kind=st.sampled_from(["microphone", "camera"]), paused=st.booleans())
    def publish(self, name: str, kind: str, paused: bool) -> None:
        answer = self.command(name, "create_transport", direction="send")
        if answer is not None and answer["type"] == "ok":
            media = "audio" if kind == "microphone" else "video"
            transport = answer["data"]["transport_id"]
            answer = self.command(
                name, "publish", transport_id=transport, kind=media, source=kind, rtp_parameters={}, paused=paused
            )
            if answer is not None and answer["type"] == "ok":
                self.publications.append(answer["data"]["publication_id"])

    @precondition(lambda self: self.publications)
    @rule(name=names, data=st.data(), paused=st.booleans())
    def touch_a_track(self, name: str, data: st.DataObject, paused: bool) -> None:
        publication = data.draw(st.sampled_from(self.publications))
        self.command(name, "set_publication_paused", publication_id=publication, paused=paused)
        self.command("host", "mute_publication", publication_id=publication, muted=paused)
        self.command(name, "create_transport", direction="receive")
        self.command(name, "subscribe", publication_id=publication, rtp_capabilities={})

    @rule(name=names, raised=st.booleans())
    def raise_hand(self, name: str, raised: bool) -> None:
        self.command(name, "raise_hand", raised=raised)

    @rule(name=names, words=st.sampled_from(["我写给大家看", "听不见"]))
    def write_a_caption(self, name: str, words: str) -> None:
        self.command(name, "write_caption", text=words, place="")

    @rule(
        name=names,
        source=st.sampled_from(["microphone", "camera"]),
        trouble=st.sampled_from([None, "absent", "unavailable", "interrupted"]),
    )
    def tell_trouble(self, name: str, source: str, trouble: str | None) -> None:
        self.command(name, "tell_trouble", source=source, trouble=trouble)

    @rule(name=names, wanted=st.booleans(), agreed=st.booleans(), source=st.sampled_from(["microphone", "camera"]))
    def ask_and_answer(self, name: str, wanted: bool, agreed: bool, source: str) -> None:
        self.command(name, "want_break", wanted=wanted)
        self.command("host", "ask_to_switch_on", participant_id=name, source=source)
        self.command(name, "answer_ask", source=source, agreed=agreed)

    @rule(subject=names, act=st.sampled_from(["lower_hand", "give_word", "spotlight"]))
    def conduct(self, subject: str, act: str) -> None:
        self.command("host", act, participant_id=subject)

    @rule(subject=names, place=st.integers(0, 4))
    def move_hand(self, subject: str, place: int) -> None:
        self.command("host", "move_hand", participant_id=subject, place=place)

    @rule(subject=guests, allowed=st.booleans())
    def share_a_screen(self, subject: str, allowed: bool) -> None:
        decided = self.command("host", "allow_sharing", participant_id=subject, allowed=allowed)
        answer = self.command(subject, "create_transport", direction="send")
        if answer is None or answer["type"] == "error":
            return
        transport = answer["data"]["transport_id"]
        answer = self.command(
            subject, "publish", transport_id=transport, kind="video", source="screen", rtp_parameters={}
        )
        assert answer is not None
        if decided is not None and decided["type"] == "ok":
            assert (answer["type"] == "ok") == allowed
        if answer["type"] == "ok":
            self.publications.append(answer["data"]["publication_id"])

    @rule(
        act=st.sampled_from(["mute_all", "stop_timer", "spotlight"]), locked=st.booleans(), seconds=st.integers(1, 60)
    )
    def conduct_all(self, act: str, locked: bool, seconds: int) -> None:
        self.command("host", act, **({"participant_id": None} if act == "spotlight" else {}))
        self.command("host", "start_timer", kind="break", seconds=seconds)
        self.command("host", "lock_room", locked=locked)

    @rule(speaking=st.sets(names))
    def speak(self, speaking: set[str]) -> None:
        async def hear() -> None:
            for room in self.house.hub.rooms.values():
                self.house.hub.speakers(room.room_id, sorted(speaking))  # type: ignore[arg-type]
            await self.house.settle()

        self.run(hear())

    @rule(
        topic=st.sampled_from(["session", "agreement"]),
        value=st.sampled_from([None, 1, {"a": [1]}]),
        audience=st.sampled_from([EVERYBODY, HOSTS, only("a"), Audience(waiting=True)]),
    )
    def board(self, topic: str, value: Any, audience: Audience) -> None:
        async def show() -> None:
            for room in self.house.hub.rooms.values():
                room.set_board(topic, value, audience)
                kept = self.house.policy.board
                kept.update({topic: room.board[topic]}) if value is not None else kept.pop(topic, None)
            await self.house.settle()

        self.run(show())  # a room that was opened and that nobody came into has something to keep with it

    @rule(start=st.booleans())
    def recording(self, start: bool) -> None:
        if start:
            self.command("host", "start_recording")
        else:
            self.command("host", "stop_recording", reason="enough")

    @rule(subject=guests, may_write=st.booleans())
    def writers(self, subject: str, may_write: bool) -> None:
        self.command("host", "set_writer", document_id="agreement", participant_id=subject, may_write=may_write)

    @rule(freeze=st.booleans())
    def document(self, freeze: bool) -> None:
        if freeze:
            self.command("host", "freeze_document", document_id="agreement")
        else:
            self.command("host", "unfreeze_document", document_id="agreement", reason="")

    @rule(pair=st.tuples(guests, guests), hide=st.booleans())
    def hide(self, pair: Any, hide: bool) -> None:
        (self.house.policy.unseen.add if hide else self.house.policy.unseen.discard)(pair)
        for room in self.house.hub.rooms.values():
            self.run(room.reconsider())
        self.run(self.house.settle())

    @rule(members=st.sets(guests, min_size=1, max_size=3), with_host=st.booleans(), wait=st.sampled_from([0, 3]))
    def open_a_caucus(self, members: set[str], with_host: bool, wait: int) -> None:
        chosen = [*sorted(members), *(["host"] if with_host else [])]
        self.command("host", "open_caucus", participant_ids=chosen, in_seconds=wait)

    @precondition(lambda self: any(True for room in self.house.hub.rooms.values() for _ in room.caucuses))
    @rule(data=st.data(), act=st.sampled_from(["close", "enter", "leave"]), wait=st.sampled_from([0, 3]))
    def change_a_caucus(self, data: st.DataObject, act: str, wait: int) -> None:
        known = [caucus.caucus_id for room in self.house.hub.rooms.values() for caucus in room.caucuses]
        chosen = data.draw(st.sampled_from(known))
        if act == "close":
            self.command("host", "close_caucus", caucus_id=chosen, in_seconds=wait)
        elif act == "enter":
            self.command("host", "enter_caucus", caucus_id=chosen)
        else:
            self.command("host", "leave_caucus")

    @rule()
    def media_worker_dies_and_returns(self) -> None:
        async def die_and_return() -> None:
            media = self.house.media
            media.ready = False
            media.forget()
            self.house.hub.media_lost(media)
            await self.house.settle()
            media.ready = True
            self.house.hub.media_ready(media)
            await self.house.settle()

        self.run(die_and_return())

    @rule()
    def the_web_process_dies_and_everybody_comes_back_to_what_was(self) -> None:
        async def die_and_return() -> None:
            self.house.clock.advance(10)  # nobody is on their way into a private talk or out of it
            await self.house.settle()
            here = [name for name in NAMES if self.connected(name) is not None]
            before = what_is(self.house, here)
            await self._killed_and_back(here)
            assert what_is(self.house, here) == before

        self.run(die_and_return())

    @rule(some=st.sets(names))
    def the_web_process_dies_while_people_are_on_their_way_and_some_come_back(self, some: set[str]) -> None:
        self.run(self._killed_and_back([name for name in NAMES if name in some and self.connected(name) is not None]))

    async def _killed_and_back(self, names: list[str]) -> None:
        await self.house.killed()
        self.house.policy.calls.clear()
        self.publications.clear()
        for name in names:
            answer = await self.browsers[name].join()
            assert answer["type"] == "ok", answer
        await self.house.settle()

    @rule(subject=names, state=st.sampled_from(["connected", "disconnected", "failed"]))
    def transport_news(self, subject: str, state: Any) -> None:
        async def news() -> None:
            for room in self.house.hub.rooms.values():
                for transport in list(room.switchboard.transports.values()):
                    if transport.participant_id == subject:
                        self.house.hub.transport_state(transport.transport_id, state, "")
            await self.house.settle()

        self.run(news())

    @invariant()
    def what_each_browser_knows_is_a_fresh_snapshot(self) -> None:
        for room in self.house.hub.rooms.values():
            for name, person in room.participants.items():
                browser = self.connected(name)
                if browser is None or person.outlet is None:
                    continue
                known = replay(browser.snapshot or {}, browser.catch_up())
                person.known = visibility.view_of(room, person)
                fresh = room.snapshot(person)
                expected = msgspec.to_builtins(fresh)
                assert known == {**shown_parts(expected), "seq": expected["seq"]}

    @invariant()
    def nobody_knows_more_than_the_rule_allows(self) -> None:
        for room in self.house.hub.rooms.values():
            for viewer in room.participants.values():
                for subject in viewer.known.participants:
                    person = room.participants.get(subject)
                    if person is None:  # gone from a private talk, which those outside do not learn
                        assert viewer.known.participants[subject].presence == ("away" if viewer.admitted else "present")
                        continue
                    waiting_ally = not viewer.admitted and not person.admitted and viewer.side == person.side
                    both_in = viewer.admitted and person.admitted
                    hosts = "host" in (viewer.role, person.role)
                    assert viewer is person or hosts or both_in or waiting_ally
                    assert viewer is person or (viewer.participant_id, subject) not in self.house.policy.unseen
                    closely = viewer.role == "host" or viewer is person
                    seen = viewer.known.participants[subject]
                    assert closely or not (seen.asks or seen.wants_break or seen.may_share)
                assert viewer.role == "host" or "balance" not in viewer.known.board
                if not viewer.admitted:
                    assert not viewer.known.publications and not viewer.known.documents and not viewer.known.caucuses
                    shown = viewer.known.participants.values()
                    assert not any(each.caucus_id or each.presence == "away" for each in shown)
                    assert all(room.board[topic].audience.waiting for topic in viewer.known.board)

    @invariant()
    def nothing_crosses_a_caucus(self) -> None:
        for room in self.house.hub.rooms.values():
            for viewer in room.participants.values():
                mine = room.caucuses.of(viewer.participant_id)
                for publication in viewer.known.publications.values():
                    assert room.caucuses.of(publication.participant_id) is mine
                for subject in viewer.known.participants.values():
                    theirs = room.caucuses.of(subject.participant_id)
                    if theirs is not None and theirs is not mine:
                        assert subject.presence == ("away" if viewer.admitted else "present")
                        assert (subject.quality, subject.hand_raised, subject.hand_place) == ("good", False, 0)
                        assert not (subject.asks or subject.wants_break or subject.may_share)
                shown = viewer.known.stage.spotlight
                assert shown is None or room.caucuses.of(shown) is mine
            places = self.house.media.rooms
            for transport_id, participant_id in self.house.media.transports.items():
                caucus = room.caucuses.of(participant_id)
                assert places[transport_id].partition("#")[2] == ("" if caucus is None else caucus.caucus_id)

    @invariant()
    def the_worker_holds_exactly_what_the_room_holds(self) -> None:
        for room in self.house.hub.rooms.values():
            board = room.switchboard
            assert set(self.house.media.transports) == set(board.transports)
            assert set(board.publications) <= set(self.house.media.publications)
            for subscription in board.subscriptions.values():
                viewer = room.participants[subscription.participant_id]
                assert visibility.knows_track(room, viewer, board.publications[subscription.publication_id])

    @invariant()
    def every_opened_track_is_open_or_was_closed_once(self) -> None:
        closed = [call[0] for call in self.house.policy.told("publication_closed")]
        assert len(closed) == len(set(closed))
        opened = {call[0] for call in self.house.policy.told("publication_opened")}
        still = {publication for room in self.house.hub.rooms.values() for publication in room.publications}
        assert opened == set(closed) | still


TestRoomMachine = RoomMachine.TestCase
TestRoomMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
