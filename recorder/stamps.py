"""The picture of a signature and of a seal: one small PNG image each, drawn before anything is signed.

The picture is evidence of will for a human reader; what a checker trusts is the signature behind it. Drawing name and
time into one image instead of embedding a Chinese font per signature saved 0.5 to 1.2 s each in measurements.
"""

from __future__ import annotations

import io
import math
from datetime import datetime, timedelta, timezone
from functools import cache

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from recorder.typeface import SANS, require_glyphs

_SCALE = 4
_INK, _QUIET, _RED = (20, 24, 60), (90, 90, 90), (200, 24, 24, 255)
_BEIJING = timezone(timedelta(hours=8))
_LARGEST_FILE, _LARGEST_SIDE = 2 << 20, 4096
_TYPED = "键入姓名 typed name"


class BadHandwriting(ValueError):
    """What should be a picture of handwriting is not a PNG of reasonable size, or it is blank."""


def signature_picture(size: tuple[float, float], name: str, signed_at: datetime, own_name: bytes | str) -> Image.Image:
    """Handwriting or a typed name over a line with name and Beijing time. ``size``: the box in PDF points.

    ``own_name``: as ``signing.SigningAct`` has it. Raises BadHandwriting, MissingGlyph.
    """
    require_glyphs(name)
    width, height = (round(side * _SCALE) for side in size)
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    caption = f"{name}　{signed_at.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}"
    font = _font_for(caption, width * 0.94, height * 0.13)
    baseline = height * 0.80
    draw.line([(width * 0.03, baseline), (width * 0.97, baseline)], fill=(190, 190, 190), width=_SCALE // 2)
    draw.text((width / 2, height * 0.905), caption, font=font, fill=_QUIET, anchor="mm")
    space = (round(width * 0.9), round(baseline - height * 0.08))
    if isinstance(own_name, str):
        require_glyphs(own_name)
        font = _font_for(own_name, space[0], space[1] * 0.5)
        draw.text((width / 2, baseline * 0.42), own_name, font=font, fill=_INK, anchor="mm")
        # Nobody shall take a face for somebody's hand.
        font = _font_for(_TYPED, space[0], height * 0.11)
        draw.text((width / 2, baseline * 0.84), _TYPED, font=font, fill=_QUIET, anchor="mm")
    else:
        ink = _ink(own_name)
        ink.thumbnail(space, Image.Resampling.LANCZOS)
        corner = ((width - ink.width) // 2, round((baseline - ink.height) / 2 + height * 0.02))
        picture.paste(ink, corner, ink)
    return picture


def seal_picture(side: float, organisation: str, title: str = "电子印章") -> Image.Image:
    """A round red seal: the name along the ring, a star, a title below. ``side`` in PDF points; clear background."""
    require_glyphs(organisation + title)
    edge = round(side * _SCALE)
    picture = Image.new("RGBA", (edge, edge), (200, 24, 24, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((edge * 0.02, edge * 0.02, edge * 0.98, edge * 0.98), outline=_RED, width=round(edge * 0.022))
    centre = edge / 2
    star = [
        (
            centre + edge * (0.15 if point % 2 == 0 else 0.0573) * math.sin(point * math.pi / 5),
            centre - edge * (0.15 if point % 2 == 0 else 0.0573) * math.cos(point * math.pi / 5),
        )
        for point in range(10)
    ]
    draw.polygon(star, fill=_RED)
    _along_the_ring(picture, organisation)
    draw.text((centre, edge * 0.76), title, font=_font(round(edge * 0.075)), fill=_RED, anchor="mm")
    return picture


def _along_the_ring(picture: Image.Image, words: str) -> None:
    edge = picture.width
    size = edge * min(0.105, 2.3 / max(len(words), 1))
    step = min(math.radians(27), math.radians(280) / max(len(words), 1))
    radius = edge * 0.40
    for index, mark in enumerate(words):
        angle = (index - (len(words) - 1) / 2) * step
        cell = Image.new("RGBA", (round(size * 2),) * 2, (200, 24, 24, 0))
        ImageDraw.Draw(cell).text((cell.width / 2,) * 2, mark, font=_font(round(size)), fill=_RED, anchor="mm")
        turned = cell.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        place = (
            round(edge / 2 + radius * math.sin(angle) - turned.width / 2),
            round(edge / 2 - radius * math.cos(angle) - turned.height / 2),
        )
        picture.alpha_composite(turned, place)


def _ink(png: bytes) -> Image.Image:
    """The strokes as RGBA, cropped to what is drawn; a white or clear background becomes clear."""
    if len(png) > _LARGEST_FILE:
        raise BadHandwriting("the picture of the handwriting is larger than 2 MiB")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
            if max(opened.size) > _LARGEST_SIDE:
                raise BadHandwriting(f"the picture of the handwriting is wider or higher than {_LARGEST_SIDE} pixels")
            picture = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadHandwriting(f"the handwriting is not a readable PNG picture: {error}") from error
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    strokes = white.convert("L").point(lambda level: 255 - level)
    bounds = strokes.point(lambda level: 255 if level > 24 else 0).getbbox()
    if bounds is None:
        raise BadHandwriting("the picture of the handwriting is blank")
    solid = Image.new("RGBA", picture.size, (*_INK, 0))
    solid.putalpha(strokes)
    return solid.crop(bounds)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(SANS, max(size, 8))


def _font_for(words: str, width: float, height: float) -> ImageFont.FreeTypeFont:
    """The largest font in which ``words`` fit into the given pixels."""
    size = round(height)
    while size > 8 and _font(size).getlength(words) > width:
        size -= 2
    return _font(size)
