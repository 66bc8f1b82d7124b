"""One file that a stranger can check: agreement, recordings, log and catalogue as a signed, time-stamped BagIt bag.

``build`` checks its own work with ``recorder.verify`` before the file gets its name: a dossier that exists is valid.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from recorder import bag, container, eventlog, verify
from recorder.eventlog import Entry, timestamp_text
from recorder.layout import (
    CATALOGUE,
    CHECKPOINT,
    CHECKPOINT_STAMP,
    CRL,
    EVENTS,
    FORMAT,
    LOG_KEY,
    README,
    ROOT,
    STAMP_ROOTS,
    log_origin,
)
from recorder.pki import Authority
from recorder.readme import readme
from recorder.timestamp import TimeStamper


class DossierError(Exception):
    """No dossier was made; the message says what does not fit together."""


@dataclass(frozen=True, slots=True)
class DossierFile:
    """One file. ``path``: inside ``data/``. ``source``: its content, or where to read it."""

    path: str
    source: Path | bytes
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class RecordedTrack:
    """One recording among the files. ``fragments_index``: path in the bag of its list of sealed fragments."""

    path_in_bag: str
    participant: str
    kind: str
    started_at: datetime
    ended_at: datetime
    sha256: str
    lost_packets: int
    fragments_index: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nothing was recorded although it should have been. ``ended_at``: None when it never went on."""

    started_at: datetime
    ended_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something left out on purpose. ``duration`` in seconds, in all."""

    kind: str
    count: int
    duration: float


@dataclass(frozen=True, slots=True)
class FiledAgreement:
    """A paper to sign among the files. ``digest``: of the frozen text. ``text``: path of that text, if filed."""

    path: str
    digest: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class FiledExhibit:
    """The original of an exhibit among the files. ``number``: as it was called in the session."""

    path: str
    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DossierContents:
    """Everything that goes in. ``catalogue``: who took part and when, as JSON; it is filed as it stands."""

    case_no: str
    title: str
    organisation: str
    session_id: str
    catalogue: Mapping[str, Any]
    files: Sequence[DossierFile]
    entries: Sequence[Entry]
    recordings: Sequence[RecordedTrack] = ()
    gaps: Sequence[Gap] = ()
    withheld: Sequence[Withheld] = ()
    agreements: Sequence[FiledAgreement] = ()
    exhibits: Sequence[FiledExhibit] = ()


@dataclass(frozen=True, slots=True)
class DossierReceipt:
    """What was made: SHA-256 (hex) and size in bytes of the file, number of files inside."""

    sha256: str
    size: int
    files: int


def build(
    destination: Path, contents: DossierContents, authority: Authority, stamper: TimeStamper, now: datetime
) -> DossierReceipt:
    """Write the dossier and check it. Blocks; reads every file once to write and once to check.

    Raises DossierError when the parts do not fit together (a recording, exhibit or agreement that the log lacks, a
    signature that does not hold, a broken chain), TimeStampError, or OSError. Then ``destination`` is untouched.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".dossier-", dir=destination.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            writer = container.Writer(file)
            _write(writer, contents, authority, stamper, now)
            size = writer.finish()
            file.flush()
            os.fsync(file.fileno())
        report = verify.verify(draft)
        if not report.ok:
            raise DossierError("; ".join(check.sentence.en for check in report.checks if not check.ok))
        draft.replace(destination)
    finally:
        draft.unlink(missing_ok=True)
    with destination.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return DossierReceipt(digest, size, len(writer.members))


def _write(
    writer: container.Writer, contents: DossierContents, authority: Authority, stamper: TimeStamper, now: datetime
) -> None:
    sources = _sources(contents, authority, stamper)
    listed = sorted(sources)
    # The catalogue names every other file with its digest, so it can only be written when they have been read; its
    # place in the order is kept by reading the others' digests first.
    digests = {path: _digest(sources[path]) for path in listed}
    sources[CATALOGUE] = rfc8785.dumps(_catalogue(contents, digests, stamper, now))
    for path in sorted(sources, key=str.encode):
        writer.add(f"{bag.BASE}{bag.PAYLOAD}{path}", _chunks(sources[path]))
    _write_tags(writer, contents, authority, stamper, now)


