"""Policy, cadences and question packs, each in revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_cadence()
    _make_pack_revision()
    _make_policy_revision()
    _make_cadence_revision()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("cadence_revision")
    op.drop_table("policy_revision")
    op.drop_table("pack_revision")
    op.drop_table("cadence")


def _make_cadence() -> None:
    op.create_table(
        "cadence",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cadence"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_cadence_organisation_id"
        ),
        sa.UniqueConstraint("organisation_id", "key", name="uq_cadence_organisation_id_key"),
    )


def _make_pack_revision() -> None:
    op.create_table(
        "pack_revision",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pack_revision"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_pack_revision_organisation_id"
        ),
        sa.UniqueConstraint(
            "organisation_id", "key", "number", name="uq_pack_revision_organisation_id_key_number"
        ),
    )


def _make_policy_revision() -> None:
    op.create_table(
        "policy_revision",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_revision"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_policy_revision_organisation_id"
        ),
        sa.UniqueConstraint(
            "organisation_id", "number", name="uq_policy_revision_organisation_id_number"
        ),
    )


def _make_cadence_revision() -> None:
    op.create_table(
        "cadence_revision",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cadence_revision"),
        sa.ForeignKeyConstraint(
            ["cadence_id"], ["cadence.id"], name="fk_cadence_revision_cadence_id"
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "cadence_id",
            "number",
            name="uq_cadence_revision_organisation_id_cadence_id_number",
        ),
    )
