"""Compiled modules are used where they were asked for, and only if they were made from these sources."""

from __future__ import annotations

import importlib
import json
import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from signaling.sfu import COMPILED, WHY_NOT
from signaling.sfu.compiled import MANIFEST, MODULES, VARIABLE, manifest, take


def taken(folder: Path) -> tuple[tuple[bool, str], list[str], list[str]]:
    package, path = ["sources"], ["anywhere"]
    return take({VARIABLE: str(folder)}, package, path), package, path


def test_nobody_asks_nothing_happens() -> None:
    package, path = ["sources"], ["anywhere"]
    assert take({}, package, path) == (False, "")
    assert (package, path) == (["sources"], ["anywhere"])


def test_what_was_made_from_these_sources_comes_first(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps(manifest()))
    outcome, package, path = taken(tmp_path)
    assert outcome == (True, "")
    assert package == [str(tmp_path / "signaling" / "sfu"), "sources"]
    assert path == ["anywhere", str(tmp_path)]


@pytest.mark.parametrize("changed", ["interpreter", "egress"])
def test_what_was_made_from_something_else_is_left_alone(tmp_path: Path, changed: str) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps(manifest() | {changed: "other"}))
    outcome, package, path = taken(tmp_path)
    assert outcome[0] is False
    assert "other sources" in outcome[1]
    assert (package, path) == (["sources"], ["anywhere"])


@pytest.mark.parametrize("there", ["", "{"])
def test_where_nothing_was_made_the_sources_serve(tmp_path: Path, there: str) -> None:
    if there:
        (tmp_path / MANIFEST).write_text(there)
    outcome, package, _ = taken(tmp_path)
    assert outcome == (False, "there are none")
    assert package == ["sources"]


def test_this_process_runs_what_its_environment_says() -> None:
    assert WHY_NOT == ""
    assert bool(os.environ.get(VARIABLE)) is COMPILED
    for name in MODULES:
        file = importlib.import_module(f"signaling.sfu.{name}").__file__
        assert file is not None
        assert file.endswith(tuple(EXTENSION_SUFFIXES)) is COMPILED
