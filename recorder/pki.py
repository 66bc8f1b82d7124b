"""The organisation's own certificates: root, seal, log key, one short-lived certificate per signing act, and the CRL.

A signing key lives for one act only, so that nobody, the operator included, can sign with it later (电子签名法 13).
The time-stamp certificate made here is for development and tests: an authority that we run ourselves proves nothing
about time to somebody who does not trust us, and its name says so.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from recorder.layout import LOG_NAME, SEAL_NAME

DEVELOPMENT_TSA = "开发用时间戳 DEVELOPMENT TIME-STAMP"
"""Common name of the built-in time-stamp certificate. Checkers look for the word DEVELOPMENT in it."""

_SIGNING_WINDOW = timedelta(minutes=10)
_CLOCK_SKEW = timedelta(minutes=2)
_LONGEST_NAME = 64
_CRL_LIFE = timedelta(days=30)
_ROOT_YEARS, _LEAF_YEARS = timedelta(days=30 * 365), timedelta(days=10 * 365)

PrivateKey = ec.EllipticCurvePrivateKey | Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | Ed25519PublicKey


class PkiError(Exception):
    """The key folder is incomplete, unreadable or belongs to another organisation."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def utc_now() -> datetime:
    """The clock used unless a test passes another."""
    return datetime.now(UTC)


class Authority:
    """The certificates of one organisation, kept in one folder; the private keys never leave it."""

    def __init__(self, folder: Path, organisation: str, clock: Callable[[], datetime] = utc_now) -> None:
        self.organisation = organisation
        self.clock = clock
        self._root = _read_signer(folder, "root")
        self.seal = _read_signer(folder, "seal")
        self.time_stamp = _read_signer(folder, "tsa")
        log_key, self.log_certificate = _read_pair(folder, "log")
        if not isinstance(log_key, Ed25519PrivateKey):
            raise PkiError(f"{folder / 'log.key'} is not an Ed25519 key")
        self.log_key = log_key

    @classmethod
    def load_or_create(
        cls, folder: Path, organisation: str, now: datetime, *, clock: Callable[[], datetime] = utc_now
    ) -> Authority:
        """Read the folder, or make it (all files or none) when it is absent or empty.

        ``now``: start of the new certificates. ``clock``: for everything issued later. Raises PkiError.
        """
        if not folder.exists() or not any(folder.iterdir()):
            _create(folder, organisation, now)
        authority = cls(folder, organisation, clock)
        owner = authority.root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
        if owner != _fit(organisation):
            raise PkiError(f"the keys in {folder} belong to {owner!s}, not to {organisation}")
        return authority

    @property
    def root(self) -> x509.Certificate:
        """The root: what a court must know, from us or from elsewhere, to trust anything that we signed."""
        return self._root.certificate

    @property
    def root_certificate(self) -> bytes:
        """The root as PEM."""
        return self.root.public_bytes(Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the root certificate, lower-case hex: to be published outside the system."""
        return self.root.fingerprint(hashes.SHA256()).hex()

    def certify_act(self, signer_name: str) -> Signer:
        """A new key with a certificate that is valid for minutes. The caller uses it once and drops it.

        Raises PkiError for the names of the organisation's own certificates.
        """
        if _fit(signer_name) in {SEAL_NAME, LOG_NAME, DEVELOPMENT_TSA}:
            raise PkiError(f"nobody may sign under the name {signer_name}")
        now = self.clock()
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(
            _name(self.organisation, signer_name),
            key.public_key(),
            self._root,
            (now - _CLOCK_SKEW, now + _SIGNING_WINDOW),
            _leaf_extensions(content_commitment=True),
        )
        return Signer(key, certificate)

    def revocation_list(self) -> x509.CertificateRevocationList:
        """A fresh CRL. It is empty: act certificates die by themselves; a lost seal key means a new root."""
        now = self.clock()
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(now - timedelta(hours=1))
            .next_update(now + _CRL_LIFE)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._root.key.public_key()), False)
            .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), False)
            .sign(self._root.key, hashes.SHA256())
        )


def owner(folder: Path) -> str | None:
    """The organisation whose keys these are (as much of its name as a certificate holds); None: there are none.

    Raises:
        PkiError: there is something else.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return None
    subject = _read_signer(folder, "root").certificate.subject
    return str(subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)


def _create(folder: Path, organisation: str, now: datetime) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_all(draft, organisation, now)
        draft.replace(folder)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise PkiError(f"the keys could not be written to {folder}: {error}") from error


def _write_all(folder: Path, organisation: str, now: datetime) -> None:
    start = now - timedelta(hours=1)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = _name(organisation, "根证书 Root")
    authority = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_key_usage(key_cert_sign=True, crl_sign=True), True),
    ]
    certificate = _certificate(root_name, root_key.public_key(), root_key, (start, now + _ROOT_YEARS), authority)
    root = Signer(root_key, certificate)
    _write_pair(folder, "root", root_key, certificate)

    stamping: list[tuple[x509.ExtensionType, bool]] = [
        *_leaf_extensions(content_commitment=True),
        # RFC 3161 §2.3: this purpose alone, and critical.
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
    ]
    seal_key, stamp_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    log_key = Ed25519PrivateKey.generate()
    leaf_time = (start, now + _LEAF_YEARS)
    signing = _leaf_extensions(content_commitment=True)
    for name, key, title, extensions in (
        ("seal", seal_key, SEAL_NAME, signing),
        ("tsa", stamp_key, DEVELOPMENT_TSA, stamping),
        ("log", log_key, LOG_NAME, _leaf_extensions(content_commitment=False)),
    ):
        leaf = _certificate(_name(organisation, title), key.public_key(), root, leaf_time, extensions)
        _write_pair(folder, name, key, leaf)


