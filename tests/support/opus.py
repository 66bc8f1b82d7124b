"""libopus itself, which ffmpeg brings along: DTX and in-band FEC as browsers use them, which PyAV does not show."""

from __future__ import annotations

import array
import ctypes
import ctypes.util
from collections.abc import Sequence

RATE = 48_000
FRAME = 960
"""Samples of 20 ms."""
VOIP = 2048
SET_BITRATE, SET_FEC, SET_LOSS, SET_DTX = 4002, 4012, 4014, 4016
LARGEST = 1275

_library = ctypes.CDLL(ctypes.util.find_library("opus") or "libopus.so.0")
_library.opus_encoder_create.restype = _library.opus_decoder_create.restype = ctypes.c_void_p


def _checked(result: int) -> int:
    if result < 0:
        raise RuntimeError(f"libopus: error {result}")
    return result


class Encoder:
    """One channel at 24 kbit/s, as for speech."""

    def __init__(self, *, dtx: bool = False, fec: bool = False) -> None:
        error = ctypes.c_int()
        made = _library.opus_encoder_create(RATE, 1, VOIP, ctypes.byref(error))
        _checked(error.value)
        self._state = ctypes.c_void_p(made)
        for request, value in ((SET_BITRATE, 24_000), (SET_DTX, dtx), (SET_FEC, fec), (SET_LOSS, 30 if fec else 0)):
            _checked(_library.opus_encoder_ctl(self._state, request, ctypes.c_int(value)))

    def encode(self, samples: Sequence[int]) -> bytes:
        """One packet of 20 ms; with DTX one of at most two bytes need not be sent (RFC 6716 §2.1.9)."""
        given = (ctypes.c_int16 * FRAME)(*samples)
        out = ctypes.create_string_buffer(LARGEST)
        size = _checked(_library.opus_encode(self._state, given, FRAME, out, LARGEST))
        return out.raw[:size]

    def close(self) -> None:
        _library.opus_encoder_destroy(self._state)


class Decoder:
    """One channel. What is lost is given as None, and as what its successor tells of it with ``repair``."""

    def __init__(self) -> None:
        error = ctypes.c_int()
        made = _library.opus_decoder_create(RATE, 1, ctypes.byref(error))
        _checked(error.value)
        self._state = ctypes.c_void_p(made)

    def decode(self, packet: bytes | None, *, repair: bool = False) -> array.array[int]:
        """20 ms of samples."""
        out = (ctypes.c_int16 * FRAME)()
        length = 0 if packet is None else len(packet)
        count = _checked(_library.opus_decode(self._state, packet, length, out, FRAME, int(repair)))
        return array.array("h", out[:count])

    def close(self) -> None:
        _library.opus_decoder_destroy(self._state)
