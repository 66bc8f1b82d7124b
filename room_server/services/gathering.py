"""Who is in a session and where, as it stands inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from room_server.domain.caucus import Caucus, name_of, place_of
from room_server.domain.errors import Forbidden, NotFound
from room_server.domain.people import Participant, Role
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import Audience
from signaling.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class Gathering:
    """The people of a session and its caucuses."""

    people: list[Participant]
    caucuses: list[Caucus]

    def person(self, participant_id: str) -> Participant:
        """One of the people.

        Raises:
            NotFound: nobody of this session has that id.
        """
        for person in self.people:
            if person.participant_id == participant_id:
                return person
        raise NotFound("not_found")

    def host(self, participant_id: str) -> Participant:
        """The host who asks.

        Raises:
            Forbidden: somebody else.
        """
        for person in self.people:
            if person.participant_id == participant_id and person.role is Role.HOST:
                return person
        raise Forbidden("forbidden")

    def place(self, participant_id: str) -> Caucus | None:
        """The caucus that somebody is in; None: the joint session."""
        return place_of(participant_id, self.caucuses)

    def place_name(self, participant_id: str) -> str:
        """The id of the caucus that somebody is in; empty: the joint session."""
        return name_of(self.place(participant_id))

    def caucus(self, caucus_id: str) -> Caucus:
        """A caucus of the session, over or not.

        Raises:
            NotFound: there is none.
        """
        for caucus in self.caucuses:
            if caucus.caucus_id == caucus_id:
                return caucus
        raise NotFound("not_found")


async def gathering(unit: UnitOfWork, session_id: str) -> Gathering:
    """As it is now. Nobody is moved until the transaction ends: it holds the session's lock, as moving does."""
    await unit.sessions.lock(session_id)
    return Gathering(
        await unit.participants.of_session(session_id),
        await unit.caucuses.of_session(session_id),
    )


def these(participant_ids: Iterable[str], *, joint: bool = False) -> Audience:
    """These people and nobody else; ``joint``: while they are in the joint session."""
    people = frozenset(ParticipantId(each) for each in participant_ids)
    return Audience(roles=frozenset(), people=people, joint=joint)