def _name(organisation: str, common: str) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, _fit(organisation)),
        (NameOID.COMMON_NAME, _fit(common)),
    )
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _fit(text: str) -> str:
    """As much of ``text`` as a name attribute holds (RFC 5280 ub-organization-name; the library counts bytes)."""
    return text.encode()[:_LONGEST_NAME].decode(errors="ignore")


def _certificate(
    subject: x509.Name,
    key: PublicKey,
    issuer: Signer | ec.EllipticCurvePrivateKey,
    validity: tuple[datetime, datetime],
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    """A certificate by ``issuer``; a bare key issues to itself (the root)."""
    issuer_key, issuer_name = (
        (issuer.key, issuer.certificate.subject) if isinstance(issuer, Signer) else (issuer, subject)
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _leaf_extensions(*, content_commitment: bool) -> list[tuple[x509.ExtensionType, bool]]:
    # The address is never fetched: the CRL travels inside the signed file and the dossier. Checkers that insist on
    # revocation ask that every certificate names a list.
    place = x509.UniformResourceIdentifier("http://revocation.invalid/root.crl")
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(digital_signature=True, content_commitment=content_commitment), True),
        (x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False),
    ]


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature, content_commitment, False, False, False, key_cert_sign, crl_sign, False, False
    )


def _write_pair(folder: Path, name: str, key: PrivateKey, certificate: x509.Certificate) -> None:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for path, content, mode in (
        (folder / f"{name}.key", secret, 0o600),
        (folder / f"{name}.pem", certificate.public_bytes(Encoding.PEM), 0o644),
    ):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _read_pair(folder: Path, name: str) -> tuple[object, x509.Certificate]:
    try:
        key = load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
        return key, x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise PkiError(f"the key or certificate {name} in {folder} cannot be read: {error}") from error


def _read_signer(folder: Path, name: str) -> Signer:
    key, certificate = _read_pair(folder, name)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PkiError(f"{folder / name}.key is not an elliptic-curve key")
    return Signer(key, certificate)
