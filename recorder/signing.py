"""Signing acts in a PDF (PAdES): each with its own key, the first certifies, the seal closes the file for good.

Order of levels: every act B-T (signature and time-stamp); the seal B-LTA (revocation data and a document time-stamp
inside), so that the file can be checked when all its certificates have run out (ETSI EN 319 142-1).
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError as PyHankoPdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError as PyHankoSigningError
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from recorder.pdf import SEAL
from recorder.pki import Authority, Signer
from recorder.signatures import EVIDENCE, TYPED, SignatureReport, UnreadablePdf, inspect
from recorder.stamps import BadHandwriting, seal_picture, signature_picture
from recorder.timestamp import TimeStamper, TimeStampError

__all__ = [
    "BadHandwriting",
    "SignatureReport",
    "SigningAct",
    "SigningError",
    "UnreadablePdf",
    "close_with_seal",
    "inspect",
    "sign_field",
]

# It warns that nothing will be fetched, which is what we want: what a signature needs is at hand.
logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)

# All revocation data goes in before the last time-stamp, so that the time-stamp covers the file to its last byte.
_INSIDE = DSSContentSettings(
    include_vri=False, next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
)


class SigningError(Exception):
    """The act was not carried out and the file is as it was; the message says why."""


@dataclass(frozen=True, slots=True)
class SigningAct:
    """One person's signature. ``field``: the slot it goes into.

    ``own_name``: how they put their name: a PNG of it drawn by hand, or the letters of one that was typed instead; the
    law asks for no form of ink (ESL 13, 14). Which of the two is part of what is signed. ``reason``: what the signer
    declared. ``evidence_digest``: SHA-256 (hex) of the act's evidence, which is filed with the dossier; it becomes part
    of what is signed.
    """

    field: str
    signer_name: str
    signed_at: datetime
    own_name: bytes | str
    reason: str
    evidence_digest: str


def sign_field(pdf: bytes, act: SigningAct, authority: Authority, stamper: TimeStamper) -> bytes:
    """Sign one empty field with a fresh key that is gone when this returns; only adds to the file.

    Blocks (run it in a thread). Raises SigningError, BadHandwriting, MissingGlyph or TimeStampError.
    """
    free = _free_fields(pdf)
    if act.field == SEAL or act.field not in free:
        raise SigningError(f"the file has no free signature field {act.field}")
    first = len(free) == len(_all_fields(pdf))
    size = _box_size(pdf, act.field)
    picture = signature_picture(size, act.signer_name, act.signed_at, act.own_name)
    typed = [TYPED] if isinstance(act.own_name, str) else []
    metadata = signers.PdfSignatureMetadata(
        field_name=act.field,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        name=act.signer_name,
        reason="；".join([act.reason, *typed, f"{EVIDENCE}{act.evidence_digest}"]),
        certify=first,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
    )
    return _sign(pdf, metadata, authority.certify_act(act.signer_name), picture, authority, stamper)


def close_with_seal(pdf: bytes, sealed_at: datetime, authority: Authority, stamper: TimeStamper) -> bytes:
    """Seal the file as the organisation, after which nothing may change. Blocks.

    Raises SigningError when a signature is still missing, or TimeStampError. ``sealed_at`` is the time that the act
    bears on the record; the proven time is the time-stamp's.
    """
    free = _free_fields(pdf)
    if SEAL not in free:
        raise SigningError("the file has no free field for the seal")
    if len(free) > 1:
        raise SigningError(f"still to be signed: {', '.join(sorted(set(free) - {SEAL}))}")
    context = ValidationContext(
        trust_roots=[_asn1(_der(authority.root)), *[_asn1(_der(root)) for root in stamper.roots]],
        crls=[crl.CertificateList.load(authority.revocation_list().public_bytes(Encoding.DER))],
        moment=authority.clock(),
        allow_fetching=False,
        revocation_mode="hard-fail" if stamper.development else "soft-fail",
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=SEAL,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        name=authority.organisation,
        reason=f"加盖调解组织电子印章 {sealed_at.isoformat(timespec='seconds')}",
        embed_validation_info=True,
        validation_context=context,
        use_pades_lta=True,
        dss_settings=_INSIDE,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    picture = seal_picture(_box_size(pdf, SEAL)[0], authority.organisation)
    return _sign(pdf, metadata, authority.seal, picture, authority, stamper)


def _sign(
    pdf: bytes,
    metadata: signers.PdfSignatureMetadata,
    signer: Signer,
    picture: Image.Image,
    authority: Authority,
    stamper: TimeStamper,
) -> bytes:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(_asn1(_der(authority.root)))
    secret = signer.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    simple = signers.SimpleSigner(
        signing_cert=_asn1(_der(signer.certificate)), signing_key=keys.PrivateKeyInfo.load(secret), cert_registry=store
    )
    style = StaticStampStyle(background=PdfImage(picture), background_opacity=1.0, border_width=0)
    pdf_signer = signers.PdfSigner(metadata, simple, timestamper=stamper, stamp_style=style)
    output = io.BytesIO()
    try:
        pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), existing_fields_only=True, output=output)
    except (TimestampRequestError, OSError) as error:
        raise TimeStampError(f"the time-stamp authority gave no usable answer: {error}") from error
    except (PyHankoSigningError, PyHankoPdfError) as error:
        raise SigningError(f"the field {metadata.field_name} could not be signed: {error}") from error
    return output.getvalue()


def _all_fields(pdf: bytes) -> list[str]:
    return [name for name, _value, _field in _fields(pdf)]


def _free_fields(pdf: bytes) -> list[str]:
    return [name for name, value, _field in _fields(pdf) if value is None]


def _fields(pdf: bytes) -> list[tuple[str, object, object]]:
    try:
        return list(fields.enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf))))
    except (PyHankoPdfError, ValueError) as error:
        raise SigningError(f"the file is not a PDF with signature fields: {error}") from error


def _box_size(pdf: bytes, wanted: str) -> tuple[float, float]:
    """Width and height of a field in points."""
    for name, _value, reference in fields.enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf))):
        if name == wanted:
            left, bottom, right, top = (float(corner) for corner in reference.get_object()["/Rect"])
            return right - left, top - bottom
    raise SigningError(f"the file has no signature field {wanted}")


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _asn1(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)
