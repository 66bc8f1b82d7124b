"""An agreement on paper: the frozen text as PDF/A-2a and PDF/UA-1, the same bytes each time, with boxes to sign in.

What people wrote reaches the template as JSON data and never as source, so no text can become code.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields

from recorder.layout import SEAL_FIELD as SEAL
from recorder.prosemirror import UnknownContent, all_text, page_nodes
from recorder.typeface import FOLDER, MissingGlyph, require_glyphs

__all__ = [
    "SEAL",
    "AgreementText",
    "Box",
    "MissingGlyph",
    "PdfError",
    "Rendered",
    "SignatureSlot",
    "UnknownContent",
    "prepare",
    "render",
    "short_code",
]

_TEMPLATE = Path(__file__).with_name("agreement.typ")
_A4_HEIGHT = 297 / 25.4 * 72
_BEIJING = timezone(timedelta(hours=8), "北京时间")


class PdfError(Exception):
    """The page could not be made."""


@dataclass(frozen=True, slots=True)
class SignatureSlot:
    """A place for one signature. ``field``: its name in the file. ``label``: in what capacity. ``name``: who."""

    field: str
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class AgreementText:
    """A frozen agreement. ``content``: ProseMirror document JSON; ``digest``: its SHA-256 (RFC 8785 form), hex."""

    title: str
    number: str
    organisation: str
    digest: str
    content: Mapping[str, Any]
    slots: Sequence[SignatureSlot]
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class Box:
    """Where a signature goes: page from 0, corners in PDF points from the lower left."""

    field: str
    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Rendered:
    """The page without fields, and where the fields will be, the seal last."""

    pdf: bytes
    boxes: Sequence[Box]


def short_code(digest: str) -> str:
    """Eight characters of the digest for reading aloud, such as ``3F2A 90BC``."""
    return f"{digest[:4]} {digest[4:8]}".upper()


def render(text: AgreementText) -> Rendered:
    """Lay out the agreement. Equal input gives equal bytes.

    Raises UnknownContent, MissingGlyph (names the characters) or PdfError.
    """
    names = [slot.field for slot in text.slots]
    if len({*names, SEAL}) != len(names) + 1 or not all(names):
        raise PdfError("every signature needs a field name of its own, and none may be called seal")
    nodes, heading = page_nodes(text.content, text.title)
    labels = [part for slot in text.slots for part in (slot.label, slot.name)]
    require_glyphs("".join([*all_text(text.content), text.title, text.number, text.organisation, *labels]))
    moment = text.frozen_at.astimezone(UTC)
    data = {
        "title": text.title,
        "number": text.number,
        "organisation": text.organisation,
        "digest": text.digest,
        "short": short_code(text.digest),
        "date": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "frozen": f"{text.frozen_at.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}（北京时间）",
        "heading": heading,
        "content": nodes,
        "slots": [{"field": slot.field, "label": slot.label, "name": slot.name} for slot in text.slots],
    }
    inputs = {"agreement": json.dumps(data, ensure_ascii=False)}
    try:
        pdf = typst.compile(
            str(_TEMPLATE),
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=moment.replace(microsecond=0),
            sys_inputs=inputs,
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )
        places = typst.query(
            str(_TEMPLATE), "<slot>", field="value", sys_inputs=inputs, font_paths=_fonts(), ignore_system_fonts=True
        )
    except typst.TypstError as error:
        raise PdfError(f"the page could not be laid out: {error.message}") from error
    return Rendered(bytes(pdf), _boxes(json.loads(places)))


def prepare(rendered: Rendered) -> bytes:
    """The file with its empty signature fields; each locks itself once signed, the seal locks everything.

    FieldMDP per field (ISO 32000-2 §12.8.2.4); the first signature certifies the file (see ``recorder.signing``).
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(rendered.pdf))
    for box in rendered.boxes:
        if box.field == SEAL:
            lock = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
            permission = fields.MDPPerm.NO_CHANGES
        else:
            lock = fields.FieldMDPSpec(fields.FieldMDPAction.INCLUDE, fields=[box.field])
            permission = None
        corners = (round(box.left), round(box.bottom), round(box.right), round(box.top))
        spec = fields.SigFieldSpec(
            box.field, on_page=box.page, box=corners, field_mdp_spec=lock, doc_mdp_update_value=permission
        )
        fields.append_signature_field(writer, spec)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])


def _boxes(places: Sequence[Mapping[str, Any]]) -> list[Box]:
    """Typst counts pages from 1 and down from the top; PDF counts from 0 and up from the bottom."""
    boxes: list[Box] = []
    for place in places:
        top, left = _A4_HEIGHT - place["y"], place["x"]
        box = Box(place["field"], place["page"] - 1, left, top - place["height"], left + place["width"], top)
        boxes.append(box)
    return boxes
