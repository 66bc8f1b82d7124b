"""What an operator's monitoring reads of this node: sums only, and nothing by which a person could be told.

Counters are each media worker's own, since it started, and bear its name as the label ``worker``; of one that is away
there is only ``mediation_room_media_up 0``.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import prometheus_client
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from signaling.errors import SignalingError
from signaling.messages import Json
from signaling.room import Room

MEDIA: Final = "mediation_room_media"
SUMS: Final = {
    "datagrams_received": "Datagrams that reached the media port",
    "packets_received": "RTP packets that were authentic",
    "packets_forwarded": "RTP packets sent to subscribers",
    "packets_retransmitted": "RTP packets sent again because a subscriber asked",
    "packets_captured": "RTP packets copied to the recorder",
    "bytes_received": "Bytes of RTP received",
    "bytes_forwarded": "Bytes of RTP sent to subscribers",
    "stun_answered": "Connectivity checks answered",
    "faults": "Datagrams that could not be handled because of an error of the program",
    "packets_lost": "RTP packets that did not come from publishers, before repairs",
    "packets_asked": "RTP packets that publishers were asked for again",
    "packets_repaired": "RTP packets that came after publishers were asked again",
    "deliveries_lost": "RTP packets that subscribers report as lost, before repairs",
    "deliveries_asked": "RTP packets that subscribers asked for again",
    "key_frames_asked": "Key frames that publishers were asked for",
    "key_frames_wanted": "Key frames that subscribers asked for",
    "layer_switches": "Changes of the layer that a subscriber gets",
    "freezes": "Times in which a picture stood still for a subscriber who should have got it",
    "frozen_milliseconds": "How long those were",
}
"""Counters that stand alone; every other one is a kind of ``mediation_room_media_dropped``."""


class Worker(Protocol):
    """A media worker's side."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def ready(self) -> bool:
        """Whether it is connected."""

    async def counters(self) -> Json:
        """Its counters and how many there are of what."""


class LiveRooms(Protocol):
    """The hub's side."""

    @property
    def rooms(self) -> Mapping[Any, Room]:
        """The live rooms."""


class _Found(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


class Metrics:
    """Everything that is measured on one node."""

    def __init__(self, hub: LiveRooms, workers: Sequence[Worker], *, recorder_ready: Callable[[], bool]) -> None:
        self._hub = hub
        self._workers = workers
        self._recorder_ready = recorder_ready
        self._process = prometheus_client.CollectorRegistry()
        prometheus_client.ProcessCollector(namespace="mediation_room_web", registry=self._process)

    async def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        rooms = list(self._hub.rooms.values())
        names = [worker.name for worker in self._workers]
        placed = Counter(dict.fromkeys(names, 0))
        placed.update(room.media.name for room in rooms)
        found = [*_of_rooms(rooms), _gauge("mediation_room_recorder_up", "Recorder connected", self._recorder_ready())]
        found.append(_labelled("rooms", "Live rooms of a media worker", placed))
        told = dict(zip(names, await asyncio.gather(*map(_ask, self._workers)), strict=True))
        found.append(_labelled("up", "Media worker connected", {name: each is not None for name, each in told.items()}))
        found += _of_workers({name: each for name, each in told.items() if each is not None})
        return prometheus_client.generate_latest(_Found(found)) + prometheus_client.generate_latest(self._process)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


def _of_rooms(rooms: list[Room]) -> list[Metric]:
    people = [person for room in rooms for person in room.participants.values()]
    documents = sum(document.sockets for room in rooms for document in room.documents.values())
    qualities = GaugeMetricFamily("mediation_room_people_by_quality", "Connected people", labels=["quality"])
    for quality in ("good", "poor", "lost"):
        qualities.add_metric([quality], sum(each.connected and each.quality == quality for each in people))
    sockets = GaugeMetricFamily("mediation_room_sockets", "Open WebSockets", labels=["kind"])
    sockets.add_metric(["room"], sum(each.connected for each in people))
    sockets.add_metric(["document"], documents)
    recording = [room.recording.state for room in rooms]
    return [
        _gauge("mediation_room_live_rooms", "Live rooms of this node", len(rooms)),
        _gauge("mediation_room_people", "People in live rooms of this node", len(people)),
        qualities,
        sockets,
        _gauge("mediation_room_recordings", "Rooms whose recording runs", recording.count("on")),
        _gauge("mediation_room_recordings_failed", "Rooms whose recording broke", recording.count("failed")),
    ]


async def _ask(worker: Worker) -> Json | None:
    try:
        return await worker.counters() if worker.ready else None
    except SignalingError:
        return None


def _labelled(name: str, text: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"{MEDIA}_{name}", text, labels=["worker"])
    for worker, value in values.items():
        family.add_metric([worker], value)
    return family


def _of_workers(told: Mapping[str, Json]) -> list[Metric]:
    sums = {name: CounterMetricFamily(f"{MEDIA}_{name}", text, labels=["worker"]) for name, text in SUMS.items()}
    text = "What was not forwarded or not sent, and why"
    dropped = CounterMetricFamily(f"{MEDIA}_dropped", text, labels=["worker", "kind"])
    for worker, each in told.items():
        for kind, count in each["counters"].items():
            if kind in sums:
                sums[kind].add_metric([worker], count)
            else:
                dropped.add_metric([worker, kind], count)
    return [
        *sums.values(),
        dropped,
        _by("transports", "Transports by state", "state", told),
        _by("publications", "Publications by kind", "kind", told),
        _by("subscriptions", "Subscriptions by kind", "kind", told),
        _by("layers", "Pictures by the layer that subscribers get", "layer", told),
        _labelled("compiled", "Whether its hot modules are machine code", _each("compiled", told)),
        _labelled("captures", "Tracks copied to the recorder", _each("captures", told)),
        _labelled("cpu_share", "Share of one core over the last seconds", _each("cpu_share", told)),
        _labelled("packets_per_second", "Packets in and out", _each("packets_per_second", told)),
    ]


def _each(name: str, told: Mapping[str, Json]) -> dict[str, float]:
    return {worker: each[name] for worker, each in told.items()}


def _by(noun: str, text: str, label: str, told: Mapping[str, Json]) -> Metric:
    family = GaugeMetricFamily(f"{MEDIA}_{noun}", text, labels=["worker", label])
    for worker, each in told.items():
        for value, count in each[noun].items():
            family.add_metric([worker, value], count)
    return family
