"""Every setting of the service, with its default and what it means: the one place to read.

A setting comes from, last wins: the default here, one TOML file (``MEDIATION_ROOM_CONFIG``), an environment variable
``MEDIATION_ROOM_<NAME>``, a flag of the command line. Lists in the environment are separated by commas.
"""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import os
import secrets
import socket
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from room_server import cores

PREFIX = "MEDIATION_ROOM_"
KEY_BYTES = 32
SHORTEST_KEY = 32
DEMO_ORGANISATION = "示例街道劳动人事争议调解中心（演示）"
DEMO_PHONE = "023-00000000"
"""Nobody has this number."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MOST_WORKERS, LAST_PORT = 64, 65535
SHUTDOWN_SECONDS = 3
"""What the web process gives to requests that are under way when it is told to stop."""
EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound here


class SettingsError(Exception):
    """A setting that cannot be used, with its name and the reason."""


def _doc(text: str, default: Any) -> Any:
    return field(default=default, metadata={"doc": text})


@dataclass(frozen=True, slots=True)
class MediaProcess:
    """One media worker: what it is called, its control socket, its UDP port (and TCP port)."""

    name: str
    control: Path
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. ``mediation-room settings`` prints them with these explanations."""

    host: str = _doc(
        "address that the web process listens on; anything but a loopback address turns HTTPS on", "127.0.0.1"
    )
    port: int = _doc("TCP port of the web process", 8080)
    base_url: str = _doc("how browsers reach the service; empty: made from host and port", "")
    frontend_dir: Path = _doc("folder of the built frontend", Path(__file__).parent.parent / "frontend" / "dist")
    data_dir: Path = _doc("folder of the database, recordings, papers and keys", Path("data"))
    database_url: str = _doc("SQLAlchemy URL; empty: SQLite in data_dir", "")
    secret_key: str = _doc("key of all tokens; empty: made once and kept in data_dir", "")
    tls_certificate: str = _doc("PEM file; empty: self-signed when host is not a loopback address", "")
    tls_key: str = _doc("PEM file that goes with tls_certificate", "")
    media_host: str = _doc("address of the media socket; empty: host, or the announced own address", "")
    media_port: int = _doc("UDP port of the first media worker; the next one has the next number", 40000)
    media_workers: int = _doc(
        "how many media workers run here, each room on one of them; 0: one less than it may use cores, from 1 to 64",
        0,
    )
    media_tcp: bool = _doc("media also over TCP, on the same port number, for networks without UDP", default=True)
    announced_ips: tuple[str, ...] = _doc(
        "addresses told to browsers for media, IPv4 or IPv6, the best first; empty: host, or this machine's own", ()
    )
    ice_servers: str = _doc("JSON list of TURN or STUN servers handed to browsers (RTCIceServer form)", "[]")
    turn_urls: tuple[str, ...] = _doc("TURN relays (turn: or turns: URLs) that share turn_secret with this service", ())
    turn_secret: str = _doc("coturn's static-auth-secret: makes credentials for each person", "")
    turn_seconds: int = _doc("how long such credentials hold", 6 * 3600)
    demo: bool = _doc("open a demo case on an empty database and show its outbox of messages", default=False)
    organisation: str = _doc(
        "name of the mediation organisation on papers and seal; must be set, only the demo has an invented one", ""
    )
    contact_phone: str = _doc(
        "number that invitations and notices name, for questions and to check who sent a message; empty: none is "
        "named. The demo has an invented one",
        "",
    )
    timestamp_url: str = _doc("RFC 3161 authority; empty: a local one that is labelled as for development", "")
    timestamp_roots: str = _doc("PEM file with the roots of that authority", "")
    recording_minimum_free_mb: int = _doc("recording stops, and says so, before the disk has less than this", 64)
    exhibit_mb: int = _doc("largest file (MiB) that is taken as an exhibit", 20)
    talk_retention_days: int = _doc(
        "days after the end of a filed session until chat lines, carry-across tickets, mediators' private notes, "
        "offers and the edits of the draft are deleted; 0: never. The notice that parties read says so",
        183,
    )
    link_days: int = _doc("days until a party's link expires", 14)
    room_publishers: int = _doc("people in a room who send sound or pictures, besides the mediators", 12)
    room_listeners: int = _doc("people in a room who only watch and listen", 50)
    media_cpu_limit: int = _doc("percent of a core at every media worker from which on no new room opens; 0: never", 80)
    metrics_token: str = _doc(
        "bearer token for /metrics; empty: only this machine may read it, and through no proxy", ""
    )
    load_test_secret: str = _doc("lets whoever knows it run `mediation-room loadtest` here; empty: nobody does", "")
    time_zone: str = _doc("zone of dates on papers and screens", "Asia/Shanghai")

    def require_organisation(self) -> str:
        """Who mediates, seals and is responsible for personal data.

        Raises:
            SettingsError: nobody said so; papers must not carry an invented name.
        """
        name = self.organisation or (DEMO_ORGANISATION if self.demo else "")
        if not name:
            raise SettingsError("organisation: the name of the mediation organisation is missing")
        return name

    @property
    def phone(self) -> str:
        """The organisation's number; empty: it names none."""
        return self.contact_phone or (DEMO_PHONE if self.demo else "")

    @property
    def tls(self) -> bool:
        """Whether the web process speaks HTTPS."""
        return bool(self.tls_certificate) or self.host not in LOOPBACK

    @property
    def url(self) -> str:
        """How browsers reach the service, without a slash at the end."""
        if self.base_url:
            return self.base_url.rstrip("/")
        shown = self.announced[0] if self.host in EVERY_ADDRESS else self.host
        bracketed = f"[{shown}]" if ":" in shown else shown
        return f"{'https' if self.tls else 'http'}://{bracketed}:{self.port}"

    @property
    def announced(self) -> tuple[str, ...]:
        """Addresses that browsers send media to."""
        if self.announced_ips:
            return self.announced_ips
        if self.host in LOOPBACK:
            return ("127.0.0.1",)
        if self.host not in EVERY_ADDRESS:
            return (self.host,)
        return (own_address(),)

    @property
    def media_listen(self) -> str:
        """Address that the media socket is bound to.

        A socket that listens everywhere answers from whatever address the route prefers, and a browser drops an answer
        that does not come from where it sent to (RFC 8445 7.2.5.2.1). So this machine's own announced address is bound
        itself; behind NAT or in a container, where ``announced_ips`` is not ours to bind, every address is.
        With several the socket listens on all of IPv4 and IPv6 and answers each from where it was asked.
        """
        if self.media_host:
            return self.media_host
        if len(self.announced_ips) > 1:
            return "::"
        return self.announced[0] if self.host in EVERY_ADDRESS and not self.announced_ips else self.host

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'room.sqlite3'}"

    @property
    def run_dir(self) -> Path:
        """Folder of the local sockets between the processes."""
        return self.data_dir / "run"

    @property
    def recordings_dir(self) -> Path:
        """The recorder's folder."""
        return self.data_dir / "recordings"

    @property
    def media(self) -> tuple[MediaProcess, ...]:
        """The media workers."""
        number = self.media_workers or min(max(1, cores.usable() - 1), MOST_WORKERS)
        return tuple(
            MediaProcess(str(place), self.run_dir / f"media-{place}.sock", self.media_port + place)
            for place in range(number)
        )

    @property
    def recorder_control(self) -> Path:
        """Control socket of the recorder."""
        return self.run_dir / "recorder.sock"

    @property
    def recorder_feed(self) -> Path:
        """Datagram socket on which the recorder hears all media workers."""
        return self.run_dir / "feed.sock"

    def token_key(self) -> str:
        """The key of all tokens; made and kept (mode 0600) at first use when the setting is empty.

        Raises:
            SettingsError: the setting or the file is too short: anybody could find the key and make tokens.
        """
        if self.secret_key:
            return _long_enough(self.secret_key, f"{PREFIX}SECRET_KEY")
        path = self.data_dir / "secret.key"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _keep_new_key(path)
        return _long_enough(path.read_text().strip(), str(path))


