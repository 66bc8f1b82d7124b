import hashlib
import io
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto.cms import ContentInfo
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from recorder.pdf import SignatureSlot, prepare, render
from recorder.signing import BadHandwriting, SigningError, UnreadablePdf, close_with_seal, inspect, sign_field
from recorder.typeface import MissingGlyph
from tests.support.evidence_case import NOON, Keys, act, agreement, handwriting, signed_agreement

LIN = SignatureSlot("applicant", "甲方（劳动者）", "林小满（演示）")
HE = SignatureSlot("respondent", "乙方委托代理人", "何平（演示）")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys") / "pki")


@pytest.fixture(scope="module")
def signed(keys: Keys) -> bytes:
    return signed_agreement(keys, agreement())


def verdicts(pdf: bytes, keys: Keys) -> list[bool]:
    return [report.ok for report in inspect(pdf, keys.authority.root_certificate)]


def test_every_signature_holds_and_says_who_when_and_on_what_evidence(signed: bytes, keys: Keys) -> None:
    reports = inspect(signed, keys.authority.root_certificate)
    assert [report.field for report in reports[:4]] == ["applicant", "respondent", "mediator", "seal"]
    assert all(report.ok for report in reports), [str(report.detail) for report in reports]
    assert [report.document_stamp for report in reports] == [False] * 4 + [True]
    first = reports[0]
    assert (first.signer_name, first.signed_at) == ("林小满（演示）", NOON)
    assert first.evidence_digest == hashlib.sha256(b"{}").hexdigest()
    assert first.development_time


def test_signatures_hold_years_after_the_certificates_ran_out(signed: bytes, keys: Keys) -> None:
    # Act certificates live for minutes around NOON; the clock of the machine that checks plays no part.
    assert all(verdicts(signed, keys))


def test_a_name_that_was_typed_is_called_so_inside_what_is_signed(signed: bytes, keys: Keys) -> None:
    reports = inspect(signed, keys.authority.root_certificate)
    assert [report.typed for report in reports] == [False, False, True, False, False]


def test_a_typed_name_that_cannot_be_drawn_is_refused(keys: Keys) -> None:
    with pytest.raises(MissingGlyph):
        odd = replace(act(LIN), own_name="\U0010ffff")
        sign_field(prepare(render(agreement())), odd, keys.authority, keys.stamper)


def test_a_signature_only_adds_to_the_file(keys: Keys) -> None:
    before = prepare(render(agreement()))
    after = sign_field(before, act(LIN), keys.authority, keys.stamper)
    assert after.startswith(before)


