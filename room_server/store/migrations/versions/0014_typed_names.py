"""How a name was put to a text: everybody who signed before drew it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("signatures", sa.Column("mode", sa.String(length=8), nullable=False, server_default="drawn"))
