"""Captions: what is said, written while it is said, for whoever cannot hear it or cannot speak.

Each place (the joint session, each caucus) has its own, and shows its people the last few. In the joint session whoever
comes later reads them too; in a caucus only who was in it when they were written. They end with the place, or when
nobody is left in the room. Until then the last few are kept with the conduct of the room, so that they are there again
after the process was killed; no log and no dossier has them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from signaling.clock import Clock
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaucusId, ParticipantId
from signaling.kept import KeptCaption, Place
from signaling.participant import Participant
from signaling.wording import one_line

if TYPE_CHECKING:
    from signaling.room import Room

TOPIC: Final = "captions"
SHOWN: Final = 6
"""Lines of one place that are kept."""
LONGEST: Final = 120
"""Characters: about two lines of a phone in large type, twice."""
MOST: Final = 12
WINDOW: Final = 10.0
"""Seconds in which one person writes at most ``MOST`` lines."""
STALE: Final = 3600.0
"""Seconds after which a line is not brought back by a room that opens again."""


class Captions:
    """The captions of one room."""

    def __init__(self, room: Room, clock: Clock, kept: Iterable[KeptCaption]) -> None:
        self._room = room
        self._clock = clock
        self._lines: dict[Place, deque[KeptCaption]] = {}
        for line in kept:
            if line.at > clock.now() - STALE:
                self._show(line)
        self._moments: dict[ParticipantId, deque[float]] = {}

    def shown_to(self, viewer: Participant) -> list[dict[str, Any]]:
        """The last lines of the place that somebody is in, oldest first; nothing for who waits to be let in."""
        if not viewer.admitted:
            return []
        lines = self._lines.get(self._place(viewer.participant_id), ())
        return [line.value() for line in lines if line.readers is None or viewer.participant_id in line.readers]

    def write(self, by: Participant, text: str, place: str, speaker: ParticipantId | None = None) -> None:
        """Show a line to everybody in the place of its writer.

        Raises:
            SignalingError: BAD_REQUEST, no words, too many, or characters that cannot be shown; CONFLICT, they were
            moved since they began to type; FORBIDDEN, no host and writes for somebody else; NOT_FOUND, the speaker is
            not in the same place; RATE_LIMITED.
        """
        here = self._place(by.participant_id)
        subject = by if speaker is None or speaker == by.participant_id else self._speaker(by, here, speaker)
        words = one_line(text, LONGEST, "text")
        if place != (here or ""):
            raise SignalingError(ErrorCode.CONFLICT, "you were moved: look who reads this", reason="moved")
        self._keep_pace(by.participant_id)
        writer = "" if subject is by else by.display_name
        at = round(self._clock.now(), 3)
        name, side = subject.display_name, subject.side
        caucus = self._room.caucuses.of(by.participant_id)
        readers = None if caucus is None else tuple(caucus.members)
        self._show(KeptCaption(here, subject.participant_id, name, side, writer, words, at, readers))
        self._room.refresh()

    def kept(self) -> tuple[KeptCaption, ...]:
        """The lines that are shown, place by place."""
        return tuple(line for lines in self._lines.values() for line in lines)

    def ended(self, caucus_id: CaucusId) -> None:
        """A caucus is over, and what was written in it is gone."""
        self._lines.pop(caucus_id, None)

    def forget(self) -> None:
        """Nobody is left to read them, or the room closes."""
        self._lines.clear()
        self._moments.clear()

    def _show(self, line: KeptCaption) -> None:
        self._lines.setdefault(line.place, deque(maxlen=SHOWN)).append(line)

    def _speaker(self, by: Participant, here: CaucusId | None, speaker: ParticipantId) -> Participant:
        if by.role != "host":
            raise SignalingError(ErrorCode.FORBIDDEN, "only a host writes for somebody else")
        subject = self._room.participants.get(speaker)
        if subject is None or not subject.admitted or self._place(speaker) != here:
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such person here")
        return subject

    def _keep_pace(self, writer: ParticipantId) -> None:
        now = self._clock.now()
        recent = self._moments.setdefault(writer, deque())
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        if len(recent) >= MOST:
            raise SignalingError(ErrorCode.RATE_LIMITED, "too many captions: wait a moment")
        recent.append(now)

    def _place(self, participant_id: ParticipantId) -> Place:
        return self._room.caucuses.place_of(participant_id)
