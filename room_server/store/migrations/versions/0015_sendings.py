"""Keys of what was sent: a request whose answer was lost makes no second thing"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "sendings",
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"], ["participants.participant_id"], name=op.f("fk_sendings_author_participants")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_sendings_session_id_sessions")),
        sa.PrimaryKeyConstraint("author", "key", name=op.f("pk_sendings")),
    )
    op.create_index(op.f("ix_sendings_session_id"), "sendings", ["session_id"])
