"""Comparisons of exhibits with their originals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "comparisons",
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibit_id"], ["exhibits.exhibit_id"], name=op.f("fk_comparisons_exhibit_id_exhibits")
        ),
        sa.PrimaryKeyConstraint("exhibit_id", "position", name=op.f("pk_comparisons")),
    )
    _protect()


def _protect() -> None:
    """The database itself refuses to change or delete an entry, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER comparisons_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON comparisons "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER comparisons_no_{act.lower()} BEFORE {act} ON comparisons "
            "BEGIN SELECT RAISE(ABORT, 'comparisons is append-only'); END"
        )
