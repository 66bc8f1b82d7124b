"""The shared text before it is frozen: what was written, by whom, and who may write."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from room_server.domain.errors import Conflict, Forbidden, NotFound
from room_server.domain.people import Role
from room_server.rules.agreement_text import Json
from room_server.services.draft_document import initial_update
from room_server.services.ports import SYSTEM, Ports
from room_server.services.sessions import SessionDetails, require_host
from room_server.store.documents import Document
from room_server.store.unit_of_work import UnitOfWork
from signaling.ids import ParticipantId
from signaling.policy import LoadedDocument

AGREEMENT = "agreement"
"""The one document of a session."""


class DraftingService:
    """Documents and their updates."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def load(self, session_id: str, document_id: str) -> LoadedDocument:
        """Everything that was written so far.

        Raises:
            NotFound: the session has no such document.
        """
        async with self._ports.unit_of_work() as unit:
            document = await _document(unit, session_id, document_id)
            written = await unit.documents.updates(session_id, document_id)
        return LoadedDocument(
            updates=[update for _, update in written],
            frozen=document.frozen,
            digest=document.digest,
            writers=[ParticipantId(writer) for writer in document.writers],
            authors=[ParticipantId(author) for author, _ in written],
        )

    async def append(self, session_id: str, document_id: str, participant_id: str, update: bytes) -> None:
        """Keep an update: it is on the disk when this returns.

        Raises:
            Conflict: ``document_frozen``. Forbidden: ``document_read_only``. NotFound: no such document.
        """
        async with self._ports.unit_of_work() as unit:
            await write(unit, session_id, document_id, participant_id, update, self._ports.clock())

    async def set_writer(
        self, session_id: str, by: str, document_id: str, participant_id: str, *, may_write: bool
    ) -> list[str]:
        """Give or take the right to write. Returns everybody who may write now.

        Raises:
            Forbidden: ``by`` is not the host. NotFound: no such document or person.
        """
        async with self._ports.unit_of_work() as unit:
            await require_host(unit, session_id, by)
            document = await _document(unit, session_id, document_id)
            person = await unit.participants.get(participant_id)
            if person.session_id != session_id:
                raise NotFound("not_found")
            writers = set(document.writers) - {participant_id} | ({participant_id} if may_write else set())
            await unit.documents.save(replace(document, writers=tuple(sorted(writers))))
            data = {"document": document_id, "participant": participant_id, "may_write": may_write}
            await unit.log.append(session_id, at=self._ports.clock(), kind="writer_set", actor=by, data=data)
        return sorted(writers)


async def write(
    unit: UnitOfWork, session_id: str, document_id: str, participant_id: str, update: bytes, at: datetime
) -> None:
    """Keep an update in the transaction of something else.

    Raises:
        Conflict: ``document_frozen``; ``wrong_state``: the session has ended. Forbidden: ``document_read_only``.
        NotFound: no such document.
    """
    (await unit.sessions.get(session_id)).require_open()
    document = await _document(unit, session_id, document_id)
    if document.frozen:
        raise Conflict("document_frozen")
    if participant_id not in document.writers:
        raise Forbidden("document_read_only")
    await unit.documents.append(document, participant_id, update, at)


async def open_document(ports: Ports, unit: UnitOfWork, details: SessionDetails, content: Json) -> None:
    """Begin the session's document with a text. At first only the host may write."""
    session_id = details.session.session_id
    hosts = tuple(person.participant_id for person in details.people if person.role is Role.HOST)
    document = Document(session_id, AGREEMENT, frozen=False, digest=None, writers=hosts)
    await unit.documents.add(document)
    await unit.documents.append(document, SYSTEM, initial_update(content), ports.clock())


async def _document(unit: UnitOfWork, session_id: str, document_id: str) -> Document:
    document = await unit.documents.get(session_id, document_id)
    if document is None:
        raise NotFound("not_found")
    return document
