"""Shows the mediator a link that is good, to be handed over as text or as a QR code. Nothing of it changes."""

from __future__ import annotations

import hmac

from room_server.domain.access import hash_secret, link_secret
from room_server.domain.errors import Conflict, NotFound
from room_server.services.entry import address
from room_server.services.ports import Ports


class InvitationService:
    """Links that were given out."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def contact(self) -> tuple[str, str]:
        """Who invites, and the number to call; empty: none is set."""
        return self._ports.organisation, self._ports.phone

    async def show(self, session_id: str, by: str, participant_id: str) -> str:
        """The address of somebody's newest link. It goes on as it is, used or not; that it was shown is on the record.

        Raises:
            NotFound: nobody of this session has that id, or they never had a link. Gone: ``link_revoked``,
            ``link_expired``. Conflict: ``link_not_shown``: it was made with another key.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            person = await unit.participants.get(participant_id)
            link = await unit.links.newest(participant_id)
            if person.session_id != session_id or link is None:
                raise NotFound("not_found")
            link.require_usable(now)
            secret = link_secret(self._ports.key, link.link_id)
            if not hmac.compare_digest(hash_secret(secret), link.secret_hash):
                raise Conflict("link_not_shown")
            data = {"participant": participant_id}
            await unit.log.append(session_id, at=now, kind="link_shown", actor=by, data=data)
        return address(self._ports, secret)

    async def require_link_of(self, session_id: str, participant_id: str, url: str) -> None:
        """Whether this address is a link of this person that may be used: no code is drawn of anything else.

        Raises:
            NotFound: ``link_unknown``: it is another's or nobody's. Gone: ``link_revoked``, ``link_expired``.
        """
        secret = url.rpartition("/j/")[2]
        async with self._ports.unit_of_work() as unit:
            link = await unit.links.by_secret(hash_secret(secret))
        link.require_usable(self._ports.clock())
        if url != address(self._ports, secret) or (link.session_id, link.participant_id) != (
            session_id,
            participant_id,
        ):
            raise NotFound("link_unknown")
