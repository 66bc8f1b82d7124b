import hashlib

from hypothesis import given
from hypothesis import strategies as st

from recorder.merkle import includes, inclusion_proof, leaf_hash, merkle_root

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def test_the_empty_tree_has_the_root_of_rfc_6962() -> None:
    assert merkle_root([]) == hashlib.sha256(b"").digest()


def test_a_known_tree_has_the_root_of_the_reference_implementation() -> None:
    # Test vectors of certificate-transparency (merkle_tree_test): the first three leaves.
    leaves = [b"", b"\x00", b"\x10"]
    assert merkle_root(leaves).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"


@given(leaves=LEAVES, data=st.data())
def test_every_leaf_is_proven_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = merkle_root(leaves), inclusion_proof(index, leaves)
    assert includes(root, len(leaves), index, leaves[index], proof)
    assert not includes(root, len(leaves), index, leaves[index] + b"!", proof)
    assert not includes(root, len(leaves), index, leaves[index], [*proof, b"\0" * 32])


def test_a_leaf_is_not_mistaken_for_an_inner_node() -> None:
    pair = leaf_hash(b"a") + leaf_hash(b"b")
    assert merkle_root([b"a", b"b"]) != merkle_root([pair])
