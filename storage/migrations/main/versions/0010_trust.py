"""Counted surveys, what people took back, links to one's own data, restored copies."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_UNSETTLED = sa.text("settled_at IS NULL")
_UNCOUNTED = sa.text("counted_at IS NULL")
_REFUSAL = "the audit log is append-only"
_APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_log_no_{act.lower()} BEFORE {act} ON audit_log "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for act in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()",
    ),
}
_UNDO = {
    "sqlite": ("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"),
    "postgresql": (
        "DROP TRIGGER audit_log_append_only ON audit_log",
        "DROP FUNCTION audit_log_refuse()",
    ),
}


def upgrade() -> None:
    """Make the tables, and the columns of those that are there."""
    op.add_column("answer_audience", sa.Column("counted", sa.Boolean()))
    op.add_column("person", sa.Column("ai_off_at", _MOMENT))
    op.add_column("organisation", sa.Column("restored_at", _MOMENT))
    op.add_column("expectations_question", sa.Column("batch", sa.Integer()))
    _make_surveys()
    _make_erasure()
    _make_personal_link()
    _make_audit_log_append_only()
    _index_parents()


def downgrade() -> None:
    """Drop the tables and columns with all they hold."""
    for statement in _UNDO[op.get_bind().dialect.name]:
        op.execute(statement)
    _unindex_parents()
    for table in ("survey_comment", "survey_figure", "survey_unit", "survey"):
        op.drop_table(table)
    op.drop_table("erasure")
    op.drop_table("personal_link")
    op.drop_table("wrong_code")
    op.drop_column("expectations_question", "batch")
    op.drop_column("organisation", "restored_at")
    op.drop_column("person", "ai_off_at")
    op.drop_column("answer_audience", "counted")


def _make_audit_log_append_only() -> None:
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _make_surveys() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("pack_revision_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closes_at", _MOMENT, nullable=False),
        sa.Column("counted_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
        sa.ForeignKeyConstraint(["cadence_id"], ["cadence.id"], name="fk_survey_cadence_id"),
        sa.ForeignKeyConstraint(
            ["pack_revision_id"], ["pack_revision.id"], name="fk_survey_pack_revision_id"
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "cadence_id",
            "period",
            name="uq_survey_organisation_id_cadence_id_period",
        ),
    )
    op.create_index(
        "ix_survey_running",
        "survey",
        ["organisation_id", "closes_at"],
        sqlite_where=_UNCOUNTED,
        postgresql_where=_UNCOUNTED,
    )
    _make_of_survey(
        "survey_unit",
        ("survey_id", "unit_id"),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("people", sa.Integer(), nullable=False),
    )
    _make_of_survey(
        "survey_figure",
        ("survey_id", "unit_id", "question_key"),
        sa.Column("counts", sa.JSON(), nullable=False),
    )
    unit = ["organisation_id", "unit_id", "question_key"]
    op.create_index("ix_survey_figure_unit", "survey_figure", unit)
    _make_of_survey(
        "survey_comment",
        ("survey_id", "unit_id", "question_key", "answer_version_id"),
        sa.ForeignKeyConstraint(
            ["answer_version_id"],
            ["answer_version.id"],
            name="fk_survey_comment_answer_version_id",
        ),
    )


def _make_of_survey(name: str, key: tuple[str, ...], *others: sa.schema.SchemaItem) -> None:
    """A table under `survey` whose rows the organisation and `key` name."""
    op.create_table(
        name,
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        *(sa.Column(column, _type_of(column), nullable=False) for column in key),
        *others,
        sa.PrimaryKeyConstraint("organisation_id", *key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=f"fk_{name}_survey_id"),
    )


def _type_of(column: str) -> sa.String | sa.Uuid[UUID]:
    return sa.String() if column == "question_key" else sa.Uuid()


def _make_erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index(
        "ix_erasure_unsettled",
        "erasure",
        ["organisation_id", "at"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )


def _make_personal_link() -> None:
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.Column("session_hash", sa.LargeBinary()),
        sa.Column("session_until", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_personal_link"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_personal_link_person_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "secret_hash",
            name="uq_personal_link_organisation_id_secret_hash",
        ),
    )
    for column in ("code", "session"):
        op.create_index(
            f"ix_personal_link_{column}",
            "personal_link",
            ["organisation_id", f"{column}_hash"],
        )
    op.create_index("ix_personal_link_person", "personal_link", ["organisation_id", "person_id"])
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_code"),
    )
    op.create_index("ix_wrong_code_at", "wrong_code", ["organisation_id", "at"])


# What refers to a row is looked up by these columns alone whenever one is deleted.
_PARENTS = (
    ("ix_answer_check_in", "answer", "check_in_id"),
    ("ix_answer_version_answer", "answer_version", "answer_id"),
    ("ix_answer_audience_answer", "answer_audience", "answer_id"),
    ("ix_answer_reader_audience", "answer_reader", "audience_id"),
    ("ix_check_in_question_check_in", "check_in_question", "check_in_id"),
    ("ix_summary_answer_version", "summary_answer", "answer_version_id"),
)
_TURNED = (
    ("ix_answer_reader_answer", "answer_reader", "answer_id"),
    ("ix_summary_answer_part", "summary_answer", "part_id"),
)


def _index_parents() -> None:
    for name, table, column in _PARENTS:
        op.create_index(name, table, [column])
    op.create_index("ix_survey_comment_version", "survey_comment", ["answer_version_id"])
    # Retention looks for the oldest check-ins of a pack.
    by_pack = ["organisation_id", "pack_revision_id", "opened_at"]
    op.create_index("ix_check_in_pack", "check_in", by_pack)
    for name, table, column in _TURNED:
        op.drop_index(name, table)
        op.create_index(name, table, [column, "organisation_id"])


def _unindex_parents() -> None:
    """That of the comments goes with its table."""
    op.drop_index("ix_check_in_pack", "check_in")
    for name, table, _ in _PARENTS:
        op.drop_index(name, table)
    for name, table, column in _TURNED:
        op.drop_index(name, table)
        op.create_index(name, table, ["organisation_id", column])
