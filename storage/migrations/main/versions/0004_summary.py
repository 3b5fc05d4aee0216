"""Weekly summaries, promises and agenda items."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_agenda_item()
    _make_promise()
    _make_summary()
    _make_summary_part()
    _make_summary_answer()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("summary_answer")
    op.drop_table("summary_part")
    op.drop_table("summary")
    op.drop_table("promise")
    op.drop_table("agenda_item")


def _make_agenda_item() -> None:
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_for_employee", sa.LargeBinary()),
        sa.Column("sealed_for_manager", sa.LargeBinary()),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("meeting_on", sa.Date()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_item"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_agenda_item_author_id"),
        sa.ForeignKeyConstraint(["employee_id"], ["person.id"], name="fk_agenda_item_employee_id"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_agenda_item_manager_id"),
    )
    op.create_index("ix_agenda_item_employee", "agenda_item", ["organisation_id", "employee_id"])
    op.create_index("ix_agenda_item_manager", "agenda_item", ["organisation_id", "manager_id"])


def _make_promise() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_for_employee", sa.LargeBinary()),
        sa.Column("sealed_for_manager", sa.LargeBinary()),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promise"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_promise_author_id"),
        sa.ForeignKeyConstraint(["employee_id"], ["person.id"], name="fk_promise_employee_id"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_promise_manager_id"),
    )
    op.create_index("ix_promise_employee", "promise", ["organisation_id", "employee_id"])
    op.create_index("ix_promise_manager", "promise", ["organisation_id", "manager_id"])


def _make_summary() -> None:
    op.create_table(
        "summary",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_summary"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_summary_manager_id"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name="fk_summary_occurrence_id"
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "manager_id",
            "period",
            name="uq_summary_organisation_id_manager_id_period",
        ),
    )


def _make_summary_part() -> None:
    op.create_table(
        "summary_part",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_summary_part"),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name="fk_summary_part_subject_id"),
        sa.ForeignKeyConstraint(["summary_id"], ["summary.id"], name="fk_summary_part_summary_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "summary_id",
            "subject_id",
            name="uq_summary_part_organisation_id_summary_id_subject_id",
        ),
    )


def _make_summary_answer() -> None:
    op.create_table(
        "summary_answer",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("answer_version_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "answer_version_id", "manager_id", name="pk_summary_answer"
        ),
        sa.ForeignKeyConstraint(
            ["answer_version_id"], ["answer_version.id"], name="fk_summary_answer_answer_version_id"
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_summary_answer_manager_id"),
        sa.ForeignKeyConstraint(["part_id"], ["summary_part.id"], name="fk_summary_answer_part_id"),
    )
    op.create_index(
        "ix_summary_answer_manager", "summary_answer", ["organisation_id", "manager_id"]
    )
    op.create_index("ix_summary_answer_part", "summary_answer", ["organisation_id", "part_id"])
