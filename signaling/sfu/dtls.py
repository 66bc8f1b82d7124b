"""DTLS-SRTP (RFC 5764) of one transport: the only file that knows aiortc.

aiortc carries the handshake and the few DTLS records after it; the keys then leave for ``signaling.sfu.srtp`` and media
never passes through aiortc. It uses names that are private there (``_set_role``, ``_validate_peer_identity``,
``_setup_srtp``, ``_ssl``, ``_srtp_profiles``): the version is pinned and a test holds the contract.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, cast

from aiortc.rtcdtlstransport import (
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    State,
)

from signaling.messages import Json
from signaling.sfu.srtp import PREFERRED, Profile, SrtpKeys

QUEUED_DATAGRAMS: Final = 64
EXPORTER_LABEL: Final = b"EXTRACTOR-dtls_srtp"

DtlsRole = Literal["client", "server"]
DtlsOutcome = Literal["connected", "failed", "closed"]


class Certificate:
    """The self-signed certificate of a worker; browsers check its fingerprint, not its issuer."""

    def __init__(self) -> None:
        self.inner = RTCCertificate.generateCertificate()

    @property
    def parameters(self) -> Json:
        """``dtlsParameters`` of mediasoup-client, with one fingerprint because the client uses only the last."""
        prints = self.inner.getFingerprints()
        value = next(each.value for each in prints if each.algorithm == "sha-256")
        return {"role": "auto", "fingerprints": [{"algorithm": "sha-256", "value": value}]}


class _Handshake(RTCDtlsTransport):
    """aiortc's transport with our profiles, a reason for a failure, and the keys taken out."""

    def __init__(self, path: _Path, certificate: RTCCertificate, profiles: Sequence[Profile]) -> None:
        super().__init__(cast(Any, path), [certificate])
        names = [profile.name.encode() for profile in profiles]
        ours = [profile for profile in SRTP_PROFILES if profile.openssl_profile in names]
        self._srtp_profiles = sorted(ours, key=lambda profile: names.index(profile.openssl_profile))
        self.failure = "handshake_failed"
        self.keys: SrtpKeys | None = None

    def _validate_peer_identity(self, remoteParameters: RTCDtlsParameters) -> None:  # noqa: N803 (aiortc's name)
        self.failure = "fingerprint_mismatch"
        super()._validate_peer_identity(remoteParameters)

    def _setup_srtp(self) -> None:
        self.failure = "no_srtp_profile"
        connection = cast(Any, self._ssl)
        chosen = (connection.get_selected_srtp_profile() or b"").decode()
        profile = next((each for each in PREFERRED if each.name == chosen), None)
        if profile is None:
            self._set_state(State.FAILED)
            return
        key, salt = profile.key_bytes, profile.salt_bytes
        material: bytes = connection.export_keying_material(EXPORTER_LABEL, 2 * (key + salt))
        # RFC 5764 §4.2: client key, server key, client salt, server salt.
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        outbound, inbound = (server, client) if self._role == "server" else (client, server)
        self.keys = SrtpKeys(profile, inbound, outbound)


class _Path:
    """What aiortc takes for an ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_now = send
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUED_DATAGRAMS)

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, datagram: bytes) -> None:
        self._send_now(datagram)


class DtlsSession:
    """One handshake and what follows it. ``on_outcome`` is told ``connected`` or ``failed`` once, then ``closed``.

    ``profiles`` are what this side offers or takes, the best first.
    """

    def __init__(
        self,
        certificate: Certificate,
        send: Callable[[bytes], None],
        on_outcome: Callable[[DtlsOutcome, str], None],
        profiles: Sequence[Profile] = PREFERRED,
    ) -> None:
        self._path = _Path(send)
        self._handshake = _Handshake(self._path, certificate.inner, profiles)
        self._on_outcome = on_outcome
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def keys(self) -> SrtpKeys | None:
        """The SRTP keys, once connected."""
        return self._handshake.keys

    @property
    def started(self) -> bool:
        """Whether ``start`` was called."""
        return self._task is not None

    def receive(self, datagram: bytes) -> bool:
        """Take one DTLS datagram; False when too many are waiting."""
        if self._path.queue.full():
            return False
        self._path.queue.put_nowait(datagram)
        return True

    def start(self, role: DtlsRole, fingerprints: list[tuple[str, str]], reachable: asyncio.Event) -> None:
        """Shake hands in this role, against these ``(algorithm, value)`` fingerprints.

        A client waits for ``reachable``: before the first connectivity check there is nowhere to send to.
        """
        self._handshake._set_role(role)
        self._task = asyncio.get_running_loop().create_task(self._run(role, fingerprints, reachable))

    async def _run(self, role: DtlsRole, fingerprints: list[tuple[str, str]], reachable: asyncio.Event) -> None:
        if role == "client":
            await reachable.wait()
        remote = RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints])
        try:
            await self._handshake.start(remote)
        except Exception as error:  # whatever OpenSSL says about a stranger's bytes ends this transport only
            self._on_outcome("failed", f"handshake_failed: {type(error).__name__}")
            return
        if self._handshake.state != "connected":
            self._on_outcome("failed", self._handshake.failure)
            return
        self._handshake.on("statechange", self._changed)
        self._on_outcome("connected", "")

    def _changed(self) -> None:
        if self._handshake.state == "closed" and not self._closed:
            self._on_outcome("closed", "peer")

    async def close(self) -> None:
        """Say goodbye and stop."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._handshake.stop()
