"""How often a switched device is written down, and that its last state always is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from room_server.live.switches import FIRST_WINDOW, Switch, Switches
from tests.support.room_ports import MemoryClock

CAMERA = Switch("session", "track_switched", "worker", "camera")
ENTRIES_AN_HOUR = 125


@dataclass
class Book:
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(1000.0))
    entries: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)
    refusal: Exception | None = None
    slow: bool = False

    def __post_init__(self) -> None:
        self.switches = Switches(
            self.record, self.recorded, lambda: datetime.fromtimestamp(self.clock.now(), UTC), self.clock.later
        )

    async def record(self, session_id: str, kind: str, actor: str, data: Mapping[str, Any], *, at: datetime) -> None:
        if self.refusal is not None:
            raise self.refusal
        if self.slow:
            await asyncio.sleep(0)
        self.entries.append((f"{session_id}/{actor}/{kind}", dict(data), at.timestamp()))

    async def recorded(self, session_id: str, kind: str, actor: str, source: str) -> Mapping[str, Any] | None:
        name = f"{session_id}/{actor}/{kind}"
        return next((data for each, data, _ in reversed(self.entries) if each == name), None)

    def killed(self) -> None:
        """Another process takes over, with what is in the book and nothing else."""
        self.clock = MemoryClock(self.clock.now())
        self.__post_init__()

    async def again(self, **data: Any) -> None:
        await self.switches.told_again(CAMERA, data)

    async def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.switches._background.drain()

    async def told(self, **data: Any) -> None:
        await self.switches.told(CAMERA, data)

    @property
    def data(self) -> list[dict[str, Any]]:
        return [data for _, data, _ in self.entries]


@pytest.fixture
def book() -> Book:
    return Book()


async def test_what_is_switched_now_and_then_is_written_down_at_once_each_time(book: Book) -> None:
    for paused in (True, False, True):
        await book.told(paused=paused)
        assert book.data[-1] == {"paused": paused}
        await book.wait(3)
    assert len(book.entries) == 3


async def test_what_changes_within_a_few_seconds_is_one_entry_with_the_last_state_and_its_time(book: Book) -> None:
    await book.told(paused=True)
    for paused in (False, True, False):
        book.clock.advance(0.5)
        await book.told(paused=paused)
    await book.wait(0.5)
    assert book.entries == [
        ("session/worker/track_switched", {"paused": True}, 1000.0),
        ("session/worker/track_switched", {"paused": False, "changes": 3}, 1001.5),
    ]


async def test_a_client_that_switches_thirty_times_a_second_for_an_hour_leaves_a_record_that_can_be_read(
    book: Book,
) -> None:
    for count in range(3600 * 30):
        await book.told(paused=count % 2 == 0)
        book.clock.advance(1 / 30)
        if count % 30 == 0:
            await book.wait(0)
    await book.wait(60)
    assert len(book.entries) <= ENTRIES_AN_HOUR
    assert sum(data.get("changes", 1) for data in book.data) == 3600 * 30, "none is left out of the count"
    assert book.data[-1]["paused"] is False, "the last state"
    await book.wait(60)
    await book.told(paused=True)
    assert book.data[-1] == {"paused": True}, "at once again after a rest"


async def test_devices_people_and_sessions_do_not_wait_for_one_another(book: Book) -> None:
    for switch in (
        CAMERA, CAMERA._replace(source="microphone"), CAMERA._replace(actor="company"),
        CAMERA._replace(session_id="other"), CAMERA._replace(kind="device_trouble"),
    ):  # fmt: skip
        await book.switches.told(switch, {"paused": True})
    assert len(book.entries) == 5


async def test_whoever_leaves_or_ends_has_their_last_state_on_the_record_first(book: Book) -> None:
    for state in (True, False):
        await book.told(paused=state)
        await book.switches.told(CAMERA._replace(actor="company"), {"paused": state})
    await book.switches.settle("session", "worker")
    assert [name for name, data, _ in book.entries if not data["paused"]] == ["session/worker/track_switched"]
    await book.switches.settle("session")
    assert len(book.entries) == 4
    await book.wait(60)
    assert len(book.entries) == 4, "nothing twice"


async def test_somebody_who_leaves_while_the_session_ends_is_written_down_once_and_keeps_neither_from_it(
    book: Book,
) -> None:
    book.slow = True
    for source in ("camera", "microphone"):
        for paused in (True, False):
            await book.switches.told(CAMERA._replace(source=source), {"source": source, "paused": paused})
    await asyncio.gather(book.switches.settle("session"), book.switches.settle("session", "worker"))
    assert sorted(data["source"] for data in book.data if not data["paused"]) == ["camera", "microphone"]


async def test_a_process_that_ends_in_order_writes_down_everything(book: Book) -> None:
    await book.told(paused=True)
    await book.told(paused=False)
    await book.switches.close()
    assert book.data[-1] == {"paused": False}


async def test_what_could_not_be_written_is_written_with_the_next_look(book: Book) -> None:
    await book.told(paused=True)
    await book.told(paused=False)
    book.refusal = OSError("the disk is full")
    await book.wait(2)
    book.refusal = None
    await book.told(paused=True)
    await book.wait(4)
    assert book.data == [{"paused": True}, {"paused": True, "changes": 2}]


async def test_whoever_comes_back_after_a_killed_process_puts_right_what_the_record_says_of_a_device(
    book: Book,
) -> None:
    for paused in (True, False):
        await book.told(paused=paused)
    book.killed()
    await book.again(paused=False)
    await book.wait(3)
    assert book.data == [{"paused": True}, {"paused": False}]
    await book.again(paused=False)
    assert len(book.entries) == 2, "what the record says already is no news"


async def test_what_is_told_again_while_a_device_does_not_rest_is_held_against_what_was_told_last(book: Book) -> None:
    for paused in (True, False):
        await book.told(paused=paused)
    await book.again(paused=False)
    await book.again(paused=True)
    await book.wait(2)
    assert book.data == [{"paused": True}, {"paused": True, "changes": 2}]


async def test_a_device_of_which_nothing_is_on_the_record_needs_no_entry_unless_something_is_the_matter(
    book: Book,
) -> None:
    await book.again(paused=True)
    await book.again(trouble=None)
    assert book.entries == []
    await book.again(trouble="absent")
    assert book.data == [{"trouble": "absent"}]


async def test_what_could_not_be_written_is_written_with_the_next_window(book: Book) -> None:
    book.refusal = OSError("the disk is full")
    with pytest.raises(OSError):
        await book.told(paused=True)
    book.refusal = None
    await book.wait(FIRST_WINDOW)
    assert [each["paused"] for each in book.data] == [True]


async def test_what_a_page_says_again_does_not_undo_what_came_while_the_record_was_read(book: Book) -> None:
    await book.told(muted_by_host=False)
    book.killed()
    read = book.recorded

    async def meanwhile(*switch: str) -> Mapping[str, Any] | None:
        found = await read(*switch)
        await book.told(muted_by_host=True)
        return found

    book.switches._recorded = meanwhile  # type: ignore[assignment]
    await book.again(muted_by_host=None)
    await book.wait(60)
    assert [each["muted_by_host"] for each in book.data] == [False, True]
