"""What people write to one another"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chat_lines",
        sa.Column("line_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("privilege", sa.String(length=20), nullable=False),
        sa.Column("thread", sa.String(length=100), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        _session("chat_lines"),
        _person("chat_lines", "author"),
        sa.PrimaryKeyConstraint("line_no", name=op.f("pk_chat_lines")),
        sa.UniqueConstraint("line_id", name=op.f("uq_chat_lines_line_id")),
    )
    op.create_index(op.f("ix_chat_lines_session_id_thread"), "chat_lines", ["session_id", "thread"])
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=64), nullable=True),
        _session("calls"),
        _person("calls", "participant_id"),
        _person("calls", "seen_by"),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_session_id"), "calls", ["session_id"])
    op.create_table(
        "tickets",
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("caucus_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.Column("delivered_at", Moment(timezone=True), nullable=True),
        _session("tickets"),
        sa.ForeignKeyConstraint(["caucus_id"], ["caucuses.caucus_id"], name=op.f("fk_tickets_caucus_id_caucuses")),
        _person("tickets", "author"),
        _person("tickets", "answered_by"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_session_id"), "tickets", ["session_id"])
    op.create_table(
        "private_notes",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", Moment(timezone=True), nullable=False),
        _session("private_notes"),
        _person("private_notes", "participant_id"),
        sa.PrimaryKeyConstraint("participant_id", "scope", name=op.f("pk_private_notes")),
    )


def _session(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_session_id_sessions")
    return sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=name)


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_participants")
    return sa.ForeignKeyConstraint([column], ["participants.participant_id"], name=name)
