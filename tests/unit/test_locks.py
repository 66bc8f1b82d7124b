"""Locks name versions and digests, never a host: whoever installs chooses where from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "frontend" / "package-lock.json"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_host(lock: Path) -> None:
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in lines if re.search(r"https?://|--(extra-)?index-url|--find-links", line)] == []


def test_every_python_package_has_a_digest() -> None:
    for lock in LOCKS[:-1]:
        text = lock.read_text(encoding="utf-8")
        assert len(re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==", text, re.MULTILINE)) > 0
        assert all("--hash=sha256:" in block for block in re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:])


def test_every_package_of_the_frontend_has_a_digest() -> None:
    packages = json.loads(LOCKS[-1].read_text(encoding="utf-8"))["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
