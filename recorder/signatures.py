"""What the signatures in a PDF are worth: each one's signer, time and verdict. Standard library and pyHanko only."""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus

from recorder.sentences import Failure, Sentence
from recorder.trust import DEVELOPMENT_MARK, Trust, Untrusted, signature_stamp

EVIDENCE = "证据摘要 evidence sha256:"
"""Stands in the reason of a signature, before the digest of the act's evidence."""
TYPED = "键入姓名代替手写 name typed instead of drawn"
"""Stands in the reason of a signature whose signer typed their name; it is inside what is signed."""


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature. ``signed_at``: the time that its time-stamp proves (None when nothing does).

    ``document_stamp``: true for the time-stamp over the whole file that the seal brings; nobody's signature.
    ``evidence_digest``: of the act's evidence, hex, empty for the seal. ``typed``: the signer typed their name instead
    of drawing it. ``detail``: one sentence in both languages.
    """

    field: str
    signer_name: str
    signed_at: datetime | None
    ok: bool
    detail: Sentence
    evidence_digest: str = ""
    development_time: bool = False
    document_stamp: bool = False
    typed: bool = False


class UnreadablePdf(Failure):
    """It is not a PDF whose signatures can be found."""


def inspect(pdf: bytes, authority_root_pem: bytes) -> list[SignatureReport]:
    """Judge every signature of a file with one root for signatures and time-stamps. Raises UnreadablePdf."""
    roots = x509.load_pem_x509_certificates(authority_root_pem)
    return inspect_with(pdf, Trust(roots, roots))


def inspect_with(pdf: bytes, trust: Trust) -> list[SignatureReport]:
    """As ``inspect``. A change after a signature that it does not permit (difference analysis) makes it not ok."""
    try:
        embedded = list(PdfFileReader(io.BytesIO(pdf)).embedded_signatures)
        return [_report(one, trust, last=one is embedded[-1], size=len(pdf)) for one in embedded]
    except Exception as error:
        # The parser meets hostile bytes here and fails in many ways; each way means the same to the reader.
        raise UnreadablePdf(f"PDF 无法读取：{error}", f"The PDF cannot be read: {error}") from error


def agreement_digest(pdf: bytes) -> str | None:
    """The digest of the frozen text that the file itself names, hex; None when it names none. Raises UnreadablePdf."""
    try:
        keywords = PdfFileReader(io.BytesIO(pdf)).trailer["/Info"].get("/Keywords", "")
    except Exception as error:
        # Hostile bytes, as above.
        raise UnreadablePdf(f"PDF 无法读取：{error}", f"The PDF cannot be read: {error}") from error
    found = re.search(r"sha256:([0-9a-f]{64})", str(keywords))
    return found.group(1) if found else None


def _report(embedded: EmbeddedPdfSignature, trust: Trust, *, last: bool, size: int) -> SignatureReport:
    covers_all = int(embedded.byte_range[2]) + int(embedded.byte_range[3]) == size
    name = str(embedded.signer_cert.subject.native.get("common_name", ""))
    if embedded.sig_object_type == "/DocTimeStamp":
        report = _document_stamp(embedded, name, trust)
    else:
        report = _signature(embedded, name, trust)
    if last and report.ok and not covers_all:
        return replace(
            report,
            ok=False,
            detail=Sentence(
                "最后一个签名之后文件被添加了内容", "something was appended to the file after its last signature"
            ),
        )
    return report


def _document_stamp(embedded: EmbeddedPdfSignature, name: str, trust: Trust) -> SignatureReport:
    at = embedded.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    status = asyncio.run(async_validate_pdf_timestamp(embedded, trust.context(at, stamps=True)))
    development = DEVELOPMENT_MARK in name
    problem = None
    if not status.intact or not status.valid:
        problem = Sentence("加盖时间戳的内容被改动", "the bytes that were time-stamped have been changed")
    elif not status.trusted:
        problem = Sentence("时间戳机构不受信任", "the time-stamp comes from an authority that is not trusted")
    elif status.modification_level not in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}:
        problem = Sentence("加盖时间戳之后文件被改动", "the file was changed after its time-stamp")
    detail = problem or Sentence("文件时间戳完整、受信任", "the document time-stamp is intact and trusted")
    return SignatureReport(embedded.field_name, name, at, problem is None, detail, "", development, document_stamp=True)


def _signature(embedded: EmbeddedPdfSignature, name: str, trust: Trust) -> SignatureReport:
    reason = str(embedded.sig_object.get("/Reason", ""))
    found = re.search(re.escape(EVIDENCE) + r"([0-9a-f]{64})", reason)
    evidence, typed = found.group(1) if found else "", TYPED in reason
    try:
        stamp = signature_stamp(embedded.signer_info, trust)
    except Untrusted as error:
        return SignatureReport(embedded.field_name, name, None, False, error.sentence, evidence, typed=typed)
    status = asyncio.run(
        async_validate_pdf_signature(embedded, trust.context(stamp.at), trust.context(stamp.at, stamps=True))
    )
    problem = _problem(status)
    detail = problem or Sentence(
        f"{name}签署，完整、受信任，签署后未改动", f"signed by {name}: intact, trusted, unchanged since"
    )
    return SignatureReport(
        embedded.field_name, name, stamp.at, problem is None, detail, evidence, stamp.development, typed=typed
    )


def _problem(status: PdfSignatureStatus) -> Sentence | None:
    if not status.intact:
        return Sentence("签署的内容被改动", "the bytes that were signed have been changed")
    if not status.valid:
        return Sentence("签名与证书不符", "the signature does not fit the certificate's key")
    if not status.trusted:
        return Sentence("签名证书不属于受信任的根证书", "the signer's certificate does not lead to the trusted root")
    if not status.docmdp_ok or not status.bottom_line:
        return Sentence(
            "签署之后文件被以不允许的方式改动",
            "the file was changed after this signature in a way that it does not permit",
        )
    return None
