"""The tables of offers, beside those of ``schema``. ``offer_answers`` only ever grows."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text

from room_server.store.schema import Moment, metadata

offers = Table(
    "offers",
    metadata,
    Column("offer_id", String(64), primary_key=True),
    Column("session_id", String(64), ForeignKey("sessions.session_id"), nullable=False, index=True),
    Column("owner_id", String(64), ForeignKey("participants.participant_id"), nullable=False),
    Column("side", String(20), nullable=False),
    Column("payer", String(20), nullable=False),
    Column("amount", String(20), nullable=False),
    Column("instalments", JSON, nullable=False),
    Column("conditions", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("known_to", JSON, nullable=False),
    Column("in_answer_to", String(64)),
    Column("shared_at", Moment),
    Column("withdrawn_at", Moment),
    Column("drafted_at", Moment),
)

offer_answers = Table(
    "offer_answers",
    metadata,
    Column("offer_id", String(64), ForeignKey("offers.offer_id"), primary_key=True),
    Column("side", String(20), primary_key=True),
    Column("by", String(64), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("salt", String(64), nullable=False),
)
