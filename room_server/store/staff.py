"""Staff accounts, dead tokens, who read which record, and the outbox of the demonstration."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select

from room_server.store import schema
from room_server.store.rows import Repository


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An account. ``role``: ``mediator`` or ``court_officer``."""

    staff_id: str
    username: str
    name: str
    role: str
    password_hash: str
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A text message that the demonstration shows instead of sending."""

    at: datetime
    phone: str
    to_name: str
    template: str
    body_zh: str
    body_en: str
    link: str | None
    participant_id: str | None


class Staff(Repository):
    """Accounts and their dead tokens."""

    async def add(self, member: StaffMember) -> None:
        """Keep a new account."""
        await self._insert(schema.staff, asdict(member))

    async def save(self, member: StaffMember) -> None:
        """Keep the account's new state."""
        await self._update(schema.staff, schema.staff.c.staff_id == member.staff_id, asdict(member))

    async def get(self, staff_id: str) -> StaffMember | None:
        """One account."""
        row = await self._by(schema.staff, schema.staff.c.staff_id == staff_id)
        return None if row is None else StaffMember(**row)

    async def by_username(self, username: str) -> StaffMember | None:
        """The account of this user name."""
        row = await self._by(schema.staff, schema.staff.c.username == username)
        return None if row is None else StaffMember(**row)

    async def revoke_token(self, jti: str, expires_at: datetime, now: datetime) -> None:
        """Never accept this token again; tokens that have run out by themselves are forgotten."""
        table = schema.revoked_tokens
        await self._connection.execute(delete(table).where(table.c.expires_at < now))
        if not await self.token_revoked(jti):
            await self._insert(table, {"jti": jti, "expires_at": expires_at})

    async def token_revoked(self, jti: str) -> bool:
        """Whether the token is dead."""
        return await self._by(schema.revoked_tokens, schema.revoked_tokens.c.jti == jti) is not None


class Reads(Repository):
    """Who looked at which record. Only ever grows."""

    async def add(self, session_id: str, staff_id: str, what: str, at: datetime) -> None:
        """Keep one look."""
        await self._insert(schema.reads, {"session_id": session_id, "staff_id": staff_id, "what": what, "at": at})

    async def of_session(self, session_id: str) -> list[tuple[str, str]]:
        """(staff id, what) of every look, in the order of time."""
        query = select(schema.reads).where(schema.reads.c.session_id == session_id).order_by(schema.reads.c.read_no)
        return [(row["staff_id"], row["what"]) for row in await self._all(query)]


class Outbox(Repository):
    """Messages that the demonstration shows."""

    async def add(self, message: SentMessage) -> None:
        """Keep a message."""
        await self._insert(schema.outbox, asdict(message))

    async def all(self) -> list[SentMessage]:
        """Every message, the newest first."""
        query = select(schema.outbox).order_by(schema.outbox.c.message_no.desc())
        return [
            SentMessage(**{name: value for name, value in row.items() if name != "message_no"})
            for row in await self._all(query)
        ]
