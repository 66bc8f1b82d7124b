"""Turns one file that somebody sent into plain pictures of its pages: ``python -m recorder.pagemaker``.

A program of its own, because it opens what strangers made: it takes limits upon itself before it opens anything, knows
no setting and no key, and leaves pictures and one ``result.json`` in a folder. ``recorder.pages`` starts it and
believes nothing but what it can check.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

RESULT: Final = "result.json"
QUALITY: Final = 82
PDF_DPI: Final = 150
LONGEST_EDGE: Final = 2000
"""Pixels of a page's longer edge: an A4 page at 170 dpi, which a phone can enlarge and still read."""
TALL: Final = 2.5
"""A picture taller than so many times its width is a long screenshot: it becomes several pages."""
SLICE: Final = 1.6
SLICE_WIDTH: Final = 1200
OVERLAP: Final = 48
LARGEST_PAGE: Final = 16 * 1024 * 1024
PR_SET_PDEATHSIG: Final = 1
HEADS: Final = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}


class Refused(Exception):
    """The file is not shown; the message is the reason, one of ``recorder.pages.Reason``."""


def kind_of(head: bytes) -> str:
    """What a file is by its first bytes, whatever its name says.

    Raises:
        Refused: ``kind`` or ``empty``.
    """
    if not head:
        raise Refused("empty")
    for kind, magic in HEADS.items():
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    raise Refused("kind")


def confine(memory: int, seconds: int) -> None:
    """Limits of this process: ``memory`` in bytes, ``seconds`` of processor time. It dies with its parent."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_PAGE, LARGEST_PAGE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def make(source: Path, folder: Path, most_pages: int, most_pixels: int) -> dict[str, Any]:
    """Write ``page-001.jpg`` … into the folder. Returns what goes into the result.

    Raises:
        Refused: with the reason.
    """
    with source.open("rb") as file:
        kind = kind_of(file.read(16))
    pictures = _pdf(source, most_pages) if kind == "pdf" else _picture(source, kind, most_pixels)
    pages = []
    for number, picture in enumerate(pictures, start=1):
        if number > most_pages:
            raise Refused("pages")
        name = f"page-{number:03}.jpg"
        picture.save(folder / name, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
        pages.append({"file": name, "width": picture.width, "height": picture.height})
    return {"kind": kind, "pages": pages}


def _pdf(source: Path, most_pages: int) -> Iterator[Any]:
    import pypdfium2  # noqa: PLC0415 - nothing that reads files is loaded before the limits hold

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        locked = (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)
        raise Refused("encrypted" if error.err_code in locked else "damaged") from error
    if len(document) > most_pages:
        raise Refused("pages")
    if len(document) == 0:
        raise Refused("damaged")
    document.init_forms()  # what was filled into a form is part of what is shown
    for index in range(len(document)):
        try:
            yield _pdf_page(document[index])
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise Refused("damaged") from error


def _pdf_page(page: Any) -> Any:
    longer = max(page.get_size())
    if longer <= 0:
        raise Refused("damaged")
    bitmap = page.render(scale=min(PDF_DPI / 72, LONGEST_EDGE / longer), may_draw_forms=True)
    try:
        return bitmap.to_pil().convert("RGB")
    finally:
        bitmap.close()
        page.close()


def _picture(source: Path, kind: str, most_pixels: int) -> Iterator[Any]:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - as above

    Image.MAX_IMAGE_PIXELS = most_pixels
    try:
        picture = Image.open(source, formats=[kind.upper()])
        width, height = picture.size
        if width * height > most_pixels:
            raise Refused("pixels")
        if kind != "jpeg" and getattr(picture, "n_frames", 1) > 1:
            raise Refused("kind")  # a moving picture would lose all but its first moment
        if kind == "jpeg":
            picture.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))  # decodes at an eighth to a whole of the size
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError) as error:
        raise Refused("damaged") from error
    yield from _sheets(_on_white(upright))


def _on_white(picture: Any) -> Any:
    """The picture without transparency, in RGB or grey, eight bits."""
    from PIL import Image  # noqa: PLC0415 - as above

    if picture.mode.startswith("I") or picture.mode == "F":
        deep = picture.convert("F")
        return deep.point(lambda value: value / 256).convert("L")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        sheet = Image.new("RGB", clear.size, "white")
        sheet.paste(clear, mask=clear.getchannel("A"))
        return sheet
    return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")


def _sheets(picture: Any) -> Iterator[Any]:
    """One page, or several of a long screenshot. Lines at a cut are on both pages."""
    from PIL import Image  # noqa: PLC0415 - as above

    if picture.height <= TALL * picture.width:
        picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
        yield _bare(picture)
        return
    if picture.width > SLICE_WIDTH:
        height = round(picture.height * SLICE_WIDTH / picture.width)
        picture = picture.resize((SLICE_WIDTH, height), Image.Resampling.LANCZOS)
    step = max(round(picture.width * SLICE), OVERLAP + 1)
    top = 0
    while top == 0 or top + OVERLAP < picture.height:
        yield _bare(picture.crop((0, top, picture.width, min(top + step, picture.height))))
        top += step - OVERLAP


def _bare(picture: Any) -> Any:
    """The pixels and nothing else: no place, no device, no remark."""
    picture.info.clear()
    return picture


def main(arguments: list[str]) -> int:
    """``SOURCE FOLDER PAGES PIXELS MEMORY SECONDS``. Exit status 0 when the result says what became of it."""
    source, folder = Path(arguments[0]), Path(arguments[1])
    most_pages, most_pixels, memory, seconds = (int(each) for each in arguments[2:6])
    confine(memory, seconds)
    result: dict[str, Any]
    try:
        result = make(source, folder, most_pages, most_pixels)
    except Refused as refused:
        result = {"refused": str(refused)}
    except MemoryError:
        result = {"refused": "effort"}
    (folder / RESULT).write_text(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
