from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.service import free_ports
from tests.support.waiting import until

PARENT = """
import os, signal, sys
from pathlib import Path
from room_server import successors

folder = Path(sys.argv[1])
successors.HEALTHY_AFTER_SECONDS = float(sys.argv[2])
if sys.argv[3]:  # another version at each look
    successors._version = iter([{}, {Path("file"): 1}]).__next__

def write(name, text):
    with (folder / name).open("a") as file:
        file.write(f"{text}\\n")

def tell(*_):
    write("told", os.getpid())
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # as uvicorn ends
    os.kill(os.getpid(), signal.SIGTERM)

def serve():
    signal.signal(signal.SIGTERM, tell)
    write("served", os.getpid())
    signal.pause()

def load():
    write("loaded", os.getpid())
    return serve

sys.exit(successors.keep('child', load))
"""


@contextmanager
def started(folder: Path, healthy_after: float = 0, *, upgraded: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [str(folder), str(healthy_after), "upgraded" if upgraded else ""]
    with subprocess.Popen([sys.executable, "-c", PARENT, *arguments]) as parent:
        try:
            yield parent
        finally:
            parent.kill()


async def numbers(path: Path, count: int) -> list[int]:
    """So many process ids, a line each, and no more."""
    await until(lambda: path.exists() and len(path.read_text().splitlines()) >= count)
    found = [int(line) for line in path.read_text().splitlines()]
    assert len(found) == count
    return found


async def test_what_is_killed_has_a_successor_and_nothing_is_loaded_again(tmp_path: Path) -> None:
    with started(tmp_path) as parent:
        for count in (1, 2, 3):
            served = await numbers(tmp_path / "served", count)
            assert psutil.Process(served[-1]).ppid() == parent.pid
            if count < 3:
                os.kill(served[-1], signal.SIGKILL)
        assert await numbers(tmp_path / "loaded", 1) == [parent.pid]
        assert psutil.Process(parent.pid).name() == "waits: child"
        await until(lambda: psutil.Process(served[-1]).name() == "child")
        parent.terminate()
        assert parent.wait(20) == 0
        assert await numbers(tmp_path / "told", 1) == served[-1:], "told to end, and waited for"
        assert not psutil.pid_exists(served[-1])


async def test_what_dies_young_is_left_to_whoever_started_it(tmp_path: Path) -> None:
    with started(tmp_path, healthy_after=60) as parent:
        (served,) = await numbers(tmp_path / "served", 1)
        os.kill(served, signal.SIGKILL)
        assert parent.wait(20) == 128 + signal.SIGKILL
        await numbers(tmp_path / "served", 1)


async def test_who_has_loaded_an_older_version_is_not_followed_by_one_of_it(tmp_path: Path) -> None:
    """After an upgrade in place a successor would be the old program with the new migrations and pages."""
    with started(tmp_path, upgraded=True) as parent:
        (served,) = await numbers(tmp_path / "served", 1)
        os.kill(served, signal.SIGKILL)
        assert parent.wait(20) == 128 + signal.SIGKILL


async def test_nobody_serves_whose_parent_is_gone(tmp_path: Path) -> None:
    with started(tmp_path) as parent:
        (served,) = await numbers(tmp_path / "served", 1)
        parent.kill()
        parent.wait(20)
        await until(lambda: not psutil.pid_exists(served))
        assert not (tmp_path / "told").exists(), "whoever has its port must go at once"


LATE = """
import os, sys, threading, time, urllib.error, urllib.request
from room_server import cli, successors

def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20)
    except urllib.error.HTTPError:
        return True  # without media worker and recorder not all is well
    except OSError:
        return False
    return True

def wait(before):
    while not ready():
        time.sleep(0.02)
    print(sorted(set(sys.modules) - before), flush=True)
    os._exit(0)

def keep(name, load):
    serve = load()
    opened = [link for link in map(link_of, os.listdir("/proc/self/fd")) if link]
    print(name, len(os.listdir("/proc/self/task")), opened, flush=True)
    threading.Thread(target=wait, args=(set(sys.modules),)).start()
    serve()

def link_of(number):
    try:
        link = os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        return None
    return None if link.startswith(("/dev/", "pipe:", "/proc/")) else link

successors.keep = keep
"""
"""A program that does not fork: it says which threads and files there were, and which modules are loaded late."""

WEB = f"""{LATE}
ready = lambda: answers(sys.argv[1])
cli.main(["web", "--port", sys.argv[1], "--data-dir", sys.argv[2], "--demo"])
"""
WORKER = f"""{LATE}
control, feed = (f"{{sys.argv[2]}}/{{name}}.sock" for name in ("control", "feed"))
os.makedirs(sys.argv[2], exist_ok=True)
ready = lambda: os.path.exists(control)
where = ["--control", control, "--feed", feed, "--port", sys.argv[1]]
successors.main(["media worker", "signaling.sfu.worker", *where])
"""


@pytest.mark.parametrize(("name", "program"), [("web", WEB), ("media worker", WORKER)])
def test_everything_is_loaded_before_the_fork_and_nothing_is_open(name: str, program: str, tmp_path: Path) -> None:
    """What was loaded only by the one that serves would be loaded after every death."""
    for _ in "twice":  # the first start also makes keys and database, whose makers are not needed again
        command = [sys.executable, "-c", program, str(free_ports()[0]), str(tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    prepared, late = [line for line in done.stdout.splitlines() if line.endswith("]")]
    assert prepared == f"{name} 1 []", "threads, and files or sockets"
    assert late == "[]"