def _sources(contents: DossierContents, authority: Authority, stamper: TimeStamper) -> dict[str, Path | bytes]:
    """Every payload file but the catalogue, by path."""
    lines = [eventlog.line(entry) for entry in contents.entries]
    note = eventlog.checkpoint(log_origin(contents.session_id), contents.entries).sign(authority.log_key).encode()
    sources: dict[str, Path | bytes] = {
        README: readme(contents.case_no, contents.organisation, stamper.development).encode(),
        EVENTS: b"".join(line + b"\n" for line in lines),
        CHECKPOINT: note,
        CHECKPOINT_STAMP: stamper.token(note),
        ROOT: authority.root_certificate,
        CRL: authority.revocation_list().public_bytes(Encoding.PEM),
        LOG_KEY: authority.log_certificate.public_bytes(Encoding.PEM),
        STAMP_ROOTS: b"".join(root.public_bytes(Encoding.PEM) for root in stamper.roots),
    }
    for file in contents.files:
        try:
            path = bag.check_path(file.path)
        except bag.BadPath as error:
            raise DossierError(str(error)) from error
        if path in sources or path == CATALOGUE:
            raise DossierError(f"{path} is there twice")
        sources[path] = file.source
    return sources


def _catalogue(
    contents: DossierContents, digests: Mapping[str, tuple[str, int]], stamper: TimeStamper, now: datetime
) -> dict[str, Any]:
    titles = {file.path: (file.title_zh, file.title_en) for file in contents.files}
    own = {
        README: ("说明", "How to check"),
        EVENTS: ("事件日志", "Event log"),
        CHECKPOINT: ("日志校验点", "Log checkpoint"),
        CHECKPOINT_STAMP: ("日志校验点时间戳", "Time-stamp of the log checkpoint"),
        ROOT: ("根证书", "Root certificate"),
        CRL: ("证书吊销列表", "Certificate revocation list"),
        LOG_KEY: ("日志密钥证书", "Certificate of the log key"),
        STAMP_ROOTS: ("时间戳根证书", "Roots of the time-stamp authority"),
    }
    named = [(path, *(titles.get(path) or own[path]), *digests[path]) for path in sorted(digests, key=str.encode)]
    return {
        "format": FORMAT,
        "case_no": contents.case_no,
        "title": contents.title,
        "organisation": contents.organisation,
        "session_id": contents.session_id,
        "made_at": timestamp_text(now),
        "development_time_stamp": stamper.development,
        "about": dict(contents.catalogue),
        "files": [
            {"no": number, "path": path, "title_zh": zh, "title_en": en, "sha256": sha256, "size": size}
            for number, (path, zh, en, sha256, size) in enumerate(named, 1)
        ],
        "recordings": [_recording(track) for track in contents.recordings],
        "gaps": [
            {
                "started_at": timestamp_text(gap.started_at),
                "ended_at": None if gap.ended_at is None else timestamp_text(gap.ended_at),
                "reason": gap.reason,
            }
            for gap in contents.gaps
        ],
        "withheld": [asdict(one) for one in contents.withheld],
        "agreements": [asdict(one) for one in contents.agreements],
        "exhibits": [asdict(one) for one in contents.exhibits],
        "log_entries": len(contents.entries),
    }


def _recording(track: RecordedTrack) -> dict[str, Any]:
    return {
        "path": track.path_in_bag,
        "fragments": track.fragments_index,
        "participant": track.participant,
        "kind": track.kind,
        "started_at": timestamp_text(track.started_at),
        "ended_at": timestamp_text(track.ended_at),
        "sha256": track.sha256,
        "lost_packets": track.lost_packets,
    }


def _write_tags(
    writer: container.Writer, contents: DossierContents, authority: Authority, stamper: TimeStamper, now: datetime
) -> None:
    payload = [member.name.removeprefix(bag.BASE) for member in writer.members]
    members = {member.name.removeprefix(bag.BASE): member for member in writer.members}

    def add(name: str, content: bytes) -> None:
        members[name] = writer.add(bag.BASE + name, [content])

    add("bagit.txt", bag.DECLARATION)
    information = bag.information(
        organisation=contents.organisation,
        case_no=contents.case_no,
        title=contents.title,
        date=timestamp_text(now)[:10],
        size=sum(member.size for member in writer.members[:-1]),
        files=len(payload),
    )
    add("bag-info.txt", information.encode())
    makers: dict[str, Callable[[], str]] = {
        "manifest-sha256.txt": lambda: bag.manifest(members, payload, "sha256"),
        "manifest-sha512.txt": lambda: bag.manifest(members, payload, "sha512"),
        bag.TAG_MANIFEST: lambda: bag.manifest(members, bag.LISTED_TAG_FILES, "sha256"),
        "tagmanifest-sha512.txt": lambda: bag.manifest(members, bag.LISTED_TAG_FILES, "sha512"),
    }
    texts = dict.fromkeys(makers, b"")
    for name, make in makers.items():
        texts[name] = make().encode()
        add(name, texts[name])
    signature = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(texts[bag.TAG_MANIFEST])
        .add_signer(authority.seal.certificate, authority.seal.key, hashes.SHA256())
        .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    )
    add(bag.SIGNATURE, signature)
    add(bag.STAMP, stamper.token(signature))


def _digest(source: Path | bytes) -> tuple[str, int]:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest(), len(source)
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), source.stat().st_size


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(container.CHUNK):
            yield chunk
