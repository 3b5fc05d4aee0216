"""AI: who was named before an answer, what people switched off, what it cost, and until when a
summary is in the making.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_COLUMNS = (
    ("answer_audience", "ai", sa.String()),
    ("occurrence", "leased_until", _MOMENT),
    ("check_in", "shown_ai", sa.String()),
    ("person", "follow_ups_off_at", _MOMENT),
    ("person", "signs_off_at", _MOMENT),
    ("summary", "prompt", sa.String()),
)


def upgrade() -> None:
    for table, name, kind in _COLUMNS:
        op.add_column(table, sa.Column(name, kind))
    op.create_table(
        "ai_day",
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("installation_id", sa.Uuid()),
        sa.Column("day", sa.Date()),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "installation_id", "day", name="pk_ai_day"),
        sa.ForeignKeyConstraint(
            ["installation_id"], ["installation.id"], name="fk_ai_day_installation_id"
        ),
    )


def downgrade() -> None:
    op.drop_table("ai_day")
    for table, name, _ in reversed(_COLUMNS):
        op.drop_column(table, name)
