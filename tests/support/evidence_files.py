"""Files as people send them, honest and hostile, made at run time."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw, ImageFont
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

RED = (200, 30, 30)
FONTS = Path(__file__).parents[2] / "recorder" / "fonts"


def picture(width: int = 400, height: int = 300, form: str = "JPEG", *, mark: str = "", **options: Any) -> bytes:
    """A white picture whose upper left quarter is red, with a word on it."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2, height // 2), fill=RED)
    draw.text((width // 2 + 10, height // 2 + 10), mark, fill="black")
    return saved(image, form, **options)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def rotated_picture() -> bytes:
    """A camera's picture held sideways (EXIF orientation 6: turn it clockwise), with a place in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "where it was taken"
    return picture(400, 300, exif=exif)


def pdf(pages: int = 2, width: float = 595, height: float = 842) -> bytes:
    """A PDF with empty pages."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(width, height)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def picture_pdf(words: list[str]) -> bytes:
    """A PDF with a picture on each page that says a word."""
    sheets = []
    for word in words:
        sheet = Image.new("RGB", (620, 877), "white")
        ImageDraw.Draw(sheet).text((60, 60), word, fill="black", font_size=64)
        sheets.append(sheet)
    return saved(sheets[0], "PDF", save_all=True, append_images=sheets[1:])


def payslips(months: list[str]) -> bytes:
    """A PDF of payslips, one on each page, as a scanner would send them."""
    font = str(next(FONTS.glob("NotoSansSC*")))
    sheets = []
    for month in months:
        sheet = Image.new("RGB", (1240, 1754), "white")
        draw = ImageDraw.Draw(sheet)
        draw.text((420, 120), f"工资表（{month}）", fill="black", font=ImageFont.truetype(font, 56))
        for row, words in enumerate(
            (("项目", "应发", "实发"), ("基本工资", "6,200.00", "0.00"), ("加班工资", "480.00", "0.00"))
        ):
            for column, word in enumerate(words):
                place = (160 + column * 330, 300 + row * 110)
                draw.text(place, word, fill="black", font=ImageFont.truetype(font, 40))
            draw.line((140, 380 + row * 110, 1100, 380 + row * 110), fill="black", width=2)
        sheets.append(sheet)
    return saved(sheets[0], "PDF", save_all=True, append_images=sheets[1:], resolution=150)


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf(1))))
    writer.encrypt(owner_pass="owner", user_pass="user")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def bomb_png(width: int = 40_000, height: int = 40_000) -> bytes:
    """A few kilobytes that say they are 1.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * (width + 1) * 16)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def bomb_pdf(side: int = 30_000) -> bytes:
    """A PDF whose one picture unpacks to thousands of megabytes."""
    packed = zlib.compress(zlib.compress(b"\0" * (64 * 1024 * 1024), 9), 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length 27 >> stream\nq 595 0 0 842 0 0 cm /I Do Q\nendstream",
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter [/FlateDecode /FlateDecode] /Length %d >> stream\n"
        % (side, side, len(packed))
        + packed
        + b"\nendstream",
    ]
    return numbered(objects)


def endless_pdf() -> bytes:
    """A PDF of a few hundred kilobytes whose page draws a form that draws forms, ten times each, eight deep."""
    deep = 8
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /XObject << /F 5 0 R >> >> >>",
        b"<< /Length 6 >> stream\n/F Do \nendstream",
    ]
    for level in range(deep):
        last = level == deep - 1
        content = b"0 0 595 842 re f " * 20 if last else b"/F Do " * 10
        inner = b"" if last else b"/XObject << /F %d 0 R >>" % (6 + level)
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << %s >> /Length %d >> stream\n"
            % (inner, len(content))
            + content
            + b"\nendstream"
        )
    return numbered(objects)


def numbered(objects: list[bytes]) -> bytes:
    """A PDF file of these objects, the first of which is its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
