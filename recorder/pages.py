"""Safe pages of files that somebody sent: made in a process of their own, checked here (see ``recorder.pagemaker``)."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec
import structlog

from recorder.pagemaker import LARGEST_PAGE, LONGEST_EDGE, RESULT, kind_of
from recorder.pagemaker import Refused as _Refused

Kind = Literal["pdf", "jpeg", "png", "webp"]
Reason = Literal["empty", "kind", "encrypted", "damaged", "pages", "pixels", "effort"]
JPEG: Final = b"\xff\xd8\xff"
MOST_RESULT: Final = 64 * 1024
MOST_TRACE: Final = 2000

log = structlog.get_logger(__name__)


class PagesRefusedError(Exception):
    """No pages were made; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What one file may cost: pages, pixels of a picture, bytes of memory, seconds of processor and of wall time."""

    pages: int = 100
    pixels: int = 100_000_000
    memory: int = 1536 * 1024 * 1024
    processor_seconds: int = 60
    wall_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class PageFile:
    """One page as a JPEG on the disk; sizes in pixels."""

    file: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MadePages:
    """What the file is by its content, and its pages in order."""

    kind: Kind
    pages: tuple[PageFile, ...]


class _Made(msgspec.Struct):
    file: str
    width: int
    height: int


class _Result(msgspec.Struct):
    refused: Reason | None = None
    kind: Kind | None = None
    pages: list[_Made] = []


async def make_pages(source: Path, folder: Path, limits: PageLimits | None = None) -> MadePages:
    """Pictures of the pages of ``source``, written into ``folder``, which is empty.

    Raises:
        PagesRefusedError: ``empty``; ``kind``: neither PDF nor a picture by its content, or a moving one;
        ``encrypted``; ``damaged``; ``pages`` or ``pixels``: too many; ``effort``: too much memory or time.
    """
    limits = limits or PageLimits()
    try:
        with source.open("rb") as opened:
            kind_of(opened.read(16))  # most of what is refused needs no process
    except _Refused as refused:
        raise PagesRefusedError(_reason(str(refused))) from refused
    status = await _run(source, folder, limits)
    result = await asyncio.to_thread(_result, folder)
    if result is None:
        await asyncio.to_thread(_tell, folder, status)
        # A process that was stopped from outside met a limit; one that ended by itself met a broken file.
        raise PagesRefusedError("effort" if status is None or status < 0 else "damaged")
    if result.refused is not None:
        raise PagesRefusedError(result.refused)
    return await asyncio.to_thread(_checked, folder, result, limits)


async def _run(source: Path, folder: Path, limits: PageLimits) -> int | None:
    """Exit status of the process; None when its time was up."""
    numbers = (limits.pages, limits.pixels, limits.memory, limits.processor_seconds)
    with (folder / "trace.txt").open("wb") as trace:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "recorder.pagemaker", str(source), str(folder), *map(str, numbers)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=trace,
            env={"LANG": "C.UTF-8"},  # no setting, no key, no address of this service
        )
    try:
        async with asyncio.timeout(limits.wall_seconds):
            return await process.wait()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _result(folder: Path) -> _Result | None:
    try:
        with (folder / RESULT).open("rb") as file:
            return msgspec.json.decode(file.read(MOST_RESULT), type=_Result)
    except (OSError, msgspec.DecodeError):
        return None


def _checked(folder: Path, result: _Result, limits: PageLimits) -> MadePages:
    """The pages, if they are what was asked for: a process that a hostile file took over could claim anything."""
    pages = tuple(PageFile(folder / page.file, page.width, page.height) for page in result.pages)
    names = [page.file for page in result.pages]
    expected = [f"page-{number:03}.jpg" for number in range(1, len(pages) + 1)]
    if result.kind is None or not pages or len(pages) > limits.pages or names != expected:
        raise PagesRefusedError("damaged")
    for page in pages:
        if not (0 < page.width <= LONGEST_EDGE and 0 < page.height <= LONGEST_EDGE) or not _is_picture(page.file):
            raise PagesRefusedError("damaged")
    return MadePages(result.kind, pages)


def _is_picture(file: Path) -> bool:
    if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST_PAGE:
        return False
    with file.open("rb") as opened:
        return opened.read(len(JPEG)) == JPEG


def _tell(folder: Path, status: int | None) -> None:
    with (folder / "trace.txt").open("rb") as file:
        trace = file.read(MOST_TRACE).decode(errors="replace")
    log.warning("a file could not be turned into pages", status=status, trace=trace)


def _reason(word: str) -> Reason:
    assert word in get_args(Reason)
    return word  # type: ignore[return-value]
