"""``python -m tests.support.postgres COMMAND…``: a PostgreSQL server of its own on a local socket while COMMAND runs.

Nothing listens on the network, and everything is gone at the end. COMMAND finds the server's address in
``TEST_POSTGRES`` (see ``tests.support.databases``). Exit status: that of COMMAND.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OWNER = "postgres"
"""The server refuses to run as root: then it runs as the user of Debian's package."""
SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300")
"""A server for tests need not survive a loss of power."""


def program(name: str) -> str:
    """Where a program of the server is: Debian keeps them beside the path."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(beside[-1]) if beside else shutil.which(name)
    if found is None:
        sys.exit(f"{name} is missing: install Debian's postgresql")
    return found


@contextmanager
def server() -> Iterator[str]:
    """A running server; its SQLAlchemy address without a database's name."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=memory if os.access(memory, os.W_OK) else None))
    data = str(folder / "data")
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    started = False
    try:
        _run(folder, "initdb", "-D", data, "-A", "trust", "-U", "room", "-E", "UTF8", "--locale=C")
        options = " ".join([f"-k {folder}", *(f"-c {each}" for each in SETTINGS)])
        _run(folder, "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        started = True
        yield f"postgresql+asyncpg://room@/?host={folder}"
    finally:
        if started:
            _run(folder, "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, name: str, *arguments: str) -> None:
    user = OWNER if os.geteuid() == 0 else None
    subprocess.run([program(name), *arguments], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def main(command: Sequence[str]) -> int:
    """Run the command beside a server, which ends also when somebody ends this."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with server() as address:
        return subprocess.run(command, env={**os.environ, "TEST_POSTGRES": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
