"""Organisations, their installations and their people."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_organisation()
    _make_installation()
    _make_person()
    _make_employment()
    _make_identity()
    _make_management()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("management")
    op.drop_table("identity")
    op.drop_table("employment")
    op.drop_table("person")
    op.drop_table("installation")
    op.drop_table("organisation")


def _make_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("paused_until", _MOMENT),
        sa.Column("demo_now", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )


def _make_installation() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_installation_organisation_id"
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "platform",
            "external_id",
            name="uq_installation_organisation_id_platform_external_id",
        ),
    )


def _make_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("team", sa.String()),
        sa.Column("country", sa.String()),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("hired_on", sa.Date()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("participation", sa.String(), nullable=False),
        sa.Column("paused_until", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_person_organisation_id"
        ),
        sa.UniqueConstraint("organisation_id", "email", name="uq_person_organisation_id_email"),
    )


def _make_employment() -> None:
    op.create_table(
        "employment",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_employment"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_employment_person_id"),
    )
    op.create_index("ix_employment_person", "employment", ["organisation_id", "person_id"])
    op.create_index(
        "uq_employment_open",
        "employment",
        ["organisation_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _make_identity() -> None:
    op.create_table(
        "identity",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("delivery_ref", sa.String(), nullable=False),
        sa.Column("is_home", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
        sa.ForeignKeyConstraint(
            ["installation_id"], ["installation.id"], name="fk_identity_installation_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_identity_person_id"),
        sa.UniqueConstraint(
            "organisation_id",
            "installation_id",
            "external_id",
            name="uq_identity_organisation_id_installation_id_external_id",
        ),
    )
    op.create_index(
        "uq_identity_home",
        "identity",
        ["person_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("is_home = 1"),
        postgresql_where=sa.text("is_home"),
    )


def _make_management() -> None:
    op.create_table(
        "management",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_management"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_management_manager_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_management_person_id"),
    )
    op.create_index(
        "ix_management_manager", "management", ["organisation_id", "manager_id", "since"]
    )
    op.create_index("ix_management_person", "management", ["organisation_id", "person_id", "since"])
    op.create_index(
        "uq_management_open",
        "management",
        ["person_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
