"""What platforms say of installations and accounts, and why a lane is paused."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ADDED: dict[str, dict[str, type[sa.types.TypeEngine[Any]]]] = {
    "installation": {
        "name": sa.String,
        "enterprise_id": sa.String,
        "is_enterprise_install": sa.Boolean,
        "bot_user_id": sa.String,
        "sealed_token": sa.LargeBinary,
    },
    "identity": {"barred": sa.String, "time_zone": sa.String, "locale": sa.String},
    "lane": {"pause_reason": sa.String},
}


def upgrade() -> None:
    """Add the columns; they are empty for what is there already."""
    for table, columns in _ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind()))


def downgrade() -> None:
    """Drop them with what they hold."""
    for table, columns in _ADDED.items():
        for name in columns:
            op.drop_column(table, name)
