"""Who acts: known by the account's id, or met for the first time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.schema import Activity, ActivityTypes

from bot.domain.organisation import Installation
from bot.domain.people import Identity, Person
from bot.domain.ports.unit_of_work import Tx
from bot.services import account_rules
from bot.services.kit import Kit
from bot.services.match_accounts import Account
from bot.services.meet import NOT_INSTALLED, Met, bar, gives_way, meet, note_place
from bot.teams.connector import ConnectorError
from bot.teams.guard import Later
from bot.teams.installations import Installations
from bot.teams.payloads import Source, moment, typed
from bot.teams.places import Place, is_older, pack, stamp, unpack

_COMING = frozenset({ActivityTypes.installation_update, ActivityTypes.conversation_update})
_GUESTS = frozenset({"guest", "anonymous"})
_INVITED = "#ext#"
"""In the name that Entra gives to somebody of elsewhere (learn.microsoft.com, "Properties of a
Microsoft Entra B2B collaboration user")."""


@dataclass(frozen=True, slots=True)
class Known:
    """Whoever acts. `person` is None for a stranger, `is_home` whether messages go here."""

    account: str
    person: Person | None = None
    is_home: bool = True


class People:
    """Looks up who acts, keeps where they are reached, and meets whoever is new."""

    def __init__(self, kit: Kit, installations: Installations) -> None:
        self._kit = kit
        self._installations = installations

    async def who(self, context: TurnContext, installation: Installation, source: Source) -> Known:
        """Who acts in a personal conversation.

        Whoever isn't known as somebody who is reached here is met, unless it is their client alone
        that asks: a card that refreshes itself is no sign that they are back.

        Raises StorageUnavailable, and guard.Later where Teams doesn't say who a stranger is.
        """
        account = source.external_id
        if not account:
            return Known("")
        found = await self._kit.uow.read(lambda tx: _stored(tx, installation, account))
        by_hand = not is_automatic(context.activity)
        if found is None or found.is_nobody or (by_hand and self._is_adrift(found)):
            return await self._met(context, installation, source) if by_hand else Known(account)
        await self._note(context.activity, source, found)
        return Known(account, found.person, found.identity.is_home)

    async def left(self, activity: Activity, source: Source) -> None:
        """The app was taken away. What Teams tells late changes nothing for whoever is back.

        Raises StorageUnavailable.
        """
        told = typed(activity, source)
        await bar(
            self._kit.uow,
            source.installation_id,
            source.external_id,
            NOT_INSTALLED,
            source.now,
            act=told.inbound_id,
            spares=lambda known: is_older(told.at, known.delivery_ref),
        )

    def _is_adrift(self, found: _Stored) -> bool:
        """Whether messages go nowhere: their home is on no platform that still serves."""
        home = found.home
        if home is None or found.identity.is_home:
            return False
        return home.barred is not None or gives_way(self._kit, home)

    async def _met(self, context: TurnContext, installation: Installation, source: Source) -> Known:
        told = await _member(context)
        found = _account(context.activity, source.external_id, told, installation)
        place = pack(place_of(context.activity, moment(context.activity, source)))
        unserved = await self._installations.unserved()
        met: Met = await meet(self._kit, installation, found, place, source.now, unserved=unserved)
        return Known(source.external_id, met.person, met.is_home)

    async def _note(self, activity: Activity, source: Source, found: _Stored) -> None:
        """Keeps what changed: another service, another conversation, zone or language, or a home
        whose zone isn't the person's yet.
        """
        known, zone, locale = found.identity, "", ""
        if not is_automatic(activity):  # any of a person's clients may refresh a card
            zone, locale = _zone(activity), _locale(activity)
        place = _place(activity, source, known.delivery_ref)
        told = (place, account_rules.zone(zone), account_rules.language(locale))
        kept = (known.delivery_ref, known.time_zone, known.locale)
        is_new = any(one and one != other for one, other in zip(told, kept, strict=True))
        if is_new or account_rules.new_locale(known, found.person) is not None:
            where, who = source.installation_id, source.external_id
            await note_place(self._kit, where, who, place, zone, locale, source.now)


@dataclass(frozen=True, slots=True)
class _Stored:
    """An account as it is kept, whose it is, and where their messages go."""

    identity: Identity
    person: Person
    home: Identity | None

    @property
    def is_nobody(self) -> bool:
        return self.identity.barred is not None or not self.person.active


def _stored(tx: Tx, installation: Installation, account: str) -> _Stored | None:
    identity = tx.people.identity(installation.id, account)
    person = tx.people.get(identity.person_id) if identity else None
    if identity is None or person is None:
        return None
    home = identity if identity.is_home else tx.people.home_identity(person.id)
    return _Stored(identity, person, home)


def is_automatic(activity: Activity) -> bool:
    """Whether a client asks by itself, as it does to refresh a card."""
    value = activity.value
    return isinstance(value, Mapping) and value.get("trigger") == "automatic"


def place_of(activity: Activity, at: datetime) -> Place:
    """Where the person is reached, as this activity of that moment (aware UTC) says."""
    user = str(activity.from_property.id)
    service = str(activity.service_url).rstrip("/") + "/"
    bot = str(activity.recipient.id)
    return Place(activity.conversation.id, service, user, bot, stamp(at))


def _place(activity: Activity, source: Source, kept: str) -> str:
    """What is kept already, unless it is another place, or they have come to it once more."""
    place, before = place_of(activity, moment(activity, source)), unpack(kept)
    is_same = before is not None and replace(place, noted=before.noted) == before
    is_back = activity.type in _COMING and (before is None or place.noted > before.noted)
    return kept if is_same and not is_back else pack(place)


async def _member(context: TurnContext) -> Mapping[str, Any]:
    """What the tenant's directory says of whoever acts."""
    activity = context.activity
    client = context.turn_state[context.adapter.BOT_CONNECTOR_CLIENT_KEY]
    try:
        found: Mapping[str, Any] = await client.conversations.get_member(
            activity.conversation.id, activity.from_property.id
        )
    except ConnectorError as error:
        raise Later(f"Teams doesn't say who that is ({error.code})", error.wait) from None
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
    is_invited = _INVITED in _said(told, "userPrincipalName").lower()
    own = _said(told, "aadObjectId").lower() or _said(told, "objectId").lower()
    if role in _GUESTS or is_invited:
        return "guest"
    if own and own != account:
        return "external"
    is_playground = installation.external_id == "playground"
    is_ours = tenant == installation.external_id or (not tenant and bool(role))
    return None if is_ours or is_playground else "external"


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
