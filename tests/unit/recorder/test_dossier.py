"""Building checks its own work: what does not fit together is refused with the checker's words."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from recorder.dossier import DossierContents, DossierError, DossierFile, FiledAgreement, FiledExhibit, build
from recorder.fragments import FragmentWriter
from recorder.index import FragmentFacts, TrackLine, index_of
from recorder.pdf import prepare, render
from recorder.verify import verify
from signaling.ids import CaptureId
from tests.support.evidence_case import NOON, Keys, agreement, contents, log, recording, signed_agreement


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys") / "pki")


@pytest.fixture(scope="module")
def parts(keys: Keys) -> DossierContents:
    return contents(keys)


def refused(parts: DossierContents, keys: Keys, folder: Path) -> str:
    """Building checks its own work, so what the organisation itself gets wrong is refused with the checker's words."""
    with pytest.raises(DossierError) as caught:
        build(folder / "x.zip", parts, keys.authority, keys.stamper, NOON)
    assert list(folder.iterdir()) == []
    return str(caught.value)


def swapped(parts: DossierContents, path: str, content: bytes) -> DossierContents:
    files = [replace(file, source=content) if file.path == path else file for file in parts.files]
    assert files != list(parts.files)
    return replace(parts, files=files)


def test_a_recording_that_the_log_does_not_name_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    assert "applicant-audio.webm" in refused(
        replace(parts, entries=log({"digest": agreement().digest})), keys, tmp_path
    )


def test_an_agreement_that_the_log_does_not_name_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    track = recording(1, (300, 200, 100))
    assert "agreement.pdf" in refused(replace(parts, entries=log({"sha256": track.sha256})), keys, tmp_path)


def with_exhibit(parts: DossierContents, digest: str, *, logged: bool) -> DossierContents:
    file = DossierFile("exhibits/001-original.pdf", b"%PDF-1.7 nothing more", "证据 1", "Exhibit 1")
    exhibit = FiledExhibit(file.path, 1, digest)
    notes = [dict(entry.data) for entry in parts.entries] + ([{"sha256": digest}] if logged else [])
    return replace(parts, files=[*parts.files, file], exhibits=[exhibit], entries=log(*notes))


