"""The handshake, and what of aiortc it stands on."""

from __future__ import annotations

import asyncio

import pytest

from signaling.sfu.dtls import QUEUED_DATAGRAMS, Certificate, DtlsOutcome, DtlsSession
from signaling.sfu.srtp import AEAD_AES_128_GCM


class Line:
    """Two sessions that send to each other; ``lost`` datagrams vanish at the start."""

    def __init__(self, lost: int = 0) -> None:
        self.lost = lost
        self.certificates = (Certificate(), Certificate())
        self.outcomes: list[asyncio.Queue[tuple[DtlsOutcome, str]]] = [asyncio.Queue(), asyncio.Queue()]
        self.sessions = [
            DtlsSession(
                self.certificates[side],
                lambda datagram, other=1 - side: self._carry(other, datagram),  # type: ignore[misc]
                lambda outcome, reason, side=side: self.outcomes[side].put_nowait((outcome, reason)),  # type: ignore[misc]
            )
            for side in (0, 1)
        ]

    def _carry(self, side: int, datagram: bytes) -> None:
        if self.lost:
            self.lost -= 1
        else:
            self.sessions[side].receive(datagram)

    def fingerprint(self, side: int) -> list[tuple[str, str]]:
        return [(each["algorithm"], each["value"]) for each in self.certificates[side].parameters["fingerprints"]]

    def start(self, seen_by_server: list[tuple[str, str]] | None = None) -> None:
        reachable = asyncio.Event()
        reachable.set()
        self.sessions[0].start("server", seen_by_server or self.fingerprint(1), reachable)
        self.sessions[1].start("client", self.fingerprint(0), reachable)

    async def outcome(self, side: int) -> tuple[DtlsOutcome, str]:
        async with asyncio.timeout(8):
            return await self.outcomes[side].get()

    async def close(self) -> None:
        for session in self.sessions:
            await session.close()


@pytest.mark.parametrize("lost", [0, 1])
async def test_both_sides_get_the_same_keys_crosswise(lost: int) -> None:
    line = Line(lost)
    line.start()
    assert [await line.outcome(0), await line.outcome(1)] == [("connected", ""), ("connected", "")]
    server, client = (session.keys for session in line.sessions)
    assert server is not None
    assert client is not None
    assert (server.inbound, server.outbound) == (client.outbound, client.inbound)
    assert server.profile is AEAD_AES_128_GCM
    assert len(server.inbound) == AEAD_AES_128_GCM.key_bytes + AEAD_AES_128_GCM.salt_bytes
    await line.close()


async def test_another_certificate_than_announced_fails_with_its_reason() -> None:
    line = Line()
    line.start(seen_by_server=[("sha-256", ":".join(["00"] * 32))])
    assert await line.outcome(0) == ("failed", "fingerprint_mismatch")
    assert line.sessions[0].keys is None
    await line.close()


async def test_the_end_of_the_other_side_is_told() -> None:
    line = Line()
    line.start()
    await line.outcome(0), await line.outcome(1)
    await line.sessions[1].close()
    assert await line.outcome(0) == ("closed", "peer")
    await line.close()


async def test_a_flood_before_the_handshake_is_bounded() -> None:
    line = Line()
    taken = [line.sessions[0].receive(b"\x16") for _ in range(QUEUED_DATAGRAMS + 5)]
    assert taken.count(True) == QUEUED_DATAGRAMS
    await line.close()


async def test_rubbish_during_the_handshake_harms_only_itself() -> None:
    line = Line()
    for garbage in (b"\x16", b"\x16\xfe\xff" + bytes(40), b"\x14" * 300):
        line.sessions[0].receive(garbage)
    line.start()
    assert await line.outcome(0) == ("connected", "")
    await line.close()
