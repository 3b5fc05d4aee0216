"""Follow-up questions: those that a model still chooses are found by an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CHOOSING = sa.text("state = 'choosing'")


def upgrade() -> None:
    op.create_index(
        "ix_check_in_question_choosing",
        "check_in_question",
        ["organisation_id"],
        sqlite_where=_CHOOSING,
        postgresql_where=_CHOOSING,
    )


def downgrade() -> None:
    op.drop_index("ix_check_in_question_choosing", table_name="check_in_question")
