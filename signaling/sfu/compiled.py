"""The hot modules of this package as machine code, where an operator asked for them (``make compiled``).

They are the same sources, compiled by mypyc, in a folder of their own. Without the variable nothing of this happens.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "MEDIATION_ROOM_COMPILED"
"""Environment: the folder that ``deploy/compiled.py`` wrote."""
MANIFEST: Final = "sources.json"
MODULES: Final = (
    "agenda", "arrivals", "cache", "capture", "counters", "egress", "feed", "forwarder", "freezes", "homes", "layers",
    "ports", "publication", "pulse", "reception", "rtcp", "rtp", "srtp", "subscription", "tap", "ticker", "transport",
    "udp", "vp8",
)  # fmt: skip
"""Everything that a forwarded packet touches: a class is read fast only by modules that were compiled with it."""
SOURCES: Final = Path(__file__).parent


def manifest(sources: Path = SOURCES) -> dict[str, str]:
    """What compiled modules must have been made from: the interpreter, and the SHA-256 of each source."""
    digests = {name: hashlib.sha256((sources / f"{name}.py").read_bytes()).hexdigest() for name in MODULES}
    return {"interpreter": str(sys.implementation.cache_tag), **digests}


def take(environment: Mapping[str, str], package: list[str], path: list[str]) -> tuple[bool, str]:
    """Look for the package's modules among the compiled ones first, if they were asked for; whether they are used.

    ``package`` is its ``__path__``, ``path`` is ``sys.path``; both are changed. Where they were asked for and cannot be
    used, the second value says why: media go on with the sources, because two versions of a module must never mix.
    """
    if not (folder := environment.get(VARIABLE)):
        return False, ""
    root = Path(folder).resolve()
    try:
        made_from = json.loads((root / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False, "there are none"
    if made_from != manifest():
        return False, "they were made from other sources or for another Python"
    package.insert(0, str(root / "signaling" / "sfu"))
    path.append(str(root))  # the library that all of them share
    return True, ""
