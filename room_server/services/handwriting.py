"""The picture of a handwritten signature: evidence of will, so it must not be blank, huge or something else."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError
from PIL.Image import DecompressionBombError

from room_server.domain.errors import Invalid

MOST_PIXELS = 4_000_000
LEAST_INK_PIXELS = 30
DARK = 200
SEEN = 40


def require_ink(png: bytes) -> bytes:
    """The same bytes, if they are a PNG with something written on it. Takes tens of milliseconds: for a thread.

    Raises:
        Invalid: ``handwriting_empty``.
    """
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid("handwriting_empty")
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Invalid("handwriting_empty") from error
    dark = drawn.convert("L").point(lambda value: 255 if value < DARK else 0)
    seen = drawn.getchannel("A").point(lambda value: 255 if value > SEEN else 0)
    ink = Image.new("L", drawn.size, 0)
    ink.paste(dark, mask=seen)
    if ink.histogram()[255] < LEAST_INK_PIXELS:
        raise Invalid("handwriting_empty")
    return png
