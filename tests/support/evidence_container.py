"""Takes dossiers apart and puts them together again, as somebody would who wants to deceive the checker."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from recorder import bag
from recorder.container import Writer


def unpack(path: Path) -> dict[str, bytes]:
    """The files by their name in the bag, as an ordinary ZIP reader sees them."""
    with zipfile.ZipFile(path) as archive:
        return {name.removeprefix(bag.BASE): archive.read(name) for name in archive.namelist()}


def pack(path: Path, files: Mapping[str, bytes]) -> None:
    """Write the files in the given order as a container that is canonical in itself."""
    with path.open("w+b") as file:
        writer = Writer(file)
        for name, content in files.items():
            writer.add(bag.BASE + name, [content])
        writer.finish()


def forge(source: Path, target: Path, changes: Mapping[str, bytes | None]) -> None:
    """Change, add or (with None) remove files, and make order, manifests and sums fit again: all but the seal."""
    files = unpack(source)
    for name, content in changes.items():
        if content is None:
            del files[name]
        else:
            files[name] = content
    payload = sorted((name for name in files if name.startswith(bag.PAYLOAD)), key=str.encode)
    ordered = {name: files[name] for name in [*payload, *bag.TAG_FILES]}
    for algorithm in ("sha256", "sha512"):
        ordered[f"manifest-{algorithm}.txt"] = _manifest(ordered, payload, algorithm)
    for algorithm in ("sha256", "sha512"):
        ordered[f"tagmanifest-{algorithm}.txt"] = _manifest(ordered, bag.LISTED_TAG_FILES, algorithm)
    pack(target, ordered)


def _manifest(files: Mapping[str, bytes], names: list[str] | tuple[str, ...], algorithm: str) -> bytes:
    writer = Writer(io.BytesIO())
    members = {name: writer.add(name, [files[name]]) for name in names}
    return bag.manifest(members, names, algorithm).encode()
