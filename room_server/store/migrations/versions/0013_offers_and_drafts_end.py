"""Answers to offers and edits of drafts may be deleted: of sessions that are filed and not held, and only then"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

SESSIONS = {
    "document_updates": "OLD.session_id",
    "offer_answers": "(SELECT offers.session_id FROM offers WHERE offers.offer_id = OLD.offer_id)",
}
"""How a row's session is found in a trigger."""
ENDED = (
    "EXISTS (SELECT 1 FROM sessions WHERE sessions.session_id = {session} AND sessions.state = 'filed') "
    "AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.session_id = {session})"
)


def upgrade() -> None:
    for table, session in SESSIONS.items():
        ended = ENDED.format(session=session)
        if op.get_bind().dialect.name == "postgresql":
            _postgresql(table, ended)
        else:
            _sqlite(table, ended)


def _sqlite(table: str, ended: str) -> None:
    op.execute(f"DROP TRIGGER {table}_no_delete")
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT ({ended}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _postgresql(table: str, ended: str) -> None:
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE FUNCTION refuse_early_end_of_{table}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {ended} THEN RETURN OLD; END IF; RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_early_end_of_{table}()"
    )
