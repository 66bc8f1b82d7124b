"""SRTP contexts."""

from __future__ import annotations

import pytest

from signaling.sfu.srtp import AEAD_AES_128_GCM, AES128_CM_SHA1_80, Profile, SrtpContext, SrtpError, SrtpKeys
from tests.support.sfu_packets import rtp_packet


@pytest.mark.parametrize("profile", [AEAD_AES_128_GCM, AES128_CM_SHA1_80])
def test_one_side_opens_what_the_other_sealed_and_only_once(profile: Profile) -> None:
    size = profile.key_bytes + profile.salt_bytes
    ours = SrtpKeys(profile, b"i" * size, b"o" * size)
    theirs = SrtpKeys(profile, b"o" * size, b"i" * size)
    seal, unseal = SrtpContext.outbound(ours), SrtpContext.inbound(theirs)
    packet = rtp_packet(96, 1, 2, 3, b"secret")
    datagram = seal.seal_packet(packet)
    assert b"secret" not in datagram
    assert unseal.open_packet(datagram) == packet
    with pytest.raises(SrtpError, match="replay"):
        unseal.open_packet(datagram)
    report = b"\x80\xc9\x00\x01\x00\x00\x00\x01"
    sealed = seal.seal_report(report)
    with pytest.raises(SrtpError):
        unseal.open_report(sealed[:-1] + bytes((sealed[-1] ^ 1,)))
    assert unseal.open_report(sealed) == report


def test_what_is_too_long_or_was_never_sent_is_no_crash() -> None:
    context = SrtpContext.outbound(SrtpKeys(AEAD_AES_128_GCM, bytes(28), bytes(28)))
    with pytest.raises(SrtpError):
        context.seal_report(bytes(4000))
    context.forget(4711)
