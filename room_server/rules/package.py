"""Reads the law-as-data files that are shipped with this package."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

FENCE = "+++\n"


@cache
def table(name: str) -> dict[str, Any]:
    """One TOML file of ``data/``, for example ``clocks``. Do not change what is returned."""
    return tomllib.loads(_text(f"{name}.toml"))


@cache
def page(name: str) -> tuple[dict[str, Any], str]:
    """One Markdown file of ``data/`` (for example ``notices/online_mediation``): its front matter and its body.

    Raises:
        ValueError: it does not begin with front matter between two ``+++`` lines.
    """
    text = _text(f"{name}.md")
    before, separator, rest = text.partition(FENCE)
    head, closing, body = rest.partition(FENCE)
    if before or not separator or not closing:
        raise ValueError(f"{name}.md has no front matter")
    return tomllib.loads(head), body.strip() + "\n"


def _text(path: str) -> str:
    return files("room_server.rules").joinpath("data", *path.split("/")).read_text(encoding="utf-8")
