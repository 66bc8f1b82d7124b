"""Offers and what was said to them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("payer", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.String(length=20), nullable=False),
        sa.Column("instalments", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("known_to", sa.JSON(), nullable=False),
        sa.Column("in_answer_to", sa.String(length=64), nullable=True),
        sa.Column("shared_at", Moment(timezone=True), nullable=True),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_offers_session_id_sessions")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["participants.participant_id"], name=op.f("fk_offers_owner_id_participants")
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offers")),
    )
    op.create_index(op.f("ix_offers_session_id"), "offers", ["session_id"])
    op.create_table(
        "offer_answers",
        sa.Column("offer_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.offer_id"], name=op.f("fk_offer_answers_offer_id_offers")),
        sa.PrimaryKeyConstraint("offer_id", "side", name=op.f("pk_offer_answers")),
    )
    _protect()


def _protect() -> None:
    """The database itself refuses to change or delete an answer, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER offer_answers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON offer_answers "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER offer_answers_no_{act.lower()} BEFORE {act} ON offer_answers "
            "BEGIN SELECT RAISE(ABORT, 'offer_answers is append-only'); END"
        )
