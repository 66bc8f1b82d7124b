"""Who speaks: audio levels (RFC 6464) made into a list that does not flicker."""

from __future__ import annotations

from typing import Final

from signaling.ids import ParticipantId

BEGINS_AT: Final = 127 - 40
"""dB over silence at which somebody begins to count as a speaker (-40 dBov)."""
ENDS_AT: Final = 127 - 50
"""dB over silence under which somebody begins to be quiet (-50 dBov)."""
PATIENCE: Final = 1.0
"""Seconds of quiet after which a speaker leaves the list: longer than a breath between two sentences."""
ADVANTAGE: Final = 6.0
"""dB by which somebody must be louder to pass the one before them in the list."""
DECAY: Final = 0.5
"""What is left of the distance to a quieter level after one observation; a louder one counts at once."""


class _Voice:
    __slots__ = ("heard_at", "loudness", "speaking")

    def __init__(self) -> None:
        self.loudness = 0.0
        self.heard_at = float("-inf")
        self.speaking = False


class SpeakerDetector:
    """The speakers of one room, the loudest first."""

    def __init__(self) -> None:
        self._voices: dict[ParticipantId, _Voice] = {}
        self._order: list[ParticipantId] = []

    @property
    def speaking(self) -> bool:
        """Whether anybody counts as a speaker."""
        return bool(self._order)

    def observe(self, levels: dict[ParticipantId, float | None], now: float) -> list[ParticipantId] | None:
        """Take the loudness (dB over silence; None: nothing was heard) of everybody with a microphone.

        Returns the new list when it differs from the one before.
        """
        for gone in self._voices.keys() - levels.keys():
            del self._voices[gone]
        for participant_id, loudness in levels.items():
            self._listen(self._voices.setdefault(participant_id, _Voice()), loudness or 0.0, now)
        order = self._arrange()
        if order == self._order:
            return None
        self._order = order
        return list(order)

    def _listen(self, voice: _Voice, loudness: float, now: float) -> None:
        voice.loudness = max(loudness, loudness + (voice.loudness - loudness) * DECAY)
        if loudness >= BEGINS_AT:
            voice.speaking = True
        if loudness >= ENDS_AT:
            voice.heard_at = now
        elif now - voice.heard_at >= PATIENCE:
            voice.speaking = False

    def _arrange(self) -> list[ParticipantId]:
        speaking = {name: voice.loudness for name, voice in self._voices.items() if voice.speaking}
        order = [name for name in self._order if name in speaking]
        order += sorted(speaking.keys() - set(order), key=lambda name: (-speaking[name], name))
        for index in range(len(order) - 1, 0, -1):  # one pass from the back: the loudest comes to the front
            if speaking[order[index]] > speaking[order[index - 1]] + ADVANTAGE:
                order[index - 1], order[index] = order[index], order[index - 1]
        return order
