"""Everything of one node, put together in one place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from cryptography import x509
from sqlalchemy.ext.asyncio import AsyncEngine

from recorder.blobs import LocalBlobStore
from recorder.client import RecorderClient
from recorder.control import KeyFrameWanted, Notice, Track, TrackFailed
from recorder.pki import Authority, owner
from recorder.timestamp import HttpTimeStamper, LocalTimeStamper, TimeStamper
from room_server.auth import Tokens
from room_server.bus import Bus
from room_server.live.drafting import Drafts
from room_server.live.figures import Figures
from room_server.live.loadtest import PREFIX as LOAD_TEST
from room_server.live.loadtest import LoadTestPolicy
from room_server.live.metrics import Metrics
from room_server.live.policy import SessionPolicy
from room_server.live.presence import Presence
from room_server.live.probes import Probes
from room_server.live.recording import Director
from room_server.services.everything import Services, build_services
from room_server.services.messages import OutboxMessages
from room_server.services.ports import Ports, key_for_short_secrets, utc_now
from room_server.settings import Settings, prepare_folders
from room_server.store.database import answers, migrate, open_engine
from room_server.store.unit_of_work import units_of_work
from room_server.worker import Filer, Sweeper
from signaling.background import Background
from signaling.hub import Hub
from signaling.ids import RoomId
from signaling.media import MediaWorker
from signaling.media import Notice as MediaNotice
from signaling.policy import RoomPolicy
from signaling.pool import MediaPool
from signaling.room import RoomSettings
from signaling.sfu.control import PersonQuality, PublicationDemand, Speakers, SubscriptionLayer, TransportState
from signaling.turn import TurnServers

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Foundation:
    """What every process of the product needs: the database and the services on it."""

    engine: AsyncEngine
    bus: Bus
    ports: Ports
    services: Services
    outbox: OutboxMessages

    async def close(self) -> None:
        """Let the database go."""
        await self.engine.dispose()


def found(settings: Settings) -> Foundation:
    """Build the services; the database is not touched yet."""
    prepare_folders(settings)
    engine, bus = open_engine(settings.database), Bus()
    unit_of_work = units_of_work(engine, bus)
    organisation = settings.require_organisation()
    authority = Authority.load_or_create(settings.data_dir / "pki", organisation, utc_now())
    key = settings.token_key()
    outbox = OutboxMessages(unit_of_work, utc_now)
    ports = Ports(
        unit_of_work=unit_of_work,
        clock=utc_now,
        tokens=Tokens(key, utc_now),
        key=key_for_short_secrets(key),
        blobs=LocalBlobStore(settings.data_dir / "blobs"),
        authority=authority,
        stamper=_stamper(settings, authority),
        messages=outbox,
        base_url=settings.url,
        organisation=organisation,
        phone=settings.phone,
        zone=ZoneInfo(settings.time_zone),
        link_days=settings.link_days,
        recordings=settings.recordings_dir,
        scratch=settings.data_dir / "scratch",
        exhibit_bytes=settings.exhibit_mb * 1024 * 1024,
        talk_days=settings.talk_retention_days,
    )
    return Foundation(engine, bus, ports, build_services(ports), outbox)


def _stamper(settings: Settings, authority: Authority) -> TimeStamper:
    if not settings.timestamp_url:
        return LocalTimeStamper(authority)
    roots = x509.load_pem_x509_certificates(Path(settings.timestamp_roots).read_bytes())
    return HttpTimeStamper(settings.timestamp_url, roots)


def _administered(settings: Settings) -> Foundation:
    """The services for an operator's command, which makes no papers: the keys say whose they are."""
    return found(replace(settings, organisation=settings.organisation or owner(settings.data_dir / "pki") or ""))


async def renew_password(settings: Settings, username: str) -> str:
    """A new password for an account. Raises ``NotFound``."""
    foundation = _administered(settings)
    try:
        await migrate(foundation.engine)
        return await foundation.services.staff.renew_password(username)
    finally:
        await foundation.close()


async def hold(settings: Settings, session_id: str, reason: str | None) -> None:
    """Delete nothing of a session, for a reason; None: let its time go on. Raises ``NotFound``, ``Invalid``."""
    foundation = _administered(settings)
    try:
        await migrate(foundation.engine)
        if reason is None:
            await foundation.services.retention.lift(session_id)
        else:
            await foundation.services.retention.hold(session_id, reason)
    finally:
        await foundation.close()


async def work(settings: Settings) -> None:
    """The background worker as a process of its own: runs until it is cancelled."""
    foundation = found(settings)
    services = foundation.services
    filer, sweeper = Filer(services.filing), Sweeper(services.retention, services.leftovers)
    try:
        await migrate(foundation.engine)
        await filer.start()
        sweeper.start()
        await asyncio.Event().wait()
    finally:
        await sweeper.close()
        await filer.close()
        await foundation.close()


