"""Files that are evidence, by key: written once, never changed. The port, and a folder on the local disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

DRAFT: Final = ".put-"
"""How the names of files begin that are still being written."""


class BlobError(Exception):
    """The store cannot do it: unknown key, forbidden key, or other content is already there."""


class BlobStore(Protocol):
    """Where filed evidence lives. Keys look like ``sessions/ss_1/agreement.pdf``."""

    def put(self, key: str, data: bytes | Path) -> str:
        """Store under a new key and give the SHA-256 (hex). The same content again is fine; other content is not."""
        ...

    def get(self, key: str) -> bytes:
        """The whole content."""
        ...

    def path(self, key: str) -> Path:
        """A local file to read it from."""
        ...

    def discard(self, key: str) -> None:
        """Take away what never came to be evidence: nothing names it. What is not there is fine."""
        ...

    def sift(self, folder: str, before: datetime) -> list[str]:
        """The keys in a folder that were stored before a moment. What was left half-written then is taken away."""
        ...


class LocalBlobStore:
    """A folder. A blob is there whole or not at all, and on the disk when ``put`` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes | Path) -> str:
        """Write beside, flush to the disk, then name it. Raises BlobError when other content has the key."""
        target = self._place(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=DRAFT, dir=target.parent)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if isinstance(data, Path):
                    with data.open("rb") as source:
                        shutil.copyfileobj(source, file, 1 << 20)
                else:
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())
            digest = _sha256(draft)
            try:
                # A link, unlike a rename, never replaces what is there, also when two writers race.
                os.link(draft, target)
            except FileExistsError:
                if _sha256(target) != digest:
                    raise BlobError(f"{key} is already stored with other content") from None
            _flush_folder(target.parent)
        finally:
            draft.unlink()
        return digest

    def get(self, key: str) -> bytes:
        """The whole content. Raises BlobError."""
        return self.path(key).read_bytes()

    def path(self, key: str) -> Path:
        """The file. Raises BlobError when there is none."""
        place = self._place(key)
        if not place.is_file():
            raise BlobError(f"nothing is stored as {key}")
        return place

    def discard(self, key: str) -> None:
        """Remove the file, and its folder when nothing else is in it."""
        place = self._place(key)
        place.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty, or gone
            place.parent.rmdir()

    def sift(self, folder: str, before: datetime) -> list[str]:
        """As above; the moment is when the file was written."""
        found = []
        for place in sorted(self._place(folder).rglob("*")):
            if not place.is_file() or place.stat().st_mtime >= before.timestamp():
                continue
            if place.name.startswith(DRAFT):
                place.unlink()
            else:
                found.append(place.relative_to(self._folder).as_posix())
        return found

    def _place(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if not parts or key != "/".join(parts) or "\0" in key or any(part.startswith(".") for part in parts):
            raise BlobError(f"{key!r} cannot be a key")
        return self._folder.joinpath(*parts)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
