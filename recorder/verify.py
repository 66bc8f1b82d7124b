"""Check a dossier without a network and without trusting whoever made it: ``python -m recorder.verify FILE``.

Needs the standard library, cryptography and pyHanko only. Exit status 0: everything holds. 1: something does not, and
a sentence names it. 2: the file cannot be read, or the command was misused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography import x509

from recorder import bag, container
from recorder.checks.bagging import check_catalogue, check_manifests, check_order, check_seal
from recorder.checks.exhibits import check_exhibits
from recorder.checks.log import check_log
from recorder.checks.opened import Check, Opened, parse_json, rows
from recorder.checks.papers import check_papers
from recorder.checks.recordings import Track, check_recordings, read_tracks
from recorder.layout import CATALOGUE, CRL, ROOT, STAMP_ROOTS
from recorder.sentences import Failure, Sentence
from recorder.trust import Trust, fingerprint

_FEWEST_BYTES = 22


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict. ``checks`` in the order in which they were made; ``catalogue`` only when it could be trusted.

    ``root``: SHA-256 of the root certificate that was trusted, hex. ``sealed_at``: what the time-stamp proves.
    ``root_given``: whether the reader named that root. If not, the dossier vouches for itself: everything fits
    together, but a stranger could have made all of it. ``notes``: what a reader should know although it does not make
    the dossier wrong.
    """

    ok: bool
    checks: Sequence[Check]
    root: str = ""
    sealed_at: datetime | None = None
    root_given: bool = False
    notes: Sequence[Sentence] = ()
    catalogue: Mapping[str, Any] | None = None


def verify(path: Path, trusted_root: bytes | None = None, trusted_stamp_root: bytes | None = None) -> Report:
    """Check everything. ``trusted_root``: PEM to trust instead of the root inside; the same for time-stamps.

    Whatever the file holds, the answer is a report. Raises OSError when the file cannot be read, and ValueError when
    a root given is not a certificate.
    """
    roots = None if trusted_root is None else x509.load_pem_x509_certificates(trusted_root)
    stamp_roots = None if trusted_stamp_root is None else x509.load_pem_x509_certificates(trusted_stamp_root)
    with path.open("rb", buffering=0) as file:
        try:
            return _verify(file, path.stat().st_size, roots, stamp_roots)
        except OSError:
            raise
        except Exception as error:
            # The promise of this command is an answer for any bytes whatsoever; a case nobody thought of is a "no".
            said = Sentence(f"文件无法核验：{error}", f"The file cannot be checked: {type(error).__name__}: {error}")
            return Report(False, [Check("dossier", False, said)])


def _verify(
    file: BinaryIO, size: int, roots: list[x509.Certificate] | None, stamp_roots: list[x509.Certificate] | None
) -> Report:
    checks: list[Check] = []
    try:
        dossier, tracks = _open(file, size, checks)
    except Failure as failure:
        return Report(False, [*checks, Check("container", False, failure.sentence)])
    _run(checks, "manifests", lambda: check_manifests(dossier))
    if not checks[-1].ok:
        return Report(False, [*checks, *_broken(check_recordings(dossier, tracks))])
    try:
        trust = _trust(dossier, roots, stamp_roots)
    except Failure as failure:
        return Report(False, [*checks, Check("trust", False, failure.sentence)])
    root = fingerprint(trust.roots[0])
    notes = [_root_note(root, given=roots is not None)]
    if roots is not None and trust.stamp_roots is not roots and stamp_roots is None:
        notes.append(_STAMPS_INSIDE)
    stamps = []

    def sealed() -> Sentence:
        sentence, stamp = check_seal(dossier, trust)
        stamps.append(stamp)
        return sentence

    def logged() -> Sentence:
        sentence, stamp = check_log(dossier, trust)
        stamps.append(stamp)
        return sentence

    _run(checks, "seal", sealed)
    _run(checks, "catalogue", lambda: check_catalogue(dossier))
    _run(checks, "log", logged)
    papers, development = check_papers(dossier, trust)
    checks += papers
    checks += check_exhibits(dossier)
    checks += check_recordings(dossier, tracks)
    if development or any(stamp.development for stamp in stamps):
        notes.append(_DEVELOPMENT)
    ok = all(check.ok for check in checks)
    at = stamps[0].at if stamps else None
    return Report(ok, checks, root, at, roots is not None, notes, dossier.catalogue if ok else None)


