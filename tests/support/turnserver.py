"""Debian's coturn on loopback, with the settings of ``deploy/coturn.conf`` and the few that a test must change."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "coturn.conf"
READY = b"Total General servers"
START_SECONDS = 20


def free_port(address: str) -> int:
    """A number that neither UDP nor TCP of this address uses now."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind((address, 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return int(udp.getsockname()[1])


def configuration(secret: str, address: str, port: int, worker: str, folder: Path) -> str:
    """What an operator would have put in: the secret, where the media worker is; and that all of it is one machine."""
    text = CONFIGURATION.read_text()
    for template, filled in (
        ("static-auth-secret=CHANGE-ME", f"static-auth-secret={secret}"),
        ("# allowed-peer-ip=THE MEDIA WORKER", f"allowed-peer-ip={worker}"),
        ("listening-port=3478", f"listening-port={port}"),
    ):
        assert text.count(template) == 1, template
        text = text.replace(template, filled)
    ours = {"listening-ip": address, "relay-ip": address, "pidfile": folder / "pid", "userdb": folder / "db"}
    lines = [f"{name}={value}" for name, value in ours.items()]
    return "\n".join([text, *lines, "allow-loopback-peers", "no-tls", "no-dtls", "log-file=stdout", "verbose", ""])


@asynccontextmanager
async def turnserver(secret: str, address: str, worker: str, folder: Path) -> AsyncIterator[int]:
    """Run it on this address; its port. It relays to nobody but ``worker``, and from ``address``."""
    port = free_port(address)
    file = folder / "turnserver.conf"
    file.write_text(configuration(secret, address, port, worker, folder))
    process = await asyncio.create_subprocess_exec(
        *("turnserver", "-c", str(file)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    said = bytearray()
    try:
        async with asyncio.timeout(START_SECONDS):
            while READY not in said:
                part = await process.stdout.read(65536)
                assert part, said.decode(errors="replace")
                said += part
        reading = asyncio.create_task(_read(process.stdout, folder / "turnserver.log"))
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
    await reading


async def _read(stream: asyncio.StreamReader, file: Path) -> None:
    with file.open("wb") as log:
        while part := await stream.read(65536):
            log.write(part)
            log.flush()
