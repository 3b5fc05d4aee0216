"""Everyone's wrapped keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ACTIVE = sa.text("retired_at IS NULL")


def upgrade() -> None:
    """Make person_key."""
    schema = "touchpoint_keys" if op.get_bind().dialect.name == "postgresql" else None
    time = sa.DateTime(timezone=True)
    op.create_table(
        "person_key",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary()),
        sa.Column("master_key_id", sa.String(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("retired_at", time),
        sa.Column("destroyed_at", time),
        schema=schema,
    )
    owner = ["organisation_id", "person_id"]
    op.create_index("ix_person_key_person", "person_key", owner, schema=schema)
    op.create_index(
        "uq_person_key_active",
        "person_key",
        owner,
        unique=True,
        schema=schema,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )


def downgrade() -> None:
    """Refuse: without the keys no answer could be read."""
    raise NotImplementedError("the key store's first migration can't be undone")
