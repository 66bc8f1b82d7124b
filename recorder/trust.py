"""What a checker trusts and when: certificates, revocation lists and time-stamp tokens. Standard library and pyHanko.

A signature is judged at the moment its time-stamp proves, not today: the certificates of signing acts are valid for
minutes only, and a dossier must still be checkable when all of them have run out.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, core, crl, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from recorder.sentences import Failure

DEVELOPMENT_MARK = "DEVELOPMENT"
"""Stands in the name of a time-stamp certificate that is not a third party's."""


class Untrusted(Failure):
    """A signature or time-stamp does not hold; the message says why."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The roots for signatures and for time-stamps, and the revocation lists at hand."""

    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate]
    revocation_lists: Sequence[x509.CertificateRevocationList] = ()

    def context(self, moment: datetime, *, stamps: bool = False) -> ValidationContext:
        """Nothing is fetched. A list made after ``moment`` counts: it also says what had been revoked before."""
        roots = self.stamp_roots if stamps else self.roots
        return ValidationContext(
            trust_roots=[asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)) for root in roots],
            crls=[crl.CertificateList.load(one.public_bytes(Encoding.DER)) for one in self.revocation_lists],
            moment=moment,
            best_signature_time=moment,
            allow_fetching=False,
            # A third party's time-stamp root comes without its lists; our own certificates always have one.
            revocation_mode="hard-fail" if self.revocation_lists and not stamps else "soft-fail",
            retroactive_revinfo=True,
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp that holds: the proven time, and who says so."""

    at: datetime
    authority: str
    development: bool


def check_stamp(token: bytes | cms.ContentInfo, data: bytes, trust: Trust) -> Stamp:
    """Check an RFC 3161 token over ``data``. Raises Untrusted."""
    try:
        info = token if isinstance(token, cms.ContentInfo) else cms.ContentInfo.load(token, strict=True)
        signed = info["content"]
        statement = signed["encap_content_info"]["content"].parsed
        if not isinstance(signed, cms.SignedData) or not isinstance(statement, tsp.TSTInfo):
            raise Untrusted("不是时间戳。", "It is not a time-stamp token.")
        at = statement["gen_time"].native
        status = asyncio.run(_stamp_status(signed, data, trust.context(at, stamps=True)))
    except Untrusted:
        raise
    except Exception as error:
        # The parsers meet hostile bytes here and fail in many ways; each way means: not a token that holds.
        raise Untrusted(f"时间戳无法读取：{error}", f"The time-stamp token cannot be read: {error}") from error
    if not status.intact or not status.valid:
        raise Untrusted("时间戳与数据不符。", "The time-stamp does not fit the data.")
    if not status.trusted:
        raise Untrusted("时间戳机构不受信任。", "The time-stamp comes from an authority that is not trusted.")
    name = str(status.signing_cert.subject.native.get("common_name", status.signing_cert.subject.human_friendly))
    return Stamp(at, name, DEVELOPMENT_MARK in name)


def check_detached(signature: bytes, data: bytes, trust: Trust, moment: datetime) -> str:
    """Check a detached CMS signature at ``moment``; gives the signer's name. Raises Untrusted."""
    try:
        info = cms.ContentInfo.load(signature, strict=True)
        status = asyncio.run(_detached_status(info["content"], data, trust.context(moment)))
    except Exception as error:
        # As above: hostile bytes.
        raise Untrusted(f"签名无法读取：{error}", f"The signature cannot be read: {error}") from error
    if not status.intact or not status.valid:
        raise Untrusted("签名与数据不符。", "The signature does not fit the data.")
    if not status.trusted:
        raise Untrusted("签名证书不属于受信任的根证书。", "The signer's certificate does not lead to the trusted root.")
    return str(status.signing_cert.subject.native.get("common_name", ""))


def signature_stamp(signer: cms.SignerInfo, trust: Trust) -> Stamp:
    """The time-stamp over a signature's value (RFC 3161 appendix A). Raises Untrusted when there is none that holds."""
    attributes = signer["unsigned_attrs"]
    if not isinstance(attributes, core.Void):
        for attribute in attributes:
            if attribute["type"].native == "signature_time_stamp_token":
                return check_stamp(attribute["values"][0], signer["signature"].native, trust)
    raise Untrusted("签名没有时间戳。", "The signature has no time-stamp.")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, lower-case hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


async def _stamp_status(signed: cms.SignedData, data: bytes, context: ValidationContext) -> TimestampSignatureStatus:
    values = await generic_cms.validate_tst_signed_data(
        signed, context, lambda algorithm: hashlib.new(algorithm, data).digest()
    )
    return TimestampSignatureStatus(**values)


async def _detached_status(
    signed: cms.SignedData, data: bytes, context: ValidationContext
) -> StandardCMSSignatureStatus:
    usage = KeyUsageConstraints(key_usage={"non_repudiation"})
    return await generic_cms.async_validate_detached_cms(data, signed, context, key_usage_settings=usage)
