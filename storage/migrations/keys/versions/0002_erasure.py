"""What people took back, beside the keys: it outlives a main database restored from a backup."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make erasure."""
    schema = "touchpoint_keys" if op.get_bind().dialect.name == "postgresql" else None
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("at", moment, nullable=False),
        schema=schema,
    )
    op.create_index("ix_erasure_at", "erasure", ["organisation_id", "at"], schema=schema)


def downgrade() -> None:
    """Refuse: what was erased would come back with the next restored backup."""
    raise NotImplementedError("the key store's second migration can't be undone")
