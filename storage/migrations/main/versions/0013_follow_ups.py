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
    """Also takes the follow-up questions that have no answer: older code knows neither them nor
    their states. No other question has a dot in its key.
    """
    op.execute("DELETE FROM check_in_question WHERE key LIKE '%.%' AND state <> 'answered'")
    op.execute("UPDATE check_in_question SET state = 'pending' WHERE state = 'choosing'")
    op.drop_index("ix_check_in_question_choosing", table_name="check_in_question")
