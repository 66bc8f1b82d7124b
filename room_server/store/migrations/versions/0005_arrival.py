"""The arrival of parties: how identity was checked, who is beside them, greetings, roll call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "entry_codes",
        sa.Column("code_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", Moment(timezone=True), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("used_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.participant_id"], name=op.f("fk_entry_codes_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.link_id"], name=op.f("fk_entry_codes_link_id_links")),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_entry_codes")),
    )
    op.create_index(op.f("ix_entry_codes_link_id"), "entry_codes", ["link_id"])
    op.create_table(
        "roll_marks",
        sa.Column("mark_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=True),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.participant_id"], name=op.f("fk_roll_marks_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name=op.f("fk_roll_marks_session_id_sessions")
        ),
        sa.PrimaryKeyConstraint("mark_no", name=op.f("pk_roll_marks")),
    )
    op.create_index(op.f("ix_roll_marks_session_id"), "roll_marks", ["session_id"])
    op.create_table(
        "greetings",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_greetings_session_id_sessions")),
        sa.PrimaryKeyConstraint("session_id", "side", name=op.f("pk_greetings")),
    )
    _protect("roll_marks")


def _protect(table: str) -> None:
    """The database itself refuses to change or delete a mark, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
