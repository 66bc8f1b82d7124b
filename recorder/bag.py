"""BagIt 1.0 (RFC 8493) as one canonical set of tag files: what each must contain, byte for byte.

The bag is the folder ``dossier/`` in the container. Payload files come first, sorted by name; then the tag files in the
order of ``TAG_FILES``; then the signature over the tag manifest and the time-stamp over that signature.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from recorder.container import Member

BASE = "dossier/"
PAYLOAD = "data/"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.p7s"
STAMP = "tagmanifest-sha256.txt.p7s.tst"
LISTED_TAG_FILES = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt")
TAG_FILES = (*LISTED_TAG_FILES, TAG_MANIFEST, "tagmanifest-sha512.txt", SIGNATURE, STAMP)

_LONGEST_PATH = 500
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f%\\:*?"<>|]')


class BadPath(ValueError):
    """The path cannot stand in a dossier."""


def check_path(path: str) -> str:
    """Give back a payload path (relative to ``data/``) that every system can unpack safely. Raises BadPath."""
    parts = PurePosixPath(path).parts
    if not path or path != "/".join(parts) or any(part in {".", "..", "/"} or part[-1] in " ." for part in parts):
        raise BadPath(f"{path!r} is not a plain relative path")
    if _FORBIDDEN.search(path) or unicodedata.normalize("NFC", path) != path or len(path.encode()) > _LONGEST_PATH:
        raise BadPath(f"{path!r} has characters that a dossier may not have, or is too long")
    return path


def order(names: Iterable[str]) -> list[str]:
    """The one order of files in the container, given the payload's names (with ``data/``)."""
    return [*sorted(names, key=str.encode), *TAG_FILES]


def manifest(members: Mapping[str, Member], names: Sequence[str], algorithm: str) -> str:
    """A manifest of ``names``; ``algorithm`` is ``sha256`` or ``sha512``."""
    return "".join(
        f"{members[name].sha512 if algorithm == 'sha512' else members[name].sha256}  {name}\n" for name in names
    )


def information(*, organisation: str, case_no: str, title: str, date: str, size: int, files: int) -> str:
    """The text of ``bag-info.txt``; ``date`` as YYYY-MM-DD, ``size`` in bytes of the payload."""
    lines = (
        ("Source-Organization", organisation),
        ("External-Identifier", case_no),
        ("External-Description", title),
        ("Bagging-Date", date),
        ("Payload-Oxum", f"{size}.{files}"),
        ("Bag-Software-Agent", "mediation-room dossier 1"),
    )
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in lines)
