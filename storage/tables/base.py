"""What all tables of the main database share."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name that follows from its columns, so that a migration can name it."""

metadata = MetaData(naming_convention=NAMING)


class Main(SQLModel, registry=registry(metadata=metadata)):
    """Root of the main database's tables.

    A plain `datetime` field is stored in UTC and refuses naive values. Enums are plain strings:
    declare `str` and store the enum's value, so that a new value needs no migration.
    """

    __table__: ClassVar[Table]


class Row(Main):
    """A table whose rows have an id, made before the insert, and belong to an organisation."""

    id: UUID = Field(primary_key=True)
    organisation_id: UUID
