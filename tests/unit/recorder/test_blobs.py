import hashlib
from pathlib import Path

import pytest

from recorder.blobs import BlobError, LocalBlobStore


def test_what_was_put_can_be_got(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    digest = store.put("sessions/ss_1/协议书.pdf", b"paper")
    assert digest == hashlib.sha256(b"paper").hexdigest()
    assert store.get("sessions/ss_1/协议书.pdf") == b"paper"
    assert store.path("sessions/ss_1/协议书.pdf").read_bytes() == b"paper"


def test_a_file_is_copied_in(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 3_000_000)
    store = LocalBlobStore(tmp_path / "blobs")
    store.put("big", tmp_path / "big")
    assert store.get("big") == b"x" * 3_000_000


def test_the_same_content_again_is_fine_and_other_content_is_refused(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    store.put("a", b"one")
    store.put("a", b"one")
    with pytest.raises(BlobError):
        store.put("a", b"two")
    assert store.get("a") == b"one"
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == ["a"]


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../a", "a/../b", "a//b", "./a", ".hidden", "a/.put-x", "a\0b", "a/"]
)
def test_keys_that_lead_elsewhere_are_refused(tmp_path: Path, key: str) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    with pytest.raises(BlobError):
        store.put(key, b"")
    with pytest.raises(BlobError):
        store.get(key)


def test_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BlobError, match="nothing"):
        LocalBlobStore(tmp_path).get("a")


def test_what_no_record_names_is_taken_away_with_its_empty_folder(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    store.put("exhibits/ex_1/original", b"one")
    store.put("exhibits/ex_1/page", b"two")
    store.discard("exhibits/ex_1/original")
    store.discard("exhibits/ex_1/original")
    assert store.get("exhibits/ex_1/page") == b"two"
    store.discard("exhibits/ex_1/page")
    assert list((tmp_path / "blobs" / "exhibits").iterdir()) == []
    with pytest.raises(BlobError):
        store.discard("../a")
