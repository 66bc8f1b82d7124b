"""RFC 6962 Merkle tree over byte strings with SHA-256: root, inclusion proof, and the check of a proof."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf (RFC 6962 §2.1): the 0x00 prefix keeps leaves apart from inner nodes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over ``leaves`` (the data itself, not its hashes); 32 bytes. An empty tree has a root too."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    return _subtree([leaf_hash(leaf) for leaf in leaves])


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path of leaf ``index`` (RFC 6962 §2.1.1), nearest sibling first. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    hashes = [leaf_hash(leaf) for leaf in leaves]
    while len(hashes) > 1:
        half = _split(len(hashes))
        if index < half:
            path.append(_subtree(hashes[half:]))
            hashes = hashes[:half]
        else:
            path.append(_subtree(hashes[:half]))
            hashes, index = hashes[half:], index - half
    return path[::-1]


def includes(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that ``leaf`` is number ``index`` of ``size`` under ``root`` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf_hash(leaf)
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = _inner(sibling, current)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            current = _inner(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def _inner(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    half = _split(len(hashes))
    return _inner(_subtree(hashes[:half]), _subtree(hashes[half:]))
