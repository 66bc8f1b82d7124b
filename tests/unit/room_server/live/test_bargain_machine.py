"""Random people offer, share, take back, bring exhibits and show them while they move: nothing crosses a private talk.

The walk of ``test_talk_machine`` with other things to do. Each offer and each exhibit carries a word, and the book says
who may have it before them: whoever was in the talk, and from the moment that its owner tells it, everybody.
"""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from room_server.domain.offer import Verdict
from room_server.domain.people import Side
from room_server.services.exhibits import Brought
from room_server.services.offers import WantedOffer
from signaling.messages import Json
from tests.support.exhibit_room import PICTURE, stream
from tests.support.product_house import seated_house
from tests.unit.room_server.live.test_talk_machine import HOSTS, PARTIES, PEOPLE, SIDES, WALKS, Act, Walk

TALKERS = HOSTS | PARTIES
"""Those who may offer and bring: an observer may not."""
MOST_EXHIBITS = 8
"""Each is drawn by a process of its own, which takes a while."""


class Bargain(Walk):
    """One session of people who bargain. ``offers``, ``exhibits``: the book, by id; ``shown``: by place."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.offers: dict[str, dict[str, Any]] = {}
        self.exhibits: dict[str, dict[str, Any]] = {}
        self.shown: dict[str, str] = {}

    def acts(self) -> list[tuple[int, Act]]:
        moves = [(weight * MOVES.get(act.__name__, 0), act) for weight, act in super().acts()]
        return [
            *moves,
            (14, self.offer),
            (12, self.share),
            (4, self.take_back),
            (14, self.answer_offer),
            (8, self.bring),
            (6, self.disclose),
            (3, self.withdraw_exhibit),
            (14, self.present),
            (3, self.let_present),
            (4, self.put_away),
        ]

    # ---- offers ----------------------------------------------------------------------------------------------------

    def those_here(self, name: str) -> set[str]:
        return self.members[self.place(name)] | {name} if self.place(name) else set()

    def somebody_of_weight(self) -> str:
        """Who may offer and bring; every other time somebody in a private talk, when there is one."""
        talkers = TALKERS & self.inside
        apart = {each for each in talkers if self.place(each)}
        return self.likely(apart if apart and self.chance.random() < 0.5 else talkers, PEOPLE)

    async def offer(self) -> None:
        by = self.somebody_of_weight()
        place, text = self.place(by), self.word(self.those_here(by))
        today = self.product.clock().date() + timedelta(days=2)
        wanted = WantedOffer(Side.RESPONDENT, "100", [(today, "100")], text, 24 * 30)
        made = await self.do(self.product.services.offers.make(self.product.session_id, self.house.ids[by], wanted))
        assert (made is not None) == (by in TALKERS & self.inside)
        if made is None:
            self.words[text] = set()
            return
        self.offers[made.offer_id] = {"by": by, "text": text, "told": not place, "over": False}
        if not place:
            self.words[text] = set(TALKERS)
        self.count("offered apart" if place else "offered")

    def some(self, book: dict[str, dict[str, Any]], told: bool) -> str:
        likely = [key for key, one in book.items() if one["told"] == told and not one["over"]]
        return self.likely(likely, book)

    async def share(self) -> None:
        if not self.offers:
            return
        key = self.some(self.offers, told=False)
        one = self.offers[key]
        by = self.likely({one["by"]}, PEOPLE)
        await self.do(self._outcome(self.product.services.offers.share(key, self.house.ids[by]), key, one, by))

    async def _outcome(self, work: Any, key: str, one: dict[str, Any], by: str) -> None:
        """What its owner told is everybody's, from this moment on: also for what is seen while it happens."""
        await work
        assert by == one["by"] and not one["told"] and not one["over"], (key, by)
        one["told"] = True
        self.words[one["text"]] = set(TALKERS) if key in self.offers else set(SIDES)
        self.count("told")

    async def take_back(self) -> None:
        if not self.offers:
            return
        key = self.some(self.offers, told=self.chance.random() < 0.5)
        one = self.offers[key]
        by = self.likely({one["by"]}, PEOPLE)

        async def taken_back() -> None:
            await self.product.services.offers.withdraw(key, self.house.ids[by])
            assert by == one["by"]
            one["over"] = True
            self.count("taken back")

        await self.do(taken_back())

    async def answer_offer(self) -> None:
        if not self.offers:
            return
        key = self.some(self.offers, told=True)
        one = self.offers[key]
        by = self.likely({each for each in PARTIES if SIDES[each] != SIDES[one["by"]]}, PEOPLE)

        async def answered() -> None:
            await self.product.services.offers.answer(key, self.house.ids[by], self.chance.choice(list(Verdict)[:2]))
            assert one["told"] and by in PARTIES & self.inside and SIDES[by] != SIDES[one["by"]], (by, one)
            assert not self.place(by)
            self.count("answered")

        await self.do(answered())

    # ---- exhibits --------------------------------------------------------------------------------------------------

    async def bring(self) -> None:
        by = self.somebody_of_weight()
        if len(self.exhibits) >= (MOST_EXHIBITS if self.place(by) else MOST_EXHIBITS // 2):
            return
        place, text = self.place(by), self.word(self.those_here(by) or SIDES)
        brought = Brought(text, "a.jpg", stream(PICTURE))
        made = await self.do(self.product.services.exhibits.add(self.product.session_id, self.house.ids[by], brought))
        assert (made is not None) == (by in TALKERS & self.inside)
        if made is None:
            self.words[text] = set()
            return
        self.exhibits[made.exhibit_id] = {"by": by, "text": text, "told": not place, "over": False}
        self.count("brought apart" if place else "brought")

    async def disclose(self) -> None:
        if not self.exhibits:
            return
        key = self.some(self.exhibits, told=False)
        one = self.exhibits[key]
        by = self.likely({one["by"]}, PEOPLE)
        await self.do(self._outcome(self.product.services.exhibits.disclose(key, self.house.ids[by]), key, one, by))

    async def withdraw_exhibit(self) -> None:
        if not self.exhibits:
            return
        key = self.some(self.exhibits, told=self.chance.random() < 0.5)
        one = self.exhibits[key]
        by = self.likely({one["by"]}, PEOPLE)

        async def withdrawn() -> None:
            await self.product.services.exhibits.withdraw(key, self.house.ids[by])
            assert by == one["by"]
            one["over"] = True
            self.count("withdrawn")

        await self.do(withdrawn())

    async def present(self) -> None:
        if not self.exhibits:
            return
        key = self.some(self.exhibits, told=self.chance.random() < 0.5)
        one = self.exhibits[key]
        by = self.likely(HOSTS | {one["by"]}, PEOPLE)

        async def presented() -> None:
            await self.product.services.presentations.present(key, self.house.ids[by], 1)
            if not one["told"]:
                assert by in self.words[one["text"]] and self.place(by), (by, one)
                self.words[one["text"]] |= self.those_here(by)
                self.count("shown apart")
            self.shown[self.place(by)] = key
            self.count("shown")

        await self.do(presented())

    async def put_away(self) -> None:
        by = self.likely(HOSTS, PEOPLE)

        async def away() -> None:
            await self.product.services.presentations.put_away(self.product.session_id, self.house.ids[by])
            del self.shown[self.place(by)]

        await self.do(away())

    async def change_caucus(self) -> None:
        """A host who comes into a talk sees what is shown in it."""
        await super().change_caucus()
        for caucus, members in self.members.items():
            one = self.exhibits.get(self.shown.get(caucus, ""))
            if one is not None and not one["told"] and not one["over"]:
                self.words[one["text"]] |= members

    async def let_present(self) -> None:
        presentations, ids = self.product.services.presentations, self.house.ids
        who, allowed = self.chance.choice(sorted(PARTIES)), self.chance.random() < 0.8
        await self.do(presentations.set_presenter(self.product.session_id, ids["host"], ids[who], may_present=allowed))

    # ---- the oracle ------------------------------------------------------------------------------------------------

    def look(self, viewer: str, board: Json) -> None:
        super().look(viewer, board)
        for topic, value in board.items():
            if topic.startswith("offer/"):
                assert viewer in self.words[value["conditions"]], (viewer, value)
            elif topic.startswith("exhibit/"):
                assert viewer in self.words[value["title"]], (viewer, value)
            elif topic.startswith("presentation"):
                one = self.exhibits.get(value["exhibit_id"])
                assert one is None or viewer in self.words[one["text"]], (viewer, value)
                assert (value["caucus_id"] or "") == self.place(viewer), (viewer, value)
            else:
                continue
            assert viewer in self.inside, (viewer, topic)

    def logged(self) -> set[str]:
        return {one["text"] for one in self.exhibits.values() if one["told"]}

    def due(self, viewer: str) -> set[str]:
        """Nobody chats here."""
        return set()


MOVES = {
    "open_caucus": 2,
    "change_caucus": 1,
    "somebody_goes": 2,
    "somebody_comes": 2,
    "send_out": 1,
    "give_a_new_link": 2,
    "let_everybody_in": 2,
    "everybody_goes_and_the_room_is_forgotten": 1,
}
"""How often people move here, next to their other walk; whatever is not named does not happen."""


@pytest.mark.parametrize("seed", range(WALKS))
async def test_no_offer_and_no_exhibit_leaves_a_private_talk(tmp_path: Path, seed: int) -> None:
    async with seated_house(tmp_path) as house:
        walk = Bargain(house.product, house, random.Random(seed))
        await walk.until("offered apart", "told", "brought apart", "shown", "open_caucus")
