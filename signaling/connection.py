"""One browser socket of a room: hello, then commands one after the other, each with exactly one answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
import structlog

from signaling.commands import carry_out
from signaling.door import Joined
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import RoomId
from signaling.inbox import Allowance, Inbox
from signaling.messages import (
    COMMANDS,
    MAXIMUM_MESSAGE_BYTES,
    VERSION,
    CloseCode,
    Command,
    Envelope,
    Failure,
    Hello,
)
from signaling.outbox import Outbox, SocketPort
from signaling.participant import Participant
from signaling.room import Room

HELLO_SECONDS = 10.0
MAXIMUM_ID = 2**53 - 1
MAXIMUM_STRIKES = 10
COMMAND_BURST = 120
COMMANDS_PER_SECOND = 30.0
REFUSAL_BURST = 100
REFUSALS_PER_SECOND = 1.0
"""Commands too many that are refused one by one. Whoever goes on all the same loses the socket: a flood would cost the
others their turn."""
NORMAL_CLOSURE = 1000  # RFC 6455 7.4.1: the person left on purpose
TRY_AGAIN_LATER = 1013

log = structlog.get_logger(__name__)

ENCODER = msgspec.json.Encoder()
ENVELOPES = msgspec.json.Decoder(Envelope)
DATA = {name: msgspec.json.Decoder(command) for name, command in COMMANDS.items()}

CLOSE_CODES = {
    ErrorCode.BAD_REQUEST: CloseCode.BAD_REQUEST,
    ErrorCode.UNSUPPORTED_VERSION: CloseCode.BAD_REQUEST,
    ErrorCode.UNAUTHENTICATED: CloseCode.UNAUTHENTICATED,
    ErrorCode.SESSION_EXPIRED: CloseCode.UNAUTHENTICATED,
    ErrorCode.NOT_FOUND: CloseCode.NOT_FOUND,
    ErrorCode.WRONG_STATE: CloseCode.ROOM_CLOSED,
    ErrorCode.OVERLOADED: TRY_AGAIN_LATER,
    ErrorCode.RATE_LIMITED: TRY_AGAIN_LATER,
    ErrorCode.INTERNAL: TRY_AGAIN_LATER,
    ErrorCode.RECORDING_UNAVAILABLE: TRY_AGAIN_LATER,
}
"""How a socket closes whose hello was refused; every other code closes it with 4403."""

PRESUMPTUOUS = frozenset({ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND, ErrorCode.LOBBY_DENIED, ErrorCode.ROOM_LOCKED})
"""Refusals that are logged: honest clients meet them in a race at most."""

Enter = Callable[[Hello, Outbox], Awaitable[tuple[Room, Joined]]]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A command with the number that its answer carries."""

    number: int
    name: str
    command: Command


class UnreadableError(SignalingError):
    """A frame that is no command. ``number``: the one to answer, when it can be told."""

    def __init__(self, code: ErrorCode, message: str, number: int | None = None) -> None:
        super().__init__(code, message)
        self.number = number


def to_error(error: Exception) -> SignalingError:
    """The one place where exceptions become codes. What is not a refusal is logged, and its text stays here."""
    if isinstance(error, SignalingError):
        return error
    log.error("a command failed", exc_info=error)
    return SignalingError(ErrorCode.INTERNAL, "something went wrong at the server")


