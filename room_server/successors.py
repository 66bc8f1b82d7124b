"""A process that dies is followed at once by one that has loaded everything already.

Python spends nearly all of a start on loading: 0.9 of 1.0 s, six times as much on a slow machine. So the process that
loads does not serve. It forks one that does, waits for its end and forks the next, which only opens the database and
listens. Whoever waits shares its memory with whoever serves, uses no processor, and has no thread, connection or file
that a fork could double.

``python -m room_server.successors NAME MODULE …`` does so for a module whose ``main`` takes what its
``parse_arguments`` makes of the rest.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog

HEALTHY_AFTER_SECONDS = 5.0
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
WAITS = "waits: "
HEARD = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})

log = structlog.get_logger(__name__)


def die_with_parent(number: int) -> None:
    """Linux: the calling process gets this signal when its parent dies, instead of living on unknown to anybody."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def call_oneself(name: str) -> None:
    """Linux: what ``ps -e`` and ``top`` call this process, 15 bytes of it: its command line is that of its parent."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15])


def keep(name: str, load: Callable[[], Callable[[], None]]) -> int:
    """Run what ``load`` returns in a process of its own, and again in another one whenever that dies; its exit status.

    ``name``: in the log. It returns when it was told to stop (SIGTERM, SIGINT; the other one is told too), when a
    process has died young (what was loaded may be why), or when the product's files are others by now: whoever started
    this one starts it anew. Should this one be killed, so is the other.
    """
    call_oneself(f"{WAITS}{name}")
    gc.disable()  # a third of the time that loading takes, for next to no garbage
    serve = load()
    gc.freeze()  # what is loaded stays: until the first whole collection none looks at it, and its memory stays shared
    version = _version()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, as some leave it, nobody would hear of an end
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    while True:
        here, born = os.getpid(), time.monotonic()
        child = os.fork()
        if child == 0:
            die_with_parent(signal.SIGKILL)
            if os.getppid() != here:
                return 1
            call_oneself(name)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
            gc.enable()
            serve()
            return 0
        told, status = _wait(child)
        lived = time.monotonic() - born
        if told and status == -signal.SIGTERM:  # how uvicorn ends when all went well
            return 0
        if told or lived < HEALTHY_AFTER_SECONDS or _version() != version:
            return status if status >= 0 else 128 - status
        log.warning("died", process=name, pid=child, status=status, restart_in=0.0)


def _version() -> dict[Path, int]:
    """The product's files and when each was written."""
    root = Path(__file__).parents[1]
    files = (file for top in ("room_server", "signaling", "recorder") for file in (root / top).rglob("*.py"))
    return {file: file.stat().st_mtime_ns for file in files}


def _wait(child: int) -> tuple[bool, int]:
    """Until the child has ended: whether this process was told to stop, and the child's status (-9: killed)."""
    told = False
    while True:
        if signal.sigwait(HEARD) != signal.SIGCHLD:
            told = True
            os.kill(child, signal.SIGTERM)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return told, os.waitstatus_to_exitcode(status)


def main(arguments: Sequence[str]) -> int:
    """A name, a module, and that module's own command line."""
    name, module, *rest = arguments
    return keep(name, partial(_load, module, rest))


def _load(name: str, arguments: Sequence[str]) -> Callable[[], None]:
    module: Any = import_module(name)
    return partial(module.main, module.parse_arguments(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
