"""The tables of ``store.arrival``; ``roll_marks`` is one of ``append_only.APPEND_ONLY``."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from room_server.store.schema import Moment, metadata

SESSION = "sessions.session_id"
PARTICIPANT = "participants.participant_id"

entry_codes = Table(
    "entry_codes",
    metadata,
    Column("code_id", String(64), primary_key=True),
    Column("participant_id", String(64), ForeignKey(PARTICIPANT), nullable=False),
    Column("link_id", String(64), ForeignKey("links.link_id"), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("used_at", Moment),
    Index(None, "link_id"),
)

roll_marks = Table(
    "roll_marks",
    metadata,
    Column("mark_no", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("session_id", String(64), ForeignKey(SESSION), nullable=False),
    Column("participant_id", String(64), ForeignKey(PARTICIPANT)),
    Column("item", String(20), nullable=False),
    Column("version", String(20), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "session_id"),
)

greetings = Table(
    "greetings",
    metadata,
    Column("session_id", String(64), ForeignKey(SESSION), primary_key=True),
    Column("side", String(20), primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
