"""Every measurement can be started: what it uses of the tests' support is there."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

MODULES = sorted(each.stem for each in (Path(__file__).parents[2] / "bench").glob("[!_]*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_it_finds_what_it_uses(name: str) -> None:
    assert importlib.import_module(f"tests.bench.{name}").__doc__
