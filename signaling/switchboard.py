"""Who sends and receives what in one room: every wish is checked here before the media worker hears of it.

A person can only touch transports, publications and subscriptions of their own; those of others are ``not_found``, so
that nobody learns which names exist. After each wait on the worker the person is looked at again: somebody who was
removed meanwhile gets nothing, and what the worker made for them is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from signaling.background import attempt
from signaling.closing import close_for_certain
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CAUCUS, ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId
from signaling.latest import Latest
from signaling.messages import (
    IceRestarted,
    Json,
    LayerReason,
    PublicationLayers,
    Publish,
    Published,
    Quality,
    Source,
    Subscribed,
    SubscriptionChanged,
    TransportChanged,
    TransportCreated,
)
from signaling.participant import Participant
from signaling.publishers import Publishers
from signaling.tracks import KINDS, Detached, Direction, Publication, Subscription, Transport, TransportHealth
from signaling.visibility import knows_track

if TYPE_CHECKING:
    from signaling.room import Room

LARGEST_SIDE = 16_384
"""Pixels; more than any screen has."""


class Switchboard:
    """The transports, publications and subscriptions of one room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.transports: dict[TransportId, Transport] = {}
        self.publications: dict[PublicationId, Publication] = {}
        self.subscriptions: dict[SubscriptionId, Subscription] = {}
        self._publishers = Publishers(room)
        self._latest = Latest()

    # ---- transports ------------------------------------------------------------------------------------------------

    async def create_transport(self, person: Participant, direction: Direction) -> TransportCreated:
        """A new transport; the one that the person had in this direction is closed."""
        self._require_media()
        if person.moving:
            raise SignalingError(ErrorCode.OVERLOADED, "you are being moved")
        ticket = self._ticket(person)
        old = [t for t in self.transports.values() if t.serves(person.participant_id, direction)]
        detached = self._detach(old)
        if old:  # others know of its tracks, and of how well it went
            self._room.refresh()
        media, who = self._room.media, person.participant_id
        with self._latest.ask(who, direction) as wanted:
            await self.close(detached, "transport_closed")
            created = await media.create_transport(self._media_room(person), who, direction)
            if ticket != self._ticket(person) or not wanted():
                await attempt(media.close_transport(created.transport_id))
                raise SignalingError(ErrorCode.WRONG_STATE, "the connection changed while the transport was made")
        transport = Transport(created.transport_id, person.participant_id, direction)
        self.transports[transport.transport_id] = transport
        return created

    async def connect_transport(self, person: Participant, transport_id: TransportId, dtls_parameters: Json) -> None:
        """Hand over the browser's DTLS parameters."""
        transport = self._transport(person, transport_id)
        await self._room.media.connect_transport(transport.transport_id, dtls_parameters)

    async def restart_ice(self, person: Participant, transport_id: TransportId) -> IceRestarted:
        """New ICE credentials of the server's half."""
        transport = self._transport(person, transport_id)
        return await self._room.media.restart_ice(transport.transport_id)

    # ---- publications ----------------------------------------------------------------------------------------------

    async def publish(self, person: Participant, command: Publish) -> Published:
        """Start to send a track; an earlier one of the same source and kind is closed."""
        if command.kind not in KINDS[command.source]:
            raise SignalingError(ErrorCode.BAD_REQUEST, f"a {command.source} is not {command.kind}")
        transport = self._transport(person, command.transport_id, "send")
        self._require_allowed(person, command.source)
        with (
            self._publishers.starting(person),
            self._latest.ask(person.participant_id, command.source, command.kind) as wanted,
        ):
            return await self._publish(person, transport, command, wanted)

    async def _publish(
        self, person: Participant, transport: Transport, command: Publish, wanted: Callable[[], bool]
    ) -> Published:
        for publication in self.sent(person.participant_id, command.source):
            if publication.kind == command.kind:
                await self._end(publication, "replaced")
        ticket = self._ticket(person)
        media = self._room.media
        publication_id = await media.publish(
            transport.transport_id, command.kind, command.source, command.rtp_parameters
        )
        publication = Publication(
            publication_id,
            transport.transport_id,
            person.participant_id,
            command.kind,
            command.source,
            paused=command.paused,
            muted_by_host=self._room.silence.holds(person.participant_id, command.source),
        )
        gone = ticket != self._ticket(person) or transport.transport_id not in self.transports or not wanted()
        if gone or (command.source == "screen" and not person.sharing_allowed()):  # while the worker made it
            await attempt(media.close_publication(publication_id))
            raise self._ended_meanwhile(person, command.source)
        self.publications[publication_id] = publication
        try:
            if publication.silent:
                await media.set_publication_paused(publication_id, True)
            await self._room.policy.publication_opened(self._room, publication)
        except BaseException:
            await self._end(publication, "refused")
            raise
        if publication_id not in self.publications:
            raise self._ended_meanwhile(person, command.source)
        publication.opened = True
        self._announce(publication)
        return Published(publication_id)

    async def unpublish(self, person: Participant, publication_id: PublicationId) -> None:
        """Stop to send a track."""
        await self._end(self._own_publication(person, publication_id), "unpublished")

    async def set_paused(self, person: Participant, publication_id: PublicationId, paused: bool) -> None:
        """The owner switches a track off or on."""
        await self.switch(self._own_publication(person, publication_id), paused=paused)

    def sends(self, participant_id: ParticipantId, source: Source) -> bool:
        """Whether others can hear or see somebody's source."""
        return any(not publication.silent for publication in self.sent(participant_id, source))

    async def end_screens(self, person: Participant) -> None:
        """Somebody may not share any more."""
        for publication in self.sent(person.participant_id, "screen"):
            await self._end(publication, "not_allowed")

    def sent(self, participant_id: ParticipantId, source: Source) -> list[Publication]:
        """The tracks that somebody sends from one source: a screen may bring its sound."""
        return [
            publication
            for publication in self.publications.values()
            if publication.participant_id == participant_id and publication.source == source
        ]

    def _announce(self, publication: Publication) -> None:
        if not publication.silent:
            self._room.conduct.switched_on(publication.participant_id, publication.source)
        self._room.refresh()

    async def switch(
        self, publication: Publication, *, paused: bool | None = None, muted_by_host: bool | None = None
    ) -> None:
        """What the owner and the hosts want of a track, at the worker and on every screen. None: as it is.

        Of a track that ends meanwhile nothing is told any more: its owner may be in another place by then.
        """
        async with publication.turn:
            before = publication.paused, publication.muted_by_host
            after = tuple(old if new is None else new for old, new in zip(before, (paused, muted_by_host), strict=True))
            if after == before:
                return
            publication.paused, publication.muted_by_host = after
            try:
                await self._room.media.set_publication_paused(publication.publication_id, publication.silent)
            except BaseException as error:
                publication.paused, publication.muted_by_host = before
                if publication.publication_id in self.publications or not isinstance(error, SignalingError):
                    raise
        if publication.publication_id not in self.publications:
            return
        self._announce(publication)
        await attempt(self._room.policy.publication_changed(self._room, publication))

    async def _end(self, publication: Publication, reason: str) -> None:
        if self.publications.pop(publication.publication_id, None) is None:
            return
        self._forget_subscriptions([publication])
        self._room.refresh()
        await attempt(self._room.media.close_publication(publication.publication_id))
        await attempt(self._room.policy.publication_closed(self._room, publication, reason))

    # ---- subscriptions ---------------------------------------------------------------------------------------------

    async def subscribe(self, person: Participant, publication_id: PublicationId, capabilities: Json) -> Subscribed:
        """Start to receive a track, paused; an earlier subscription of the person to it is closed."""
        self._require_media()
        publication = self.publications.get(publication_id)
        if publication is None or not knows_track(self._room, person, publication):
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such track")
        if publication.participant_id == person.participant_id:
            raise SignalingError(ErrorCode.BAD_REQUEST, "nobody receives their own track")
        transport = next((t for t in self.transports.values() if t.serves(person.participant_id, "receive")), None)
        if transport is None:
            raise SignalingError(ErrorCode.WRONG_STATE, "make a transport to receive first")
        for old in [s for s in self.subscriptions.values() if s.publication_id == publication_id]:
            if old.participant_id == person.participant_id:
                await attempt(self._drop(old))
        ticket = self._ticket(person)
        with self._latest.ask(person.participant_id, publication_id) as wanted:
            answer = await self._room.media.subscribe(transport.transport_id, publication_id, capabilities)
            gone = ticket != self._ticket(person) or transport.transport_id not in self.transports or not wanted()
        if gone or publication_id not in self.publications or not knows_track(self._room, person, publication):
            await attempt(self._room.media.close_subscription(answer.subscription_id))
            raise SignalingError(ErrorCode.NOT_FOUND, "the track is gone")
        self.subscriptions[answer.subscription_id] = Subscription(
            answer.subscription_id, transport.transport_id, person.participant_id, publication_id
        )
        return answer

    async def pause_subscription(self, person: Participant, subscription_id: SubscriptionId, paused: bool) -> None:
        """Let packets of a track through to a person, or hold them."""
        subscription = self._subscription(person, subscription_id)
        await self._room.media.set_subscription_paused(subscription_id, paused)
        subscription.paused = paused

    async def set_size(self, person: Participant, subscription_id: SubscriptionId, width: int, height: int) -> None:
        """How large somebody shows a track, in device pixels."""
        self._subscription(person, subscription_id)
        if not 0 <= width <= LARGEST_SIDE or not 0 <= height <= LARGEST_SIDE:
            raise SignalingError(ErrorCode.BAD_REQUEST, f"width, height: 0 to {LARGEST_SIDE}")
        await self._room.media.set_subscription_size(subscription_id, width, height)

    def tell_layer(self, subscription_id: SubscriptionId, layer: int | None, layers: int, reason: LayerReason) -> bool:
        """The worker tells which layer of a track somebody gets. Whether it is of this room."""
        subscription = self.subscriptions.get(subscription_id)
        person = None if subscription is None else self._room.participants.get(subscription.participant_id)
        if person is not None:
            self._room.tell(person, SubscriptionChanged(subscription_id, layer, layers, reason))
        return person is not None

    def tell_demand(self, publication_id: PublicationId, active: list[int]) -> bool:
        """The worker tells which layers of a track anybody needs. Whether it is of this room."""
        publication = self.publications.get(publication_id)
        person = None if publication is None else self._room.participants.get(publication.participant_id)
        if person is not None:
            self._room.tell(person, PublicationLayers(publication_id, active))
        return person is not None

    async def unsubscribe(self, person: Participant, subscription_id: SubscriptionId) -> None:
        """Stop to receive a track."""
        await self._drop(self._subscription(person, subscription_id))

    async def revoke(self) -> None:
        """Close every subscription that the policy no longer allows."""
        for subscription in list(self.subscriptions.values()):
            viewer = self._room.participants.get(subscription.participant_id)
            publication = self.publications.get(subscription.publication_id)
            if viewer is None or publication is None or not knows_track(self._room, viewer, publication):
                await attempt(self._drop(subscription))

    async def _drop(self, subscription: Subscription) -> None:
        if self.subscriptions.pop(subscription.subscription_id, None) is not None:
            await self._room.media.close_subscription(subscription.subscription_id)

    # ---- taking off ------------------------------------------------------------------------------------------------

    def detach(self, person: Participant) -> Detached:
        """Take everything of a person off the switchboard, at once; ``close`` does what needs waiting."""
        return self._detach([t for t in self.transports.values() if t.participant_id == person.participant_id])

    def detach_all(self) -> Detached:
        """Take off everything."""
        return self._detach(list(self.transports.values()))

    async def close(self, detached: Detached, reason: str) -> bool:
        """Close at the worker what was taken off, and report the tracks that ended.

        Returns whether all of it has ended for certain: the worker said so, or is itself gone.
        """
        ended = [await close_for_certain(self._room.media, each) for each in detached.transports]
        await self.report(detached, reason)
        return all(ended)

    async def report(self, detached: Detached, reason: str) -> None:
        """Tell the policy which tracks ended."""
        for publication in detached.publications:
            await attempt(self._room.policy.publication_closed(self._room, publication, reason))

    def set_health(self, transport_id: TransportId, health: TransportHealth, reason: str) -> Detached | None:
        """The worker tells of a transport. Returns what ended with it, or None when it is not of this room."""
        transport = self.transports.get(transport_id)
        if transport is None:
            return None
        transport.health = health
        detached = self._detach([transport]) if health == "closed" else Detached()
        person = self._room.participants.get(transport.participant_id)
        if person is not None:
            person.quality = self._quality(person)
            self._room.tell(person, TransportChanged(transport_id, health, reason))
        self._room.refresh()
        return detached

    def measured(self, person: Participant, quality: Quality) -> None:
        """The worker tells how good somebody's connection is."""
        if any(transport.participant_id == person.participant_id for transport in self.transports.values()):
            person.measured = quality
            person.quality = self._quality(person)

    def _judge_anew(self) -> None:
        """Nothing is known of the connection of those who have no transport; the worker forgets them too."""
        connected = {transport.participant_id for transport in self.transports.values()}
        for person in self._room.participants.values():
            if person.participant_id not in connected:
                person.measured = "good"
            person.quality = self._quality(person)

    def _detach(self, transports: Iterable[Transport]) -> Detached:
        gone = {transport.transport_id for transport in transports}
        publications = [p for p in self.publications.values() if p.transport_id in gone]
        for transport_id in gone:
            del self.transports[transport_id]
        for publication in publications:
            del self.publications[publication.publication_id]
        self._forget_subscriptions(publications)
        self._judge_anew()
        for subscription in [s for s in self.subscriptions.values() if s.transport_id in gone]:
            del self.subscriptions[subscription.subscription_id]
        return Detached(sorted(gone), publications)

    def _forget_subscriptions(self, publications: Iterable[Publication]) -> None:
        ended = {publication.publication_id for publication in publications}
        for subscription in [s for s in self.subscriptions.values() if s.publication_id in ended]:
            del self.subscriptions[subscription.subscription_id]

    # ---- checks ----------------------------------------------------------------------------------------------------

    def _quality(self, person: Participant) -> Quality:
        states = {t.health for t in self.transports.values() if t.participant_id == person.participant_id}
        if "failed" in states or person.measured == "lost":
            return "lost"
        return "poor" if "disconnected" in states else person.measured

    def _require_allowed(self, person: Participant, source: Source) -> None:
        if source == "screen" and not person.sharing_allowed():
            raise SignalingError(ErrorCode.FORBIDDEN, "a host lets people share their screen")

    def _ended_meanwhile(self, person: Participant, source: Source) -> SignalingError:
        self._require_allowed(person, source)
        return SignalingError(ErrorCode.WRONG_STATE, "the connection changed while the track was made")

    def _require_media(self) -> None:
        if not self._room.media.ready:
            raise SignalingError(ErrorCode.OVERLOADED, "the media worker is not there yet")

    def _media_room(self, person: Participant) -> RoomId:
        """Each caucus is a room of its own at the media worker: there is no way across even for a wrong request."""
        caucus = self._room.caucuses.of(person.participant_id)
        return self._room.room_id if caucus is None else RoomId(f"{self._room.room_id}{CAUCUS}{caucus.caucus_id}")

    def _ticket(self, person: Participant) -> tuple[bool, int, int, int, bool]:
        """Differs when the person was removed, moved, started anew, or the worker was lost meanwhile."""
        here = self._room.participants.get(person.participant_id) is person
        return here, person.incarnation, self._room.losses, person.moves, person.moving

    def _transport(
        self, person: Participant, transport_id: TransportId, direction: Direction | None = None
    ) -> Transport:
        self._require_media()
        transport = self.transports.get(transport_id)
        if transport is None or transport.participant_id != person.participant_id:
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such transport")
        if direction is not None and transport.direction != direction:
            raise SignalingError(ErrorCode.BAD_REQUEST, f"this transport does not {direction}")
        return transport

    def _own_publication(self, person: Participant, publication_id: PublicationId) -> Publication:
        publication = self.publications.get(publication_id)
        if publication is None or not knows_track(self._room, person, publication):
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such track")
        if publication.participant_id != person.participant_id:
            raise SignalingError(ErrorCode.FORBIDDEN, "this track is somebody else's")
        return publication

    def _subscription(self, person: Participant, subscription_id: SubscriptionId) -> Subscription:
        self._require_media()
        subscription = self.subscriptions.get(subscription_id)
        if subscription is None or subscription.participant_id != person.participant_id:
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such subscription")
        return subscription
