"""What monitoring reads: parsed by Prometheus' own parser."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from room_server.live.metrics import SUMS, Metrics
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId
from signaling.messages import Json
from signaling.sfu.counters import Counters
from tests.support.room_ports import ROOM, House, house


@dataclass
class MemoryWorker:
    name: str = "0"
    ready: bool = True
    refuses: bool = False
    told: Json = field(default_factory=dict)

    async def counters(self) -> Json:
        if self.refuses:
            raise SignalingError(ErrorCode.OVERLOADED, "lost")
        return self.told


async def read(home: House, *workers: MemoryWorker) -> dict[str, float]:
    text = (await Metrics(home.hub, workers, recorder_ready=lambda: True).text()).decode()
    assert "名字" not in text and "room_1" not in text
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_rooms_people_sockets_and_recordings_are_counted() -> None:
    async with house() as home:
        host, a = await home.host(), await home.arrive("a")
        await a.open_transports()
        home.hub.quality(ROOM, ParticipantId("a"), "poor")
        await host.do("start_recording")
        b = await home.arrive("b")
        await b.hang_up()
        found = await read(home, MemoryWorker(ready=False))
    assert found["mediation_room_live_rooms"] == 1
    assert found["mediation_room_people"] == 3
    assert found["mediation_room_sockets[room]"] == 2
    assert found["mediation_room_sockets[document]"] == 0
    assert found["mediation_room_people_by_quality[poor]"] == 1
    assert found["mediation_room_recordings"] == 1
    assert found["mediation_room_recorder_up"] == 1
    assert found["mediation_room_media_up[0]"] == 0


async def test_every_counter_of_the_worker_is_shown_once() -> None:
    counters = Counters(packets_received=7, send_dropped=3, rtp_malformed=2, faults=1, packets_lost=5, freezes=4)
    told = {
        "counters": counters.as_json(), "cpu_share": 0.25, "packets_per_second": 9, "transports": {"connected": 4},
        "publications": {"audio": 2}, "subscriptions": {"video": 6}, "captures": 1, "compiled": True,
        "layers": {"0": 2, "only": 3, "none": 1},
    }  # fmt: skip
    async with house() as home:
        found = await read(home, MemoryWorker(told=told))
    assert found["mediation_room_media_up[0]"] == 1
    assert found["mediation_room_media_packets_received_total[0]"] == 7
    assert found["mediation_room_media_faults_total[0]"] == 1
    assert found["mediation_room_media_dropped_total[send_dropped][0]"] == 3
    assert found["mediation_room_media_dropped_total[rtp_malformed][0]"] == 2
    assert found["mediation_room_media_packets_lost_total[0]"] == 5
    assert found["mediation_room_media_freezes_total[0]"] == 4
    assert [found[f"mediation_room_media_layers[{each}][0]"] for each in ("0", "only", "none")] == [2, 3, 1]
    assert found["mediation_room_media_transports[connected][0]"] == 4
    assert found["mediation_room_media_subscriptions[video][0]"] == 6
    assert found["mediation_room_media_cpu_share[0]"] == 0.25
    assert found["mediation_room_media_compiled[0]"] == 1
    shown = [name for name in found if name.startswith("mediation_room_media_dropped_total[")]
    assert len(shown) + len(SUMS) == len(counters.as_json())


async def test_each_worker_is_told_by_its_name_and_one_that_is_away_hides_no_other() -> None:
    told = {
        "counters": Counters(packets_received=5).as_json(), "cpu_share": 0.5, "packets_per_second": 1,
        "transports": {"connected": 2}, "publications": {}, "subscriptions": {}, "captures": 0, "compiled": False,
        "layers": {},
    }  # fmt: skip
    async with house(workers=3) as home:
        await home.arrive("a")
        found = await read(
            home, MemoryWorker("0", refuses=True), MemoryWorker("1", told=told), MemoryWorker("2", False)
        )
    assert [found[f"mediation_room_media_up[{each}]"] for each in range(3)] == [0, 1, 0]
    assert [found[f"mediation_room_media_rooms[{each}]"] for each in range(3)] == [1, 0, 0]
    shares = {name: value for name, value in found.items() if "cpu_share" in name}
    assert shares == {"mediation_room_media_cpu_share[1]": 0.5}
    assert found["mediation_room_media_packets_received_total[1]"] == 5


async def test_a_worker_that_is_lost_while_it_is_asked_is_down() -> None:
    async with house() as home:
        assert (await read(home, MemoryWorker(refuses=True)))["mediation_room_media_up[0]"] == 0
