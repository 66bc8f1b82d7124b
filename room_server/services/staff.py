"""Mediators and court officers: accounts, sign-in, sign-out."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from room_server.auth import STAFF_LIFETIME, hash_password, new_password, password_fits, password_mark
from room_server.domain.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from room_server.services.ports import Ports
from room_server.store.staff import StaffMember
from signaling.ids import new_id

MEDIATOR = "mediator"
COURT_OFFICER = "court_officer"
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(minutes=15)
AT_ONCE = 2
"""Passwords that are compared at the same time: each takes a processor, 64 MiB and a thread that others wait for."""
MOST_WAITING = 20
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new cookie value and whose it is."""

    token: str
    expires_in: int
    member: StaffMember


class StaffService:
    """Accounts."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._comparing = 0

    async def create(self, username: str, name: str, role: str) -> tuple[StaffMember, str]:
        """A new account and its password, which is kept nowhere."""
        password = new_password()
        hashed = await asyncio.to_thread(hash_password, password)
        member = StaffMember(new_id("st"), username, name, role, hashed)
        async with self._ports.unit_of_work() as unit:
            await unit.staff.add(member)
        return member, password

    async def renew_password(self, username: str) -> str:
        """A new password, which is kept nowhere. Who signed in with the old one is out; the account is open again.

        Raises:
            NotFound: there is no such account.
        """
        password = new_password()
        hashed = await asyncio.to_thread(hash_password, password)
        async with self._ports.unit_of_work() as unit:
            member = await unit.staff.by_username(username)
            if member is None:
                raise NotFound("not_found")
            await unit.staff.save(replace(member, password_hash=hashed, failures=0, locked_until=None))
        return password

    async def login(self, username: str, password: str) -> SignedIn:
        """Sign in. After five failures each further one locks the account twice as long, up to fifteen minutes.

        Raises:
            Unauthenticated: ``login_failed``. RateLimited: with ``retry_after`` in seconds; also while too many others
            sign in.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            member = await unit.staff.by_username(username)
        if member is not None:
            _require_unlocked(member, now)
        # An unknown name costs the same time as a wrong password, so that names cannot be found out.
        fits = await self._compare(member, password)
        if member is None:
            raise Unauthenticated("login_failed")
        async with self._ports.unit_of_work() as unit:
            current = await unit.staff.get(member.staff_id) or member
            # Guesses that were made side by side count one after the other: a lock holds for those under way as well.
            _require_unlocked(current, now)
            await unit.staff.save(replace(current, failures=0, locked_until=None) if fits else _failed(current, now))
        if not fits:
            raise Unauthenticated("login_failed")
        # The one that was compared, not one that came meanwhile.
        token = self._ports.tokens.staff(member.staff_id, password_mark(member.password_hash))
        return SignedIn(token, int(STAFF_LIFETIME.total_seconds()), member)

    async def read_token(self, token: str) -> StaffMember:
        """Whose cookie this is.

        Raises:
            Unauthenticated: ``unauthenticated`` or ``session_expired``.
        """
        claims = self._ports.tokens.read_staff(token)
        async with self._ports.unit_of_work() as unit:
            member = await unit.staff.get(claims.staff_id)
            if member is None or await unit.staff.token_revoked(claims.jti):
                raise Unauthenticated("unauthenticated")
        if not hmac.compare_digest(claims.password, password_mark(member.password_hash)):
            raise Unauthenticated("unauthenticated")
        return member

    async def logout(self, token: str) -> None:
        """Never accept this cookie again."""
        claims = self._ports.tokens.read_staff(token)
        async with self._ports.unit_of_work() as unit:
            await unit.staff.revoke_token(claims.jti, claims.expires_at, self._ports.clock())

    async def host_id(self, staff_id: str, session_id: str) -> str:
        """Under which participant id a mediator holds a session.

        Raises:
            Forbidden: they do not hold it (the answer for a session that does not exist, too).
        """
        async with self._ports.unit_of_work() as unit:
            try:
                await unit.sessions.get(session_id)
            except NotFound as error:
                raise Forbidden("forbidden") from error
            for person in await unit.participants.of_session(session_id):
                if person.staff_id == staff_id:
                    return person.participant_id
        raise Forbidden("forbidden")

    async def _compare(self, member: StaffMember | None, password: str) -> bool:
        if self._comparing >= MOST_WAITING:
            raise RateLimited("rate_limited", retry_after=RETRY_SECONDS)
        self._comparing += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(_fits, member, password)
        finally:
            self._comparing -= 1


def _require_unlocked(member: StaffMember, now: datetime) -> None:
    if member.locked_until is not None and now < member.locked_until:
        raise RateLimited("rate_limited", retry_after=int((member.locked_until - now).total_seconds()) + 1)


def _fits(member: StaffMember | None, password: str) -> bool:
    """Slow: for a thread."""
    return password_fits(member.password_hash if member is not None else _nobody(), password)


def _failed(member: StaffMember, now: datetime) -> StaffMember:
    failures = member.failures + 1
    over = failures - FREE_FAILURES
    if over < 0:
        return replace(member, failures=failures)
    lock = min(LONGEST_LOCK, timedelta(seconds=30 * 2 ** min(over, 10)))
    return replace(member, failures=failures, locked_until=now + lock)


@cache
def _nobody() -> str:
    return hash_password(new_password())
