"""The feed to the recorder: nothing waits, what is lost is counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.ids import CaptureId
from signaling.sfu import feed
from signaling.sfu.capture import BACKLOG, CaptureSink, FeedSocket
from tests.support.sfu_peer import FeedReader


@pytest.fixture
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("f") / "feed.sock"


async def test_packets_and_reports_arrive_with_number_and_time(path: Path) -> None:
    reader, sender = FeedReader(path), FeedSocket(path)
    sender.connect()
    sink = CaptureSink(sender, CaptureId(3))
    sink.rtp(b"packet", 1700000000.25)
    sink.sender_report(b"report", 1700000000.5)
    await reader.changed.until(lambda: len(reader.fed) == 2, "both arrive")
    assert reader.fed == [
        feed.Fed(CaptureId(3), feed.RTP, 1700000000.25, b"packet"),
        feed.Fed(CaptureId(3), feed.SENDER_REPORT, 1700000000.5, b"report"),
    ]
    sender.close()
    reader.close()


async def test_without_a_reader_packets_are_counted(path: Path) -> None:
    sender = FeedSocket(path)
    sender.connect()
    assert not sender.connected
    sink = CaptureSink(sender, CaptureId(3))
    sink.rtp(b"packet", 0.0)
    assert (sink.take_dropped(), sink.take_dropped()) == (1, 0)


async def test_a_stuck_reader_costs_what_is_over_the_backlog_and_gets_the_rest_later(path: Path) -> None:
    reader, sender = FeedReader(path), FeedSocket(path)
    sender.connect()
    reader.pause()
    sink = CaptureSink(sender, CaptureId(3))
    large = bytes(1000)
    for number in range(5000):
        sink.rtp(number.to_bytes(4, "big") + large, 0.0)
    dropped = sink.take_dropped()
    assert 2000 < dropped < 5000 - BACKLOG
    reader.resume()
    await reader.changed.until(lambda: len(reader.fed) == 5000 - dropped, "the backlog arrives")
    numbers = [int.from_bytes(each.packet[:4], "big") for each in reader.fed]
    assert numbers == list(range(5000 - dropped))
    assert sink.take_dropped() == 0
    sender.close()
    reader.close()


async def test_a_new_reader_is_found_and_told(path: Path) -> None:
    reader, sender = FeedReader(path), FeedSocket(path)
    found: list[bool] = []
    sender.on_connected = lambda: found.append(True)
    sender.connect()
    reader.close()
    sink = CaptureSink(sender, CaptureId(3))
    sink.rtp(b"lost", 0.0)
    await reader.changed.until(lambda: not sender.connected, "the death is noticed")
    assert sink.take_dropped() == 1
    second = FeedReader(path)
    sender.connect()
    sink.rtp(b"kept", 0.0)
    await second.changed.until(lambda: second.fed, "the new reader gets packets")
    assert (second.fed[0].packet, len(found)) == (b"kept", 2)
    sender.close()
    second.close()


@given(st.lists(st.tuples(st.integers(1, 2**32 - 1), st.sampled_from([0, 1]), st.binary(max_size=60)), min_size=1))
def test_records_come_out_of_a_datagram_as_they_went_in(records: list[tuple[int, int, bytes]]) -> None:
    fed = [feed.Fed(CaptureId(name), kind, 1.5, packet) for name, kind, packet in records]
    assert feed.unpack(b"".join(feed.pack(*each) for each in fed)) == fed


@given(st.binary(max_size=80))
def test_a_datagram_of_anything_is_taken_apart_or_refused(datagram: bytes) -> None:
    with suppress(ValueError):
        assert b"".join(feed.pack(*each) for each in feed.unpack(datagram)) == datagram


async def test_what_was_gathered_leaves_at_the_end_of_a_capture(path: Path) -> None:
    reader, sender = FeedReader(path), FeedSocket(path)
    sender.connect()
    CaptureSink(sender, CaptureId(3)).rtp(b"last", 0.0)
    sender.close()
    await reader.changed.until(lambda: reader.fed, "it arrives")
    reader.close()
