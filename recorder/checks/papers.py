"""Do the signed papers hold: every signature, the frozen text's digest, and the evidence of each act?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recorder import bag
from recorder.checks.opened import Check, Opened, parse_json, rows
from recorder.layout import SEAL_FIELD, SEAL_NAME
from recorder.sentences import Failure, Sentence
from recorder.signatures import SignatureReport, agreement_digest, inspect_with
from recorder.trust import Trust


def check_papers(dossier: Opened, trust: Trust) -> tuple[list[Check], bool]:
    """One check for each signed paper in the catalogue, and whether a development time-stamp was met."""
    checks: list[Check] = []
    development = False
    for row in rows(dossier.catalogue.get("agreements")):
        name = f"paper {row.get('path')}"
        try:
            reports = _signatures(dossier, row, trust)
            checks.append(Check(name, True, _holds(dossier, row, reports)))
            development = development or any(report.development_time for report in reports)
        except Failure as failure:
            checks.append(Check(name, False, failure.sentence))
    # An exhibit is what somebody brought: whether signatures in it hold is for those who argue about it.
    kinds = ("agreements", "exhibits")
    declared = {row.get("path") for kind in kinds for row in rows(dossier.catalogue.get(kind))}
    checks.extend(_undeclared(dossier, trust, declared))
    return checks, development


def _signatures(dossier: Opened, row: Mapping[str, Any], trust: Trust) -> list[SignatureReport]:
    path = str(row.get("path"))
    reports = inspect_with(dossier.read(path), trust)
    for report in reports:
        if not report.ok:
            raise Failure(
                f"{path}：{report.field}，{report.detail.zh}。", f"{path}: {report.field}: {report.detail.en}."
            )
    for report in reports:
        if (report.field == SEAL_FIELD) != (report.signer_name == SEAL_NAME) and not report.document_stamp:
            raise Failure(
                f"{path}：{report.field} 由{report.signer_name}签署，与签名栏不符。",
                f"{path}: {report.field} bears the signature of {report.signer_name}, who may not sign there.",
            )
    return reports


def _holds(dossier: Opened, row: Mapping[str, Any], reports: list[SignatureReport]) -> Sentence:
    path, digest = str(row.get("path")), row.get("digest")
    if agreement_digest(dossier.read(path)) != digest or not isinstance(digest, str):
        raise Failure(f"{path}：文本校验码与卷内目录不符。", f"{path}: its text digest differs from the catalogue's.")
    if digest not in dossier.log_strings:
        raise Failure(f"{path}：日志中没有该文本校验码。", f"{path}: the log does not name its text digest {digest}.")
    text = row.get("text")
    if text is not None and (not dossier.has(text) or dossier.members[bag.PAYLOAD + text].sha256 != digest):
        raise Failure(f"{text} 不是被签署的文本。", f"{text} is not the text that was signed.")
    acts = {member.sha256: name for name, member in dossier.members.items()}
    known = acts.keys() | dossier.log_strings
    for report in reports:
        if report.evidence_digest and report.evidence_digest not in known:
            raise Failure(
                f"{path}：{report.field} 的签署证据既不在卷内也不在日志中。",
                f"{path}: the evidence behind {report.field} is neither among the files nor in the log.",
            )
        if report.evidence_digest in acts:
            _mode_fits(dossier, path, report, acts[report.evidence_digest])
    return _outcome(path, digest, reports)


def _mode_fits(dossier: Opened, path: str, report: SignatureReport, act: str) -> None:
    """Whether the evidence of an act and the signature agree on how the name was put."""
    facts = parse_json(dossier.read_tag(act), act)
    mode = facts.get("mode", "drawn") if isinstance(facts, dict) else None  # older acts knew no other way
    if mode != ("typed" if report.typed else "drawn"):
        raise Failure(
            f"{path}：{report.field} 是手写还是键入，签名与签署证据不符。",
            f"{path}: {report.field}: signature and evidence differ on whether the name was drawn or typed.",
        )


def _outcome(path: str, digest: str, reports: list[SignatureReport]) -> Sentence:
    """Who signed, and whether the seal is on it: a paper that was not finished is filed as it is."""
    signers = [one for one in reports if one.field != SEAL_FIELD and not one.document_stamp]
    names = "、".join(f"{one.signer_name}（键入姓名）" if one.typed else one.signer_name for one in signers)
    names_en = "、".join(f"{one.signer_name} (typed name)" if one.typed else one.signer_name for one in signers)
    text_zh, text_en = f"文本校验码 {digest[:8]}… 与日志一致", f"the text digest {digest[:8]}… is the log's"
    if any(report.field == SEAL_FIELD for report in reports):
        return Sentence(
            f"{path}：{names}签名和调解组织印章均成立，{text_zh}。",
            f"{path}: the signatures of {names_en} and the seal hold; {text_en}.",
        )
    if not signers:
        return Sentence(f"{path}：没有任何签名，{text_zh}。", f"{path}: nobody signed it; {text_en}.")
    return Sentence(
        f"{path}：{names}签名成立，没有调解组织印章，{text_zh}。",
        f"{path}: the signatures of {names_en} hold; the organisation's seal is NOT on it; {text_en}.",
    )


def _undeclared(dossier: Opened, trust: Trust, declared: set[Any]) -> list[Check]:
    """A PDF with signatures that the catalogue does not call an agreement must hold as well."""
    checks: list[Check] = []
    for name in dossier.members:
        path = name.removeprefix(bag.PAYLOAD)
        if not name.startswith(bag.PAYLOAD) or not path.endswith(".pdf") or path in declared:
            continue
        try:
            broken = [report for report in inspect_with(dossier.read(path), trust) if not report.ok]
        except Failure as failure:
            checks.append(Check(f"paper {path}", False, failure.sentence))
            continue
        checks.extend(
            Check(
                f"paper {path}", False, Sentence(f"{path}：{one.field}，{one.detail.zh}。", f"{path}: {one.detail.en}.")
            )
            for one in broken
        )
    return checks
