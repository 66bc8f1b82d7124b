"""What everybody looks at: an exhibit and a page, in the joint session or inside one private talk, never across."""

from __future__ import annotations

from room_server.bus import Published
from room_server.domain.caucus import Caucus, place_of
from room_server.domain.errors import Conflict, Forbidden, NotFound
from room_server.domain.exhibit import Presentation, require_presentable
from room_server.domain.people import Participant, Role
from room_server.services.exhibit_view import (
    presentation_piece,
    presentation_topic,
    presenter_piece,
    presenter_topic,
    show,
    show_presentation,
)
from room_server.services.exhibits import known_exhibit
from room_server.services.ports import SYSTEM, Ports
from room_server.services.sessions import require_host
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import HOSTS, Piece


class PresentationService:
    """Showing exhibits."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def board(self, session_id: str) -> dict[str, Piece]:
        """What is shown now, in each place, and who may show."""
        pieces: dict[str, Piece] = {}
        async with self._ports.unit_of_work() as unit:
            running = {each.caucus_id: each for each in await unit.caucuses.of_session(session_id) if each.open}
            may = await unit.presentations.presenters(session_id)
            for shown in await unit.presentations.of_session(session_id):
                by = await unit.participants.get(shown.presenter_id)
                if by.role is Role.PARTY and by.participant_id not in may:
                    continue  # they were sent out, and the process ended before it was put away
                if shown.caucus_id is None or shown.caucus_id in running:
                    place = None if shown.caucus_id is None else running[shown.caucus_id]
                    pieces[presentation_topic(shown.caucus_id)] = presentation_piece(shown, place)
            for participant_id in may:
                pieces[presenter_topic(participant_id)] = presenter_piece(participant_id)
        return pieces

    async def shut_out(self, session_id: str, participant_id: str) -> None:
        """Somebody's access ended: what they showed is put away, and their leave to show is gone. When they come back,
        what is shown in a talk that they were in is not theirs.
        """
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(session_id)
            unit.publish(Published(session_id, presenter_topic(participant_id), None, HOSTS))
            over = not (await unit.sessions.get(session_id)).open  # then nothing is on any screen
            for shown in () if over else await unit.presentations.of_session(session_id):
                if shown.presenter_id == participant_id:
                    await self._take_away(unit, shown, SYSTEM)
            for caucus in await unit.caucuses.of_session(session_id):
                if caucus.open:
                    await follow(unit, caucus)

    async def present(self, exhibit_id: str, by: str, page: int) -> None:
        """Show this page to everybody who is where ``by`` is. What is shown in a private talk is not logged.

        Raises:
            NotFound, Forbidden, Conflict: as ``domain.exhibit.require_presentable``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            exhibit, person = await known_exhibit(unit, exhibit_id, by)
            session_id = exhibit.session_id
            await unit.sessions.lock(session_id)
            (await unit.sessions.get(session_id)).require_open()
            place = place_of(person.participant_id, await unit.caucuses.of_session(session_id))
            allowed = by in await unit.presentations.presenters(session_id)
            require_presentable(exhibit, page, person, place, allowed=allowed)
            caucus_id = None if place is None else place.caucus_id
            before = await unit.presentations.in_place(session_id, caucus_id)
            going_on = before is not None and before.exhibit_id == exhibit_id
            since = before.since if before is not None and going_on else now
            shown = Presentation(session_id, caucus_id, exhibit_id, page, by, since)
            await unit.presentations.put(shown)
            if place is None:
                kind = "exhibit_page_shown" if going_on else "exhibit_shown"
                data = {"exhibit": exhibit_id, "number": exhibit.number, "page": page}
                await unit.log.append(session_id, at=now, kind=kind, actor=by, data=data)
            elif not exhibit.disclosed:
                widened = exhibit.shown_to(place.members)
                await unit.exhibits.save(widened)
                await show(unit, widened)
            show_presentation(unit, shown, place)

    async def put_away(self, session_id: str, by: str) -> None:
        """Show nothing any more where ``by`` is.

        Raises:
            NotFound: nothing is shown there. Forbidden: neither the mediator nor the one who shows. Conflict:
            ``wrong_state``: the session has ended.
        """
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(session_id)
            (await unit.sessions.get(session_id)).require_open()
            person = await unit.participants.get(by)
            if person.session_id != session_id or person.removed_at is not None:
                raise NotFound("not_found")
            place = place_of(person.participant_id, await unit.caucuses.of_session(session_id))
            shown = await unit.presentations.in_place(session_id, None if place is None else place.caucus_id)
            if shown is None:
                raise NotFound("not_found")
            if person.role is not Role.HOST and shown.presenter_id != by:
                raise Forbidden("forbidden")
            await self._take_away(unit, shown, by)

    async def set_presenter(self, session_id: str, by: str, participant_id: str, *, may_present: bool) -> None:
        """The mediator lets a party show their side's exhibits, or no longer; then what they show is put away.

        Raises:
            Forbidden: ``by`` is not the host. NotFound: no such person. Conflict: ``wrong_state``: not a party, or
            the session has ended.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(session_id)
            (await unit.sessions.get(session_id)).require_open()
            await require_host(unit, session_id, by)
            person = await unit.participants.get(participant_id)
            if person.session_id != session_id:
                raise NotFound("not_found")
            if person.role is not Role.PARTY:
                raise Conflict("wrong_state")
            if (participant_id in await unit.presentations.presenters(session_id)) == may_present:
                return
            await unit.presentations.set_presenter(session_id, participant_id, may_present=may_present)
            data = {"participant": participant_id, "may_present": may_present}
            await unit.log.append(session_id, at=now, kind="presenter_set", actor=by, data=data)
            if may_present:
                shown = presenter_piece(participant_id)
                unit.publish(Published(session_id, presenter_topic(participant_id), shown.value, shown.audience))
                return
            unit.publish(Published(session_id, presenter_topic(participant_id), None, HOSTS))
            await self._put_away_of(unit, person, by)

    async def _put_away_of(self, unit: UnitOfWork, person: Participant, by: str) -> None:
        for shown in await unit.presentations.of_session(person.session_id):
            if shown.presenter_id == person.participant_id:
                await self._take_away(unit, shown, by)

    async def _take_away(self, unit: UnitOfWork, shown: Presentation, by: str) -> None:
        session_id = shown.session_id
        await unit.presentations.take_away(session_id, shown.caucus_id)
        if shown.caucus_id is None:
            data = {"exhibit": shown.exhibit_id}
            at = self._ports.clock()
            await unit.log.append(session_id, at=at, kind="exhibit_put_away", actor=by, data=data)
        unit.publish(Published(session_id, presentation_topic(shown.caucus_id), None))


async def follow(unit: UnitOfWork, caucus: Caucus) -> None:
    """Somebody came into this private talk or went out, or it is over: what is shown there follows."""
    shown = await unit.presentations.in_place(caucus.session_id, caucus.caucus_id)
    if shown is None:
        return
    if not caucus.open:
        await unit.presentations.take_away(caucus.session_id, caucus.caucus_id)
        unit.publish(Published(caucus.session_id, presentation_topic(caucus.caucus_id), None))
        return
    exhibit = await unit.exhibits.get(shown.exhibit_id)
    if not exhibit.disclosed:
        widened = exhibit.shown_to(caucus.members)
        await unit.exhibits.save(widened)
        await show(unit, widened)
    show_presentation(unit, shown, caucus)
