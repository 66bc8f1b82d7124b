"""Fails when a source file is over 400 lines without saying why, or has a name that says nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMIT = 400
ENDINGS = {".py", ".ts", ".tsx", ".css", ".mjs"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "misc", "manager"}
REASON = "size: "
"""A comment that contains this, in the first ten lines, gives the reason for a longer file."""


def main() -> int:
    """Print what is wrong; exit status 1 if anything is."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
    problems = []
    for path in (Path(name) for name in listed if name):
        if path.suffix not in ENDINGS or not path.exists() or "generated" in path.parts:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > LIMIT and not any(REASON in line for line in lines[:10]):
            problems.append(f"{path}: {len(lines)} lines, the limit is {LIMIT}")
        if path.stem in EMPTY_NAMES:
            problems.append(f"{path}: a name that says nothing")
    print("\n".join(problems) or "sizes: fine")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
