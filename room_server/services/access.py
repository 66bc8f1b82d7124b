"""The way in: open a link, prove who one is, keep a token fresh, and shut somebody out at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from room_server.auth import ROOM_LIFETIME, Use
from room_server.bus import AccessEnded, ContinuedElsewhere
from room_server.domain.access import Link, hash_secret, new_secret
from room_server.domain.consent import ready
from room_server.domain.errors import Conflict, Forbidden, NotFound, Unauthenticated
from room_server.domain.people import Participant, Role, mask_name
from room_server.domain.rollcall import Item, Mark, Method
from room_server.domain.session import Session
from room_server.rules.notices import notices
from room_server.services.entry import invite, new_link
from room_server.services.identity import CodeSent, IdentityCheck
from room_server.services.ports import Ports
from room_server.services.rollcall import keep
from room_server.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What somebody who holds a link may know before they say who they are."""

    session_id: str
    number_tail: str
    organisation: str
    scheduled_at: datetime
    mediator_name: str
    name_masked: str
    side: str
    side_label_zh: str
    side_label_en: str
    role: str
    claimed_here: bool
    claimed_elsewhere: bool
    asks_number: bool


@dataclass(frozen=True, slots=True)
class PartyAccess:
    """A fresh token. ``device``: a new secret for this device to keep, or None when it already has one."""

    token: str
    expires_in: int
    room_id: str
    session_id: str
    participant_id: str
    link_id: str
    device: str | None


@dataclass(frozen=True, slots=True)
class RoomGrant:
    """What a good token means now. ``side``: ``Participant.seat``; ``ready``: the required notices are accepted."""

    participant_id: str
    session_id: str
    room_id: str
    display_name: str
    role: str
    side: str
    admitted: bool
    ready: bool
    expires_at: datetime