def _open(file: BinaryIO, size: int, checks: list[Check]) -> tuple[Opened, dict[str, Track]]:
    """Walk the container and read every byte of it once. Raises Failure."""
    if size < _FEWEST_BYTES:
        raise Failure("文件太短，不是案卷包。", "The file is too short to be a dossier.")
    members = container.walk(file, size)
    container.check_directory(file, size, members)
    outside = [member.name for member in members if not member.name.startswith(bag.BASE)]
    if outside:
        raise Failure(f"容器中多出文件 {outside[0]!r}。", f"{outside[0]!r} does not belong in the container.")
    names = [member.name.removeprefix(bag.BASE) for member in members]
    whole = check_order(names)
    dossier = Opened(file, dict(zip(names, members, strict=True)))
    tracks = _prepare(dossier)
    for name, member in dossier.members.items():
        track = tracks.get(name)
        if track is None:
            dossier.members[name] = container.read_member(file, member)
        else:
            dossier.members[name] = container.read_member(file, member, track.sizes, track.on_piece)
    container.check_comment(file, size, list(dossier.members.values()))
    checks.append(Check("container", True, whole))
    return dossier, tracks


def _prepare(dossier: Opened) -> dict[str, Track]:
    """Catalogue and indexes, read ahead so that recordings need to be read once only.

    When they are damaged, reading goes on without them: the sums name the damage better.
    """
    try:
        catalogue = parse_json(dossier.read(CATALOGUE), CATALOGUE)
        dossier.catalogue = catalogue if isinstance(catalogue, dict) else {}
        return read_tracks(dossier)
    except Failure:
        return {}


def _trust(dossier: Opened, roots: list[x509.Certificate] | None, stamp_roots: list[x509.Certificate] | None) -> Trust:
    try:
        inside = x509.load_pem_x509_certificates(dossier.read(ROOT))
        stamps = x509.load_pem_x509_certificates(dossier.read(STAMP_ROOTS))
        lists = [x509.load_pem_x509_crl(dossier.read(CRL))]
    except ValueError as error:
        if isinstance(error, Failure):
            raise
        raise Failure("trust/ 中的证书无法读取。", f"The certificates in trust/ cannot be read: {error}") from error
    if roots is not None and fingerprint(roots[0]) not in map(fingerprint, inside):
        theirs, wanted = fingerprint(inside[0]), fingerprint(roots[0])
        raise Failure(
            f"案卷由另一根证书签发：{theirs}，您信任的是 {wanted}。",
            f"Another root issued this dossier: {theirs}; the one you trust is {wanted}.",
        )
    if stamp_roots is None and roots is not None and list(map(fingerprint, stamps)) == list(map(fingerprint, inside)):
        stamp_roots = roots
    return Trust(roots or inside, stamp_roots or stamps, lists)


def _run(checks: list[Check], name: str, check: Callable[[], Sentence]) -> None:
    try:
        checks.append(Check(name, True, check()))
    except Failure as failure:
        checks.append(Check(name, False, failure.sentence))


def _broken(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if not check.ok]


_DEVELOPMENT = Sentence(
    "时间戳是开发用时间戳，由调解组织自己的系统签发，不是第三方时间证明。",
    "The time-stamps are DEVELOPMENT time-stamps by the organisation's own system, not a third party's proof of time.",
)


_STAMPS_INSIDE = Sentence(
    "时间戳的根证书取自案卷内；要确认时间，请另行取得时间戳机构的根证书（--trust-tsa）。",
    "The root of the time-stamps is the one inside the dossier; to be certain of the times, get it elsewhere "
    "(--trust-tsa).",
)


