"""What the product itself writes into the shared draft of a live room, on somebody's press and in their name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from room_server.domain.errors import Conflict, Forbidden
from room_server.rules.agreement_text import further_clauses
from room_server.services.drafting import AGREEMENT
from room_server.services.everything import Services
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import DocumentId, ParticipantId, RoomId
from signaling.messages import Json
from signaling.room import Room


class Drafts:
    """The drafts of this node's rooms. ``room``: a live room by its name, or None."""

    def __init__(self, services: Services, room: Callable[[RoomId], Room | None]) -> None:
        self._services = services
        self._room = room

    async def put_offer(self, offer_id: str, by: str) -> None:
        """Put the terms of an accepted offer at the end of the agreement's terms, as clauses.

        Raises:
            Conflict: ``document_frozen``; ``offer_in_draft``; ``wrong_state``: not accepted, or nobody is in the room.
            Forbidden: no mediator; ``document_read_only``. NotFound.
        """
        texts = await self._services.offers.agreed(offer_id, by)
        details = await self._services.sessions.get(await self._services.offers.session_of(offer_id))
        room = self._room(RoomId(details.session.room_id))
        if room is None:
            raise Conflict("wrong_state")

        def compose(content: Json) -> tuple[int, Sequence[Json]]:
            return further_clauses(content, texts)

        async def keep(update: bytes) -> None:
            await self._services.offers.put_into_draft(offer_id, by, update)

        try:
            await room.document(DocumentId(AGREEMENT)).insert(ParticipantId(by), compose, keep)
        except SignalingError as error:
            if error.code is ErrorCode.WRONG_STATE:
                raise Conflict("document_frozen") from error
            raise Forbidden("document_read_only") from error
