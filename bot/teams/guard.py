"""What is asked of a request before anybody acts on it: its size, its shape, whose it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from botbuilder.schema import Activity, ActivityTypes, DeliveryModes

from bot.domain.nesting import is_deeper
from bot.teams import deserialise

LARGEST = 256 * 1024
"""Bytes of a body. Teams' own limit for a message is 100 KB (learn.microsoft.com, "Limits and
specifications for Microsoft Teams"), and an invoke carries a card's inputs at most."""

DEEPEST = 100
"""Levels of JSON; an invoke of ours has about eight."""

_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]")
_WITH_ID = frozenset({ActivityTypes.message, ActivityTypes.invoke})


class Unsigned(Exception):
    """Not from Teams, or not from now: answered with 401 and nothing else."""


class Malformed(Exception):
    """Nothing that we can read: answered with 400."""


class Elsewhere(Exception):
    """From the Teams of a tenant that may not use the app: answered with 403."""


@dataclass(frozen=True, slots=True)
class Whose:
    """What a body says of itself before anything is built of it; "" where it doesn't."""

    channel: str
    service_url: str
    tenant: str


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON of a request's body, without control characters that nobody can type.

    Raises Malformed for what is too large, not UTF-8, not an object or too deep.
    """
    if len(raw) > LARGEST:
        raise Malformed("too large")
    return _object(raw)


def whose(found: Mapping[str, Any]) -> Whose:
    """Raises Malformed where it lacks what says who it is from."""
    channel, service = _text(found, "channelId"), _text(found, "serviceUrl")
    return Whose(channel, service, _tenant(found.get("channelData")))


def read(found: dict[str, Any]) -> Activity:
    """The activity in what was parsed.

    Raises Malformed for other types than the Activity schema's, for lists that are too long, and
    where it lacks what every activity of its type has. The message names the field and never
    quotes.
    """
    try:
        activity = deserialise.activity(found)
    except ValueError as error:
        raise Malformed(str(error)) from None
    _check_whole(activity)
    return activity


def tenant_of(activity: Activity) -> str:
    """In lower case, and empty where the activity doesn't say.

    botbuilder looks for it at `conversation.tenant_id`, which Teams' spelling never reaches.
    """
    return _tenant(activity.channel_data)


def _tenant(data: object) -> str:
    tenant = data.get("tenant") if isinstance(data, dict) else None
    found = tenant.get("id") if isinstance(tenant, dict) else None
    return found.lower() if isinstance(found, str) else ""


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"without {name}")
    return value


def _object(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode()
        found = json.loads(text, parse_constant=_refuse)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # half of a character can't be kept
    except UnicodeError:
        raise Malformed("not UTF-8") from None
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("not an object")
    if is_deeper(found, DEEPEST):
        raise Malformed("too deep")
    return {_typeable(k): _typeable(v) for k, v in found.items()} if "\\u00" in text else found


def _typeable(found: Any) -> Any:
    """No database keeps a NUL in a text, and nobody reads the others."""
    if isinstance(found, str):
        return _CONTROLS.sub("", found)
    if isinstance(found, list):
        return [_typeable(each) for each in found]
    if isinstance(found, dict):
        return {_typeable(key): _typeable(value) for key, value in found.items()}
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _check_whole(activity: Activity) -> None:
    parties = ("conversation", "from_property", "recipient")
    needed = {
        "type": activity.type,
        "channelId": activity.channel_id,
        "serviceUrl": activity.service_url,
    } | {name.removesuffix("_property"): _id_of(activity, name) for name in parties}
    if activity.type in _WITH_ID:
        needed["id"] = activity.id
    if missing := [name for name, value in needed.items() if not value]:
        raise Malformed(f"without {missing[0]}")
    if activity.delivery_mode == DeliveryModes.expect_replies:
        raise Malformed("asks for its replies in the answer")


def _id_of(activity: Activity, party: str) -> str:
    account = getattr(activity, party)
    return (account.id or "") if account else ""
