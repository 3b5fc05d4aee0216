"""What each of two people said of a promise, and when promises and agenda items come back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_SIDE: dict[str, sa.types.TypeEngine[Any]] = {
    "says": sa.String(),
    "said_at": _MOMENT,
    "ask_at": _MOMENT,
    "asked_at": _MOMENT,
}
_ADDED: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "promise": {
        **{f"employee_{name}": kind for name, kind in _SIDE.items()},
        **{f"manager_{name}": kind for name, kind in _SIDE.items()},
        "remind_at": _MOMENT,
        "may_raise": sa.Boolean(),
        "raised_at": _MOMENT,
        "wake_at": _MOMENT,
    },
    "agenda_item": {"meeting_id": sa.Uuid(), "wake_at": _MOMENT},
}
_WAKING = sa.text("wake_at IS NOT NULL")


def upgrade() -> None:
    """Add the columns, and an index of what is due."""
    for table, columns in _ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind))
        op.create_index(
            f"ix_{table}_wake",
            table,
            ["organisation_id", "wake_at"],
            sqlite_where=_WAKING,
            postgresql_where=_WAKING,
        )


def downgrade() -> None:
    """Drop them with what they hold."""
    for table, columns in _ADDED.items():
        op.drop_index(f"ix_{table}_wake", table)
        for name in columns:
            op.drop_column(table, name)
