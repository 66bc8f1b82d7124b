"""The events that one person was sent, numbered, the latest of them kept for a socket that comes back."""

from __future__ import annotations

from collections import deque

import msgspec

from signaling.messages import EVENT_TYPES, VERSION, Envelope, Event

MAXIMUM_EVENTS = 256
MAXIMUM_BYTES = 512 * 1024

ENCODER = msgspec.json.Encoder()


def encode_event(event: Event, seq: int) -> bytes:
    """The frame of an event."""
    data = msgspec.Raw(ENCODER.encode(event))
    return ENCODER.encode(Envelope(v=VERSION, type=EVENT_TYPES[type(event)], seq=seq, data=data))


class EventLog:
    """Numbers events from 1 and forgets the oldest beyond ``MAXIMUM_EVENTS`` or ``MAXIMUM_BYTES``."""

    def __init__(self) -> None:
        self.seq = 0
        self._frames: deque[bytes] = deque()
        self._size = 0

    def append(self, event: Event) -> bytes:
        """Number an event and keep it. Returns its frame."""
        self.seq += 1
        frame = encode_event(event, self.seq)
        self._frames.append(frame)
        self._size += len(frame)
        while len(self._frames) > MAXIMUM_EVENTS or self._size > MAXIMUM_BYTES:
            self._size -= len(self._frames.popleft())
        return frame

    def since(self, seq: int) -> list[bytes] | None:
        """The frames after ``seq``, or None when some of them are gone or ``seq`` was never reached."""
        missed = self.seq - seq
        if missed < 0 or missed > len(self._frames):
            return None
        return list(self._frames)[len(self._frames) - missed :]
