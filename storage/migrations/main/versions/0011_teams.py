"""Somebody's accounts on all platforms, found by the person."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_identity_person", "identity", ["person_id", "organisation_id"])


def downgrade() -> None:
    op.drop_index("ix_identity_person", "identity")
