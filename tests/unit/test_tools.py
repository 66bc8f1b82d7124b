"""What must be installed for the tests and the measurements is named, on a machine that has none of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USUAL = ("chromium", "firefox-esr", "pdfsig", "ffprobe", "qpdf", "openssl")


@pytest.mark.parametrize(
    ("target", "package"),
    [("bench-forward", "janus"), ("test-relay", "coturn"), ("test-postgres", "postgresql")],
)
def test_what_one_target_needs_is_asked_for_by_that_target(target: str, package: str) -> None:
    recipe = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = recipe.splitlines()
    assert lines.index(f"deploy/test-tools.sh {package}") < len(lines) - 1, "before it is used"


@pytest.mark.parametrize("package", ["janus", "coturn"])
def test_who_may_not_install_is_told_the_packages(tmp_path: Path, package: str) -> None:
    for name in USUAL:
        (tmp_path / name).symlink_to("/bin/true")
    somebody = tmp_path / "id"
    somebody.write_text("#!/bin/sh\necho 1000\n")
    somebody.chmod(0o755)
    only_these = {**os.environ, "PATH": str(tmp_path)}
    command = ["/bin/sh", str(ROOT / "deploy" / "test-tools.sh"), package]
    told = subprocess.run(command, env=only_these, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "sudo apt-get install" in told.stderr and f" {package}\n" in told.stderr