def _root_note(root: str, *, given: bool) -> Sentence:
    if given:
        return Sentence(f"信任您给出的根证书，指纹 {root}。", f"Trusted: the root that you gave, fingerprint {root}.")
    return Sentence(
        f"信任案卷内的根证书，指纹 {root}。请与调解组织在别处公布的指纹比对。",
        f"Trusted: the root inside the dossier, fingerprint {root}. Compare it with what the organisation publishes.",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """The command; gives its exit status."""
    parser = argparse.ArgumentParser(prog="python -m recorder.verify", description="核验调解案卷包 Check a dossier.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--trust-root", type=Path, metavar="PEM", help="只信任这个根证书 trust this root only")
    parser.add_argument("--trust-tsa", type=Path, metavar="PEM", help="时间戳根证书 root of the time-stamps")
    parser.add_argument("--json", action="store_true", help="输出 JSON machine-readable report")
    parser.add_argument("--lang", choices=["zh", "en", "both"], default="both")
    options = parser.parse_args(argv)
    try:
        root = None if options.trust_root is None else options.trust_root.read_bytes()
        stamp_root = None if options.trust_tsa is None else options.trust_tsa.read_bytes()
        report = verify(options.file, root, stamp_root)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"无法读取 cannot be read: {error}\n")
        return 2
    write = _as_json if options.json else _as_text
    sys.stdout.write(write(report, options.lang))
    return 0 if report.ok else 1


def _said(sentence: Sentence, language: str) -> str:
    return {"zh": sentence.zh, "en": sentence.en}.get(language, f"{sentence.zh}\n      {sentence.en}")


def _as_text(report: Report, language: str) -> str:
    lines = [f"{'通过' if check.ok else '不符'}  {_said(check.sentence, language)}" for check in report.checks]
    lines += [f"说明  {_said(note, language)}" for note in report.notes]
    for gap in rows((report.catalogue or {}).get("gaps")):
        span = f"{gap.get('started_at')} – {gap.get('ended_at') or '…'}"
        reason = gap.get("reason")
        lines.append(f"中断  {_said(Sentence(f'{span}：{reason}', f'recording gap {span}: {reason}'), language)}")
    for one in rows((report.catalogue or {}).get("withheld")):
        kind, count, seconds = one.get("kind"), one.get("count"), one.get("duration")
        said = Sentence(f"{kind} {count} 项，{seconds} 秒", f"withheld: {kind}, {count} items, {seconds} s")
        lines.append(f"未纳入  {_said(said, language)}")
    return "\n".join([*lines, "", _said(_verdict(report), language), ""])


def _verdict(report: Report) -> Sentence:
    if not report.ok:
        return Sentence("结论：案卷不能通过核验。", "Verdict: the dossier does NOT hold.")
    if report.root_given:
        return Sentence("结论：案卷完整、未被改动。", "Verdict: the dossier is whole and unchanged.")
    return Sentence(
        "结论：案卷完整，签章之后未被改动。由谁签章，须核对根证书指纹之后才能确定（--trust-root）。",
        "Verdict: the dossier is whole and unchanged since it was sealed. Who sealed it is certain only once the "
        "fingerprint of the root has been compared (--trust-root).",
    )


def _as_json(report: Report, language: str) -> str:
    def said(sentence: Sentence) -> str | dict[str, str]:
        return {"zh": sentence.zh, "en": sentence.en} if language == "both" else _said(sentence, language)

    value = {
        "ok": report.ok,
        "root_sha256": report.root,
        "root_given": report.root_given,
        "sealed_at": None if report.sealed_at is None else report.sealed_at.isoformat(),
        "checks": [{"name": one.name, "ok": one.ok, "sentence": said(one.sentence)} for one in report.checks],
        "notes": [said(note) for note in report.notes],
        "gaps": (report.catalogue or {}).get("gaps", []),
        "withheld": (report.catalogue or {}).get("withheld", []),
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
