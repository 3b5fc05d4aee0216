"""What holds for an account however it becomes known: from a directory, or by being met."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import lru_cache
from uuid import UUID

from bot.domain.people import Identity, Person
from bot.services.people_cells import BadCell, parse_locale, parse_time_zone


def address(email: str) -> str:
    """As the people list writes it, so that both can be compared."""
    return unicodedata.normalize("NFC", email.strip()).lower()


@lru_cache(maxsize=4096)
def zone(told: str) -> str | None:
    """The IANA name, None for what isn't one."""
    try:
        return parse_time_zone(told)
    except BadCell:
        return None


@lru_cache(maxsize=4096)
def language(told: str) -> str | None:
    """The locale as it is stored, such as en_GB; None for what isn't one."""
    try:
        return parse_locale(told)
    except BadCell:
        return None


def is_free(home: Identity | None, closed: Collection[UUID]) -> bool:
    """Whether somebody with this home gets no messages anywhere, so that another may take over.

    closed: ids of installations through which nothing can be sent any more.
    """
    return home is None or home.barred is not None or home.installation_id in closed


def new_locale(identity: Identity, person: Person) -> tuple[str, str] | None:
    """Zone and language where the person's home says others than are stored, else None."""
    told = (identity.time_zone or person.time_zone, identity.locale or person.locale)
    is_told = identity.is_home and not identity.barred and person.active
    return told if is_told and told != (person.time_zone, person.locale) else None
