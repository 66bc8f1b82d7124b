"""Opens the database and brings it to the newest schema."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_SECONDS = 10
ANSWER_SECONDS = 2
TURN = 553_2023
"""The advisory lock whose holder's transaction it is: any number that nothing else in the database uses."""

log = structlog.get_logger(__name__)


def open_engine(url: str) -> AsyncEngine:
    """An engine for ``sqlite+aiosqlite:///…`` (WAL, foreign keys on) or ``postgresql+asyncpg://…``.

    An error's message never holds values of a statement: it goes into the log, and they are names, numbers and codes.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_async_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine.sync_engine, "begin", _begin_postgresql)
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def load_driver(url: str) -> None:
    """Load what ``open_engine`` would load for this database."""
    make_url(url).get_dialect().import_dbapi()


async def answers(engine: AsyncEngine) -> bool:
    """Whether a transaction gets its turn and an answer in time. Anybody may ask for it, so it must cost nothing."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS), engine.begin() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        log.exception("the database does not answer")
        return False
    return True


async def migrate(engine: AsyncEngine) -> None:
    """Apply every migration that is missing. Safe to call at each start."""
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's settings, with the connection that the migrations run on."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: _begin_sqlite does, and at once for writing.
    connection.isolation_level = None
    cursor: sqlite3.Cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an accepted command survives the loss of power
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, not only forgotten
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could fail with SQLITE_BUSY_SNAPSHOT, which no timeout cures.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    # One transaction at a time as with SQLite: what is read stays true until it is written, in every use case and on
    # every node, and two nodes that start at once do not both migrate.
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")
