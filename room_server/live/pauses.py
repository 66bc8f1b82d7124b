"""Why nothing is recorded in a room although a recording is on: a private talk, a host's word, or both at once."""

from __future__ import annotations

from typing import Final, Literal

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import RoomId

Cause = Literal["caucus", "host"]
CAUCUS: Final = "caucus"
"""The reason that every screen shows while a private talk runs, whatever else holds the recording."""


class Pauses:
    """The pauses of this node's rooms."""

    def __init__(self) -> None:
        self._reasons: dict[RoomId, dict[Cause, str]] = {}

    def begin(self, room_id: RoomId, cause: Cause, reason: str) -> None:
        """Nothing is recorded for this cause from now on."""
        self._reasons.setdefault(room_id, {})[cause] = reason

    def end(self, room_id: RoomId, cause: Cause) -> None:
        """This cause holds no longer; nothing happens when it did not hold."""
        reasons = self._reasons.get(room_id, {})
        reasons.pop(cause, None)
        if not reasons:
            self._reasons.pop(room_id, None)

    def why(self, room_id: RoomId) -> str | None:
        """The reason to show; None: recording is allowed."""
        reasons = self._reasons.get(room_id, {})
        return reasons.get("caucus", reasons.get("host"))

    def begin_by_host(self, room_id: RoomId, reason: str) -> None:
        """A host says so.

        Raises:
            SignalingError: CONFLICT, it is paused already, for ``detail.reason``.
        """
        if (why := self.why(room_id)) is not None:
            raise SignalingError(ErrorCode.CONFLICT, "the recording is paused already", reason=why)
        self.begin(room_id, "host", reason)

    def end_by_host(self, room_id: RoomId) -> str:
        """A host takes it back; the reason that held until now.

        Raises:
            SignalingError: WRONG_STATE, no host paused it; RECORDING_UNAVAILABLE, a private talk runs.
        """
        word = self._reasons.get(room_id, {}).get("host")
        if word is None:
            raise SignalingError(ErrorCode.WRONG_STATE, "no host paused the recording")
        if self.why(room_id) == CAUCUS:
            raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "nothing is recorded now", reason=CAUCUS)
        self.end(room_id, "host")
        return word
