"""Who acts: known by the account's id, or met for the first time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from bot.domain.organisation import Installation
from bot.domain.people import Identity, Person
from bot.domain.ports.unit_of_work import Tx
from bot.services import account_rules
from bot.services.kit import Kit
from bot.services.match_accounts import Account
from bot.services.meet import Met, meet, note_place, would_be_home
from bot.teams.connector import ConnectorError
from bot.teams.payloads import account_id
from bot.teams.places import Place, pack

_GUESTS = frozenset({"guest", "anonymous"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """Whoever acts. `person` is None for a stranger, `is_home` whether messages go here."""

    account: str
    person: Person | None = None
    is_home: bool = True


class People:
    """Looks up who acts, keeps where they are reached, and meets whoever is new."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def who(self, context: TurnContext, installation: Installation, now: datetime) -> Known:
        """Who acts in a personal conversation; `now` is aware UTC.

        Raises StorageUnavailable, and ConnectorError where Teams doesn't say who a stranger is.
        """
        activity = context.activity
        account = account_id(activity)
        if not account:
            return Known("")

        def read(tx: Tx) -> tuple[Identity, Person | None] | None:
            found = tx.people.identity(installation.id, account)
            if found is None or found.barred or would_be_home(self._kit, tx, found):
                return None
            return found, tx.people.get(found.person_id)

        known = await self._kit.uow.read(read)
        if known is None:
            return await self._met(context, installation, account, now)
        identity, person = known
        if person is not None:
            await self._note(activity, installation, identity, person, now)
        return Known(account, person if person and person.active else None, identity.is_home)

    async def _met(
        self, context: TurnContext, installation: Installation, account: str, now: datetime
    ) -> Known:
        told = await _member(context)
        found = _account(context.activity, account, told, installation)
        place = pack(place_of(context.activity))
        met: Met = await meet(self._kit, installation, found, place, now)
        return Known(account, met.person, met.is_home)

    async def _note(
        self,
        activity: Activity,
        installation: Installation,
        known: Identity,
        person: Person,
        now: datetime,
    ) -> None:
        """Keeps what changed: another service, another conversation, zone or language, or a home
        whose zone isn't the person's yet.
        """
        place, zone, locale = pack(place_of(activity)), _zone(activity), _locale(activity)
        told = (place, account_rules.zone(zone), account_rules.language(locale))
        kept = (known.delivery_ref, known.time_zone, known.locale)
        is_new = any(one and one != other for one, other in zip(told, kept, strict=True))
        if is_new or account_rules.new_locale(known, person) is not None:
            await note_place(
                self._kit, installation.id, known.external_id, place, zone, locale, now
            )


def place_of(activity: Activity) -> Place:
    """Where the person is reached, as this activity says."""
    user = str(activity.from_property.id)
    service = str(activity.service_url).rstrip("/") + "/"
    return Place(activity.conversation.id, service, user, str(activity.recipient.id))


async def _member(context: TurnContext) -> Mapping[str, Any]:
    """What the tenant's directory says of whoever acts; empty where it says nothing."""
    activity = context.activity
    client = context.turn_state[context.adapter.BOT_CONNECTOR_CLIENT_KEY]
    try:
        found: Mapping[str, Any] = await client.conversations.get_member(
            activity.conversation.id, activity.from_property.id
        )
    except ConnectorError as error:
        _log.warning("Teams doesn't say who that is", extra={"code": error.code})
        raise
    return found


def _account(
    activity: Activity, account: str, told: Mapping[str, Any], installation: Installation
) -> Account:
    """Guests, and members whose own tenant is another one, are never written to."""
    return Account(
        external_id=account,
        email=_said(told, "email"),
        principal=_said(told, "userPrincipalName"),
        name=_said(told, "name"),
        time_zone=_zone(activity),
        locale=_locale(activity),
        barred=_why_barred(told, account, installation),
    )


def _why_barred(told: Mapping[str, Any], account: str, installation: Installation) -> str | None:
    role, tenant = _said(told, "userRole").lower(), _said(told, "tenantId").lower()
    own = _said(told, "aadObjectId").lower() or _said(told, "objectId").lower()
    if role in _GUESTS:
        return "guest"
    if own and own != account:
        return "external"
    is_playground = installation.external_id == "playground"
    if tenant and tenant != installation.external_id and not is_playground:
        return "external"
    return None


def _said(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    return found.strip() if isinstance(found, str) else ""


def _zone(activity: Activity) -> str:
    return str(activity.local_timezone or _client_info(activity).get("timezone") or "")


def _locale(activity: Activity) -> str:
    return str(activity.locale or _client_info(activity).get("locale") or "")


def _client_info(activity: Activity) -> Mapping[str, Any]:
    for entity in activity.entities or ():
        if entity.type == "clientInfo":
            found: Mapping[str, Any] = entity.additional_properties or {}
            return found
    return {}