class Node:
    """The live part of a web process: rooms, the handles on media workers and recorder, filing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.foundation = found(settings)
        self.services = self.foundation.services
        self.outbox = self.foundation.outbox if settings.demo else None
        self._background = Background()
        self._workers = [
            MediaWorker(each.name, each.control, self._heard, self._media_lost, self._media_ready)
            for each in settings.media
        ]
        self._media = MediaPool(self._workers, cpu_limit=settings.media_cpu_limit / 100)
        self._recorder = RecorderClient(
            settings.recorder_control, self._recorded, self._recorder_lost, self._recorder_ready
        )
        clock = self.foundation.ports.clock
        self._director = Director(self.services.recording, self._recorder, lambda: clock().timestamp())
        self._filer = Filer(self.services.filing)
        self._sweeper = Sweeper(self.services.retention, self.services.leftovers)
        self._policy = SessionPolicy(self.services, self._director, self._filer.soon)
        limits = RoomSettings(
            maximum_people=settings.room_publishers + settings.room_listeners,
            maximum_publishers=settings.room_publishers,
            ice_servers=tuple(json.loads(settings.ice_servers)),
            turn=TurnServers(settings.turn_urls, settings.turn_secret, settings.turn_seconds),
        )
        self.hub = Hub(
            self._policy,
            self._media,
            settings=limits,
            other_policy=_load_tests(settings),
        )
        self.drafts = Drafts(self.services, self.hub.room)
        self.presence = Presence(self.hub.room)
        self.probes = Probes(self._media, ice_servers=limits.ice_servers, turn=limits.turn)
        self._policy.listen(self.foundation.bus, self.hub)
        self.figures = Figures(self.hub)
        self.metrics = Metrics(self.hub, self._workers, recorder_ready=lambda: self._recorder.ready)

    async def start(self) -> None:
        """Bring the database up to date, connect to the other processes, go on with what was left unfiled."""
        await migrate(self.foundation.engine)
        for worker in self._workers:
            await worker.start()
        await self._recorder.start()
        await self._filer.start()
        self._sweeper.start()

    async def close(self) -> None:
        """Close every socket and connection; recordings and rooms are taken up again by the next process."""
        await self.hub.close()
        await self._policy.close()
        await self.probes.close_all()
        await self._background.drain()
        await self._sweeper.close()
        await self._filer.close()
        for worker in self._workers:
            await worker.close()
        await self._recorder.close()
        await self.foundation.close()

    async def health(self) -> dict[str, bool]:
        """Whether each part works."""
        return {
            "database": await answers(self.foundation.engine),
            "media": self._media.ready,
            "recorder": self._recorder.ready,
        }

    # ---- what the other processes tell -----------------------------------------------------------------------------

    def _heard(self, notice: MediaNotice) -> None:
        if isinstance(notice, Speakers):
            self.hub.speakers(notice.room_id, notice.participant_ids)
        elif isinstance(notice, TransportState):
            self.hub.transport_state(notice.transport_id, notice.state, notice.reason)
        elif isinstance(notice, SubscriptionLayer):
            self.hub.subscription_layer(notice.subscription_id, notice.layer, notice.layers, notice.reason)
        elif isinstance(notice, PublicationDemand):
            self.hub.publication_demand(notice.publication_id, notice.active)
        elif isinstance(notice, PersonQuality):
            self.hub.quality(notice.room_id, notice.participant_id, notice.quality)
        else:
            log.warning("the recorder does not keep up", capture=notice.capture_id, dropped=notice.dropped)

    def _media_lost(self, worker: MediaWorker) -> None:
        self.hub.media_lost(worker)

    def _media_ready(self, worker: MediaWorker) -> None:
        self.hub.media_ready(worker)

    def _recorded(self, notice: Notice) -> None:
        if isinstance(notice, TrackFailed):
            log.error("a track cannot be written", file=notice.track.file, reason=notice.reason, message=notice.message)
            self._background.run(self._director.track_failed(notice.track, notice.reason))
        elif isinstance(notice, KeyFrameWanted):
            self._background.run(self._director.key_frame_wanted(notice.capture_id))

    def _recorder_lost(self) -> None:
        self._background.run(self._director.recorder_lost())

    def _recorder_ready(self, tracks: list[Track]) -> None:
        self._background.run(self._director.recorder_ready(tracks))


def _load_tests(settings: Settings) -> Callable[[RoomId], RoomPolicy | None]:
    """Which rooms are a load test's: none, unless the operator allows them."""
    if not settings.load_test_secret:
        return lambda room_id: None
    policy = LoadTestPolicy(Tokens(settings.load_test_secret, utc_now))
    return lambda room_id: policy if room_id.startswith(LOAD_TEST) else None


def build(settings: Settings) -> Node:
    """One node, not started."""
    return Node(settings)
