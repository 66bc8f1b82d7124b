import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from recorder.layout import SEAL_NAME
from recorder.pki import Authority, PkiError
from tests.support.evidence_case import NOON, ORGANISATION, Keys


def test_a_folder_read_again_is_the_same_authority(tmp_path: Path) -> None:
    first = Keys(tmp_path / "pki").authority
    again = Authority.load_or_create(tmp_path / "pki", ORGANISATION, NOON + timedelta(days=9))
    assert again.root_certificate == first.root_certificate
    assert again.fingerprint == first.root.fingerprint(hashes.SHA256()).hex()
    assert again.organisation == ORGANISATION


def test_private_keys_are_for_the_owner_only(tmp_path: Path) -> None:
    Keys(tmp_path / "pki")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "pki").glob("*.key")}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "pki").stat().st_mode) == 0o700


def test_an_incomplete_folder_is_an_error_and_not_filled_up(tmp_path: Path) -> None:
    Keys(tmp_path / "pki")
    (tmp_path / "pki" / "seal.key").unlink()
    with pytest.raises(PkiError, match="seal"):
        Authority.load_or_create(tmp_path / "pki", ORGANISATION, NOON)


def test_the_keys_of_another_organisation_are_refused(tmp_path: Path) -> None:
    Keys(tmp_path / "pki")
    with pytest.raises(PkiError, match="belong to"):
        Authority.load_or_create(tmp_path / "pki", "另一调解组织", NOON)


def test_an_act_gets_its_own_key_for_minutes(tmp_path: Path) -> None:
    authority = Keys(tmp_path / "pki").authority
    one, two = authority.certify_act("林小满"), authority.certify_act("林小满")
    assert one.certificate.public_key() != two.certificate.public_key()
    life = one.certificate.not_valid_after_utc - one.certificate.not_valid_before_utc
    assert life <= timedelta(minutes=15)
    one.certificate.verify_directly_issued_by(authority.root)


def test_nobody_may_sign_under_the_seals_name(tmp_path: Path) -> None:
    with pytest.raises(PkiError):
        Keys(tmp_path / "pki").authority.certify_act(SEAL_NAME)


def test_the_development_time_stamp_says_so_in_its_name(tmp_path: Path) -> None:
    certificate = Keys(tmp_path / "pki").authority.time_stamp.certificate
    assert "DEVELOPMENT" in str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical
    assert list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_a_long_organisation_name_still_gets_certificates(tmp_path: Path) -> None:
    long_name = "重庆市示例区示例街道劳动人事争议多元化解一站式联合调解中心第一分中心"
    authority = Keys(tmp_path / "pki", long_name).authority
    assert authority.organisation == long_name
    assert Authority.load_or_create(tmp_path / "pki", long_name, NOON).organisation == long_name


def test_the_revocation_list_is_signed_by_the_root(tmp_path: Path) -> None:
    authority = Keys(tmp_path / "pki").authority
    assert authority.revocation_list().is_signature_valid(authority.root.public_key())  # type: ignore[arg-type]
