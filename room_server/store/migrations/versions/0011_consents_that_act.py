"""How each party is served; which sensitive data of its owner an exhibit holds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "servings",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_servings_session_id_sessions")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.participant_id"], name=op.f("fk_servings_participant_id_participants")
        ),
        sa.PrimaryKeyConstraint("session_id", "participant_id", name=op.f("pk_servings")),
    )
    op.add_column("exhibits", sa.Column("holds", sa.JSON(), nullable=False, server_default="[]"))
