"""Where the tests of the product keep their data: a file of SQLite each, or a database each of a PostgreSQL server.

``TEST_POSTGRES`` is the server's address without a database's name; empty: SQLite.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from room_server.store.database import open_engine

SERVER = os.environ.get("TEST_POSTGRES", "")
FILE = "room.sqlite3"
KEPT: set[Path] = set()
NAME = "database.name"
"""A file in the folder of a product that names its PostgreSQL database."""


def database_of(folder: Path) -> AsyncEngine:
    """An engine for the database that belongs to a folder; a new one is empty."""
    if not SERVER:
        return open_engine(f"sqlite+aiosqlite:///{folder / FILE}")
    return open_engine(_url(_name(folder)).render_as_string(hide_password=False))


async def make_database(folder: Path) -> None:
    """An empty one."""
    if SERVER:
        await _create(folder, "template0")


async def copy_database(original: Path, folder: Path) -> None:
    """A copy that belongs to ``folder``; nobody is connected with the original meanwhile."""
    if SERVER:
        await _create(folder, _name(original))
    else:
        await asyncio.to_thread(shutil.copy, original / FILE, folder / FILE)


async def _create(folder: Path, template: str) -> None:
    name = f"test_{uuid4().hex}"
    await _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(name)


async def _administer(statement: str) -> None:
    engine = create_async_engine(_url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _name(folder: Path) -> str:
    return (folder / NAME).read_text()


def _url(name: str) -> URL:
    return make_url(SERVER).set(database=name)


def keep_database(folder: Path) -> None:
    """Others are copied from it: it stays for as long as the tests run."""
    KEPT.add(folder)


async def drop_database(folder: Path) -> None:
    """Nothing is left on the server of what is not kept."""
    if SERVER and folder not in KEPT:
        await _administer(f'DROP DATABASE IF EXISTS "{_name(folder)}" WITH (FORCE)')
