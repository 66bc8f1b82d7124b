"""A shared document: who reads it, who may write, and the gate that no update passes once the text is frozen.

The sockets speak the y-websocket protocol. An update goes: read, judge (writer, own client id, gate), rehearse, append
to the log of the policy, apply, relay. One at a time, so that the log, the text and the screens have the same order.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from signaling import yjs
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import DocumentId, ParticipantId
from signaling.inbox import Allowance
from signaling.messages import CloseCode, DocumentView, Json
from signaling.participant import Outlet
from signaling.policy import LoadedDocument
from signaling.sharedtext import Examined, SharedText
from signaling.yjs import MalformedMessageError, Reader

MAXIMUM_UPDATE_BYTES = 256 * 1024
MAXIMUM_AWARENESS_BYTES = 8 * 1024
MAXIMUM_DOCUMENT_BYTES = 8 * 1024 * 1024
TRY_AGAIN_LATER = 1013
MAXIMUM_SOCKETS = 4  # of one person: an editor on two devices, each of them reconnecting
BYTES_AT_ONCE = 512 * 1024
BYTES_PER_SECOND = 32 * 1024
"""Of one person, whatever sockets they come by: while a message is read nobody else is served."""
MAXIMUM_CLIENTS = 1000  # Yjs client ids of one person; an editor takes a new one whenever its page is loaded

Append = Callable[[ParticipantId, bytes], Awaitable[None]]
Keep = Callable[[bytes], Awaitable[None]]
"""Keeps one change: durable when it returns."""
Compose = Callable[[Json], tuple[int, Sequence[Json]]]
"""From the text as ProseMirror JSON to new nodes and the place before which they go."""


class RefusedError(Exception):
    """A message on a document socket is refused; the socket closes with ``code``."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(slots=True, eq=False)
class Seat:
    """One socket at a document. ``carets``: its awareness clients with their last clock."""

    participant_id: ParticipantId
    outlet: Outlet
    carets: dict[int, int] = field(default_factory=dict)
    awareness: bytes | None = None


