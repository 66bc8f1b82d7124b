from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from room_server.supervisor import Program, Supervisor
from tests.support.waiting import until

pytestmark = pytest.mark.alone

WAIT_FOR_SIGNAL = "import signal; signal.signal(signal.SIGTERM, lambda *_: exit(0)); signal.pause()"


def program(path: Path, rest: str = WAIT_FOR_SIGNAL) -> Program:
    """Writes its process id to a file, a line each start."""
    return Program("child", ["-c", f"import os; open({str(path)!r}, 'a').write(f'{{os.getpid()}}\\n'); {rest}"])


async def starts(path: Path, number: int) -> list[int]:
    await until(lambda: path.exists() and len(path.read_text().splitlines()) >= number)
    return [int(line) for line in path.read_text().splitlines()]


async def test_a_killed_child_is_started_again_and_stop_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "pids"
    supervisor = Supervisor([[program(path)]], os.environ)
    running = asyncio.create_task(supervisor.run())
    (first,) = await starts(path, 1)
    os.kill(first, signal.SIGKILL)
    _, second = await starts(path, 2)
    supervisor.stop()
    await asyncio.wait_for(running, 20)
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


async def test_a_child_that_dies_at_once_is_started_more_slowly_but_always_again(tmp_path: Path) -> None:
    path = tmp_path / "pids"
    supervisor = Supervisor([[program(path, "exit(3)")]], os.environ)
    running = asyncio.create_task(supervisor.run())
    pids = await starts(path, 3)
    supervisor.stop()
    await asyncio.wait_for(running, 20)
    assert len(set(pids)) == len(pids)


async def test_whoever_uses_another_process_is_stopped_before_it(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    slow = f"""
import signal, sys, time
def end(*_):
    time.sleep(float(sys.argv[2]))
    open({str(ends)!r}, "a").write(sys.argv[1])
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
open({str(tmp_path)!r} + "/" + sys.argv[1], "w").close()
signal.pause()
"""
    stages = [
        [Program(name, ["-c", slow, name, delay]) for name, delay in together]
        for together in ([("a", "0")], [("b", "0.4"), ("c", "0.2")], [("d", "0.2")])
    ]
    supervisor = Supervisor(stages, os.environ)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: all((tmp_path / name).exists() for name in "abcd"))
    supervisor.stop()
    await asyncio.wait_for(running, 20)
    assert ends.read_text() == "dcba", "b and c are told together"


async def test_a_child_that_does_not_end_is_killed(tmp_path: Path) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(tmp_path / 'up')!r}, 'w').close()"
    supervisor = Supervisor([[Program("deaf", ["-c", f"{deaf}; signal.pause()"], 0.1)]], os.environ)
    running = asyncio.create_task(supervisor.run())
    await until((tmp_path / "up").exists)
    supervisor.stop()
    await asyncio.wait_for(running, 20)
    assert supervisor.pids == {}
