"""The tables of exhibits, beside those of ``schema``. ``challenges`` and ``comparisons``
only ever grow.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from room_server.store.schema import Moment, metadata

exhibits = Table(
    "exhibits",
    metadata,
    Column("exhibit_id", String(64), primary_key=True),
    Column("session_id", String(64), ForeignKey("sessions.session_id"), nullable=False),
    Column("owner_id", String(64), ForeignKey("participants.participant_id"), nullable=False),
    Column("side", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("original", JSON, nullable=False),
    Column("pages", JSON, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("caucus_side", String(20)),
    Column("known_to", JSON, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("holds", JSON, nullable=False, server_default="[]"),
    Column("number", Integer),
    Column("disclosed_at", Moment),
    Column("withdrawn_at", Moment),
    UniqueConstraint("session_id", "number"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("exhibit_id", String(64), ForeignKey("exhibits.exhibit_id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("side", String(20), nullable=False),
    Column("aspect", String(20), nullable=False),
    Column("objects", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("exhibit_id", String(64), ForeignKey("exhibits.exhibit_id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("outcome", String(20), nullable=False),
    Column("way", String(20), nullable=False),
    Column("remark", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

presentations = Table(
    "presentations",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.session_id"), primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("exhibit_id", String(64), ForeignKey("exhibits.exhibit_id"), nullable=False),
    Column("page", Integer, nullable=False),
    Column("presenter_id", String(64), nullable=False),
    Column("since", Moment, nullable=False),
)

presenters = Table(
    "presenters",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.session_id"), primary_key=True),
    Column("participant_id", String(64), ForeignKey("participants.participant_id"), primary_key=True),
)
