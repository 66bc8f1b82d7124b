"""How somebody proves that they are the person whom a link was sent to (OLR 7: anew at each mediation)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from room_server.domain.access import Link, identity_mark
from room_server.domain.codes import (
    LIFETIME,
    RESEND_AFTER,
    EntryCode,
    ExpiredCode,
    WrongCode,
    hash_digits,
    new_digits,
)
from room_server.domain.errors import Conflict, DomainError, Forbidden, Gone, Locked
from room_server.domain.people import Participant, mask_phone
from room_server.domain.rollcall import Method
from room_server.services.entry import recipient
from room_server.services.locks import Locks
from room_server.services.ports import Ports
from room_server.store.unit_of_work import UnitOfWork
from signaling.ids import new_id

MOST_CODES: Final = 8
"""Codes for one link in a day: whoever needs more has another trouble, and the phone is somebody's who is asleep."""
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CodeSent:
    """Where the code went (masked) and for how many seconds it is good."""

    sent_to: str
    expires_in: int
    resend_after: int


class IdentityCheck(Protocol):
    """A way to check an identity at the door. A platform for identities would be another one.

    What fails is kept when a method raises: attempts count although the request is refused.
    """

    @property
    def method(self) -> Method:
        """Its name on the record."""

    async def challenge(self, link_id: str, last4: str) -> CodeSent:
        """Ask for what only that person has.

        Raises:
            Forbidden: ``identity_mismatch``. Locked: ``identity_locked``, ``codes_used_up``. RateLimited.
        """

    async def known(self, link_id: str, last4: str) -> None:
        """Whether the number on file ends like this: enough to have the mediator look at a document.

        Raises:
            Forbidden: ``identity_mismatch`` with ``tries_left``. Locked: ``identity_locked``. Conflict:
            ``number_not_used``: there is no number on file to compare with.
        """

    async def prove(self, link_id: str, last4: str, code: str) -> None:
        """Compare everything.

        Raises:
            As ``known``. Forbidden: ``entry_code_wrong`` with ``tries_left``. Gone: ``code_expired``.
        """


class NumberAndCode:
    """The built-in check: the end of the identity number on file, and a code that is sent to the phone on file."""

    method = Method.NUMBER_AND_CODE

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._locks = Locks()

    async def challenge(self, link_id: str, last4: str) -> CodeSent:
        """Send a code once the number fits: nobody else can make this phone ring."""
        async with self._locks(link_id):
            await self.known(link_id, last4)
            now, digits, code_id = self._ports.clock(), new_digits(), new_id("ec")
            async with self._ports.unit_of_work() as unit:
                link = await unit.links.get(link_id)
                before = await unit.entry_codes.newest(link_id)
                if before is not None:
                    before.require_resendable(now)
                if await unit.entry_codes.count(link_id, now - DAY) >= MOST_CODES:
                    raise Locked("codes_used_up")
                hashed = hash_digits(self._ports.key, code_id, digits)
                await unit.entry_codes.add(
                    EntryCode(
                        code_id=code_id,
                        participant_id=link.participant_id,
                        link_id=link_id,
                        code_hash=hashed,
                        sent_at=now,
                    )
                )
                person = await unit.participants.get(link.participant_id)
                data = {"link": link_id, "code_id": code_id, "sent_to": mask_phone(person.phone)}
                await unit.log.append(
                    link.session_id, at=now, kind="entry_code_sent", actor=link.participant_id, data=data
                )
        await self._send(person, digits)
        return CodeSent(mask_phone(person.phone), int(LIFETIME.total_seconds()), int(RESEND_AFTER.total_seconds()))

    async def known(self, link_id: str, last4: str) -> None:
        """Compare the last four characters; a wrong answer counts."""
        refusal: DomainError | None = None
        async with self._ports.unit_of_work() as unit:
            link = await unit.links.get(link_id)
            link.require_tries()
            kept = await unit.participants.identity_mark(link.participant_id)
            if not kept:
                raise Conflict("number_not_used")
            given = identity_mark(self._ports.key, link.participant_id, last4)
            if not hmac.compare_digest(given, kept):
                refusal = await self._mismatch(unit, link)
        if refusal is not None:
            raise refusal  # after the commit: the failed attempt must count

    async def prove(self, link_id: str, last4: str, code: str) -> None:
        """The number and the newest code; a code is used up by being right."""
        async with self._locks(link_id):
            await self.known(link_id, last4)
            refusal: DomainError | None = None
            async with self._ports.unit_of_work() as unit:
                refusal = await self._try(unit, await unit.links.get(link_id), code)
            if refusal is not None:
                raise refusal

    async def _mismatch(self, unit: UnitOfWork, link: Link) -> DomainError:
        failed = link.failed()
        await unit.links.save(failed)
        tries = failed.tries_left
        await self._log(unit, link, "identity_failed", tries_left=tries)
        return Forbidden("identity_mismatch", tries_left=tries) if tries else Locked("identity_locked")

    async def _try(self, unit: UnitOfWork, link: Link, digits: str) -> DomainError | None:
        code = await unit.entry_codes.newest(link.link_id)
        if code is None:
            return Gone("code_expired")
        tried, wrong = code.tried(self._ports.key, digits, self._ports.clock())
        await unit.entry_codes.save(tried)
        match wrong:
            case None:
                return None
            case WrongCode(tries_left):
                await self._log(unit, link, "entry_code_failed", code_id=code.code_id, tries_left=tries_left)
                return Forbidden("entry_code_wrong", tries_left=tries_left)
            case ExpiredCode():
                return Gone("code_expired")

    async def _send(self, person: Participant, digits: str) -> None:
        minutes = int(LIFETIME.total_seconds()) // 60
        values = {"org": self._ports.organisation, "code": digits, "minutes": minutes}
        await self._ports.messages.send(recipient(person), "identity_code", values)

    async def _log(self, unit: UnitOfWork, link: Link, kind: str, **data: object) -> None:
        at, actor = self._ports.clock(), link.participant_id
        await unit.log.append(link.session_id, at=at, kind=kind, actor=actor, data=data)
