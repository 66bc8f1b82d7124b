"""The whole service as its users start it: one command, its own data folder, a free port."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import ssl
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from room_server.cli import AGAIN
from room_server.settings import PREFIX
from room_server.successors import WAITS
from tests.support.waiting import until

LINK = re.compile(r"^\s*(mediator|applicant|respondent|court officer)\b.*?(https?://\S+)", re.MULTILINE)
PASSWORD = re.compile(r"^\s*(zhouhe|jilu|faguan)\s+(\S+)\s*$", re.MULTILINE)


def free_ports(workers: int = 1) -> tuple[int, int]:
    """A TCP port for the web process and the first of a row of ports (UDP and TCP) for media workers, all unused."""
    with socket.socket() as web:
        web.bind(("127.0.0.1", 0))
        while True:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
                media.bind(("127.0.0.1", 0))
                first = media.getsockname()[1]
            if all(_is_free(first + place) for place in range(workers)):
                return web.getsockname()[1], first


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        try:
            udp.bind(("127.0.0.1", port))
            tcp.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


@dataclass
class Service:
    """A running service with what its command printed."""

    url: str
    data: Path
    process: asyncio.subprocess.Process
    media_port: int = 0
    output: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.output)

    @property
    def links(self) -> dict[str, str]:
        """Links by role, as printed."""
        return dict(LINK.findall(self.text))

    @property
    def passwords(self) -> dict[str, str]:
        """Passwords by user name, as printed."""
        return dict(PASSWORD.findall(self.text))

    def pid_of(self, module: str) -> int:
        """Process id of the child that runs ``module``, not of the one that waits to replace it."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if module in " ".join(child.cmdline()) and not child.name().startswith(WAITS):
                    return int(child.pid)
            except psutil.NoSuchProcess:
                continue
        raise LookupError(module)

    def kill(self, module: str) -> int:
        """``kill -9`` of the child that runs ``module``; its process id."""
        pid = self.pid_of(module)
        os.kill(pid, signal.SIGKILL)
        return pid

    async def replace(self, module: str, seconds: float = 30) -> None:
        """``kill -9`` of the child that runs ``module``; until another does and the service says that all is well."""
        await self.until_another(module, self.kill(module), seconds)

    async def until_another(self, module: str, pid: int, seconds: float = 30) -> None:
        """Until another process than ``pid`` runs ``module``, and the service says that all is well.

        Nobody waits for the moment without one: it may be shorter than a look.
        """

        def there() -> bool:
            try:
                return self.pid_of(module) != pid and healthy(self.url)
            except LookupError:
                return False

        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(there):
                await asyncio.sleep(0.05)


def healthy(url: str) -> bool:
    """Whether the web process answers and says that everything runs."""
    try:
        # a self-signed certificate is what somebody who tries it from a phone meets first
        with urllib.request.urlopen(f"{url}/healthz", timeout=2, context=ssl._create_unverified_context()) as answer:
            return bool(json.loads(answer.read())["ok"])
    except (OSError, ValueError, KeyError):
        return False


@asynccontextmanager
async def running_service(
    data: Path, *flags: str, scheme: str = "http", workers: int = 1, **settings: str
) -> AsyncIterator[Service]:
    """Start ``mediation-room run --demo`` in ``data``, wait until it is healthy, stop it at the end.

    ``workers``: of the media; ``settings``: further settings by their name in small letters, as environment variables.
    """
    web, media = free_ports(workers)
    command = [sys.executable, "-m", "room_server.cli", "run", "--demo", "--port", str(web), "--data-dir", str(data)]
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--media-port", str(media), "--media-workers", str(workers)),
        *flags,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | {PREFIX + name.upper(): value for name, value in settings.items()},
    )
    service = Service(f"{scheme}://127.0.0.1:{web}", data, process, media)
    reading = asyncio.create_task(_read(service))
    try:
        await until(lambda: process.returncode is not None or healthy(service.url), 60)
        assert process.returncode is None, service.text
        await until(lambda: service.links or AGAIN.split("{url}")[0] in service.text, 10)
        yield service
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)
        await reading
        (data / "service.log").write_text(service.text)


async def _read(service: Service) -> None:
    assert service.process.stdout is not None
    async for line in service.process.stdout:
        service.output.append(line.decode(errors="replace"))
