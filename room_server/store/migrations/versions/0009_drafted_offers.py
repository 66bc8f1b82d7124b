"""Which accepted offers the mediator has put into the draft"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from room_server.store.schema import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("offers", sa.Column("drafted_at", Moment(timezone=True), nullable=True))
