"""The frontend's built files: packed when the browser can unpack them, and named to it before it asks."""

from __future__ import annotations

import json
import os
import re
from itertools import product
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

YEAR_SECONDS: Final = 31_536_000
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""What the build packs, the smallest first (RFC 7932, RFC 1952)."""
LOCALES: Final = ("zh-CN", "en")
PAGES: Final = ("party", "staff", "court", "demo")

ENTRY: Final = re.compile(r'<script[^>]*\bsrc="/assets/([\w.-]+\.js)"')

Manifest = dict[str, dict[str, Any]]


class Assets(StaticFiles):
    """Files whose names carry a hash of their content: they may be kept for ever."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file as the browser likes it best (RFC 9110 12.5.3), with a long life in caches."""
        path, accepted = Path(full_path), _accepted(Headers(scope=scope).get("accept-encoding", ""))
        packings = ((name, path.with_name(path.name + end)) for name, end in ENCODINGS if name in accepted)
        encoding, packed = next((each for each in packings if each[1].exists()), (None, path))
        found = stat_result if encoding is None else packed.stat()
        response = super().file_response(packed, found, scope, status_code)
        response.headers["cache-control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        response.headers["vary"] = "accept-encoding"
        if encoding is not None:
            response.headers["content-encoding"] = encoding
        return response


def _accepted(header: str) -> set[str]:
    choices = [part.split(";") for part in header.lower().split(",")]
    return {name.strip() for name, *rest in choices if not any(each.replace(" ", "") in REFUSED for each in rest)}


REFUSED: Final = frozenset({"q=0", "q=0.0", "q=0.00", "q=0.000"})


class Build:
    """Which build of the frontend this process hands out: the name of its first script, which has a hash in it.

    A page that was loaded before an upgrade learns from it that it is an old one (``Frontend-Build``).
    """

    def __init__(self, folder: Path) -> None:
        self._index = folder / "index.html"
        self._known: tuple[int, str] = (0, "")

    def __call__(self) -> str:
        """``index-Bx3f….js``; empty: there is no built frontend. It may be replaced while the process runs."""
        try:
            changed = self._index.stat().st_mtime_ns
            if changed != self._known[0]:
                script = ENTRY.search(self._index.read_text())
                self._known = changed, script[1] if script else ""
        except OSError:
            return ""
        return self._known[1]


class Preloads:
    """Which files a page will ask for, from the build's manifest: a browser that is told loads them all at once.

    Without it an old phone on a slow network learns of each file from the one before.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / ".vite" / "manifest.json"
        manifest: Manifest = json.loads(file.read_text()) if file.exists() else {}
        shell = _closure(manifest, "index.html")
        self._links: dict[tuple[str, str], str] = {}
        for page, locale in product(PAGES, LOCALES):
            keys = dict.fromkeys(key for part in _parts(page, locale) for key in _closure(manifest, part))
            files = [manifest[key]["file"] for key in keys if key not in shell]
            self._links[page, locale] = ", ".join(f"</{file}>; rel=modulepreload" for file in files)

    def header(self, path: str, languages: str) -> str | None:
        """The ``Link`` header (RFC 8288) of the page at ``path`` for a browser with this ``Accept-Language``."""
        first = path.split("/")[1]
        page = "party" if first == "j" else first
        return self._links.get((page, "en" if languages.lower().startswith("en") else "zh-CN")) or None


def _parts(page: str, locale: str) -> list[str]:
    own = [f"src/{page}/Page.tsx", f"src/i18n/{locale}.ts"]
    return own if page == "party" else [*own, f"src/i18n/{locale}.office.ts"]


def _closure(manifest: Manifest, key: str) -> list[str]:
    """A chunk and everything that it imports."""
    found: dict[str, None] = {}
    waiting = [key] if key in manifest else []
    while waiting:
        if (one := waiting.pop()) not in found:
            found[one] = None
            waiting += manifest[one].get("imports", [])
    return list(found)
