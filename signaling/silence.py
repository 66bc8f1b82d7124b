"""Who is muted by a host: the server drops what they send from a source, however often they publish it anew.

It holds until a host takes it back or the person is moved between places, also for somebody who goes and comes again,
and for whatever process holds the room.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId, PublicationId
from signaling.kept import KeptMute
from signaling.messages import Source
from signaling.participant import Participant
from signaling.visibility import knows_track

if TYPE_CHECKING:
    from signaling.room import Room


class Silence:
    """The mutes of one room."""

    def __init__(self, room: Room, kept: Iterable[KeptMute]) -> None:
        self._room = room
        self._imposed = {(each.participant_id, each.source) for each in kept}

    def kept(self) -> tuple[KeptMute, ...]:
        """All of them, in an order of their own."""
        place_of = self._room.caucuses.place_of
        return tuple(KeptMute(place_of(each), each, source) for each, source in sorted(self._imposed))

    def holds(self, participant_id: ParticipantId, source: Source) -> bool:
        """Whether what somebody sends from this source is dropped."""
        return (participant_id, source) in self._imposed

    async def mute(self, by: Participant, publication_id: PublicationId, muted: bool) -> None:
        """Mute the owner of a track at its source, or take that back.

        Raises:
            SignalingError: NOT_FOUND, no such track in the place of this host; OVERLOADED.
        """
        publication = self._room.publications.get(publication_id)
        if publication is None or not knows_track(self._room, by, publication):
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such track")
        change = self.impose if muted else self.lift
        await change(publication.participant_id, publication.source)

    async def impose(self, participant_id: ParticipantId, source: Source) -> None:
        """Drop it, now and when it is published anew. What the worker refuses is not so."""
        held = self.holds(participant_id, source)
        self._imposed.add((participant_id, source))
        try:
            for publication in self._room.switchboard.sent(participant_id, source):
                await self._room.switchboard.switch(publication, muted_by_host=True)
        except BaseException:
            if not held:
                self._imposed.discard((participant_id, source))
            raise

    async def lift(self, participant_id: ParticipantId, source: Source) -> None:
        """Take it back. Nobody is switched on from afar: the tracks are left paused."""
        held = self.holds(participant_id, source)
        self._imposed.discard((participant_id, source))
        try:
            for publication in self._room.switchboard.sent(participant_id, source):
                if publication.muted_by_host:
                    await self._room.switchboard.switch(publication, paused=True, muted_by_host=False)
        except BaseException:
            if held and self._room.switchboard.sent(participant_id, source):  # else they were moved meanwhile
                self._imposed.add((participant_id, source))
            raise

    def forget(self, participant_id: ParticipantId) -> None:
        """Somebody was moved: no mute of the old place goes along."""
        self._imposed = {each for each in self._imposed if each[0] != participant_id}
