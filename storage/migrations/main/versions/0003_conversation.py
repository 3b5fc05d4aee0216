"""Plans, occurrences, check-ins and sealed answers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_occurrence()
    _make_plan()
    _make_check_in()
    _make_answer()
    _make_check_in_question()
    _make_answer_audience()
    _make_answer_version()
    _make_answer_reader()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("answer_reader")
    op.drop_table("answer_version")
    op.drop_table("answer_audience")
    op.drop_table("check_in_question")
    op.drop_table("answer")
    op.drop_table("check_in")
    op.drop_table("plan")
    op.drop_table("occurrence")


def _make_occurrence() -> None:
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_occurrence"),
        sa.ForeignKeyConstraint(["cadence_id"], ["cadence.id"], name="fk_occurrence_cadence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_occurrence_person_id"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["cadence_revision.id"], name="fk_occurrence_revision_id"
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name="fk_occurrence_subject_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "cadence_id",
            "person_id",
            "subject_id",
            "period",
            name="uq_occurrence_period",
        ),
    )
    op.create_index("ix_occurrence_due", "occurrence", ["organisation_id", "due_at"])
    op.create_index(
        "ix_occurrence_planned",
        "occurrence",
        ["organisation_id", "due_at"],
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )


def _make_plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("next_due_at", _MOMENT),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("last_full_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.ForeignKeyConstraint(["cadence_id"], ["cadence.id"], name="fk_plan_cadence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_plan_person_id"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["cadence_revision.id"], name="fk_plan_revision_id"
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name="fk_plan_subject_id"),
        sa.UniqueConstraint(
            "organisation_id", "cadence_id", "person_id", "subject_id", name="uq_plan_subject"
        ),
    )
    op.create_index(
        "ix_plan_due",
        "plan",
        ["organisation_id", "next_due_at"],
        sqlite_where=sa.text("next_due_at IS NOT NULL"),
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_index("ix_plan_person", "plan", ["organisation_id", "person_id"])


def _make_check_in() -> None:
    op.create_table(
        "check_in",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("pack_revision_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closes_at", _MOMENT, nullable=False),
        sa.Column("reminders", sa.JSON(), nullable=False),
        sa.Column("reminders_done", sa.Integer(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("shown_manager_id", sa.Uuid()),
        sa.Column("audience_shown", sa.Boolean(), nullable=False),
        sa.Column("active_until", _MOMENT),
        sa.Column("snoozed_until", _MOMENT),
        sa.Column("wake_at", _MOMENT),
        sa.Column("completed_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
        sa.ForeignKeyConstraint(["cadence_id"], ["cadence.id"], name="fk_check_in_cadence_id"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name="fk_check_in_occurrence_id"
        ),
        sa.ForeignKeyConstraint(
            ["pack_revision_id"], ["pack_revision.id"], name="fk_check_in_pack_revision_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_check_in_person_id"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["cadence_revision.id"], name="fk_check_in_revision_id"
        ),
        sa.ForeignKeyConstraint(
            ["shown_manager_id"], ["person.id"], name="fk_check_in_shown_manager_id"
        ),
        sa.UniqueConstraint(
            "organisation_id", "occurrence_id", name="uq_check_in_organisation_id_occurrence_id"
        ),
    )
    op.create_index("ix_check_in_opened", "check_in", ["organisation_id", "opened_at"])
    op.create_index("ix_check_in_person", "check_in", ["organisation_id", "person_id", "opened_at"])
    op.create_index(
        "ix_check_in_talking",
        "check_in",
        ["organisation_id", "person_id"],
        sqlite_where=sa.text("state IN ('offered', 'open')"),
        postgresql_where=sa.text("state IN ('offered', 'open')"),
    )
    op.create_index(
        "ix_check_in_wake",
        "check_in",
        ["organisation_id", "wake_at"],
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )


def _make_answer() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("question_key", sa.String(), nullable=False),
        sa.Column("current_version_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name="fk_answer_check_in_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_answer_person_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "check_in_id",
            "question_key",
            name="uq_answer_organisation_id_check_in_id_question_key",
        ),
    )
    op.create_index("ix_answer_person", "answer", ["organisation_id", "person_id"])


def _make_check_in_question() -> None:
    op.create_table(
        "check_in_question",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", _MOMENT),
        sa.PrimaryKeyConstraint(
            "organisation_id", "check_in_id", "key", name="pk_check_in_question"
        ),
        sa.ForeignKeyConstraint(
            ["check_in_id"], ["check_in.id"], name="fk_check_in_question_check_in_id"
        ),
    )


def _make_answer_audience() -> None:
    op.create_table(
        "answer_audience",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("shown_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_audience"),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_answer_audience_answer_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "answer_id",
            "sequence",
            name="uq_answer_audience_organisation_id_answer_id_sequence",
        ),
    )


def _make_answer_version() -> None:
    op.create_table(
        "answer_version",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("platform_at", _MOMENT, nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_version"),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_answer_version_answer_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "answer_id",
            "sequence",
            name="uq_answer_version_organisation_id_answer_id_sequence",
        ),
    )


def _make_answer_reader() -> None:
    op.create_table(
        "answer_reader",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("pending_version_id", sa.Uuid()),
        sa.PrimaryKeyConstraint(
            "organisation_id", "audience_id", "person_id", name="pk_answer_reader"
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_answer_reader_answer_id"),
        sa.ForeignKeyConstraint(
            ["audience_id"], ["answer_audience.id"], name="fk_answer_reader_audience_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_answer_reader_person_id"),
    )
    op.create_index("ix_answer_reader_answer", "answer_reader", ["organisation_id", "answer_id"])
    op.create_index(
        "ix_answer_reader_pending",
        "answer_reader",
        ["organisation_id", "person_id"],
        sqlite_where=sa.text("pending_version_id IS NOT NULL"),
        postgresql_where=sa.text("pending_version_id IS NOT NULL"),
    )
