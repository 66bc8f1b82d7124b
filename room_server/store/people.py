"""Participants, their links, and what they answered to the notices."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select

from room_server.domain.access import Link
from room_server.domain.consent import Answer
from room_server.domain.errors import NotFound
from room_server.domain.people import Authority, Participant, Role, Side
from room_server.store import schema
from room_server.store.rows import Repository, Row

PERSON = [column for column in schema.participants.c if column.name != "identity_mark"]


class Participants(Repository):
    """The people of the sessions."""

    async def add(self, participant: Participant, identity_mark: str | None) -> None:
        """Add a person; ``identity_mark`` is the keyed hash that the identity check compares with."""
        await self._insert(schema.participants, {**asdict(participant), "identity_mark": identity_mark})

    async def save(self, participant: Participant) -> None:
        """Keep the person's new state."""
        key = schema.participants.c.participant_id == participant.participant_id
        await self._update(schema.participants, key, asdict(participant))

    async def get(self, participant_id: str) -> Participant:
        """One person.

        Raises:
            NotFound: there is none.
        """
        row = await self._first(select(*PERSON).where(schema.participants.c.participant_id == participant_id))
        if row is None:
            raise NotFound("not_found")
        return _participant(row)

    async def of_session(self, session_id: str) -> list[Participant]:
        """Everybody of a session, in the order of sides; a clerk comes after the mediator."""
        query = select(*PERSON).where(schema.participants.c.session_id == session_id)
        order = list(Side)
        people = [_participant(row) for row in await self._all(query)]
        return sorted(people, key=lambda one: (order.index(one.side), one.authority is Authority.CLERK))

    async def identity_mark(self, participant_id: str) -> str:
        """The keyed hash of the person's last four characters; empty when none was registered."""
        query = select(schema.participants.c.identity_mark)
        row = await self._first(query.where(schema.participants.c.participant_id == participant_id))
        return "" if row is None else row["identity_mark"] or ""

    async def forget_identity_mark(self, participant_id: str) -> None:
        """Keep nothing of the person's number any more."""
        key = schema.participants.c.participant_id == participant_id
        await self._update(schema.participants, key, {"identity_mark": None})


class Links(Repository):
    """Ways in."""

    async def add(self, link: Link) -> None:
        """Keep a new link."""
        await self._insert(schema.links, asdict(link))

    async def save(self, link: Link) -> None:
        """Keep the link's new state."""
        await self._update(schema.links, schema.links.c.link_id == link.link_id, asdict(link))

    async def by_secret(self, secret_hash: str) -> Link:
        """The link with this secret.

        Raises:
            NotFound: ``link_unknown``.
        """
        row = await self._by(schema.links, schema.links.c.secret_hash == secret_hash)
        if row is None:
            raise NotFound("link_unknown")
        return Link(**row)

    async def get(self, link_id: str) -> Link:
        """The link of a token.

        Raises:
            NotFound: ``link_unknown``.
        """
        row = await self._by(schema.links, schema.links.c.link_id == link_id)
        if row is None:
            raise NotFound("link_unknown")
        return Link(**row)

    async def newest(self, participant_id: str) -> Link | None:
        """The last link that this person was given."""
        query = select(schema.links).where(schema.links.c.participant_id == participant_id)
        row = await self._first(
            query.order_by(schema.links.c.created_at.desc(), schema.links.c.revoked_at.is_not(None)).limit(1)
        )
        return None if row is None else Link(**row)

    async def usable(self, participant_id: str) -> list[Link]:
        """Every link of this person that was not revoked."""
        query = select(schema.links).where(
            schema.links.c.participant_id == participant_id, schema.links.c.revoked_at.is_(None)
        )
        return [Link(**row) for row in await self._all(query)]


class Consents(Repository):
    """Answers to notices. There is no way to change one: a new answer is a new row."""

    async def add(self, session_id: str, answer: Answer) -> None:
        """Keep an answer."""
        await self._insert(schema.consents, {**asdict(answer), "session_id": session_id})

    async def of_participant(self, participant_id: str) -> list[Answer]:
        """What one person answered, in the order of time."""
        query = select(schema.consents).where(schema.consents.c.participant_id == participant_id)
        return [_answer(row) for row in await self._all(query.order_by(schema.consents.c.consent_no))]

    async def of_session(self, session_id: str) -> list[Answer]:
        """What everybody answered, in the order of time."""
        query = select(schema.consents).where(schema.consents.c.session_id == session_id)
        return [_answer(row) for row in await self._all(query.order_by(schema.consents.c.consent_no))]


def _participant(row: Row) -> Participant:
    values = {**row, "side": Side(row["side"]), "role": Role(row["role"]), "authority": Authority(row["authority"])}
    return Participant(**values)


def _answer(row: Row) -> Answer:
    return Answer(row["participant_id"], row["notice_id"], row["version"], row["answers"], row["at"])
