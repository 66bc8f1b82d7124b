"""Typed messages between the processes of one machine: 4-byte big-endian length, then MessagePack.

Used on the control sockets of the media worker and of the recorder (local stream sockets).
"""

from __future__ import annotations

import asyncio
import struct
from typing import Generic, TypeVar

import msgspec

LENGTH = struct.Struct("!I")
MAXIMUM_BYTES = 4 * 1024 * 1024

T = TypeVar("T")


class FramingError(Exception):
    """The other process sent something that is not a message of this protocol."""


class UndecodableError(FramingError):
    """One frame does not decode; the stream goes on behind it. ``body`` is what was in the frame."""

    def __init__(self, reason: str, body: bytes) -> None:
        super().__init__(f"a message does not decode: {reason}")
        self.body = body


class Framing(Generic[T]):
    """Encodes and decodes messages of one tagged union."""

    def __init__(self, union: type[T]) -> None:
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(union)
        self._encoder = msgspec.msgpack.Encoder()

    def pack(self, message: msgspec.Struct) -> bytes:
        """One frame: length and body.

        Raises:
            FramingError: it is too long or too deep, or holds a number or text that MessagePack cannot say.
        """
        try:
            body = self._encoder.encode(message)
        except (OverflowError, RecursionError, ValueError) as error:
            raise FramingError(f"a message cannot be encoded: {error}") from error
        if len(body) > MAXIMUM_BYTES:
            raise FramingError(f"a message of {len(body)} bytes is over the limit of {MAXIMUM_BYTES}")
        return LENGTH.pack(len(body)) + body

    async def read(self, reader: asyncio.StreamReader) -> T | None:
        """The next message, or None at a clean end of the stream.

        Raises:
            UndecodableError: the body does not decode; the next message can still be read.
            FramingError: the length is over the limit, or the stream ends inside a message.
        """
        try:
            head = await reader.readexactly(LENGTH.size)
        except asyncio.IncompleteReadError as error:
            if not error.partial:
                return None
            raise FramingError("the stream ended inside a length") from error
        (length,) = LENGTH.unpack(head)
        if length > MAXIMUM_BYTES:
            raise FramingError(f"a message of {length} bytes is over the limit of {MAXIMUM_BYTES}")
        try:
            body = await reader.readexactly(length)
            return self._decoder.decode(body)
        except asyncio.IncompleteReadError as error:
            raise FramingError("the stream ended inside a message") from error
        except (ValueError, RecursionError) as error:  # ValueError: msgspec's own, and text that is no UTF-8
            raise UndecodableError(str(error), body) from error
