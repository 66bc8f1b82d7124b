"""A voice for browsers without a microphone.

Chromium's own stand-in is a beep. On a busy machine its noise suppression now and then takes the beep for noise and
lets nothing of it through, so that a meter of loudness stays still. What follows sounds like a vowel in syllables,
and passes.
"""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

RATE, SECONDS = 16_000, 2
"""Samples a second; the sound is played again and again."""
FORMANTS = ((550, 500, 1.0), (1700, 500, 0.5))
"""Of a vowel: middle and width in hertz, strength."""
PITCH, SWING = 140, 25
SYLLABLES = 3
"""In a second."""
LOUDEST = 4_000


def write_voice(path: Path) -> Path:
    """A WAV file, one channel of 16 bits."""
    samples = list(_samples())
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


def _samples() -> Iterator[int]:
    angle = 0.0
    for index in range(RATE * SECONDS):
        turn = 2 * math.pi * index / RATE
        pitch = PITCH + SWING * math.sin(turn)
        angle += 2 * math.pi * pitch / RATE
        vowel = sum(_strength(k * pitch) * math.sin(k * angle) for k in range(1, 14))
        syllable = max(0.0, math.sin(SYLLABLES * turn))
        yield round(LOUDEST * vowel * syllable)


def _strength(hertz: float) -> float:
    return sum(strength * math.exp(-(((hertz - middle) / width) ** 2)) for middle, width, strength in FORMANTS)
