"""Rooms of load tests: real sockets and real media, but no case, no record, no recording, and nothing that stays.

They exist only on a service whose operator set ``load_test_secret``. Its bearers make their own tokens with it, so that
no key of the product is needed on the machine from which the load comes, and none of those tokens opens another room.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from room_server.auth import Tokens
from room_server.live.refusals import as_signaling
from signaling.caucus import Caucus
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import DocumentId, ParticipantId, RoomId
from signaling.kept import KeptConduct
from signaling.messages import Device, Json, RecordingView
from signaling.participant import Participant
from signaling.policy import Grant, LoadedDocument, RoomState
from signaling.room import Room
from signaling.tracks import Publication

PREFIX = "loadtest-"
"""What the name of such a room begins with; no session's room does."""


def _refuse() -> NoReturn:
    raise SignalingError(ErrorCode.FORBIDDEN, "nobody does this in a load test")


class LoadTestPolicy:
    """Implements ``signaling.policy.RoomPolicy``: equals without a host, who send and receive."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def authenticate(self, room_id: RoomId, token: str) -> Grant:
        """Whoever has a token of this room that was made with the secret."""
        with as_signaling():
            claims = self._tokens.read_room(token)
        if claims.session_id != room_id:
            raise SignalingError(ErrorCode.UNAUTHENTICATED, "the token is for another room")
        person = claims.participant_id
        return Grant(
            ParticipantId(person), person, "party", "", admitted=True, expires_at=claims.expires_at.timestamp()
        )

    async def open_room(self, room_id: RoomId) -> RoomState:
        """An empty room."""
        return RoomState(room_id, [], RecordingView(), {})

    def may_see(self, room: Room, viewer: Participant, subject: Participant) -> bool:
        """Everybody sees everybody."""
        return True

    def may_receive(self, room: Room, viewer: Participant, publication: Publication) -> bool:
        """Everybody receives everything."""
        return True

    async def joined(self, room: Room, participant: Participant) -> None:
        """Nothing is kept."""

    async def connection_lost(self, room: Room, participant: Participant) -> None:
        """Nothing is kept."""

    async def left(self, room: Room, participant: Participant, reason: str) -> None:
        """With the last person the room is gone."""
        if not room.participants:
            await room.close("over")

    async def admit(self, room: Room, by: Participant, subject: Participant) -> None:
        """Nobody waits."""
        _refuse()

    async def remove(self, room: Room, by: Participant, subject: Participant, reason: str) -> None:
        """Nobody is a host."""
        _refuse()

    async def publication_opened(self, room: Room, publication: Publication) -> None:
        """Nothing is recorded."""

    async def publication_changed(self, room: Room, publication: Publication) -> None:
        """Nothing is kept."""

    async def publication_closed(self, room: Room, publication: Publication, reason: str) -> None:
        """Nothing is kept."""

    async def start_recording(self, room: Room, by: Participant) -> None:
        """Nothing is recorded."""
        _refuse()

    async def pause_recording(self, room: Room, by: Participant, reason: str) -> None:
        """Nothing is recorded."""
        _refuse()

    async def continue_recording(self, room: Room, by: Participant) -> None:
        """Nothing is recorded."""
        _refuse()

    async def stop_recording(self, room: Room, by: Participant, reason: str) -> None:
        """Nothing is recorded."""
        _refuse()

    async def set_writer(
        self, room: Room, by: Participant, document_id: DocumentId, subject: Participant, may_write: bool
    ) -> None:
        """There is no text."""
        _refuse()

    async def freeze_document(self, room: Room, by: Participant, document_id: DocumentId, content: Json) -> str:
        """There is no text."""
        _refuse()

    async def unfreeze_document(self, room: Room, by: Participant, document_id: DocumentId, reason: str) -> None:
        """There is no text."""
        _refuse()

    async def open_caucus(self, room: Room, caucus: Caucus) -> None:
        """Nobody is a host."""
        _refuse()

    async def change_caucus(self, room: Room, caucus: Caucus, host: Participant, *, entered: bool) -> None:
        """Nobody is a host."""
        _refuse()

    async def close_caucus(self, room: Room, caucus: Caucus) -> None:
        """Nobody is a host."""
        _refuse()

    async def caucus_closed(self, room: Room, caucus: Caucus) -> None:
        """There was none."""

    async def lock_room(self, room: Room, by: Participant, locked: bool) -> None:
        """Nobody is a host."""
        _refuse()

    async def trouble_told(self, room: Room, participant: Participant, source: Device, *, off: bool) -> None:
        """Nothing is kept."""

    async def break_began(self, room: Room, by: Participant, seconds: int) -> None:
        """Nothing is kept."""

    async def spoken(self, room: Room, seconds: Mapping[str, float]) -> None:
        """Nothing is kept."""

    async def keep_conduct(self, room: Room, conduct: KeptConduct) -> None:
        """Nothing is kept."""

    async def close_room(self, room: Room, by: Participant, reason: str) -> None:
        """Nobody is a host."""
        _refuse()

    async def load_document(self, room: Room, document_id: DocumentId) -> LoadedDocument:
        """There is no text."""
        _refuse()

    async def append_update(
        self, room: Room, document_id: DocumentId, participant_id: ParticipantId, update: bytes
    ) -> None:
        """There is no text."""
        _refuse()

    async def media_lost(self, room: Room) -> None:
        """Nothing is kept."""

    async def media_back(self, room: Room) -> None:
        """Nothing is kept."""