class Document:
    """A text that several people write at once.

    ``away``: who is in a caucus now. They read on, but nothing goes out from there: no edit and no caret.
    """

    def __init__(
        self,
        document_id: DocumentId,
        loaded: LoadedDocument,
        append: Append,
        away: Callable[[ParticipantId], bool] = lambda _: False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.document_id = document_id
        self._away = away
        self._append = append
        self._text = SharedText(loaded.updates)
        self._writers = list(loaded.writers)
        self._frozen = loaded.frozen
        self._digest = loaded.digest
        self._size = sum(map(len, loaded.updates))
        self._owners = _owners(zip(loaded.authors, loaded.updates, strict=False))
        self._seats: list[Seat] = []
        self._turn = asyncio.Lock()
        self._monotonic = monotonic
        self._allowances: dict[ParticipantId, Allowance] = {}

    @property
    def frozen(self) -> bool:
        """Whether the gate is closed."""
        return self._frozen

    @property
    def sockets(self) -> int:
        """How many are open here."""
        return len(self._seats)

    def view(self) -> DocumentView:
        """As everybody who was admitted sees it."""
        writers = sorted(each for each in self._writers if not self._away(each))
        return DocumentView(self.document_id, self._frozen, writers, self._digest)

    def content(self) -> Json:
        """The text now, as ProseMirror JSON."""
        return self._text.content()

    def set_writer(self, participant_id: ParticipantId, may_write: bool) -> None:
        """Give or take the right to write."""
        self._writers = [writer for writer in self._writers if writer != participant_id]
        if may_write:
            self._writers.append(participant_id)

    # ---- the gate --------------------------------------------------------------------------------------------------

    async def freeze(self, commit: Callable[[Json], Awaitable[str]]) -> str:
        """Let no update pass from now on, have the text committed, keep its digest.

        Updates that arrive meanwhile wait, and are refused afterwards. When ``commit`` raises the gate opens again.
        """
        async with self._turn:
            if self._frozen:
                raise SignalingError(ErrorCode.WRONG_STATE, "the document is frozen already")
            self._digest = await commit(self.content())
            self._frozen = True
            return self._digest

    async def unfreeze(self, commit: Callable[[], Awaitable[None]]) -> None:
        """Open the gate again, once that is committed."""
        async with self._turn:
            if not self._frozen:
                raise SignalingError(ErrorCode.WRONG_STATE, "the document is not frozen")
            await commit()
            self._frozen = False
            self._digest = None

    async def insert(self, participant_id: ParticipantId, compose: Compose, keep: Keep) -> None:
        """Put whole nodes into the text in somebody's name, with the rights that they have.

        Raises:
            SignalingError: WRONG_STATE, frozen; FORBIDDEN, they may not write now. What ``keep`` raises: nothing is
            changed then.
        """
        async with self._turn:
            if self._frozen:
                raise SignalingError(ErrorCode.WRONG_STATE, "the document is frozen")
            if participant_id not in self._writers or self._away(participant_id):
                raise SignalingError(ErrorCode.FORBIDDEN, "you may read, not write")
            examined = self._text.examine(self._text.insertion(*compose(self.content())))
            await self._perform(participant_id, examined, keep)

    # ---- sockets ---------------------------------------------------------------------------------------------------

    def attach(self, participant_id: ParticipantId, outlet: Outlet) -> Seat:
        """A socket comes: it is asked for what it has and told who else is there. The oldest of too many goes."""
        mine = [seat for seat in self._seats if seat.participant_id == participant_id]
        if len(mine) >= MAXIMUM_SOCKETS:
            self._close(mine[0], CloseCode.REPLACED, "another connection took over")
        seat = Seat(participant_id, outlet)
        self._seats.append(seat)
        outlet.send(yjs.sync_message(yjs.SYNC_STEP_1, self._text.state()))
        self._tell_awareness(seat)
        return seat

    def detach(self, seat: Seat) -> None:
        """A socket is gone: the others no longer show its caret."""
        if seat not in self._seats:
            return
        self._seats.remove(seat)
        if seat.carets:
            self._relay(yjs.departure_message(seat.carets), seat)

    def dismiss(self, participant_id: ParticipantId, code: int, reason: str) -> None:
        """Close every socket of somebody."""
        for seat in [seat for seat in self._seats if seat.participant_id == participant_id]:
            self._close(seat, code, reason)

    def hush(self, participant_id: ParticipantId) -> None:
        """The others no longer show the carets of somebody."""
        for seat in self._seats:
            if seat.participant_id == participant_id and seat.carets:
                self._relay(yjs.departure_message(seat.carets), seat)
                seat.carets, seat.awareness = {}, None

    def dismiss_all(self, code: int, reason: str) -> None:
        """Close every socket."""
        for seat in list(self._seats):
            self._close(seat, code, reason)

    def _close(self, seat: Seat, code: int, reason: str) -> None:
        seat.outlet.close(code, reason)
        self.detach(seat)

    async def receive(self, seat: Seat, message: bytes) -> None:
        """Take one message of a socket.

        Raises:
            RefusedError: 4400 malformed or oversized, 4403 no right to write or somebody else's client id, 4423 frozen,
            1013 too many bytes of this person.
        """
        if seat not in self._seats:
            return
        if not self._allowance(seat.participant_id).take(len(message)):
            raise RefusedError(TRY_AGAIN_LATER, "too many bytes")
        try:
            await self._take(seat, message)
        except MalformedMessageError as error:
            raise RefusedError(CloseCode.BAD_REQUEST, str(error)) from error

    def _allowance(self, participant_id: ParticipantId) -> Allowance:
        if participant_id not in self._allowances:
            self._allowances[participant_id] = Allowance(BYTES_AT_ONCE, BYTES_PER_SECOND, self._monotonic)
        return self._allowances[participant_id]

    async def _take(self, seat: Seat, message: bytes) -> None:
        reader = Reader(message)
        kind = reader.unsigned()
        if kind == yjs.SYNC:
            await self._sync(seat, reader.unsigned(), reader.buffer())
        elif kind == yjs.AWARENESS:
            self._awareness(seat, message, reader.buffer())
        elif kind == yjs.QUERY_AWARENESS:
            self._tell_awareness(seat)
        else:
            raise MalformedMessageError(f"there is no message of kind {kind}")

    async def _sync(self, seat: Seat, step: int, data: bytes) -> None:
        if step == yjs.SYNC_STEP_1:
            seat.outlet.send(yjs.sync_message(yjs.SYNC_STEP_2, self._text.missing(data)))
        elif step in {yjs.SYNC_STEP_2, yjs.SYNC_UPDATE}:
            if len(data) > MAXIMUM_UPDATE_BYTES:
                raise MalformedMessageError("the update is too large")
            async with self._turn:
                await self._write(seat, data)
        else:
            raise MalformedMessageError(f"there is no sync message of kind {step}")

    async def _write(self, seat: Seat, data: bytes) -> None:
        if seat not in self._seats:
            return  # sent out while the update waited
        examined = self._text.examine(data)
        if examined.writers:
            self._judge(seat, examined.writers)

        async def keep(change: bytes) -> None:
            # Somebody who only reads answers the first sync step with an update too: it is refused, and not only
            # passed over, when it would change the text.
            self._judge(seat, examined.writers)
            self._require_space(len(change))
            await self._append(seat.participant_id, change)

        await self._perform(seat.participant_id, examined, keep, seat)

    async def _perform(
        self, participant_id: ParticipantId, examined: Examined, keep: Keep, seat: Seat | None = None
    ) -> None:
        try:
            change = self._text.rehearse(examined)
            if change is None:
                return
            await keep(change)
        except BaseException:
            self._text.forget()
            raise
        self._text.perform(change)
        self._size += len(change)
        for client in examined.writers:
            self._owners[client] = participant_id
        self._relay(yjs.sync_message(yjs.SYNC_UPDATE, change), seat)

    def _require_space(self, size: int) -> None:
        if self._size + size > MAXIMUM_DOCUMENT_BYTES:
            raise RefusedError(CloseCode.BAD_REQUEST, "the document is full")

    def _judge(self, seat: Seat, clients: Iterable[int]) -> None:
        if self._frozen:
            raise RefusedError(CloseCode.FROZEN, "the document is frozen")
        if seat.participant_id not in self._writers or self._away(seat.participant_id):
            raise RefusedError(CloseCode.FORBIDDEN, "you may read, not write")
        for client in clients:
            if not self._may_use(seat.participant_id, client):
                raise RefusedError(CloseCode.FORBIDDEN, "this client id is somebody else's")

    def _may_use(self, participant_id: ParticipantId, client: int) -> bool:
        owner = self._owners.get(client)
        if owner is not None:
            return owner == participant_id
        return sum(known == participant_id for known in self._owners.values()) < MAXIMUM_CLIENTS

    # ---- awareness -------------------------------------------------------------------------------------------------

    def _awareness(self, seat: Seat, message: bytes, data: bytes) -> None:
        if len(data) > MAXIMUM_AWARENESS_BYTES:
            raise MalformedMessageError("the awareness message is too large")
        entries = yjs.read_awareness(data)
        if self._away(seat.participant_id):
            return
        # y-websocket sends the states of others back to the server; only what one says of oneself is passed on.
        if not entries or not all(self._may_use(seat.participant_id, entry.client) for entry in entries):
            return
        for entry in entries:
            self._owners[entry.client] = seat.participant_id
            if entry.state == b"null":
                seat.carets.pop(entry.client, None)
            else:
                seat.carets[entry.client] = entry.clock
        seat.awareness = message if seat.carets else None
        self._relay(message, seat)

    def _tell_awareness(self, seat: Seat) -> None:
        for other in self._seats:
            if other is not seat and other.awareness is not None:
                seat.outlet.send(other.awareness)

    def _relay(self, message: bytes, sender: Seat | None) -> None:
        for seat in self._seats:
            if seat is not sender:
                seat.outlet.send(message)


def _owners(history: Iterable[tuple[ParticipantId, bytes]]) -> dict[int, ParticipantId]:
    """Whose the Yjs client ids of the stored updates are: the first writer's."""
    owners: dict[int, ParticipantId] = {}
    for author, data in history:
        for span in yjs.read_update(data, math.inf).inserted:
            owners.setdefault(span.client, author)
    return owners