def _long_enough(key: str, place: str) -> str:
    if len(key) < SHORTEST_KEY:
        raise SettingsError(f"{place} has fewer than {SHORTEST_KEY} characters, which is no key")
    return key


def _keep_new_key(path: Path) -> None:
    """The file is there whole or not at all: a process that starts beside this one must not read half a key."""
    descriptor, name = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # the other process was first: then its key counts
            os.link(name, path)
    finally:
        Path(name).unlink()


def own_address() -> str:
    """This machine's address on its default network, or the loopback address where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: connecting a datagram socket sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def load(environment: Mapping[str, str] | None = None, **flags: Any) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: an unknown name, a value of the wrong kind, or a file that cannot be read.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    config = environment.get(PREFIX + "CONFIG")
    if config:
        values.update(_from_file(Path(config)))
    known = {item.name for item in dataclasses.fields(Settings)}
    for name in known:
        if (text := environment.get(PREFIX + name.upper())) is not None:
            values[name] = text
    values.update({name: value for name, value in flags.items() if value is not None})
    if unknown := set(values) - known:
        raise SettingsError(f"unknown setting: {', '.join(sorted(unknown))}")
    hints = get_type_hints(Settings)
    settings = Settings(**{name: _convert(name, value, hints[name]) for name, value in values.items()})
    for address in settings.announced_ips:
        _check_address(address)
    if not 0 <= settings.media_workers <= MOST_WORKERS:
        raise SettingsError(f"media_workers: 0 to {MOST_WORKERS}")
    if settings.media[-1].port > LAST_PORT:
        raise SettingsError(f"media_port: the port of the last media worker would be {settings.media[-1].port}")
    if settings.load_test_secret:
        _long_enough(settings.load_test_secret, "load_test_secret")
    if settings.turn_urls and not settings.turn_secret:
        raise SettingsError("turn_urls: the relays need turn_secret, or nobody gets through them")
    for url in settings.turn_urls:
        if not url.startswith(("turn:", "turns:")):
            raise SettingsError(f"turn_urls: {url!r} does not begin with turn: or turns:")
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error}") from error


def _check_address(address: str) -> None:
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise SettingsError(f"announced_ips: {error}") from error


def _convert(name: str, value: Any, kind: Any) -> Any:
    try:
        if kind is bool:
            return (
                value
                if isinstance(value, bool)
                else {"1": True, "true": True, "0": False, "false": False}[value.lower()]
            )
        if kind is int:
            return int(value)
        if kind is Path:
            return Path(value)
        if kind is str:
            return str(value)
        return (
            tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else tuple(value)
        )
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise SettingsError(f"{name}: {value!r} is not usable") from error


def prepare_folders(settings: Settings) -> None:
    """Make the data folder and those in it; only their owner may look inside."""
    for folder in (settings.data_dir, settings.run_dir, settings.recordings_dir):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)


def describe() -> str:
    """All settings with their defaults and meanings, one a line."""
    return "\n".join(
        f"{PREFIX}{item.name.upper():<28} {item.default!s:<14} {item.metadata['doc']}"
        for item in dataclasses.fields(Settings)
    )
