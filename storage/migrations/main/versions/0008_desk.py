"""Managers' desks: the rhythm of 1:1s, meetings, and what waits for the next nudges."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_WAKING = sa.text("next_at IS NOT NULL")
_COMING = sa.text("state IN ('due', 'not_yet')")
_BUNDLED = sa.text("state = 'bundled'")


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_desk()
    _make_one_to_one()
    _make_acting()
    _make_meeting()
    op.create_index(
        "ix_occurrence_bundled",
        "occurrence",
        ["organisation_id", "person_id"],
        sqlite_where=_BUNDLED,
        postgresql_where=_BUNDLED,
    )


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_index("ix_occurrence_bundled", "occurrence")
    op.drop_table("meeting")
    op.drop_table("acting")
    op.drop_table("one_to_one")
    op.drop_table("desk")


def _make_desk() -> None:
    op.create_table(
        "desk",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("next_at", _MOMENT),
        sa.Column("nudged_on", sa.Date()),
        sa.Column("away_until", _MOMENT),
        sa.PrimaryKeyConstraint("organisation_id", "manager_id", name="pk_desk"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_desk_manager_id"),
    )
    op.create_index(
        "ix_desk_next",
        "desk",
        ["organisation_id", "next_at"],
        sqlite_where=_WAKING,
        postgresql_where=_WAKING,
    )


def _make_one_to_one() -> None:
    op.create_table(
        "one_to_one",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer()),
        sa.Column("next_on", sa.Date()),
        sa.Column("stay_after", sa.Date(), nullable=False),
        sa.Column("stay_off", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_one_to_one"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_one_to_one_manager_id"),
        sa.ForeignKeyConstraint(["employee_id"], ["person.id"], name="fk_one_to_one_employee_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "manager_id",
            "employee_id",
            name="uq_one_to_one_organisation_id_manager_id_employee_id",
        ),
    )


def _make_acting() -> None:
    op.create_table(
        "acting",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("acting_id", sa.Uuid(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acting"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_acting_manager_id"),
        sa.ForeignKeyConstraint(["acting_id"], ["person.id"], name="fk_acting_acting_id"),
        sa.UniqueConstraint(
            "organisation_id", "manager_id", name="uq_acting_organisation_id_manager_id"
        ),
    )
    op.create_index("ix_acting_acting", "acting", ["organisation_id", "acting_id"])


def _make_meeting() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("one_to_one_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("state_at", _MOMENT, nullable=False),
        sa.Column("nudged_on", sa.Date()),
        sa.Column("asked_on", sa.Date()),
        sa.Column("occurrence_id", sa.Uuid()),
        sa.Column("sealed_for_employee", sa.LargeBinary()),
        sa.Column("sealed_for_manager", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
        sa.ForeignKeyConstraint(
            ["one_to_one_id"], ["one_to_one.id"], name="fk_meeting_one_to_one_id"
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_meeting_manager_id"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name="fk_meeting_occurrence_id"
        ),
        sa.ForeignKeyConstraint(["employee_id"], ["person.id"], name="fk_meeting_employee_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "one_to_one_id",
            "kind",
            "planned_on",
            name="uq_meeting_organisation_id_one_to_one_id_kind_planned_on",
        ),
    )
    op.create_index("ix_meeting_employee", "meeting", ["organisation_id", "employee_id"])
    op.create_index(
        "ix_meeting_coming",
        "meeting",
        ["organisation_id", "manager_id"],
        sqlite_where=_COMING,
        postgresql_where=_COMING,
    )
