"""The tables of what people write to one another, beside those of ``schema``."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from room_server.store.schema import Moment, metadata


def _session() -> Column[str]:
    return Column("session_id", String(64), ForeignKey("sessions.session_id"), nullable=False)


def _person(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    participants = ForeignKey("participants.participant_id")
    return Column(name, String(64), participants, nullable=nullable, primary_key=primary_key)


chat_lines = Table(
    "chat_lines",
    metadata,
    Column("line_no", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("line_id", String(64), nullable=False, unique=True),
    _session(),
    _person("author"),
    Column("privilege", String(20), nullable=False),
    Column("thread", String(100), nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "session_id", "thread"),
)

calls = Table(
    "calls",
    metadata,
    Column("call_id", String(64), primary_key=True),
    _session(),
    _person("participant_id"),
    Column("kind", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("seen_at", Moment),
    _person("seen_by", nullable=True),
    Index(None, "session_id"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String(64), primary_key=True),
    _session(),
    Column("caucus_id", String(64), ForeignKey("caucuses.caucus_id"), nullable=False),
    Column("side", String(20), nullable=False),
    _person("author"),
    Column("members", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", String(20), nullable=False),
    _person("answered_by", nullable=True),
    Column("answered_at", Moment),
    Column("delivered_at", Moment),
    Index(None, "session_id"),
)

private_notes = Table(
    "private_notes",
    metadata,
    _person("participant_id", primary_key=True),
    Column("scope", String(64), primary_key=True),
    _session(),
    Column("text", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("saved_at", Moment, nullable=False),
)
