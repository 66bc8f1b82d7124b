"""Private talks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "caucuses",
        sa.Column("caucus_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("opened_at", Moment(timezone=True), nullable=False),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_caucuses_session_id_sessions")),
        sa.PrimaryKeyConstraint("caucus_id", name=op.f("pk_caucuses")),
    )
    op.create_index(op.f("ix_caucuses_session_id"), "caucuses", ["session_id"])
