"""A small case from freeze to dossier, made with real keys, signatures and tokens."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import rfc8785
from PIL import Image, ImageDraw

from recorder import eventlog
from recorder.dossier import (
    DossierContents,
    DossierFile,
    FiledAgreement,
    Gap,
    RecordedTrack,
    Withheld,
)
from recorder.pdf import AgreementText, SignatureSlot, prepare, render
from recorder.pki import Authority
from recorder.signing import SigningAct, close_with_seal, sign_field
from recorder.timestamp import LocalTimeStamper

ORGANISATION = "示例街道劳动人事争议调解中心（演示）"
NOON = datetime(2026, 9, 16, 4, 0, tzinfo=UTC)

Json = dict[str, Any]


def text(words: str, *marks: str) -> Json:
    return {"type": "text", "text": words, **({"marks": [{"type": mark} for mark in marks]} if marks else {})}


def paragraph(*parts: Json, **attrs: object) -> Json:
    return {"type": "paragraph", "content": list(parts), **({"attrs": attrs} if attrs else {})}


def heading(level: int, words: str) -> Json:
    return {"type": "heading", "attrs": {"level": level}, "content": [text(words)]}


def document(*nodes: Json) -> Json:
    return {"type": "doc", "content": list(nodes)}


def row(*cells: str, header: bool = False) -> Json:
    kind = "tableHeader" if header else "tableCell"
    return {"type": "tableRow", "content": [{"type": kind, "content": [paragraph(text(cell))]} for cell in cells]}


def agreement_content() -> Json:
    return document(
        heading(1, "调解协议书"),
        paragraph(text("甲方（劳动者）：", "bold"), text("林小满（演示）。")),
        heading(2, "协议内容"),
        {
            "type": "orderedList",
            "attrs": {"start": 1, "type": "article"},
            "content": [
                {
                    "type": "listItem",
                    "content": [paragraph(text("乙方向甲方支付人民币18,000.00元（大写：壹万捌仟元整）。"))],
                },
                {"type": "listItem", "content": [paragraph(text("双方再无其他争议。", "italic", "underline"))]},
            ],
        },
        {"type": "table", "content": [row("期次", "金额", header=True), row("1", "17,000.00")]},
    )


def agreement(content: Json | None = None, slots: Sequence[SignatureSlot] | None = None) -> AgreementText:
    content = agreement_content() if content is None else content
    people = (
        SignatureSlot("applicant", "甲方（劳动者）", "林小满（演示）"),
        SignatureSlot("respondent", "乙方委托代理人", "何平（演示）"),
        SignatureSlot("mediator", "调解员", "周和（演示调解员）"),
    )
    digest = hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    chosen = people if slots is None else slots
    return AgreementText("调解协议书", "演示〔2026〕调字第0001号", ORGANISATION, digest, content, chosen, NOON)


def handwriting() -> bytes:
    picture = Image.new("RGBA", (400, 160), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 120), (90, 30), (160, 130), (300, 30), (380, 80)], fill=(0, 0, 0, 255), width=7)
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


class Keys:
    """An authority in a folder, with its development time-stamper; ``clock`` can be set."""

    def __init__(self, folder: Path, organisation: str = ORGANISATION, now: datetime = NOON) -> None:
        self.now = now
        self.authority = Authority.load_or_create(folder, organisation, now, clock=lambda: self.now)
        self.stamper = LocalTimeStamper(self.authority)


def act(slot: SignatureSlot, evidence: bytes = b"{}", ink: bytes | None = None) -> SigningAct:
    digest = hashlib.sha256(evidence).hexdigest()
    return SigningAct(slot.field, slot.name, NOON, slot.name if ink is None else ink, "同意本调解协议", digest)


def signed_agreement(keys: Keys, paper: AgreementText, evidence: bytes = b"{}", typed: bytes = b"{}") -> bytes:
    """The mediator, whose act has the evidence ``typed``, types the name; the others draw theirs."""
    pdf = prepare(render(paper))
    for slot in paper.slots:
        drawn = slot.field != "mediator"
        one = act(slot, evidence, handwriting()) if drawn else act(slot, typed)
        pdf = sign_field(pdf, one, keys.authority, keys.stamper)
    return close_with_seal(pdf, NOON, keys.authority, keys.stamper)


@dataclass(frozen=True, slots=True)
class Recording:
    """Bytes as a recorder would leave them, with their index."""

    content: bytes
    index: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def recording(seed: int, fragments: Sequence[int]) -> Recording:
    """Random bytes in ``fragments`` of the given sizes, and the index that the recorder would write beside them."""
    random = Random(seed)
    first = json.dumps({"line": "track", "capture_id": seed, "path": "t", "file": "t.webm"}).encode()
    lines, pieces, offset, chain = [first], [], 0, hashlib.sha256(first).hexdigest()
    for number, size in enumerate(fragments):
        piece = random.randbytes(size)
        digest = hashlib.sha256(piece).hexdigest()
        chain = hashlib.sha256((chain + digest).encode()).hexdigest()
        line = {"line": "fragment", "index": number, "offset": offset, "size": size, "sha256": digest, "chain": chain}
        lines.append(json.dumps(line).encode())
        pieces.append(piece)
        offset += size
    content = b"".join(pieces)
    closed = {"line": "closed", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    lines.append(json.dumps(closed).encode())
    return Recording(content, b"".join(line + b"\n" for line in lines))


def log(*data: Json) -> list[eventlog.Entry]:
    entries: list[eventlog.Entry] = []
    for number, one in enumerate(data):
        previous = entries[-1] if entries else None
        at = NOON + timedelta(seconds=number)
        entries.append(eventlog.append(previous, at=at, kind="noted", actor="system", data=one))
    return entries


def contents(
    keys: Keys, *, fragments: Sequence[int] = (300, 200, 100), with_paper: bool = True, typed_mode: str = "typed"
) -> DossierContents:
    """A dossier's parts: one agreement with evidence and text, one recording, a gap, something withheld.

    ``typed_mode``: what the evidence of the mediator, who typed the name, says of it."""
    track = recording(1, fragments)
    files = [
        DossierFile("recordings/applicant-audio.webm", track.content, "申请人录音", "Applicant, sound"),
        DossierFile("recordings/applicant-audio.fragments.jsonl", track.index, "录音分段索引", "Fragment index"),
    ]
    agreements: list[FiledAgreement] = []
    notes: list[Json] = [{"state": "started"}, {"sha256": track.sha256, "capture_id": 1}]
    if with_paper:
        paper = agreement()
        evidence = rfc8785.dumps({"digest": paper.digest, "device": "测试"})
        typed = rfc8785.dumps({"digest": paper.digest, "mode": typed_mode})
        pdf = signed_agreement(keys, paper, evidence, typed)
        files += [
            DossierFile("agreement/agreement.pdf", pdf, "调解协议书", "Mediation agreement"),
            DossierFile("agreement/agreement.json", rfc8785.dumps(paper.content), "锁定文本", "Frozen text"),
            DossierFile("acts/applicant.json", evidence, "签署证据", "Evidence of the act"),
            DossierFile("acts/mediator.json", typed, "签署证据", "Evidence of the act"),
            DossierFile("acts/applicant.png", handwriting(), "手写签名", "Handwriting"),
        ]
        agreements.append(FiledAgreement("agreement/agreement.pdf", paper.digest, "agreement/agreement.json"))
        notes.append({"digest": paper.digest})
    return DossierContents(
        case_no="演示〔2026〕调字第0001号",
        title="拖欠工资",
        organisation=ORGANISATION,
        session_id="ss_demo",
        catalogue={"people": [{"name": "林小满（演示）", "side": "applicant"}]},
        files=files,
        entries=log(*notes),
        recordings=[
            RecordedTrack(
                "recordings/applicant-audio.webm",
                "林小满（演示）",
                "audio",
                NOON,
                NOON + timedelta(seconds=3),
                track.sha256,
                2,
                "recordings/applicant-audio.fragments.jsonl",
            )
        ],
        gaps=[Gap(NOON + timedelta(seconds=1), NOON + timedelta(seconds=2), "recorder_restarted")],
        withheld=[Withheld("caucus", 1, 600.0)],
        agreements=agreements,
    )