class Connection:
    """Serves one socket until it closes."""

    def __init__(
        self,
        socket: SocketPort,
        enter: Enter,
        *,
        room_id: RoomId,
        hello_seconds: float = HELLO_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._socket = socket
        self._enter = enter
        self._room_id = room_id
        self._hello_seconds = hello_seconds
        self._outbox = Outbox(socket, binary=False)
        self._inbox = Inbox(socket, self._outbox)
        self._allowance = Allowance(COMMAND_BURST, COMMANDS_PER_SECOND, monotonic)
        self._patience = Allowance(REFUSAL_BURST, REFUSALS_PER_SECOND, monotonic)
        self._last_number = 0
        self._strikes = 0

    async def serve(self) -> None:
        """Hello, commands, goodbye. Returns when the socket is closed."""
        writing = asyncio.create_task(self._outbox.run())
        try:
            entered = await self._hello()
            if entered is not None:
                await self._serve_in(*entered)
        finally:
            self._outbox.close(NORMAL_CLOSURE, "")
            await writing

    async def _serve_in(self, room: Room, person: Participant) -> None:
        try:
            await self._commands(room, person)
        finally:
            if self._outbox.cut:  # what was sent met a closed socket: whoever closed it may have left on purpose
                await self._inbox.rest()
            on_purpose = self._socket.close_code == NORMAL_CLOSURE and (self._outbox.cut or not self._outbox.ending)
            await room.disconnected(person, self._outbox, for_good=on_purpose)

    # ---- hello -----------------------------------------------------------------------------------------------------

    async def _hello(self) -> tuple[Room, Participant] | None:
        number = None
        try:
            async with asyncio.timeout(self._hello_seconds):
                frame = await self._inbox.next()
            if frame is None:
                return None
            read = self._read(frame)
            number = read.number
            room, joined = await self._enter(_require_hello(read), self._outbox)
        except TimeoutError:
            self._refuse(number, SignalingError(ErrorCode.UNAUTHENTICATED, "no hello came in time"))
        except UnreadableError as error:
            self._refuse(error.number, error)
        except Exception as error:
            self._refuse(number, to_error(error))
        else:
            # Nothing is awaited between joining and these lines: no event can come before the welcome.
            self._answer(read.number, joined.welcome)
            for missed in joined.missed:
                self._outbox.send(missed)
            room.refresh()
            return room, joined.participant
        return None

    def _refuse(self, number: int | None, error: SignalingError) -> None:
        # Whose token it was is not known: a refused one proves nothing. The address is anybody's to write.
        log.warning("a hello was refused", room=self._room_id[:64], code=error.code.value, reason=error.message)
        self._fail(number, error)
        self._outbox.close(CLOSE_CODES.get(error.code, CloseCode.FORBIDDEN), error.code)

    # ---- commands --------------------------------------------------------------------------------------------------

    async def _commands(self, room: Room, person: Participant) -> None:
        while (frame := await self._inbox.next()) is not None:
            number = None
            try:
                read = self._read(frame)
                number = read.number
                if not self._allowance.take():
                    raise self._too_many()
                answer = await self._carry_out(room, person, read)
            except UnreadableError as error:
                self._fail(error.number, error)
                self._strike()
            except Exception as error:
                self._fail(number, to_error(error))
            else:
                self._answer(number, answer)

    @staticmethod
    async def _carry_out(room: Room, person: Participant, read: Numbered) -> msgspec.Struct | None:
        try:
            return await carry_out(room, person, read.command)
        except SignalingError as error:
            if error.code in PRESUMPTUOUS:
                log.warning(
                    "a command was refused",
                    room=room.room_id,
                    participant=person.participant_id,
                    command=read.name,
                    code=error.code.value,
                )
            raise

    def _too_many(self) -> SignalingError:
        if not self._patience.take():
            self._outbox.close(TRY_AGAIN_LATER, "too many commands")
        return SignalingError(ErrorCode.RATE_LIMITED, "too many commands")

    def _strike(self) -> None:
        self._strikes += 1
        if self._strikes >= MAXIMUM_STRIKES:
            self._outbox.close(CloseCode.BAD_REQUEST, "too many messages that are no commands")

    def _read(self, frame: str | bytes) -> Numbered:
        if isinstance(frame, bytes):
            raise UnreadableError(ErrorCode.BAD_REQUEST, "commands are text messages")
        if len(frame) > MAXIMUM_MESSAGE_BYTES or len(frame.encode("utf-8", "replace")) > MAXIMUM_MESSAGE_BYTES:
            raise UnreadableError(ErrorCode.BAD_REQUEST, f"a message has at most {MAXIMUM_MESSAGE_BYTES} bytes")
        try:
            envelope = ENVELOPES.decode(frame)
        except (ValueError, RecursionError) as error:
            raise UnreadableError(ErrorCode.BAD_REQUEST, "this is no envelope") from error
        number = self._number(envelope)
        if envelope.v != VERSION:
            raise UnreadableError(ErrorCode.UNSUPPORTED_VERSION, f"this server speaks version {VERSION}", number)
        decoder = DATA.get(envelope.type)
        if decoder is None:
            raise UnreadableError(ErrorCode.BAD_REQUEST, "there is no such command", number)
        try:
            command = decoder.decode(envelope.data)
        except (ValueError, RecursionError) as error:
            raise UnreadableError(ErrorCode.BAD_REQUEST, f"the data is wrong: {error}", number) from error
        return Numbered(number, envelope.type, command)

    def _number(self, envelope: Envelope) -> int:
        if envelope.id is None or not self._last_number < envelope.id <= MAXIMUM_ID:
            # Answered without the number: a command never gets a second answer.
            raise UnreadableError(ErrorCode.BAD_REQUEST, "ids increase from command to command")
        self._last_number = envelope.id
        return envelope.id

    # ---- answers ---------------------------------------------------------------------------------------------------

    def _answer(self, number: int | None, answer: msgspec.Struct | None) -> None:
        data = msgspec.Raw(b"{}") if answer is None else msgspec.Raw(ENCODER.encode(answer))
        self._outbox.send(_frame("ok", number, data))

    def _fail(self, number: int | None, error: SignalingError) -> None:
        failure = Failure(error.code, error.message, error.retryable, error.detail)
        self._outbox.send(_frame("error", number, msgspec.Raw(ENCODER.encode(failure))))


def _frame(kind: str, number: int | None, data: msgspec.Raw) -> bytes:
    return ENCODER.encode(Envelope(v=VERSION, type=kind, id=number, data=data))


def _require_hello(read: Numbered) -> Hello:
    if not isinstance(read.command, Hello):
        raise UnreadableError(ErrorCode.UNAUTHENTICATED, "say hello first", read.number)
    return read.command
