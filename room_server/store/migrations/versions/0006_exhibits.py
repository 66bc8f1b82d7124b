"""Exhibits, what is shown of them, and the views of the other side"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "exhibits",
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("original", sa.JSON(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.Column("caucus_side", sa.String(length=20), nullable=True),
        sa.Column("known_to", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("disclosed_at", Moment(timezone=True), nullable=True),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_exhibits_session_id_sessions")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["participants.participant_id"], name=op.f("fk_exhibits_owner_id_participants")
        ),
        sa.PrimaryKeyConstraint("exhibit_id", name=op.f("pk_exhibits")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_exhibits_session_id_number")),
    )
    op.create_table(
        "challenges",
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("aspect", sa.String(length=20), nullable=False),
        sa.Column("objects", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibit_id"], ["exhibits.exhibit_id"], name=op.f("fk_challenges_exhibit_id_exhibits")
        ),
        sa.PrimaryKeyConstraint("exhibit_id", "position", name=op.f("pk_challenges")),
    )
    op.create_table(
        "presentations",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.String(length=64), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name=op.f("fk_presentations_session_id_sessions")
        ),
        sa.ForeignKeyConstraint(
            ["exhibit_id"], ["exhibits.exhibit_id"], name=op.f("fk_presentations_exhibit_id_exhibits")
        ),
        sa.PrimaryKeyConstraint("session_id", "place", name=op.f("pk_presentations")),
    )
    op.create_table(
        "presenters",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name=op.f("fk_presenters_session_id_sessions")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.participant_id"], name=op.f("fk_presenters_participant_id_participants")
        ),
        sa.PrimaryKeyConstraint("session_id", "participant_id", name=op.f("pk_presenters")),
    )
    _protect()


def _protect() -> None:
    """The database itself refuses to change or delete a view, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER challenges_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON challenges "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER challenges_no_{act.lower()} BEFORE {act} ON challenges "
            "BEGIN SELECT RAISE(ABORT, 'challenges is append-only'); END"
        )
