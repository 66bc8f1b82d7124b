"""A self-signed certificate for trying the service from a phone on the same network.

Browsers open camera and microphone only to a secure context. A real installation sets ``tls_certificate`` or stands
behind a proxy.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 90


def self_signed(folder: Path, addresses: Sequence[str], now: datetime.datetime) -> tuple[Path, Path]:
    """Certificate and key files for ``addresses`` (IP addresses or names), made again when old."""
    certificate_path, key_path = folder / "self-signed.pem", folder / "self-signed.key"
    if certificate_path.exists() and key_path.exists():
        present = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        names = present.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if set(map(_name, addresses)) <= set(names) and present.not_valid_after_utc > now + datetime.timedelta(days=1):
            return certificate_path, key_path
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mediation room (self-signed, for trying out)")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(list(map(_name, addresses))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private)
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate_path, key_path


def _name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)
