"""The tables. Times are UTC; those of ``append_only`` only ever grow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time on every database; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str) -> Column[str]:
    return Column(name, String(64), primary_key=True)


def _session(*, primary_key: bool = False) -> Column[str]:
    return Column("session_id", String(64), ForeignKey("sessions.session_id"), nullable=False, primary_key=primary_key)


def _participant(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "participant_id",
        String(64),
        ForeignKey("participants.participant_id"),
        nullable=False,
        primary_key=primary_key,
    )


cases = Table(
    "cases",
    metadata,
    _id("case_id"),
    Column("case_no", String(100), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("route", String(40), nullable=False),
    Column("organisation", Text, nullable=False),
    Column("mediator_name", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("facts", Text, nullable=False),
    Column("disputes", Text, nullable=False),
    Column("requests", JSON, nullable=False),
    Column("parties", JSON, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    _id("session_id"),
    Column("case_id", String(64), ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("room_id", String(64), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("scheduled_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("filed_at", Moment),
    Column("ending_reason", String(40)),
)

staff = Table(
    "staff",
    metadata,
    _id("staff_id"),
    Column("username", String(60), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Moment),
)

revoked_tokens = Table("revoked_tokens", metadata, _id("jti"), Column("expires_at", Moment, nullable=False))

participants = Table(
    "participants",
    metadata,
    _id("participant_id"),
    _session(),
    Column("name", Text, nullable=False),
    Column("side", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    Column("authority", String(20), nullable=False),
    Column("party_name", Text, nullable=False),
    Column("phone", String(40), nullable=False),
    Column("staff_id", String(64), ForeignKey("staff.staff_id")),
    Column("identity_mark", String(64)),
    Column("identity_checked_at", Moment),
    Column("admitted_at", Moment),
    Column("removed_at", Moment),
    Index(None, "session_id"),
)

links = Table(
    "links",
    metadata,
    _id("link_id"),
    _session(),
    _participant(),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("opened_at", Moment),
    Column("revoked_at", Moment),
    Column("device_hash", String(64)),
    Column("claimed_at", Moment),
    Column("failed_attempts", Integer, nullable=False),
    Index(None, "participant_id"),
)

consents = Table(
    "consents",
    metadata,
    Column("consent_no", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _session(),
    _participant(),
    Column("notice_id", String(60), nullable=False),
    Column("version", String(20), nullable=False),
    Column("answers", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "session_id", "participant_id"),
)

documents = Table(
    "documents",
    metadata,
    _session(primary_key=True),
    Column("document_id", String(40), primary_key=True),
    Column("frozen", Boolean, nullable=False),
    Column("digest", String(64)),
    Column("writers", JSON, nullable=False),
)

document_updates = Table(
    "document_updates",
    metadata,
    _session(primary_key=True),
    Column("document_id", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("participant_id", String(64), nullable=False),
    Column("update", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

caucuses = Table(
    "caucuses",
    metadata,
    _id("caucus_id"),
    _session(),
    Column("side", String(20), nullable=False),
    Column("members", JSON, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Index(None, "session_id"),
)

proposals = Table(
    "proposals",
    metadata,
    _id("proposal_id"),
    _session(),
    Column("number", String(120), nullable=False),
    Column("state", String(20), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("content", JSON, nullable=False),
    Column("signers", JSON, nullable=False),
    Column("frozen_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("void_reason", Text),
    Column("organisation", Text),
    Column("sealed_at", Moment),
    Index(None, "session_id"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("proposal_id", String(64), ForeignKey("proposals.proposal_id"), primary_key=True),
    Column("participant_id", String(64), ForeignKey("participants.participant_id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("field", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("signed_at", Moment, nullable=False),
    Column("code_id", String(64), nullable=False),
    Column("mode", String(8), nullable=False, server_default="drawn"),
    UniqueConstraint("proposal_id", "field"),
)

papers = Table(
    "papers",
    metadata,
    Column("proposal_id", String(64), ForeignKey("proposals.proposal_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

codes = Table(
    "codes",
    metadata,
    _id("code_id"),
    _participant(),
    Column("proposal_id", String(64), ForeignKey("proposals.proposal_id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("used_at", Moment),
    Index(None, "proposal_id", "participant_id"),
)

recordings = Table(
    "recordings",
    metadata,
    _id("recording_id"),
    _session(),
    Column("started_at", Moment, nullable=False),
    Column("stopped_at", Moment),
    Column("reason", Text),
    Column("pause_reason", Text),
    Index(None, "session_id"),
)

conduct = Table(
    "conduct",
    metadata,
    _session(primary_key=True),
    Column("locked_at", Moment),
    Column("spoken", JSON, nullable=False),
    Column("live", JSON, nullable=False),
)

tracks = Table(
    "tracks",
    metadata,
    Column("capture_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("recording_id", String(64), ForeignKey("recordings.recording_id"), nullable=False),
    _session(),
    _participant(),
    Column("kind", String(10), nullable=False),
    Column("source", String(20), nullable=False),
    Column("mime_type", String(40), nullable=False),
    Column("path", Text, nullable=False),
    Column("file", Text),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("sha256", String(64)),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("packets", BigInteger, nullable=False, default=0),
    Column("lost_packets", BigInteger, nullable=False, default=0),
    Column("fragments", Integer, nullable=False, default=0),
    Index(None, "session_id"),
)

gaps = Table(
    "gaps",
    metadata,
    _id("gap_id"),
    _session(),
    Column("recording_id", String(64), ForeignKey("recordings.recording_id"), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("reason", String(40), nullable=False),
    Index(None, "session_id"),
)

counters = Table(
    "counters", metadata, Column("name", String(40), primary_key=True), Column("value", BigInteger, nullable=False)
)

event_log = Table(
    "event_log",
    metadata,
    _session(primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("data", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("kind", String(40), primary_key=True),
    _session(primary_key=True),
    Column("state", String(20), nullable=False),
    Column("step", String(40), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

views = Table(
    "views",
    metadata,
    _session(primary_key=True),
    _participant(primary_key=True),
    Column("key", String(200), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("duration", Float, nullable=False),
    Column("has_audio", Boolean, nullable=False),
    Column("has_video", Boolean, nullable=False),
    Column("mime_type", String(60), nullable=False),
)

filings = Table(
    "filings",
    metadata,
    _session(primary_key=True),
    Column("key", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("checkpoint", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

reads = Table(
    "reads",
    metadata,
    Column("read_no", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _session(),
    Column("staff_id", String(64), ForeignKey("staff.staff_id"), nullable=False),
    Column("what", String(120), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "session_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_no", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("phone", String(40), nullable=False),
    Column("to_name", Text, nullable=False),
    Column("template", String(40), nullable=False),
    Column("body_zh", Text, nullable=False),
    Column("body_en", Text, nullable=False),
    Column("link", Text),
    Column("participant_id", String(64)),
)
