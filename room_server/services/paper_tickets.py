"""An address that opens the papers of a session by itself: some apps' browsers keep no file that a page has made, and
what they hand an address to (the phone's own browser, its downloads) has no room token."""

from __future__ import annotations

from dataclasses import dataclass

from room_server.auth import PAPER_LIFETIME
from room_server.domain.errors import Unauthenticated
from room_server.services.access import AccessService, RoomGrant
from room_server.services.ports import Ports

EXPIRED = "paper_address_expired"


@dataclass(frozen=True, slots=True)
class PaperTicket:
    """``expires_in``: seconds."""

    ticket: str
    expires_in: int


class PaperTicketService:
    """Tickets for papers: made from a room token, and dead before their time with all that the token hung on."""

    def __init__(self, ports: Ports, access: AccessService) -> None:
        self._ports = ports
        self._access = access

    def give(self, token: str) -> PaperTicket:
        """A ticket for the bearer of a room token.

        Raises:
            Unauthenticated: ``unauthenticated`` or ``session_expired``.
        """
        holder = self._ports.tokens.read_room(token)
        return PaperTicket(self._ports.tokens.paper(holder), int(PAPER_LIFETIME.total_seconds()))

    def bearer(self, ticket: str) -> str:
        """The participant id that it was made for. Whether it still holds is not asked.

        Raises:
            Unauthenticated: ``unauthenticated`` or ``paper_address_expired``.
        """
        try:
            return self._ports.tokens.read_room(ticket, "paper").participant_id
        except Unauthenticated as error:
            raise Unauthenticated(EXPIRED if error.code == "session_expired" else error.code) from error

    async def holder(self, ticket: str) -> RoomGrant:
        """Whose ticket this is, as they stand now.

        Raises:
            Unauthenticated: ``unauthenticated``, ``session_expired``, ``removed`` or ``continued_elsewhere``.
        """
        return await self._access.read_token(ticket, "paper")
