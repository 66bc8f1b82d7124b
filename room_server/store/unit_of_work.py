"""One transaction: everything inside is kept together or not at all; events go out after the commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from room_server.bus import AccessEnded, Bus, Event
from room_server.store.agreements import Agreements, Codes, Papers
from room_server.store.arrival import EntryCodes, Greetings, RollCalls
from room_server.store.cases import Cases, Sessions
from room_server.store.caucuses import Caucuses
from room_server.store.comparisons import Comparisons
from room_server.store.conduct import Conducts
from room_server.store.documents import Documents
from room_server.store.exhibits import Exhibits, Presentations
from room_server.store.log import Log
from room_server.store.offers import Offers
from room_server.store.people import Consents, Links, Participants
from room_server.store.recordings import Filings, Recordings
from room_server.store.retention import Retention
from room_server.store.sendings import Sendings
from room_server.store.serving import Servings
from room_server.store.staff import Outbox, Reads, Staff
from room_server.store.talk import Calls, Lines, PrivateNotes, Tickets


class UnitOfWork:
    """The repositories of one transaction, and what is to be told once it is committed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.cases = Cases(connection)
        self.sessions = Sessions(connection)
        self.participants = Participants(connection)
        self.links = Links(connection)
        self.consents = Consents(connection)
        self.entry_codes = EntryCodes(connection)
        self.roll_calls = RollCalls(connection)
        self.greetings = Greetings(connection)
        self.documents = Documents(connection)
        self.agreements = Agreements(connection)
        self.papers = Papers(connection)
        self.codes = Codes(connection)
        self.caucuses = Caucuses(connection)
        self.conduct = Conducts(connection)
        self.lines = Lines(connection)
        self.calls = Calls(connection)
        self.tickets = Tickets(connection)
        self.notes = PrivateNotes(connection)
        self.exhibits = Exhibits(connection)
        self.comparisons = Comparisons(connection)
        self.presentations = Presentations(connection)
        self.offers = Offers(connection)
        self.sendings = Sendings(connection)
        self.recordings = Recordings(connection)
        self.filings = Filings(connection)
        self.servings = Servings(connection)
        self.retention = Retention(connection)
        self.log = Log(connection)
        self.staff = Staff(connection)
        self.reads = Reads(connection)
        self.outbox = Outbox(connection)
        self.published: list[Event] = []

    def publish(self, event: Event) -> None:
        """Tell the live room after the commit."""
        self.published.append(event)

    async def shut_out(self) -> None:
        """Whoever's access ends in this transaction is in no private talk, writes in no text and may show nothing from
        its commit on.

        The live room takes them out as well; if the two disagreed, what is written in the talk would reach somebody
        who comes back into the joint session, and a restart would give the rights back.
        """
        for event in self.published:
            if isinstance(event, AccessEnded):
                await self.caucuses.take_out(event.session_id, event.participant_id)
                await self.documents.take_out(event.session_id, event.participant_id)
                await self.presentations.set_presenter(event.session_id, event.participant_id, may_present=False)


UnitOfWorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


def units_of_work(engine: AsyncEngine, bus: Bus) -> UnitOfWorkFactory:
    """What services open a transaction with: ``async with unit_of_work() as unit``."""

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        async with engine.begin() as connection:
            unit = UnitOfWork(connection)
            yield unit
            await unit.shut_out()
        for event in unit.published:
            await bus.publish(event)

    return unit_of_work
