"""Versions of the AI expectations, questions about them and replies."""

from itertools import groupby
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_policy = sa.table(
    "policy_revision",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("body", sa.JSON()),
    sa.column("created_at", _MOMENT),
    sa.column("author", sa.String()),
)


def upgrade() -> None:
    """Make the tables, and a version of whatever the rules said so far."""
    _make_version()
    _make_reply()
    _make_question()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("expectations_question")
    op.drop_table("expectations_reply")
    op.drop_table("expectations_version")


def _make_version() -> None:
    made = op.create_table(
        "expectations_version",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("telling", sa.String(), nullable=False),
        sa.Column("told_up_to", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_expectations_version"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_expectations_version_organisation_id",
        ),
        sa.UniqueConstraint(
            "organisation_id", "number", name="uq_expectations_version_organisation_id_number"
        ),
    )
    if rows := _versions_so_far():
        op.bulk_insert(made, rows)


def _versions_so_far() -> list[dict[str, Any]]:
    """One each time that text or address changed; nobody is told of these any more."""
    revisions = sa.select(_policy).order_by(_policy.c.organisation_id, _policy.c.number)
    rows = op.get_bind().execute(revisions).all()
    return [
        version
        for _, of_one in groupby(rows, key=lambda row: row.organisation_id)
        for version in _versions_of(list(of_one))
    ]


def _versions_of(revisions: list[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before = ("", "")
    for row in revisions:
        given = row.body.get("expectations") or {}
        said = (given.get("text", ""), given.get("url", ""))
        if said != before:
            found.append(
                {
                    "id": uuid4(),
                    "organisation_id": row.organisation_id,
                    "number": len(found) + 1,
                    "text": said[0],
                    "url": said[1],
                    "created_at": row.created_at,
                    "author": row.author,
                    "telling": "quiet",
                    "told_up_to": None,
                }
            )
        before = said
    return found


def _make_reply() -> None:
    op.create_table(
        "expectations_reply",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_expectations_reply"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["expectations_version.id"], name="fk_expectations_reply_version_id"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name="fk_expectations_reply_author_id"
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "version_id",
            "author_id",
            name="uq_expectations_reply_organisation_id_version_id_author_id",
        ),
    )


def _make_question() -> None:
    op.create_table(
        "expectations_question",
        sa.Column("id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reply_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_expectations_question"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["expectations_version.id"], name="fk_expectations_question_version_id"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_expectations_question_person_id"
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["person.id"], name="fk_expectations_question_reader_id"
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["expectations_reply.id"], name="fk_expectations_question_reply_id"
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "version_id",
            "person_id",
            name="uq_expectations_question_organisation_id_version_id_person_id",
        ),
    )
    op.create_index(
        "ix_expectations_question_reader",
        "expectations_question",
        ["organisation_id", "reader_id"],
    )
