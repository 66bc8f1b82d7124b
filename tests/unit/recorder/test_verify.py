import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder import bag, container
from recorder.dossier import DossierError, build
from recorder.verify import Report, main, verify
from tests.support.evidence_case import NOON, Keys, contents
from tests.support.evidence_container import forge, pack, unpack


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys") / "pki")


@pytest.fixture(scope="module")
def dossier(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dossier") / "case.dossier.zip"
    receipt = build(path, contents(keys), keys.authority, keys.stamper, NOON)
    assert receipt.size == path.stat().st_size
    return path


@pytest.fixture(scope="module")
def tiny(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "case.dossier.zip"
    build(path, contents(keys, fragments=(9, 5), with_paper=False), keys.authority, keys.stamper, NOON)
    return path


def complaints(report: Report) -> str:
    assert not report.ok
    found = [check.sentence for check in report.checks if not check.ok]
    assert found
    assert all(sentence.zh and sentence.en for sentence in found)
    return " ".join(sentence.en for sentence in found)


def test_a_dossier_that_was_built_holds_and_says_what_it_trusted(dossier: Path, keys: Keys) -> None:
    report = verify(dossier)
    assert report.ok, complaints(report)
    names = [check.name for check in report.checks]
    assert names == [
        "container",
        "manifests",
        "seal",
        "catalogue",
        "log",
        "paper agreement/agreement.pdf",
        "recording recordings/applicant-audio.webm",
    ]
    assert report.root == keys.authority.fingerprint
    assert report.sealed_at == NOON
    notes = " ".join(note.en for note in report.notes)
    assert keys.authority.fingerprint in notes
    assert "DEVELOPMENT" in notes


def test_it_says_who_typed_their_name(dossier: Path) -> None:
    (paper,) = [check.sentence for check in verify(dossier).checks if check.name.startswith("paper")]
    assert "周和（演示调解员）（键入姓名）" in paper.zh and "周和（演示调解员） (typed name)" in paper.en
    assert paper.en.count("typed name") == 1


@pytest.mark.parametrize("mode", ["drawn", "dictated"])
def test_evidence_that_says_otherwise_than_the_signature_is_found(keys: Keys, tmp_path: Path, mode: str) -> None:
    with pytest.raises(DossierError, match="mediator: signature and evidence differ on whether the name was drawn"):
        build(tmp_path / "x.zip", contents(keys, typed_mode=mode), keys.authority, keys.stamper, NOON)


def test_it_holds_for_somebody_who_knows_the_root_from_elsewhere(dossier: Path, keys: Keys) -> None:
    report = verify(dossier, keys.authority.root_certificate)
    assert report.ok and report.root_given


def test_without_a_root_from_elsewhere_the_verdict_does_not_say_who_made_it(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A stranger can make a whole dossier with a root of their own, and everything in it fits together.
    assert not verify(dossier).root_given
    assert main([str(dossier), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Who sealed it is certain only once the fingerprint of the root has been compared" in said
    assert main([str(dossier), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["root_given"] is False


def test_it_does_not_hold_for_somebody_who_trusts_another_root(dossier: Path, keys: Keys, tmp_path: Path) -> None:
    stranger = Keys(tmp_path / "pki")
    said = complaints(verify(dossier, stranger.authority.root_certificate))
    assert keys.authority.fingerprint in said
    assert stranger.authority.fingerprint in said


def test_independent_tools_accept_it(dossier: Path, tmp_path: Path) -> None:
    for name, content in unpack(dossier).items():
        place = tmp_path / "dossier" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    readme = (tmp_path / "dossier/data/README.txt").read_text()
    assert "开发用时间戳" in readme

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path / "dossier", capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    validate = "import bagit, sys; sys.exit(0 if bagit.Bag('.').is_valid() else 1)"
    assert (
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", validate], cwd=tmp_path / "dossier", check=False
        ).returncode
        == 0
    )
    at = ["-attime", str(int(NOON.timestamp()))]
    sealed = "openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt"
    trusting = "-CAfile data/trust/root.pem -purpose any -out /dev/null"
    assert "Verification successful" in run(*sealed.split(), *trusting.split(), *at)
    for token, data in (
        ("tagmanifest-sha256.txt.p7s.tst", bag.SIGNATURE),
        ("data/log/checkpoint.tst", "data/log/checkpoint"),
    ):
        command = f"openssl ts -verify -token_in -in {token} -data {data} -CAfile data/trust/tsa-roots.pem"
        assert "Verification: OK" in run(*command.split(), *at)
    assert run("pdfsig", "-nocert", "data/agreement/agreement.pdf").count("Signature is Valid.") == 4


def places(path: Path) -> Iterator[tuple[int, str]]:
    """Bytes to flip, each with a word that the complaint must have: every structure, and each file in three places."""
    size = path.stat().st_size
    random = Random(6962)
    with path.open("rb") as file:
        members = container.walk(file, size)
    for member in members:
        short = member.name.removeprefix(bag.BASE)
        header = container.local_header(member)
        for offset in range(len(header)):
            yield member.offset + offset, ""
        inside = {0, member.size - 1, member.size // 2, *(random.randrange(member.size) for _ in range(6))}
        for offset in sorted(inside):
            yield member.start + offset, short
    for offset in range(members[-1].end, size):
        yield offset, ""


def test_one_flipped_byte_anywhere_is_found_and_named(dossier: Path, tmp_path: Path) -> None:
    content = bytearray(dossier.read_bytes())
    target = tmp_path / "flipped.zip"
    target.write_bytes(content)
    with target.open("r+b") as file:
        for place, word in places(dossier):
            flip = 1 << (place % 8)
            _put(file, place, content[place] ^ flip)
            said = complaints(verify(target))
            assert word in said, (place, word, said)
            _put(file, place, content[place])
    assert verify(target).ok


@pytest.mark.slow
def test_every_single_byte_of_a_tiny_dossier_counts(tiny: Path, tmp_path: Path) -> None:
    content = tiny.read_bytes()
    target = tmp_path / "flipped.zip"
    target.write_bytes(content)
    with target.open("r+b") as file:
        for place, value in enumerate(content):
            _put(file, place, value ^ (1 << place % 8))
            complaints(verify(target))
            _put(file, place, value)


def _put(file: io.BufferedRandom, place: int, value: int) -> None:
    file.seek(place)
    file.write(bytes([value]))
    file.flush()


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"PK", b"PK\5\6" + b"\0" * 18, b"PK\3\4" * 100, os.urandom(5000), b"PK\3\4" + b"\xff" * 60],
    ids=["empty", "one byte", "two bytes", "empty zip", "headers", "random", "huge sizes"],
)
def test_garbage_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    complaints(verify(tmp_path / "x"))


@given(st.binary(max_size=400), st.integers(0, 21000))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_dossier_with_any_stretch_overwritten_gets_a_sentence(
    tiny: Path, tmp_path: Path, noise: bytes, at: int
) -> None:
    content = tiny.read_bytes()
    changed = content[:at] + noise + content[at + len(noise) :]
    (tmp_path / "x").write_bytes(changed)
    assert verify(tmp_path / "x").ok == (changed == content)


def test_a_truncated_dossier_gets_a_sentence(tiny: Path, tmp_path: Path) -> None:
    content = tiny.read_bytes()
    for size in range(0, len(content), 97):
        (tmp_path / "x").write_bytes(content[:size])
        complaints(verify(tmp_path / "x"))


@pytest.mark.parametrize("name", ["data/../../etc/passwd", "data//x", "data/a\nb", "etc/passwd", "../x", "data/a%0A"])
def test_paths_that_lead_elsewhere_are_refused(dossier: Path, tmp_path: Path, name: str) -> None:
    pack(tmp_path / "x", {name: b"x", **unpack(dossier)})
    complaints(verify(tmp_path / "x"))


def test_a_file_outside_the_bag_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "x").open("w+b") as file:
        writer = container.Writer(file)
        writer.add("elsewhere.txt", [b"x"])
        writer.finish()
    assert "elsewhere.txt" in complaints(verify(tmp_path / "x"))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"data/acts/applicant.json": b"{}"}, "tagmanifest-sha256.txt.p7s"),
        ({"data/acts/applicant.png": None}, "tagmanifest-sha256.txt.p7s"),
        ({"data/acts/extra.json": b"{}"}, "tagmanifest-sha256.txt.p7s"),
        ({"bag-info.txt": b"Source-Organization: X\n"}, "tagmanifest-sha256.txt.p7s"),
        ({"bagit.txt": b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"}, "bagit.txt"),
        ({"data/log/events.jsonl": b""}, "log"),
        ({"data/trust/crl.pem": b"nonsense"}, "trust"),
        ({"tagmanifest-sha256.txt.p7s": b"nonsense"}, "p7s"),
        ({"tagmanifest-sha256.txt.p7s.tst": b"nonsense"}, "p7s.tst"),
        ({"data/catalogue.json": b"[" * 100_000}, "p7s"),
        ({"data/catalogue.json": b"[]"}, "catalogue"),
        ({"data/agreement/agreement.pdf": b"%PDF-1.7"}, "agreement.pdf"),
    ],
)
def test_a_forger_who_mends_all_sums_still_lacks_the_seal(
    dossier: Path, tmp_path: Path, changes: dict[str, bytes | None], word: str
) -> None:
    forge(dossier, tmp_path / "x", changes)
    assert word in complaints(verify(tmp_path / "x"))


def test_a_missing_or_extra_file_is_named_when_the_manifests_were_not_mended(dossier: Path, tmp_path: Path) -> None:
    files = unpack(dossier)
    pack(tmp_path / "less", {name: content for name, content in files.items() if name != "data/acts/applicant.png"})
    assert "manifest" in complaints(verify(tmp_path / "less"))
    more = {**files, "data/acts/zzz.json": b"{}"}
    payload = sorted(name for name in more if name.startswith("data/"))
    pack(tmp_path / "more", {name: more[name] for name in [*payload, *bag.TAG_FILES]})
    assert "data/acts/zzz.json" in complaints(verify(tmp_path / "more"))


def test_the_order_of_files_is_fixed(dossier: Path, tmp_path: Path) -> None:
    files = list(unpack(dossier).items())
    pack(tmp_path / "x", dict([files[1], files[0], *files[2:]]))
    assert "order" in complaints(verify(tmp_path / "x"))


def test_the_seal_of_another_dossier_does_not_fit(dossier: Path, tiny: Path, tmp_path: Path) -> None:
    other = unpack(tiny)
    changes = {name: other[name] for name in (bag.SIGNATURE, bag.STAMP)}
    forge(dossier, tmp_path / "x", changes)
    assert "does not fit the data" in complaints(verify(tmp_path / "x"))


def test_a_time_stamp_for_other_data_does_not_fit(dossier: Path, keys: Keys, tmp_path: Path) -> None:
    forge(dossier, tmp_path / "x", {bag.STAMP: keys.stamper.token(b"something else")})
    assert "p7s.tst" in complaints(verify(tmp_path / "x"))


def test_a_party_cannot_seal_a_dossier(dossier: Path, keys: Keys, tmp_path: Path) -> None:
    # An act's certificate comes from the same root; only the seal's counts.
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    signer = keys.authority.certify_act("林小满")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(unpack(dossier)[bag.TAG_MANIFEST])
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    signature = builder.add_signer(signer.certificate, signer.key, hashes.SHA256()).sign(Encoding.DER, options)
    forge(dossier, tmp_path / "x", {bag.SIGNATURE: signature, bag.STAMP: keys.stamper.token(signature)})
    assert "not the organisation's seal" in complaints(verify(tmp_path / "x"))


def test_the_command_prints_a_verdict_in_each_language(
    dossier: Path, keys: Keys, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(dossier), "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "结论：案卷完整，签章之后未被改动。由谁签章，须核对" in said
    assert "recorder_restarted" in said
    assert "未纳入  caucus 1 项" in said
    (tmp_path / "root.pem").write_bytes(keys.authority.root_certificate)
    assert main([str(dossier), "--lang", "en", "--trust-root", str(tmp_path / "root.pem")]) == 0
    assert "whole and unchanged.\n" in capsys.readouterr().out
    (tmp_path / "bad").write_bytes(dossier.read_bytes()[:-1])
    assert main([str(tmp_path / "bad")]) == 1
    assert "不能通过核验" in capsys.readouterr().out


def test_the_command_speaks_json(dossier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(dossier), "--json", "--lang", "en"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"]
    assert report["gaps"][0]["reason"] == "recorder_restarted"
    assert all(check["ok"] and isinstance(check["sentence"], str) for check in report["checks"])


def test_a_file_that_cannot_be_read_is_neither_good_nor_bad(
    dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "absent.zip")]) == 2
    assert main([str(tmp_path)]) == 2
    (tmp_path / "root.pem").write_bytes(b"not a certificate")
    assert main([str(dossier), "--trust-root", str(tmp_path / "root.pem")]) == 2
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    capsys.readouterr()


def test_the_checker_needs_nothing_but_cryptography_and_pyhanko() -> None:
    code = "import sys, recorder.verify; print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {
        "PIL",
        "typst",
        "msgspec",
        "av",
        "rfc8785",
        "starlette",
        "sqlalchemy",
        "structlog",
        "bagit",
        "aiortc",
    }
