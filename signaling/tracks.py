"""What a person has at the media worker: transports, the tracks they send, the tracks they receive."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from signaling.ids import ParticipantId, PublicationId, SubscriptionId, TransportId
from signaling.messages import Kind, PublicationView, Source

Direction = Literal["send", "receive"]
TransportHealth = Literal["connecting", "connected", "disconnected", "failed", "closed"]
KINDS: Final[Mapping[Source, frozenset[Kind]]] = {
    "microphone": frozenset({"audio"}),
    "camera": frozenset({"video"}),
    "screen": frozenset({"audio", "video"}),
}


@dataclass(slots=True)
class Transport:
    """One way between a browser and the media worker."""

    transport_id: TransportId
    participant_id: ParticipantId
    direction: Direction
    health: TransportHealth = "connecting"

    def serves(self, participant_id: ParticipantId, direction: Direction) -> bool:
        """Whether it is somebody's in this direction."""
        return (self.participant_id, self.direction) == (participant_id, direction)


@dataclass(slots=True)
class Publication:
    """One track that somebody sends. Silent towards others while ``paused`` or ``muted_by_host``.

    ``opened``: the policy has taken it; nobody knows of it before. ``turn``: one change after the other at the worker.
    """

    publication_id: PublicationId
    transport_id: TransportId
    participant_id: ParticipantId
    kind: Kind
    source: Source
    paused: bool = False
    muted_by_host: bool = False
    opened: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    @property
    def silent(self) -> bool:
        """Whether the worker drops the packets."""
        return self.paused or self.muted_by_host

    def view(self) -> PublicationView:
        """As others of the room see it."""
        return PublicationView(
            publication_id=self.publication_id,
            participant_id=self.participant_id,
            kind=self.kind,
            source=self.source,
            paused=self.paused,
            muted_by_host=self.muted_by_host,
        )


@dataclass(slots=True)
class Subscription:
    """One track that somebody receives. Starts paused until the browser can decode."""

    subscription_id: SubscriptionId
    transport_id: TransportId
    participant_id: ParticipantId
    publication_id: PublicationId
    paused: bool = True


@dataclass(frozen=True, slots=True)
class Detached:
    """What was taken off the switchboard and is still to be closed at the worker and reported."""

    transports: list[TransportId] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
