from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from room_server.supervisor import Program, Supervisor
from tests.support.waiting import until

WAIT_FOR_SIGNAL = "import signal; signal.signal(signal.SIGTERM, lambda *_: exit(0)); signal.pause()"


def program(path: Path, rest: str = WAIT_FOR_SIGNAL) -> Program:
    """Writes its process id to a file, a line each start."""
    return Program("child", ["-c", f"import os; open({str(path)!r}, 'a').write(f'{{os.getpid()}}\\n'); {rest}"])


async def starts(path: Path, number: int) -> list[int]:
    await until(lambda: path.exists() and len(path.read_text().splitlines()) >= number)
    return [int(line) for line in path.read_text().splitlines()]


async def test_a_killed_child_is_started_again_and_stop_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "pids"
    supervisor = Supervisor([program(path)], os.environ)
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
    supervisor = Supervisor([program(path, "exit(3)")], os.environ)
    running = asyncio.create_task(supervisor.run())
    await starts(path, 3)
    supervisor.stop()
    await asyncio.wait_for(running, 20)