def test_qpdf_and_poppler_agree(signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(signed)
    assert subprocess.run(["qpdf", "--check", tmp_path / "a.pdf"], capture_output=True, check=False).returncode == 0
    said = subprocess.run(["pdfsig", "-nocert", tmp_path / "a.pdf"], capture_output=True, check=False).stdout.decode()
    assert said.count("Signature is Valid.") == 4
    assert "Signer Certificate Common Name: 林小满（演示）" in said


def whole(padded: bytes) -> bytes:
    """The DER structure in the room that was kept for it: its own last byte may be a zero like those behind it."""
    return bytes(ContentInfo.load(padded).dump())


def test_openssl_agrees_with_each_signature(signed: bytes, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(keys.authority.root_certificate)
    for embedded in PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures:
        a, b, c, d = (int(number) for number in embedded.byte_range)
        (tmp_path / "data").write_bytes(signed[a : a + b] + signed[c : c + d])
        (tmp_path / "cms").write_bytes(whole(embedded.pkcs7_content))
        command = "openssl cms -verify -cades -binary -inform DER -in cms -content data -CAfile root.pem -purpose any"
        options = ["-attime", str(int(NOON.timestamp())), "-out", "/dev/null"]
        done = subprocess.run([*command.split(), *options], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_malicious_revision_appended_to_the_file_is_found(signed: bytes, keys: Keys) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page, _ = writer.find_page_for_modification(0)
    drawing = writer.add_object(generic.StreamObject(stream_data=b"q 1 0 0 rg 100 100 200 200 re f Q"))
    dictionary = page.get_object()
    dictionary["/Contents"] = generic.ArrayObject([dictionary.raw_get("/Contents"), drawing])
    writer.update_container(dictionary)
    output = io.BytesIO()
    writer.write(output)
    assert not any(verdicts(output.getvalue(), keys)[:4])


@pytest.mark.parametrize("suffix", [b"\n", b"%%EOF\n", b"\0" * 100])
def test_anything_after_the_end_is_found(signed: bytes, keys: Keys, suffix: bytes) -> None:
    try:
        assert not all(verdicts(signed + suffix, keys))
    except UnreadablePdf:
        assert suffix == b"%%EOF\n"


def test_a_flipped_byte_in_what_was_signed_is_found(signed: bytes, keys: Keys) -> None:
    changed = bytearray(signed)
    changed[signed.index(b"stream", 3000) + 60] ^= 1
    assert not any(verdicts(bytes(changed), keys)[:4])


def test_the_signatures_of_another_organisation_are_not_trusted(signed: bytes, tmp_path: Path) -> None:
    stranger = Keys(tmp_path / "pki")
    assert not any(verdicts(signed, stranger))


def test_a_time_stamp_of_another_authority_is_not_trusted(keys: Keys, tmp_path: Path) -> None:
    stranger = Keys(tmp_path / "pki")
    pdf = sign_field(prepare(render(agreement())), act(LIN), keys.authority, stranger.stamper)
    assert verdicts(pdf, keys) == [False]


def test_a_field_cannot_be_signed_twice(keys: Keys) -> None:
    pdf = sign_field(prepare(render(agreement())), act(LIN), keys.authority, keys.stamper)
    with pytest.raises(SigningError, match="applicant"):
        sign_field(pdf, act(LIN), keys.authority, keys.stamper)


def test_the_seal_waits_for_every_signature(keys: Keys) -> None:
    pdf = sign_field(prepare(render(agreement())), act(LIN), keys.authority, keys.stamper)
    with pytest.raises(SigningError, match="mediator, respondent"):
        close_with_seal(pdf, NOON, keys.authority, keys.stamper)


def test_nothing_can_be_signed_after_the_seal(signed: bytes, keys: Keys) -> None:
    with pytest.raises(SigningError):
        close_with_seal(signed, NOON, keys.authority, keys.stamper)


def test_a_person_cannot_sign_in_the_seals_place(keys: Keys) -> None:
    with pytest.raises(SigningError):
        sign_field(prepare(render(agreement())), act(SignatureSlot("seal", "", "林")), keys.authority, keys.stamper)


def test_signing_later_than_stated_still_gives_a_signature_that_holds(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "pki")
    keys.now = NOON + timedelta(days=2)
    pdf = sign_field(prepare(render(agreement())), act(HE), keys.authority, keys.stamper)
    report = inspect(pdf, keys.authority.root_certificate)[0]
    assert report.ok
    assert report.signed_at == NOON + timedelta(days=2)


def picture(size: tuple[int, int], form: str = "PNG") -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, "white").save(output, form)
    return output.getvalue()


@pytest.mark.parametrize(
    "ink",
    [b"", b"garbage", handwriting()[:200], picture((10, 10), "JPEG"), picture((300, 100)), picture((5000, 4))],
    ids=["empty", "garbage", "cut off", "not PNG", "blank", "too wide"],
)
def test_what_is_not_handwriting_is_refused(keys: Keys, ink: bytes) -> None:
    with pytest.raises(BadHandwriting):
        sign_field(prepare(render(agreement())), act(LIN, ink=ink), keys.authority, keys.stamper)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\0" * 5000, b"%PDF-1.7\nstartxref\n5\n%%EOF"])
def test_what_is_not_a_pdf_is_refused(keys: Keys, content: bytes) -> None:
    with pytest.raises(UnreadablePdf):
        inspect(content, keys.authority.root_certificate)
    with pytest.raises(SigningError):
        sign_field(content, act(LIN), keys.authority, keys.stamper)
