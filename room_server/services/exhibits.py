"""Exhibits: bring one, let everybody know of it, take it back, read its pages, say what one thinks of it."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import tempfile
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from recorder.pages import MadePages, PagesRefusedError, make_pages
from room_server.bus import Published
from room_server.domain import consent
from room_server.domain.caucus import Caucus, place_of, require_place
from room_server.domain.challenge import View, challenges
from room_server.domain.commitment import commitment
from room_server.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, RateLimited
from room_server.domain.exhibit import (
    MOST_OF_A_SIDE,
    Exhibit,
    Format,
    Original,
    Page,
    plain_name,
    require_size,
    require_title,
)
from room_server.domain.people import Participant, Role, Side
from room_server.domain.sending import Sending, sending
from room_server.services.exhibit_view import exhibit_topic, piece, presentation_topic, show
from room_server.services.ports import SYSTEM, Ports
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import Piece
from signaling.ids import new_id

AT_ONCE = 1
"""Files that are turned into pages at the same time: each may cost a processor and a gigabyte and a half."""
SALT_BYTES = 32
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Brought:
    """What somebody sends: how they call it, what their device calls it, and the file as it comes in.

    ``holds``: the sensitive data of their own in it (``consent.SENSITIVE``). ``place``: where they believe to bring it
    (``domain.caucus.require_place``). ``key``: as ``domain.sending``. ``size``: bytes, as announced, or None.
    """

    title: str
    name: str
    content: AsyncIterable[bytes]
    holds: tuple[str, ...] = ()
    place: str | None = None
    key: str | None = None
    size: int | None = None


class ExhibitService:
    """Exhibits of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._bringing: set[str] = set()

    async def board(self, session_id: str) -> dict[str, Piece]:
        """The exhibits that a room shows, and how large a file may be."""
        async with self._ports.unit_of_work() as unit:
            found = [(each, await piece(unit, each)) for each in await unit.exhibits.of_session(session_id)]
        pieces = {exhibit_topic(each.exhibit_id): shown for each, shown in found if shown is not None}
        return {"exhibits": Piece({"most_bytes": self._ports.exhibit_bytes}), **pieces}

    async def add(self, session_id: str, by: str, brought: Brought) -> Exhibit:
        """Keep the original, make its pages. In a private talk only those who are in it know of it.

        What can be refused without the file is refused before any of it is read.

        Raises:
            NotFound: not of this session. Forbidden: not let in, or neither party nor mediator;
            ``exhibit_no_consent``: it holds what its owner has not agreed to. Conflict: ``wrong_state``: the session
            has ended; ``exhibit_many``; ``moved``; ``key_used``. Malformed: ``exhibit_too_large``. Invalid:
            ``exhibit_…``: what is wrong with the file or its title. RateLimited: the same person's last one is still on
            its way.
        """
        if by in self._bringing:
            raise RateLimited("rate_limited", retry_after=RETRY_SECONDS)
        self._bringing.add(by)
        try:
            return await self._bring(session_id, by, brought)
        finally:
            self._bringing.discard(by)

    async def _bring(self, session_id: str, by: str, brought: Brought) -> Exhibit:
        title, name = require_title(brought.title), plain_name(brought.name)
        require_size(brought.size or 0, self._ports.exhibit_bytes)
        async with self._ports.unit_of_work() as unit:
            before, made = None, None if brought.key is None else await unit.sendings.find(by, brought.key)
            if made is None:
                _, before = await self._welcome(unit, session_id, by, brought.holds)
                require_place(before, brought.place)
            else:
                await _require_same(unit, made, title, name, brought)
        exhibit_id = new_id("ex")
        self._ports.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._ports.scratch) as scratch:
            file = Path(scratch) / "original"
            sha256 = await _receive(brought.content, file, self._ports.exhibit_bytes)
            sent = sending(by, brought.key, "exhibit", title, name, brought.holds, brought.place, sha256)
            async with self._ports.unit_of_work() as unit:
                if made is not None:  # its pages are made, if it is the same file
                    return await unit.exhibits.get(await unit.sendings.made(sent) or "")
                await self._still_welcome(unit, session_id, by, brought, sent)  # making pages is what costs
            original, pages = await self._keep(f"exhibits/{session_id}/{exhibit_id}", file, name)
        now = self._ports.clock()
        try:
            async with self._ports.unit_of_work() as unit:
                await unit.sessions.lock(session_id)
                person, after = await self._still_welcome(unit, session_id, by, brought, sent)
                exhibit = Exhibit(
                    exhibit_id, session_id, by, person.side, title, original, pages, added_at=now, holds=brought.holds
                )
                await unit.sendings.add(session_id, sent, exhibit_id)
                # Whatever touches a private talk stays in it: also a file whose sending began or ended there.
                return await self._add(unit, exhibit, person, before or after)
        except DomainError:  # too late: the session ended, or they were sent out or took a consent back meanwhile
            await asyncio.to_thread(self._discard, [original.key, *(page.key for page in pages)])
            raise

    async def disclose(self, exhibit_id: str, by: str) -> None:
        """The owner lets everybody know of what was brought in a private talk.

        Raises:
            NotFound. Forbidden: not the owner. Conflict: ``wrong_state``; ``only_joint``: still in a private talk.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            exhibit, person = await exhibit_for_change(unit, exhibit_id, by)
            await require_joint(unit, person)
            number = await unit.exhibits.next_number(exhibit.session_id)
            await self._disclose(unit, exhibit.disclose(person, number, now), person, now)

    async def withdraw(self, exhibit_id: str, by: str) -> None:
        """The owner takes it back: it stays on the record, and is on nobody's screen any more.

        Raises:
            NotFound. Forbidden: not the owner. Conflict: ``wrong_state``; ``only_joint``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            exhibit, person = await exhibit_for_change(unit, exhibit_id, by)
            if exhibit.disclosed:
                await require_joint(unit, person)
            await keep_withdrawn(unit, exhibit.withdraw(person, now), by, now)

    async def challenge(self, exhibit_id: str, by: str, side: Side, views: Sequence[View]) -> None:
        """The view of a side, entered by one of its people or by the mediator who heard it.

        Raises:
            NotFound. Conflict: ``only_joint``. Else as ``domain.challenge.challenges``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            exhibit, person = await exhibit_for_change(unit, exhibit_id, by)
            await require_joint(unit, person)
            given = challenges(exhibit, person, side, views, now)
            await unit.exhibits.challenge(given)
            for each in given:
                data = {
                    "exhibit": exhibit_id,
                    "number": exhibit.number,
                    "side": str(each.side),
                    "aspect": str(each.view.aspect),
                    "objects": each.view.objects,
                    "reason": each.view.reason,
                }
                await unit.log.append(exhibit.session_id, at=now, kind="exhibit_challenged", actor=by, data=data)
            await show(unit, exhibit)

    async def session_of(self, exhibit_id: str) -> str:
        """The session of an exhibit.

        Raises:
            NotFound: there is none.
        """
        async with self._ports.unit_of_work() as unit:
            return (await unit.exhibits.get(exhibit_id)).session_id

    async def page(self, exhibit_id: str, by: str, number: int) -> bytes:
        """A page (from 1) as a JPEG.

        Raises:
            NotFound: no such exhibit, none that this person may know of, or no such page.
        """
        async with self._ports.unit_of_work() as unit:
            exhibit, person = await known_exhibit(unit, exhibit_id, by)
            if not exhibit.readable_by(person):
                raise NotFound("not_found")
            page = exhibit.page(number)
        return await asyncio.to_thread(self._ports.blobs.get, page.key)

    async def _add(self, unit: UnitOfWork, exhibit: Exhibit, person: Participant, place: Caucus | None) -> Exhibit:
        """Keep it where it was brought. The log never says what was brought in a private talk, only that something
        was: a commitment that its owner can open later."""
        if place is None:
            number = await unit.exhibits.next_number(exhibit.session_id)
            shown = exhibit.disclose(person, number, exhibit.added_at)
            await unit.exhibits.add(exhibit)
            await self._disclose(unit, shown, person, exhibit.added_at)
            return shown
        private = _private(exhibit, place)
        await unit.exhibits.add(private)
        data = {"class": "CAUCUS", "commitment": _committed(private)}
        await unit.log.append(
            exhibit.session_id, at=exhibit.added_at, kind="material_committed", actor=SYSTEM, data=data
        )
        await show(unit, private)
        return private

    async def _disclose(self, unit: UnitOfWork, exhibit: Exhibit, person: Participant, at: datetime) -> None:
        await unit.exhibits.save(exhibit)
        data = {
            "exhibit": exhibit.exhibit_id,
            "number": exhibit.number,
            "title": exhibit.title,
            "side": str(exhibit.side),
            "sha256": exhibit.original.sha256,
            "size": exhibit.original.size,
            "pages": len(exhibit.pages),
            "holds": list(exhibit.holds),
        }
        if exhibit.salt:
            data |= {"salt": exhibit.salt, "commitment": _committed(exhibit)}
        actor = person.participant_id
        await unit.log.append(exhibit.session_id, at=at, kind="exhibit_added", actor=actor, data=data)
        await show(unit, exhibit)

    async def _keep(self, place: str, file: Path, name: str) -> tuple[Original, tuple[Page, ...]]:
        """The original and its pages in the blob store, under this beginning of their keys."""
        folder = file.parent / "pages"
        folder.mkdir()
        async with self._turn:
            try:
                made = await make_pages(file, folder)
            except PagesRefusedError as refused:
                raise Invalid(f"exhibit_{refused.reason}") from refused
        return await asyncio.to_thread(self._store, place, file, name, made)

    def _store(self, place: str, file: Path, name: str, made: MadePages) -> tuple[Original, tuple[Page, ...]]:
        blobs, key = self._ports.blobs, f"{place}/original"
        kept = [key, *(f"{place}/{page.file.name}" for page in made.pages)]
        try:
            original = Original(name, Format(made.kind), file.stat().st_size, blobs.put(key, file), key)
            pages = [
                Page(page.width, page.height, each, blobs.put(each, page.file))
                for each, page in zip(kept[1:], made.pages, strict=True)
            ]
        except OSError:  # the disk is full: half an exhibit is none
            self._discard(kept)
            raise
        return original, tuple(pages)

    def _discard(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._ports.blobs.discard(key)

    async def _still_welcome(
        self, unit: UnitOfWork, session_id: str, by: str, brought: Brought, sent: Sending | None
    ) -> tuple[Participant, Caucus | None]:
        """What may have changed while the file came, or its pages were made."""
        if await unit.sendings.made(sent):  # it came at the same time to another process
            raise RateLimited("rate_limited", retry_after=RETRY_SECONDS)
        return await self._welcome(unit, session_id, by, brought.holds)

    async def _welcome(
        self, unit: UnitOfWork, session_id: str, by: str, holds: Sequence[str]
    ) -> tuple[Participant, Caucus | None]:
        (await unit.sessions.get(session_id)).require_open()
        person = await unit.participants.get(by)
        if person.session_id != session_id:
            raise NotFound("not_found")
        if not person.admitted or person.removed_at is not None or person.role is Role.OBSERVER:
            raise Forbidden("forbidden")
        theirs = [each for each in await unit.exhibits.of_session(session_id) if each.side == person.side]
        if len(theirs) >= MOST_OF_A_SIDE:
            raise Conflict("exhibit_many", most=MOST_OF_A_SIDE)
        missing = consent.lacking(holds, await unit.consents.of_participant(by))
        if missing:
            raise Forbidden("exhibit_no_consent", purposes=list(missing))
        return person, place_of(person.participant_id, await unit.caucuses.of_session(session_id))


async def keep_withdrawn(unit: UnitOfWork, withdrawn: Exhibit, by: str, at: datetime) -> None:
    """Keep that an exhibit was withdrawn, and take it off every screen."""
    await unit.exhibits.save(withdrawn)
    for shown in await unit.presentations.of_session(withdrawn.session_id):
        if shown.exhibit_id == withdrawn.exhibit_id:
            await unit.presentations.take_away(withdrawn.session_id, shown.caucus_id)
            unit.publish(Published(withdrawn.session_id, presentation_topic(shown.caucus_id), None))
    if withdrawn.disclosed:
        data = {"exhibit": withdrawn.exhibit_id, "number": withdrawn.number}
        await unit.log.append(withdrawn.session_id, at=at, kind="exhibit_withdrawn", actor=by, data=data)
    await show(unit, withdrawn)


async def known_exhibit(unit: UnitOfWork, exhibit_id: str, by: str) -> tuple[Exhibit, Participant]:
    """An exhibit that this person may know of, and the person.

    Raises:
        NotFound: there is none, or none for this person: the two are not told apart.
    """
    exhibit, person = await unit.exhibits.get(exhibit_id), await unit.participants.get(by)
    if person.session_id != exhibit.session_id or person.removed_at is not None or not exhibit.known_by(person):
        raise NotFound("not_found")
    return exhibit, person


async def exhibit_for_change(unit: UnitOfWork, exhibit_id: str, by: str) -> tuple[Exhibit, Participant]:
    """The same, while the session is open and nobody else changes it.

    Raises:
        NotFound. Conflict: ``wrong_state``: the session has ended.
    """
    exhibit = await unit.exhibits.get(exhibit_id)
    await unit.sessions.lock(exhibit.session_id)
    (await unit.sessions.get(exhibit.session_id)).require_open()
    return await known_exhibit(unit, exhibit_id, by)


async def require_joint(unit: UnitOfWork, person: Participant) -> None:
    """Whether this person is where everybody is: what they do now, everybody sees.

    Raises:
        Conflict: ``only_joint``.
    """
    if place_of(person.participant_id, await unit.caucuses.of_session(person.session_id)) is not None:
        raise Conflict("only_joint")


async def _require_same(unit: UnitOfWork, made: str, title: str, name: str, brought: Brought) -> None:
    """Whether this may be the exhibit that came with the same key; its file decides later.

    Raises:
        Conflict: ``key_used``.
    """
    try:
        exhibit = await unit.exhibits.get(made)
    except NotFound as other:  # it was a line, a question or an offer
        raise Conflict("key_used") from other
    kept = exhibit.original
    size = kept.size if brought.size is None else brought.size
    if (exhibit.title, exhibit.holds, kept.name, kept.size) != (title, brought.holds, name, size):
        raise Conflict("key_used")


async def _receive(content: AsyncIterable[bytes], file: Path, most_bytes: int) -> str:
    """Write what comes into the file. Its SHA-256 as hex.

    Raises:
        Malformed: ``exhibit_too_large``, as soon as it is.
    """
    size, digest = 0, hashlib.sha256()
    with file.open("wb") as opened:
        async for chunk in content:
            size += len(chunk)
            require_size(size, most_bytes)
            digest.update(chunk)
            await asyncio.to_thread(opened.write, chunk)
    return digest.hexdigest()


def _private(exhibit: Exhibit, place: Caucus) -> Exhibit:
    salt = secrets.token_hex(SALT_BYTES)
    known = tuple(sorted({*place.members, exhibit.owner_id}))
    return replace(exhibit, caucus_side=place.side, known_to=known, salt=salt)


def _committed(exhibit: Exhibit) -> str:
    return commitment(exhibit.salt, bytes.fromhex(exhibit.original.sha256))
