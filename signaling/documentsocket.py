"""One browser socket of a shared document: binary messages of the y-websocket protocol, until one is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from signaling.document import MAXIMUM_UPDATE_BYTES, Document, RefusedError, Seat
from signaling.errors import SignalingError
from signaling.ids import ParticipantId
from signaling.inbox import Allowance, Inbox
from signaling.messages import CloseCode
from signaling.outbox import Outbox, SocketPort

MAXIMUM_MESSAGE_BYTES = MAXIMUM_UPDATE_BYTES + 64
MESSAGE_BURST = 400
MESSAGES_PER_SECOND = 100.0
NORMAL_CLOSURE = 1000
TRY_AGAIN_LATER = 1013

log = structlog.get_logger(__name__)


class DocumentSocket:
    """Serves one socket until it closes."""

    def __init__(
        self, document: Document, participant_id: ParticipantId, socket: SocketPort, monotonic: Callable[[], float]
    ) -> None:
        self._document = document
        self._outbox = Outbox(socket, binary=True)
        self._inbox = Inbox(socket, self._outbox)
        self._allowance = Allowance(MESSAGE_BURST, MESSAGES_PER_SECOND, monotonic)
        self._seat = document.attach(participant_id, self._outbox)

    async def serve(self) -> None:
        """Messages until the end. Returns when the socket is closed."""
        writing = asyncio.create_task(self._outbox.run())
        try:
            await self._messages(self._seat)
        except RefusedError as error:
            self._outbox.close(error.code, error.reason)
        except SignalingError as error:
            self._outbox.close(TRY_AGAIN_LATER if error.retryable else CloseCode.FORBIDDEN, error.code)
        except Exception:
            log.exception("an update was not kept")
            self._outbox.close(TRY_AGAIN_LATER, "internal")
        finally:
            self._document.detach(self._seat)
            self._outbox.close(NORMAL_CLOSURE, "")
            await writing

    async def _messages(self, seat: Seat) -> None:
        while (message := await self._inbox.next()) is not None:
            if isinstance(message, str):
                raise RefusedError(CloseCode.BAD_REQUEST, "messages are binary")
            if len(message) > MAXIMUM_MESSAGE_BYTES:
                raise RefusedError(CloseCode.BAD_REQUEST, "the message is too large")
            if not self._allowance.take():
                raise RefusedError(TRY_AGAIN_LATER, "too many messages")
            await self._document.receive(seat, message)
