"""The lock of a room, speaking time, a host's pause of a recording"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "conduct",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("locked_at", Moment(timezone=True), nullable=True),
        sa.Column("spoken", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_conduct_session_id_sessions")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_conduct")),
    )
    op.add_column("recordings", sa.Column("pause_reason", sa.Text(), nullable=True))
