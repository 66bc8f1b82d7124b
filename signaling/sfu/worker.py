"""The media worker process: one UDP port, one control socket, one event loop.

``python -m signaling.sfu.worker --control PATH --feed PATH --listen 127.0.0.1 --port 40000 --announce 127.0.0.1``
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvloop

from signaling.sfu import COMPILED, WHY_NOT
from signaling.sfu.capture import FeedSocket
from signaling.sfu.counters import Counters
from signaling.sfu.homes import EVERYWHERE, HomesPort
from signaling.sfu.pulse import Pulse
from signaling.sfu.rounds import TICK, Attempt
from signaling.sfu.router import Router
from signaling.sfu.server import ControlServer
from signaling.sfu.tcp import TcpPort
from signaling.sfu.tidying import Tidying
from signaling.sfu.udp import UdpPort

log = structlog.get_logger(__name__)

FEED_INTERVAL = 0.5
WATCH_INTERVAL = 1.0
PUBLISHER_BITS_PER_SECOND = 2_500_000
EVERY_HOME = ["0.0.0.0", EVERYWHERE]  # noqa: S104 - the addresses that are announced are among them


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """Where a worker listens. ``announced_ips`` are what browsers are told to send to (the host's public addresses).

    ``port`` 0 lets the system choose; ``tcp_port`` None: no TCP. ``publisher_bits_per_second`` is the most that one
    person's video may take.
    """

    control_path: Path
    feed_path: Path
    listen_ip: str
    port: int
    announced_ips: list[str]
    publisher_bits_per_second: int = PUBLISHER_BITS_PER_SECOND
    tcp_port: int | None = None


def open_port(config: WorkerConfig, counters: Counters) -> UdpPort:
    """The media socket; one that knows its addresses apart when several are announced and all are listened on.

    Raises:
        OSError: the port cannot be bound.
    """
    if config.listen_ip != EVERYWHERE or len(config.announced_ips) < 2:
        return UdpPort(config.listen_ip, config.port, counters)
    try:
        return HomesPort(config.port, counters)
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        log.warning("this machine knows no IPv6: only IPv4, and only one of its addresses answers", reason=str(error))
        return UdpPort(EVERY_HOME[0], config.port, counters)


async def keep_ticking(
    router: Router,
    publisher_bits_per_second: int,
    others: Sequence[tuple[float, Callable[[], None]]] = (),
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Let a router do what it does by the clock until cancelled.

    ``others`` are done too, each at the tick next to so many seconds after its last: in an empty worker a wake-up of
    its own cost 0.4 ms. An error in one of them is logged and ends nothing.
    """
    attempt, done_at = Attempt(), [clock()] * len(others)
    while True:
        await asyncio.sleep(router.pause)
        router.tick(publisher_bits_per_second)
        now = clock()
        for index, (seconds, act) in enumerate(others):
            if now - done_at[index] > seconds - TICK / 2:
                done_at[index] = now
                attempt(act)


async def run(config: WorkerConfig) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        OSError: the port or the control socket cannot be bound.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    counters = Counters()
    port = open_port(config, counters)
    feed = FeedSocket(config.feed_path)
    tcp: TcpPort | None = None
    tcp_port = 0
    if config.tcp_port is not None:
        tcp = TcpPort(counters)
        try:
            homes = EVERY_HOME if isinstance(port, HomesPort) else config.listen_ip
            tcp_port = await tcp.listen(homes, config.tcp_port)
        except OSError as error:  # most networks let UDP through: a room without TCP is better than none
            log.warning("no media over TCP", port=config.tcp_port, reason=str(error))
    router = Router(port, feed, counters, config.announced_ips, tcp_port)
    if tcp is not None:
        tcp.handler, tcp.on_closed = router.forwarder.on_frame, router.forwarder.on_closed
    server = ControlServer(config.control_path, router)
    await server.start()
    forwarder = router.forwarder
    pulse = Pulse(port.socket, forwarder.on_readable, lambda: counters.packets_received + forwarder.handshaken)
    router.on_expected = pulse.rouse
    tidying = Tidying(lambda: router.strain.load.packets_per_second)
    tidying.begin()
    others = [(FEED_INTERVAL, feed.connect), (WATCH_INTERVAL, router.watch), (WATCH_INTERVAL, tidying.look)]
    ticking = loop.create_task(keep_ticking(router, config.publisher_bits_per_second, others))
    if WHY_NOT:
        log.warning("the compiled modules are not used", reason=WHY_NOT)
    log.info(
        "the media worker is ready",
        listen=config.listen_ip, port=port.port, announce=config.announced_ips, compiled=COMPILED,
    )  # fmt: skip
    try:
        await stopped.wait()
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        await server.close()
        await router.close_all()
        if tcp is not None:
            await tcp.close()
        pulse.close()
        feed.close()
        port.close()
        log.info("the media worker has stopped", **counters.as_json())


def main(config: WorkerConfig) -> None:
    """Run one worker until it is told to stop. Logs go to standard error."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    uvloop.run(run(config))


def parse_arguments(arguments: Sequence[str]) -> WorkerConfig:
    """The configuration on a command line."""
    parser = argparse.ArgumentParser(prog="python -m signaling.sfu.worker", description=__doc__.splitlines()[0])
    parser.add_argument("--control", type=Path, required=True, help="local stream socket for the web process")
    parser.add_argument("--feed", type=Path, required=True, help="local datagram socket that the recorder binds")
    parser.add_argument("--listen", default="127.0.0.1", help="IP address to bind")
    parser.add_argument("--port", type=int, default=40000, help="UDP port; 0: any")
    parser.add_argument("--announce", action="append", help="IP address that browsers are told; may be repeated")
    parser.add_argument("--tcp-port", type=int, help="TCP port for networks without UDP; 0: any; none: no TCP")
    parser.add_argument("--publisher-bits-per-second", type=int, default=PUBLISHER_BITS_PER_SECOND)
    chosen = parser.parse_args(arguments)
    return WorkerConfig(
        chosen.control,
        chosen.feed,
        chosen.listen,
        chosen.port,
        chosen.announce or [chosen.listen],
        chosen.publisher_bits_per_second,
        chosen.tcp_port,
    )


if __name__ == "__main__":
    main(parse_arguments(sys.argv[1:]))
