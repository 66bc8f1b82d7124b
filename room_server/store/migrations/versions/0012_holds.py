"""Sessions of which nothing is deleted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_holds_session_id_sessions")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_holds")),
    )
