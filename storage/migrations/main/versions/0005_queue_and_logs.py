"""The queue with its lanes, the inbox, local messages and the logs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
# Only INTEGER PRIMARY KEY counts up by itself on SQLite.
_COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_audit_log()
    _make_inbox()
    _make_local_message()
    _make_read_log()
    _make_lane()
    _make_delivery()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("delivery")
    op.drop_table("lane")
    op.drop_table("read_log")
    op.drop_table("local_message")
    op.drop_table("inbox")
    op.drop_table("audit_log")


def _make_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "number", name="pk_audit_log"),
    )


def _make_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("inbound_id", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "installation_id", "inbound_id", name="pk_inbox"
        ),
    )
    op.create_index("ix_inbox_at", "inbox", ["organisation_id", "at"])


def _make_local_message() -> None:
    op.create_table(
        "local_message",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_local_message"),
    )
    op.create_index(
        "ix_local_message_person", "local_message", ["organisation_id", "person_id", "number"]
    )


def _make_read_log() -> None:
    op.create_table(
        "read_log",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_read_log"),
        sa.UniqueConstraint(
            "organisation_id",
            "reader_id",
            "answer_id",
            "how",
            "day",
            name="uq_read_log_organisation_id_reader_id_answer_id_how_day",
        ),
    )
    op.create_index("ix_read_log_person", "read_log", ["organisation_id", "person_id", "at"])


def _make_lane() -> None:
    op.create_table(
        "lane",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("next_at", _MOMENT),
        sa.Column("paused_until", _MOMENT),
        sa.Column("interval_ms", sa.Integer(), nullable=False),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("tat", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_lane"),
        sa.ForeignKeyConstraint(["id"], ["installation.id"], name="fk_lane_id"),
    )


def _make_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", _COUNTER, autoincrement=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("lane_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_class", sa.String(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("not_before", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT),
        sa.Column("about_id", sa.Uuid()),
        sa.Column("about_key", sa.String(), nullable=False),
        sa.Column("target_id", sa.Uuid()),
        sa.Column("occurrence_id", sa.Uuid()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state_at", _MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim_token", sa.Uuid()),
        sa.Column("lease_until", _MOMENT),
        sa.Column("lease_ms", sa.Integer(), nullable=False),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_delivery"),
        sa.ForeignKeyConstraint(["identity_id"], ["identity.id"], name="fk_delivery_identity_id"),
        sa.UniqueConstraint("id", name="uq_delivery_id"),
        sa.UniqueConstraint("organisation_id", "cause", name="uq_delivery_organisation_id_cause"),
    )
    op.create_index("ix_delivery_about", "delivery", ["about_id"])
    op.create_index(
        "ix_delivery_leased",
        "delivery",
        ["lease_until"],
        sqlite_where=sa.text("state IN ('claimed', 'sending')"),
        postgresql_where=sa.text("state IN ('claimed', 'sending')"),
    )
    op.create_index("ix_delivery_person", "delivery", ["organisation_id", "person_id", "state"])
    op.create_index(
        "ix_delivery_ready",
        "delivery",
        ["lane_id", "priority", "not_before", "number"],
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index("ix_delivery_state", "delivery", ["organisation_id", "state", "reason"])
