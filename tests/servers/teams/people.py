"""Accounts in tenants, and how Teams describes them to an application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

APP = "5f1c3a52-0000-4000-8000-00000000b071"
BOT = f"28:{APP}"
BOT_NAME = "Touchpoint"
TENANT = "7e11a17e-0000-4000-8000-000000000001"
OTHER_TENANT = "7e11a17e-0000-4000-8000-000000000002"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody in Teams. `id` is the Entra object id, in lower case.

    A guest has `is_guest`; `upn` is the user principal name (the e-mail where it is empty).
    `tz` is what the client says with each act; some say nothing.
    """

    id: str
    name: str
    email: str = ""
    upn: str = ""
    tenant: str = TENANT
    is_guest: bool = False
    locale: str = "en-US"
    country: str = "US"
    tz: str = "Europe/Berlin"
    platform: str = "Web"
    home: str = ""
    """The tenant that the account belongs to, where it is only invited into `tenant`."""
    is_terse: bool = False
    """Whether the roster says neither role nor tenant."""
    has_object_id: bool = True
    """Whether Teams names its Entra id: not for bots and for people who joined by a link."""

    @property
    def mri(self) -> str:
        """Teams' own id of the person, which is the same in every conversation with the bot."""
        return f"29:1{self.id.replace('-', '')}"

    @property
    def principal(self) -> str:
        """The user principal name."""
        return self.upn or self.email or f"{self.id}@fernweh.example"

    def is_called(self, key: str) -> bool:
        """Whether `key` is either id, the name or its first word, or the e-mail."""
        first = self.name.partition(" ")[0]
        return key in (self.id, self.mri, self.name, first, self.email)


def sender(account: Account) -> dict[str, Any]:
    """The account as the `from` of an activity."""
    named = {"aadObjectId": account.id} if account.has_object_id else {}
    return {"id": account.mri, "name": account.name} | named


def bot() -> dict[str, Any]:
    """The application's own account."""
    return {"id": BOT, "name": BOT_NAME}


def profile(account: Account) -> dict[str, Any]:
    """A member as the roster shows it. Source: learn.microsoft.com, "Get Teams context"."""
    first, _, last = account.name.partition(" ")
    about = {
        "id": account.mri,
        "name": account.name,
        "aadObjectId": account.id,
        "objectId": account.id,
        "givenName": first,
        "surname": last,
        "userPrincipalName": account.principal,
        "tenantId": account.home or account.tenant,
        "userRole": "guest" if account.is_guest else "user",
    }
    if account.is_terse:
        del about["tenantId"], about["userRole"]
    return about | ({"email": account.email} if account.email else {})