class AccessService:
    """Links, tokens and their end."""

    def __init__(self, ports: Ports, identity: IdentityCheck) -> None:
        self._ports = ports
        self._identity = identity

    async def open_link(self, secret: str, device: str | None = None) -> OpenedLink:
        """Show whose link this is, with names masked.

        Raises:
            NotFound: ``link_unknown``. Gone: ``link_revoked``, ``link_expired``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            link = await self._usable(unit, secret)
            person = await unit.participants.get(link.participant_id)
            session = await unit.sessions.get(link.session_id)
            case = await unit.cases.get(session.case_id)
            asks_number = bool(await unit.participants.identity_mark(link.participant_id))
            if link.opened_at is None:
                await unit.links.save(link.open(now))
                await self._log(unit, link, "link_opened")
        zh, en = person.side.labels
        return OpenedLink(
            session.session_id,
            case.number_tail,
            case.organisation,
            session.scheduled_at,
            case.mediator_name,
            mask_name(person.name),
            person.side,
            zh,
            en,
            person.role,
            link.claimed_by(device),
            link.claimed_elsewhere(device),
            asks_number,
        )

    async def usable_link(self, secret: str) -> str:
        """The id of a link that may be used: the right to try the network before saying who one is.

        Raises:
            As ``open_link``.
        """
        async with self._ports.unit_of_work() as unit:
            return (await self._usable(unit, secret)).link_id

    async def link_holder(self, secret: str) -> tuple[str, str]:
        """Session and participant id that a link is for. Whoever asks has proved nothing but that they hold it.

        Raises:
            As ``open_link``.
        """
        async with self._ports.unit_of_work() as unit:
            link = await self._usable(unit, secret)
        return link.session_id, link.participant_id

    async def send_code(self, secret: str, last4: str) -> CodeSent:
        """Send a code to the phone on file of whoever knows the end of their identity number.

        Raises:
            As ``open_link`` and ``IdentityCheck.challenge``.
        """
        return await self._identity.challenge(await self.usable_link(secret), last4)

    async def identify(
        self,
        secret: str,
        *,
        last4: str,
        code: str,
        company: Mapping[str, Any],
        device: str | None = None,
        take_over: bool = False,
    ) -> PartyAccess:
        """Prove who one is; the device that does so owns the link from now on.

        ``company``: who else is in the room (``domain.rollcall.company``). ``take_over``: another device owns the link
        and is to be shut out by this.

        Raises:
            As ``open_link`` and ``IdentityCheck.prove``. Conflict: ``link_used``: owned, and not to be taken over.
        """
        async with self._ports.unit_of_work() as unit:
            link = await self._usable(unit, secret)
            if not take_over:
                link.require_device(device)
        await self._identity.prove(link.link_id, last4, code)
        return await self._claim(link.link_id, device, self._identity.method, company, take_over=take_over)

    async def ask_document(
        self, secret: str, *, last4: str, company: Mapping[str, Any], device: str | None = None
    ) -> PartyAccess:
        """Come in to have the mediator look at a document, because the phone on file cannot be reached.

        Until then the identity is not checked, and every screen of the mediator says so. Nobody takes a link over so.
        Where no number is on file, none is asked, and they wait to be let in, whatever they were before.

        Raises:
            As ``open_link`` and ``IdentityCheck.known``. Conflict: ``link_used``.
        """
        async with self._ports.unit_of_work() as unit:
            link = await self._usable(unit, secret)
            link.require_device(device)
            asks_number = bool(await unit.participants.identity_mark(link.participant_id))
        if asks_number:
            await self._identity.known(link.link_id, last4)
        return await self._claim(link.link_id, device, Method.DOCUMENT_ASKED, company, waits=not asks_number)

    async def refresh(self, secret: str, device: str | None) -> PartyAccess:
        """A fresh token for the device that owns the link.

        Raises:
            Unauthenticated: the link was not claimed yet. Conflict: ``continued_elsewhere``: this device owned it once;
            ``link_used``: it never did. And as ``open_link``.
        """
        async with self._ports.unit_of_work() as unit:
            link = await self._usable(unit, secret)
            if link.claimed_elsewhere(device):
                raise Conflict("continued_elsewhere" if device else "link_used")
            if not link.claimed_by(device):
                raise Unauthenticated("unauthenticated")
            session = await self._present(unit, link)
        return self._access(link, session, None)

    async def link_id(self, secret: str) -> str:
        """Which link a secret belongs to (the device's cookie is named after it).

        Raises:
            NotFound: ``link_unknown``.
        """
        async with self._ports.unit_of_work() as unit:
            return (await unit.links.by_secret(hash_secret(secret))).link_id

    def bearer(self, token: str) -> str:
        """Whose token this was made to be. Whether it still holds is not asked.

        Raises:
            Unauthenticated: ``unauthenticated`` or ``session_expired``.
        """
        return self._ports.tokens.read_room(token).participant_id

    async def read_token(self, token: str, use: Use = "room") -> RoomGrant:
        """What the token means now: removal, revocation and a newer link count at once.

        Raises:
            Unauthenticated: ``unauthenticated``, ``session_expired``, ``removed`` or ``continued_elsewhere``.
        """
        claims = self._ports.tokens.read_room(token, use)
        async with self._ports.unit_of_work() as unit:
            try:
                person = await unit.participants.get(claims.participant_id)
                session = await unit.sessions.get(claims.session_id)
            except NotFound as error:
                raise Unauthenticated("unauthenticated") from error
            if person.session_id != session.session_id:
                raise Unauthenticated("unauthenticated")
            if person.removed_at is not None:
                raise Unauthenticated("removed")
            if person.role is not Role.HOST:
                await self._require_link(unit, claims.link_id, claims.device)
            prepared = person.role is Role.HOST or ready(
                notices(), await unit.consents.of_participant(person.participant_id)
            )
        return RoomGrant(
            person.participant_id,
            session.session_id,
            session.room_id,
            person.name,
            person.role,
            person.seat,
            person.admitted,
            prepared,
            claims.expires_at,
        )

    async def enter(self, room_id: str, token: str) -> RoomGrant:
        """What the token means at the door of one room.

        Raises:
            Unauthenticated: as ``read_token``, and for a token of another room.
            Forbidden: ``consent_missing``. Conflict: ``wrong_state``: the session has ended.
        """
        grant = await self.read_token(token)
        if grant.room_id != room_id:
            raise Unauthenticated("unauthenticated")
        if not grant.ready:
            raise Forbidden("consent_missing")
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(grant.session_id)).require_open()
        return grant

    async def staff_room_token(self, staff_id: str, session_id: str) -> PartyAccess:
        """The mediator's token for the room.

        Raises:
            Forbidden: this mediator does not hold this session.
        """
        async with self._ports.unit_of_work() as unit:
            session = await unit.sessions.get(session_id)
            for person in await unit.participants.of_session(session_id):
                if person.staff_id == staff_id and person.role is Role.HOST:
                    token = self._ports.tokens.room(person.participant_id, session_id)
                    seconds = int(ROOM_LIFETIME.total_seconds())
                    return PartyAccess(token, seconds, session.room_id, session_id, person.participant_id, "", None)
        raise Forbidden("forbidden")

    async def revoke_link(self, session_id: str, by: str, participant_id: str) -> None:
        """Every link of this person is dead at once, with every token made from one.

        Raises:
            NotFound: nobody of this session has that id.
        """
        async with self._ports.unit_of_work() as unit:
            person = await self._person(unit, session_id, participant_id)
            await self._revoke_all(unit, person)
            await unit.log.append(
                session_id, at=self._ports.clock(), kind="link_revoked", actor=by, data={"participant": participant_id}
            )
            unit.publish(AccessEnded(session_id, participant_id, "link_revoked"))

    async def reissue_link(self, session_id: str, by: str, participant_id: str) -> str:
        """A new link instead of the old ones; for somebody who was removed it is the way back to the waiting room.

        Returns the address, which is sent to the person as well.

        Raises:
            NotFound: nobody of this session has that id. Conflict: ``wrong_state``: a host needs none.
        """
        async with self._ports.unit_of_work() as unit:
            person = await self._person(unit, session_id, participant_id)
            if person.role is Role.HOST:
                raise Conflict("wrong_state")
            await self._revoke_all(unit, person)
            if person.removed_at is not None:
                await unit.participants.save(person.readmit())
            _, url = await new_link(self._ports, unit, person)
            await unit.log.append(
                session_id, at=self._ports.clock(), kind="link_reissued", actor=by, data={"participant": participant_id}
            )
            unit.publish(AccessEnded(session_id, participant_id, "link_reissued"))
        await invite(self._ports, person, url)
        return url

    async def link_states(self, session_id: str) -> dict[str, str]:
        """``fresh``, ``claimed``, ``revoked`` or ``expired`` for everybody who was given a link."""
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            people = await unit.participants.of_session(session_id)
            links = [await unit.links.newest(person.participant_id) for person in people]
        return {link.participant_id: link.state(now) for link in links if link is not None}

    async def _usable(self, unit: UnitOfWork, secret: str) -> Link:
        link = await unit.links.by_secret(hash_secret(secret))
        link.require_usable(self._ports.clock())
        return link

    async def _claim(
        self,
        link_id: str,
        device: str | None,
        method: Method,
        company: Mapping[str, Any],
        *,
        take_over: bool = False,
        waits: bool = False,
    ) -> PartyAccess:
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            link = await unit.links.get(link_id)  # read anew: it may have been revoked or claimed meanwhile
            link.require_usable(now)
            session = await self._present(unit, link)
            elsewhere = link.claimed_elsewhere(device)
            if not take_over:
                link.require_device(device)
            fresh = None if link.claimed_by(device) else new_secret()
            claimed = link.take_over(fresh, now) if fresh else link.claim(device or "", now)
            await unit.links.save(claimed)
            person = await unit.participants.get(link.participant_id)
            identified = person.identified(now if method.proves else None)
            await unit.participants.save(identified.wait() if waits else identified)
            if elsewhere:
                await self._log(unit, link, "link_taken_over")
                unit.publish(ContinuedElsewhere(link.session_id, link.participant_id))
            await self._log(unit, link, "identity_checked" if method.proves else "document_asked", method=str(method))
            await self._log(unit, link, "company_declared", **company)
            for item, answer in ((Item.IDENTITY, {"method": str(method)}), (Item.COMPANY, company)):
                mark = Mark(link.session_id, link.participant_id, item, "", answer, link.participant_id, now)
                await keep(unit, mark)
        return self._access(claimed, session, fresh)

    async def _present(self, unit: UnitOfWork, link: Link) -> Session:
        if (await unit.participants.get(link.participant_id)).removed_at is not None:
            raise Unauthenticated("removed")
        return await unit.sessions.get(link.session_id)

    async def _require_link(self, unit: UnitOfWork, link_id: str, device: str) -> None:
        try:
            link = await unit.links.get(link_id)
        except NotFound as error:
            raise Unauthenticated("unauthenticated") from error
        if link.revoked_at is not None:
            raise Unauthenticated("unauthenticated")
        if link.device_mark != device:
            raise Unauthenticated("continued_elsewhere")

    async def _person(self, unit: UnitOfWork, session_id: str, participant_id: str) -> Participant:
        person = await unit.participants.get(participant_id)
        if person.session_id != session_id:
            raise NotFound("not_found")
        return person

    async def _revoke_all(self, unit: UnitOfWork, person: Participant) -> None:
        for link in await unit.links.usable(person.participant_id):
            await unit.links.save(link.revoke(self._ports.clock()))

    def _access(self, link: Link, session: Session, device: str | None) -> PartyAccess:
        token = self._ports.tokens.room(link.participant_id, session.session_id, link.link_id, link.device_mark)
        seconds = int(ROOM_LIFETIME.total_seconds())
        return PartyAccess(
            token, seconds, session.room_id, session.session_id, link.participant_id, link.link_id, device
        )

    async def _log(self, unit: UnitOfWork, link: Link, kind: str, **data: object) -> None:
        actor = link.participant_id
        await unit.log.append(link.session_id, at=self._ports.clock(), kind=kind, actor=actor, data=data)