def test_an_exhibit_is_the_file_that_the_log_names(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    digest = sha256(b"%PDF-1.7 nothing more").hexdigest()
    assert "does not name the digest of the exhibit" in refused(
        with_exhibit(parts, digest, logged=False), keys, tmp_path
    )
    assert "does not fit its digest" in refused(with_exhibit(parts, "0" * 64, logged=True), keys, tmp_path)
    build(tmp_path / "x.zip", with_exhibit(parts, digest, logged=True), keys.authority, keys.stamper, NOON)
    assert "exhibit exhibits/001-original.pdf" in [check.name for check in verify(tmp_path / "x.zip").checks]


def test_a_changed_fragment_is_named(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    track = recording(1, (300, 200, 100))
    changed = bytearray(track.content)
    changed[350] ^= 1
    said = refused(swapped(parts, "recordings/applicant-audio.webm", bytes(changed)), keys, tmp_path)
    assert "Fragment 1 of recordings/applicant-audio.webm" in said


@pytest.mark.parametrize("drop", [0, 1, 2])
def test_an_index_with_a_line_taken_out_is_refused(
    keys: Keys, parts: DossierContents, tmp_path: Path, drop: int
) -> None:
    lines = recording(1, (300, 200, 100)).index.splitlines(keepends=True)
    index = b"".join(lines[:drop] + lines[drop + 1 :])
    assert "fragments.jsonl" in refused(
        swapped(parts, "recordings/applicant-audio.fragments.jsonl", index), keys, tmp_path
    )


@pytest.mark.parametrize("index", [b"", b"{}\n", b"[1]\n", b'{"line":"track"}\n{"line":"fragment"}\n', b"\xff\n"])
def test_an_index_of_nonsense_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path, index: bytes) -> None:
    broken = swapped(parts, "recordings/applicant-audio.fragments.jsonl", index)
    if index == b"":
        # Nothing sealed at all: every byte is covered by the file's own digest, and the report says so.
        build(tmp_path / "x.zip", broken, keys.authority, keys.stamper, NOON)
        assert "600 bytes at the end were never sealed" in verify(tmp_path / "x.zip").checks[-1].sentence.en
        return
    refused(broken, keys, tmp_path)


def test_an_index_without_its_last_lines_says_what_was_never_sealed(
    keys: Keys, parts: DossierContents, tmp_path: Path
) -> None:
    lines = recording(1, (300, 200, 100)).index.splitlines(keepends=True)
    torn = swapped(parts, "recordings/applicant-audio.fragments.jsonl", b"".join(lines[:3]) + lines[3][:20])
    build(tmp_path / "x.zip", torn, keys.authority, keys.stamper, NOON)
    assert "100 bytes at the end were never sealed" in verify(tmp_path / "x.zip").checks[-1].sentence.en


def test_a_text_that_is_not_the_one_signed_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    assert "agreement.json" in refused(swapped(parts, "agreement/agreement.json", b"{}"), keys, tmp_path)


def test_an_act_whose_evidence_is_gone_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    assert "evidence" in refused(swapped(parts, "acts/applicant.json", b"{}"), keys, tmp_path)


def test_another_organisations_agreement_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    stranger = Keys(tmp_path / "pki")
    (tmp_path / "out").mkdir()
    foreign = signed_agreement(stranger, agreement())
    said = refused(swapped(parts, "agreement/agreement.pdf", foreign), keys, tmp_path / "out")
    assert "agreement.pdf: applicant" in said


def test_an_agreement_with_something_appended_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    pdf = next(file.source for file in parts.files if file.path == "agreement/agreement.pdf")
    assert isinstance(pdf, bytes)
    assert "appended" in refused(swapped(parts, "agreement/agreement.pdf", pdf + b"\n% more\n"), keys, tmp_path)


def test_a_signed_pdf_that_nobody_declared_must_hold_too(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    pdf = next(file.source for file in parts.files if file.path == "agreement/agreement.pdf")
    assert isinstance(pdf, bytes)
    extra = DossierFile("papers/other.pdf", pdf + b"\n% more\n", "其他", "Other")
    assert "papers/other.pdf" in refused(replace(parts, files=[*parts.files, extra]), keys, tmp_path)


def test_a_paper_that_was_never_signed_is_filed_as_such(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    unsigned = swapped(parts, "agreement/agreement.pdf", prepare(render(agreement())))
    build(tmp_path / "x.zip", unsigned, keys.authority, keys.stamper, NOON)
    said = [check.sentence.en for check in verify(tmp_path / "x.zip").checks if check.name.startswith("paper")]
    assert "nobody signed it" in said[0]


def test_a_digest_that_is_not_the_papers_is_refused(keys: Keys, parts: DossierContents, tmp_path: Path) -> None:
    wrong = [FiledAgreement("agreement/agreement.pdf", "a" * 64)]
    assert "text digest" in refused(replace(parts, agreements=wrong), keys, tmp_path)


@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "catalogue.json", "log/events.jsonl", "recordings/applicant-audio.webm"]
)
def test_files_cannot_go_where_they_do_not_belong(
    keys: Keys, parts: DossierContents, tmp_path: Path, path: str
) -> None:
    extra = DossierFile(path, b"", "", "")
    refused(replace(parts, files=[*parts.files, extra]), keys, tmp_path)


def test_the_index_that_the_recorder_really_writes_is_understood(
    keys: Keys, parts: DossierContents, tmp_path: Path
) -> None:
    line = TrackLine(
        capture_id=CaptureId(7),
        path="a",
        file="a.webm",
        kind="audio",
        mime_type="audio/opus",
        clock_rate=48000,
        channels=2,
        opened_at=0.0,
    )
    facts = FragmentFacts(
        media_from=0.0,
        media_to=1.0,
        started_at=None,
        wall_from=None,
        wall_to=None,
        sender_clock_ahead=None,
        packets=1,
        lost_packets=0,
        broken_frames=0,
    )
    writer = FragmentWriter(tmp_path / "a.webm", line)
    for piece in (b"one", b"two", b"three"):
        writer.seal(piece, facts)
    writer.close("stopped", 1.0, 1.0)
    real = replace(
        swapped(
            swapped(parts, "recordings/applicant-audio.webm", (tmp_path / "a.webm").read_bytes()),
            "recordings/applicant-audio.fragments.jsonl",
            index_of(tmp_path / "a.webm").read_bytes(),
        ),
        recordings=[replace(parts.recordings[0], sha256=writer.sha256)],
        entries=log({"sha256": writer.sha256}, {"digest": agreement().digest}),
    )
    build(tmp_path / "x.zip", real, keys.authority, keys.stamper, NOON)
    assert "3 fragments fit" in verify(tmp_path / "x.zip").checks[-1].sentence.en
