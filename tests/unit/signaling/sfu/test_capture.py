"""The feed to the recorder: nothing waits, what is lost is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
    for number in range(BACKLOG + 100):
        sink.rtp(number.to_bytes(4, "big"), 0.0)
    assert sink.take_dropped() == 100
    reader.resume()
    await reader.changed.until(lambda: len(reader.fed) == BACKLOG, "the backlog arrives")
    assert [each.packet for each in reader.fed] == [number.to_bytes(4, "big") for number in range(BACKLOG)]
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
