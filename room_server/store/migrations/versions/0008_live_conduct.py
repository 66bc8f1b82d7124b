"""What of a room's conduct a restart keeps"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("conduct", sa.Column("live", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("conduct") as table:
        table.alter_column("live", server_default=None)
