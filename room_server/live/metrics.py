"""What an operator's monitoring reads of this node: sums only, and nothing by which a person could be told.

Counters are the media worker's own, since it started; a worker that is away says ``mediation_room_media_up 0``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    """The media worker's side."""

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

    def __init__(self, hub: LiveRooms, worker: Worker, *, recorder_ready: Callable[[], bool]) -> None:
        self._hub = hub
        self._worker = worker
        self._recorder_ready = recorder_ready
        self._process = prometheus_client.CollectorRegistry()
        prometheus_client.ProcessCollector(namespace="mediation_room_web", registry=self._process)

    async def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        rooms = list(self._hub.rooms.values())
        found = [*_of_rooms(rooms), _gauge("mediation_room_recorder_up", "Recorder connected", self._recorder_ready())]
        try:
            told = await self._worker.counters() if self._worker.ready else None
        except SignalingError:
            told = None
        found.append(_gauge(f"{MEDIA}_up", "Media worker connected", told is not None))
        if told is not None:
            found += _of_worker(told)
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


def _of_worker(told: Json) -> list[Metric]:
    counters: dict[str, int] = told["counters"]
    found: list[Metric] = [CounterMetricFamily(f"{MEDIA}_{name}", text, counters[name]) for name, text in SUMS.items()]
    dropped = CounterMetricFamily(f"{MEDIA}_dropped", "What was not forwarded or not sent, and why", labels=["kind"])
    for kind, count in counters.items():
        if kind not in SUMS:
            dropped.add_metric([kind], count)
    transports = GaugeMetricFamily(f"{MEDIA}_transports", "Transports by state", labels=["state"])
    for state, count in told["transports"].items():
        transports.add_metric([state], count)
    found += [dropped, transports]
    for noun in ("publications", "subscriptions"):
        family = GaugeMetricFamily(f"{MEDIA}_{noun}", f"{noun.capitalize()} by kind", labels=["kind"])
        for kind, count in told[noun].items():
            family.add_metric([kind], count)
        found.append(family)
    followed = GaugeMetricFamily(f"{MEDIA}_layers", "Pictures by the layer that subscribers get", labels=["layer"])
    for layer, count in told["layers"].items():
        followed.add_metric([layer], count)
    return [
        *found,
        followed,
        _gauge(f"{MEDIA}_captures", "Tracks copied to the recorder", told["captures"]),
        _gauge(f"{MEDIA}_cpu_share", "Share of one core over the last seconds", told["cpu_share"]),
        _gauge(f"{MEDIA}_packets_per_second", "Packets in and out", told["packets_per_second"]),
    ]
