"""Trusted time: RFC 3161 tokens from a third party in production, from our own labelled authority in development."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Sequence
from urllib.parse import urlsplit

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign import timestamps
from pyhanko.sign.general import as_signing_certificate_v2

from recorder.pki import Authority

DEVELOPMENT_POLICY = "2.25.329800735698586629295641978511506172918"
"""Policy in the tokens of ``LocalTimeStamper`` (an OID made from a UUID, ITU-T X.667): development and tests only."""

_ANSWER_LIMIT = 1 << 20


class TimeStampError(Exception):
    """No usable token could be had; trying again later may work."""


class TimeStamper(timestamps.TimeStamper, ABC):
    """The port: whoever vouches for the time. Also usable by pyHanko as it stands.

    ``roots``: the certificates a checker must trust to believe the tokens. ``development``: true when the authority is
    our own, so that the record can say so.
    """

    roots: Sequence[x509.Certificate]
    development: bool

    def token(self, data: bytes) -> bytes:
        """A DER TimeStampToken over the SHA-256 of ``data``. Blocks; not for an event loop. Raises TimeStampError."""
        digest = hashlib.sha256(data).digest()
        try:
            return bytes(asyncio.run(self.async_timestamp(digest, "sha256")).dump())
        except (OSError, ValueError, timestamps.TimestampRequestError) as error:
            raise TimeStampError(f"the time-stamp authority gave no usable answer: {error}") from error

    @abstractmethod
    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer one request."""


class LocalTimeStamper(TimeStamper):
    """Real tokens from the organisation's own certificate, whose name says DEVELOPMENT."""

    development = True

    def __init__(self, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority
        self._certificate = _load(authority.time_stamp.certificate)
        self.roots = [authority.root]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer at once, without a network."""
        return self.answer(req)

    def answer(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The answer to a request, as a time-stamp service would send it."""
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": self._sign(req)})

    def _sign(self, request: tsp.TimeStampReq) -> cms.ContentInfo:
        statement = self._statement(request)
        digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("signing_certificate_v2", as_signing_certificate_v2(self._certificate)),
                _attribute("message_digest", hashlib.sha256(statement).digest()),
            ]
        )
        signer_info = {
            "version": "v1",
            "sid": {
                "issuer_and_serial_number": {
                    "issuer": self._certificate.issuer,
                    "serial_number": self._certificate.serial_number,
                }
            },
            "digest_algorithm": digest_algorithm,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signed_attrs": attributes,
            "signature": self._authority.time_stamp.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
        }
        signed = {
            "version": "v3",
            "digest_algorithms": [digest_algorithm],
            "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(statement)},
            "certificates": [self._certificate],
            "signer_infos": [signer_info],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})

    def _statement(self, request: tsp.TimeStampReq) -> bytes:
        values: dict[str, object] = {
            "version": "v1",
            "policy": DEVELOPMENT_POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": secrets.randbits(127) + 1,
            # RFC 3161 allows fractions; whole seconds are read by every checker.
            "gen_time": self._authority.clock().replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "ordering": False,
            "tsa": asn1_x509.GeneralName(name="directory_name", value=self._certificate.subject),
        }
        if not isinstance(request["nonce"], core.Void):
            values["nonce"] = request["nonce"]
        return bytes(tsp.TSTInfo(values).dump())


class HttpTimeStamper(TimeStamper):
    """A third party's time-stamp service (RFC 3161 §3.4 over HTTP)."""

    development = False

    def __init__(self, url: str, roots: Sequence[x509.Certificate], timeout: float = 10.0) -> None:
        """``roots``: that party's trust anchors; they go into the dossier. ``timeout`` in seconds."""
        super().__init__()  # type: ignore[no-untyped-call]
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(f"a time-stamp address starts with https:// or http://, not {url!r}")
        self._url = url
        self._timeout = timeout
        self.roots = list(roots)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask the service. Raises TimestampRequestError when it cannot be reached or answers nonsense."""
        try:
            return tsp.TimeStampResp.load(await asyncio.to_thread(self._post, req.dump()))
        except (OSError, ValueError) as error:
            raise timestamps.TimestampRequestError(f"{self._url}: {error}") from error

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        request = urllib.request.Request(self._url, body, headers)  # noqa: S310 - the scheme was checked above
        with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
            content: bytes = answer.read(_ANSWER_LIMIT)
        return content


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def _load(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
