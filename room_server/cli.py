"""The command line: run the service, check a dossier, show the settings.

Each command loads what it needs when it runs: the parent of a running service stays small and starts at once.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from room_server import settings, successors
from room_server.settings import PREFIX, MediaProcess, Settings, SettingsError
from room_server.supervisor import Program, Supervisor

if TYPE_CHECKING:
    from room_server.services.demo import DemoAccess

FLAGS = frozenset({"host", "port", "media_port", "media_workers", "data_dir", "recording_minimum_free_mb", "demo"})
WHITE_ON_BLACK = "\x1b[38;5;231;48;5;16m"  # of the fixed colours, which no theme changes
PLAIN = "\x1b[0m"

ONLY_THIS_MACHINE = (
    "Firefox sends no sound and no picture to a loopback address. To try it: make run HOST=0.0.0.0, or set\n"
    "media.peerconnection.ice.loopback in about:config."
)

MEDIA_STOP_SECONDS, RECORDER_STOP_SECONDS = 1.5, 3.0
"""How long they may take to end. With the web process, which ends before them, less than ten."""


def main(arguments: Sequence[str] | None = None) -> int:
    """``mediation-room COMMAND …``; the exit status. 2: the command or a setting is not usable."""
    given = _parser().parse_args(arguments)
    if given.command == "verify":
        from recorder import verify

        return verify.main(given.rest)
    if given.command == "settings":
        print(settings.describe())
        return 0
    flags = {name: value for name, value in vars(given).items() if name in FLAGS}
    try:
        return _act(settings.load(**flags), given)
    except SettingsError as error:
        print(f"mediation-room: {error}", file=sys.stderr)
        return 2


def _act(loaded: Settings, given: argparse.Namespace) -> int:
    if given.command in ADMINISTRATION:
        return ADMINISTRATION[given.command](loaded, given)
    if given.command == "loadtest":
        from room_server import loadtest

        return loadtest.main(
            loaded, given.url, given.rooms, given.people, given.seconds, any_certificate=given.any_certificate
        )
    loaded.require_organisation()
    if given.command == "web":
        return successors.keep("web", partial(_web, loaded))
    if given.command == "worker":
        from room_server import bootstrap

        asyncio.run(bootstrap.work(loaded))
    else:
        _run(loaded)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mediation-room", description="A remote mediation room.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("run", "run everything on this machine"),
        ("web", "only the web process (run starts it)"),
        ("worker", "only the background worker (run has it in the web process)"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--host", help="address to listen on; not a loopback address: HTTPS")
        command.add_argument("--port", type=int, help="TCP port")
        command.add_argument("--media-port", type=int, help="UDP port for media, of the first media worker")
        command.add_argument("--media-workers", type=int, help="how many media workers; 0: one less than cores")
        command.add_argument("--data-dir", type=Path, help="folder of database, recordings, papers and keys")
        free = "recording stops before the disk has less than this, in MiB"
        command.add_argument("--recording-minimum-free-mb", type=int, help=free)
        command.add_argument("--demo", action="store_true", default=None, help="open a demo case on an empty database")
    password = commands.add_parser("password", help="give a member of staff a new password")
    password.add_argument("username")
    password.add_argument("--data-dir", type=Path, help="folder of database, recordings, papers and keys")
    hold = commands.add_parser("hold", help="delete nothing of a session: a dispute goes on, or the law wants it kept")
    hold.add_argument("session_id")
    hold.add_argument("--reason", default="", help="stands on the record")
    hold.add_argument("--lift", action="store_true", help="let its time go on")
    hold.add_argument("--data-dir", type=Path, help="folder of database, recordings, papers and keys")
    load = commands.add_parser("loadtest", help="fill rooms of a running service with people who only send packets")
    load.add_argument("url", help="of the service, which must have been started with load_test_secret")
    load.add_argument("--rooms", type=int, default=4)
    load.add_argument("--people", type=int, default=6, help="in each room; everybody follows everybody else")
    load.add_argument("--seconds", type=float, default=10, help="that are counted")
    load.add_argument("--any-certificate", action="store_true", help="believe a self-signed one")
    check = commands.add_parser("verify", help="check a dossier offline", add_help=False)
    check.add_argument("rest", nargs=argparse.REMAINDER)
    commands.add_parser("settings", help="every setting with its default and meaning")
    return parser


def _web(loaded: Settings) -> Callable[[], None]:
    """Load the web process; what runs it."""
    from room_server import app

    app.load(loaded)
    return partial(app.serve, loaded, partial(_tell, loaded))


def _run(loaded: Settings) -> None:
    settings.prepare_folders(loaded)
    print(f"The service starts on {loaded.url}", flush=True)
    asyncio.run(Supervisor(stages(loaded), environment(loaded, os.environ)).run())


def _tell(loaded: Settings, access: DemoAccess | None) -> None:
    again = AGAIN.format(url=loaded.url)
    print(again if access is None else welcome(loaded, access, coloured=sys.stdout.isatty()), flush=True)


def _renew_password(loaded: Settings, given: argparse.Namespace) -> int:
    from room_server import bootstrap
    from room_server.domain.errors import NotFound

    try:
        password = asyncio.run(bootstrap.renew_password(loaded, given.username))
    except NotFound:
        print(f"mediation-room: there is no account {given.username!r}", file=sys.stderr)
        return 1
    print(f"{given.username}  {password}")
    return 0


def _hold(loaded: Settings, given: argparse.Namespace) -> int:
    from room_server import bootstrap
    from room_server.domain.errors import Invalid, NotFound

    try:
        asyncio.run(bootstrap.hold(loaded, given.session_id, None if given.lift else given.reason))
    except NotFound:
        print(f"mediation-room: there is no session {given.session_id!r} that this is about", file=sys.stderr)
        return 1
    except Invalid:
        print("mediation-room: hold: --reason is missing", file=sys.stderr)
        return 2
    return 0


ADMINISTRATION: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "password": _renew_password,
    "hold": _hold,
}


def stages(loaded: Settings) -> list[list[Program]]:
    """The processes of one machine; whoever uses others comes after them."""
    recorder = ["-m", "recorder.process", "--control", str(loaded.recorder_control)]
    recorder += ["--feed", str(loaded.recorder_feed), "--folder", str(loaded.recordings_dir)]
    recorder += ["--minimum-free-mb", str(loaded.recording_minimum_free_mb)]
    return [
        [Program("recorder", recorder, RECORDER_STOP_SECONDS)],
        [_media_worker(loaded, each) for each in loaded.media],
        [Program("web", ["-m", "room_server.cli", "web"], settings.SHUTDOWN_SECONDS + 2)],
    ]


def _media_worker(loaded: Settings, process: MediaProcess) -> Program:
    name = f"media worker {process.name}"
    arguments = ["-m", "room_server.successors", name, "signaling.sfu.worker"]
    arguments += ["--control", str(process.control), "--feed", str(loaded.recorder_feed)]
    arguments += ["--listen", loaded.media_listen, "--port", str(process.port)]
    if loaded.media_tcp:
        arguments += ["--tcp-port", str(process.port)]
    for address in loaded.announced:
        arguments += ["--announce", address]
    return Program(name, arguments, MEDIA_STOP_SECONDS)


def environment(loaded: Settings, present: Mapping[str, str]) -> dict[str, str]:
    """The settings as the children read them."""
    values = {}
    for item in dataclasses.fields(Settings):
        value = getattr(loaded, item.name)
        values[PREFIX + item.name.upper()] = ",".join(value) if isinstance(value, tuple) else str(value).strip()
    values[PREFIX + "DEMO"] = "true" if loaded.demo else "false"
    return {**present, **values}


AGAIN = """
The database has its cases already; nothing was added. Links and messages: {url}/demo
A new password for a member of staff: mediation-room password USERNAME
"""


def welcome(loaded: Settings, access: DemoAccess, coloured: bool) -> str:
    """What the demo's opener sees in the terminal: links, QR codes, passwords (shown once, stored hashed)."""
    links = [("mediator", "", f"{loaded.url}/staff/sessions/{access.session_id}")]
    links += [(link.side, f"{link.name}, identity number ends in {link.last4}", link.url) for link in access.links]
    links += [("court officer", "", f"{loaded.url}/court")]
    lines = ["", "A demo case is open. Everything in it is invented.", ""]
    for role, note, url in links:
        lines += [f"  {role:<14} {url}", *([f"  {'':<14} {note}"] if note else []), _indented(qr_code(url, coloured))]
    lines += ["User names and passwords of the demo's staff, shown this once:", ""]
    lines += [f"  {account.username:<10} {account.password}" for account in access.accounts]
    lines += ["", f"Messages of the demo, with the one-time codes: {loaded.url}/demo", ""]
    if set(loaded.announced) <= settings.LOOPBACK:
        lines += [ONLY_THIS_MACHINE, ""]
    return "\n".join(lines)


def qr_code(text: str, coloured: bool) -> str:
    """A QR code in half-block characters, two modules a line, with the quiet zone that readers need (ISO/IEC 18004).

    ``coloured``: black on white by the terminal's own colour codes, whatever its background is. Else the light modules
    are drawn, which is right on a dark background; most readers take the reverse too.
    """
    import segno

    rows = [[bool(module) for module in row] for row in segno.make(text, error="l").matrix_iter(border=4)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    blocks = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}  # light on dark
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ["".join(blocks[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]
    return "\n".join(f"{WHITE_ON_BLACK}{line}{PLAIN}" if coloured else line for line in lines)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines()) + "\n"


if __name__ == "__main__":
    sys.exit(main())
