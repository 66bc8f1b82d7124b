"""STUN of our own against the library's: what one writes the other must read, and never more."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import pytest
from aioice import stun as library
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import stun

PASSWORDS = st.binary(min_size=1, max_size=80)
ADDRESSES = st.tuples(
    st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str), st.integers(min_value=0, max_value=65535)
)
ICE_NAMES = st.text("abcXYZ019+/", min_size=1, max_size=32)


def request(ufrag: str, password: bytes, *flags: str) -> tuple[library.Message, bytes]:
    message = library.Message(library.Method.BINDING, library.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ufrag}:other"
    message.attributes["PRIORITY"] = 77
    for flag in flags:
        message.attributes[flag] = None if flag == "USE-CANDIDATE" else 9
    message.add_message_integrity(password)
    return message, bytes(message)


@given(ICE_NAMES, PASSWORDS, st.booleans(), st.booleans())
def test_a_request_of_the_library_is_read(ufrag: str, password: bytes, nominated: bool, controlled: bool) -> None:
    flags = ["USE-CANDIDATE"] * nominated + ["ICE-CONTROLLED" if controlled else "ICE-CONTROLLING"]
    message, datagram = request(ufrag, password, *flags)
    read = stun.read_request(datagram)
    assert (read.transaction, read.ufrag) == (message.transaction_id, ufrag)
    assert (read.nominated, read.controlled) == (nominated, controlled)
    assert read.authentic(stun.Key(password))
    assert not read.authentic(stun.Key(password + b"x"))


@given(st.binary(max_size=200), st.binary(max_size=300))
def test_a_signature_is_that_of_the_standard_library(password: bytes, text: bytes) -> None:
    key = stun.Key(password)
    assert key.sign(text) == key.sign(text) == hmac.digest(password, text, "sha1")


@given(st.binary(min_size=12, max_size=12), ADDRESSES, PASSWORDS)
def test_the_library_reads_our_answers(transaction: bytes, address: tuple[str, int], password: bytes) -> None:
    answer = library.parse_message(stun.mapped(transaction, address, stun.Key(password)))
    assert (answer.message_class, answer.transaction_id) == (library.Class.RESPONSE, transaction)
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == address
    assert answer.check_message_integrity(password)
    refusal = library.parse_message(stun.role_conflict(transaction, stun.Key(password)))
    assert (refusal.message_class, refusal.attributes["ERROR-CODE"]) == (library.Class.ERROR, (487, "Role Conflict"))
    assert refusal.check_message_integrity(password)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_changed_byte_is_refused_or_no_longer_authentic(at: int, change: int) -> None:
    _, datagram = request("u1", b"secret", "USE-CANDIDATE")
    damaged = bytearray(datagram)
    damaged[at % len(damaged)] ^= change
    try:
        read = stun.read_request(bytes(damaged))
    except ValueError:
        return
    # A fingerprint that is no longer one is none: the integrity still says whose request it is.
    untouched = bytes(damaged[:-8]) == datagram[:-8]
    assert read.authentic(stun.Key(b"secret")) == untouched


@given(ICE_NAMES, PASSWORDS, st.booleans(), st.integers(0, 10_000), st.integers(0, 255))
def test_a_request_of_a_known_shape_is_read_as_any_other(
    ufrag: str, password: bytes, nominated: bool, at: int, change: int
) -> None:
    flags = ["USE-CANDIDATE"] * nominated
    _, first = request(ufrag, password, *flags)
    _, second = request(ufrag, password, *flags)
    before = stun.read_request(first)
    head = before.signed[:8]
    assert stun.repeatable(first, before)
    assert stun.shape(first) == stun.shape(second)
    anew = stun.read_request(second)
    assert stun.signed_again(second, head) == (anew.signed, anew.integrity)
    assert anew._replace(transaction=b"", signed=b"", integrity=b"") == before._replace(
        transaction=b"", signed=b"", integrity=b""
    )
    damaged = bytearray(second)
    damaged[at % len(damaged)] ^= change
    if stun.shape(bytes(damaged)) == stun.shape(first):
        assert outcome(lambda: stun.signed_again(bytes(damaged), head)) == outcome(lambda: signed(bytes(damaged)))


def signed(datagram: bytes) -> tuple[bytes, bytes]:
    read = stun.read_request(datagram)
    return read.signed, read.integrity


def outcome(read: Callable[[], tuple[bytes, bytes]]) -> tuple[bytes, bytes] | None:
    try:
        return read()
    except ValueError:
        return None


@pytest.mark.parametrize("size", [0, 1, 8, 20, 51, 52])
def test_what_is_too_short_to_be_repeated_has_no_shape(size: int) -> None:
    assert stun.shape(bytes(size)) == (bytes(16) if size == 52 else b"")


def test_a_request_that_ends_otherwise_is_always_read_anew() -> None:
    _, datagram = request("u1", b"secret")
    bare = datagram[:2] + (len(datagram) - 28).to_bytes(2, "big") + datagram[4:-8]  # without a fingerprint
    assert not stun.repeatable(bare, stun.read_request(bare))
    other = datagram[:-8] + b"\xc0\x57" + datagram[-6:]  # as long as a fingerprint, but none
    assert not stun.repeatable(other, stun.read_request(other))


def test_an_attribute_behind_the_integrity_does_not_count() -> None:
    _, datagram = request("u1", b"secret")
    signed = datagram[:-8]
    smuggled = signed[:2] + (len(signed) - 20 + 4).to_bytes(2, "big") + signed[4:] + b"\x00\x25\x00\x00"
    read = stun.read_request(smuggled)
    assert read.authentic(stun.Key(b"secret"))
    assert not read.nominated


def test_an_address_that_is_none_is_an_error() -> None:
    with pytest.raises(OSError, match="illegal"):
        stun.mapped(bytes(12), ("example.org", 1), stun.Key(b"secret"))
