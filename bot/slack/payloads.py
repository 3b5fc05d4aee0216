"""What Slack sends -> one neutral command. Pure: nothing is looked up and nothing is answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bot.domain.inbound import Inbound, InboundKind
from bot.slack.manifest import SHORTCUTS
from bot.slack.typed import Names, words_of
from bot.slack.values import Carried, Forged, read_carried, read_fields, read_press

Body = Mapping[str, Any]

_WITH_WORDS = frozenset({"file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages that a person typed, beside none; all others tell of something else."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a payload came from; `now` (aware UTC) counts where Slack gives no time."""

    installation_id: UUID
    now: datetime


def typed(body: Body, source: Source, names: Names) -> Inbound | None:
    """A direct message to the bot; None for what no person typed to it.

    Raises Forged where Slack's fields are missing.
    """
    event = body["event"]
    if not _is_direct(event) or not _has_words(event.get("subtype")):
        return None
    return Inbound(
        installation_id=source.installation_id,
        external_id=_text(event, "user"),
        inbound_id=_text(body, "event_id"),
        kind=InboundKind.TEXT,
        at=moment(_text(event, "ts")),
        text=words_of(event, names),
        reply_to=_parent(event),
    )


def _parent(event: Body) -> str:
    """The message above a thread, named as the messenger names what it sent."""
    above = event.get("thread_ts")
    if not isinstance(above, str) or above == event.get("ts"):
        return ""
    return f"{event.get('channel')}:{above}"


def changed(body: Body, source: Source) -> Inbound | None:
    """A person edited or deleted a message they had typed: what was recorded stays as it is."""
    event = body["event"]
    before = event.get("previous_message")
    if event.get("channel_type") != "im" or not isinstance(before, Mapping):
        return None
    action = _change(event, before)
    if action is None or before.get("bot_id") or not before.get("user"):
        return None
    return Inbound(
        installation_id=source.installation_id,
        external_id=_text(before, "user"),
        inbound_id=_text(body, "event_id"),
        kind=InboundKind.PRESS,
        at=source.now,
        action=action,
    )


def _change(event: Body, before: Body) -> str | None:
    if event.get("subtype") == "message_deleted":
        return "typed_deleted"
    after = event.get("message")
    if event.get("subtype") != "message_changed" or not isinstance(after, Mapping):
        return None
    # Slack tells of unfolded links in the same way.
    is_edit = after.get("edited") and after.get("text") != before.get("text")
    return "typed_edited" if is_edit else None


def press(body: Body, source: Source) -> Inbound | None:
    """A pressed button; None for an element of a form, which is sent with the form.

    Raises Forged for what we never offered.
    """
    action = body["actions"][0]
    if action.get("type") != "button" or action.get("url"):
        return None
    found = read_press(action)
    user, place = _user(body), _place(body)
    acted_at = _text(action, "action_ts")
    return Inbound(
        installation_id=source.installation_id,
        external_id=user,
        inbound_id=_hashed(user, place, _text(action, "action_id"), acted_at),
        kind=InboundKind.PRESS,
        at=moment(acted_at),
        action=found.action,
        value=found.value,
        pressed=found.pressed,
    )


def form(body: Body, source: Source) -> tuple[Inbound, Carried]:
    """A form that was sent, and what its view carried. The view's hash tells apart what stood in it
    one after the other, and the fields what was sent again after Slack showed an error: the view
    is the same one then.

    Raises Forged for what we never offered.
    """
    view = body["view"]
    carried = read_carried(_text(view, "private_metadata"))
    user, fields = _user(body), read_fields(view.get("state"))
    stood = (_text(view, "id"), str(view.get("hash", "")), carried.action, carried.value)
    inbound = Inbound(
        installation_id=source.installation_id,
        external_id=user,
        inbound_id=_hashed(user, *stood, json.dumps(fields, sort_keys=True)),
        kind=InboundKind.FORM,
        at=source.now,
        action=carried.action,
        value=carried.value,
        fields=fields,
    )
    return inbound, carried


def command(body: Body, source: Source) -> Inbound:
    """A slash command. Raises Forged where Slack's fields are missing."""
    user = _text(body, "user_id")
    return Inbound(
        installation_id=source.installation_id,
        external_id=user,
        inbound_id=_hashed(user, _text(body, "trigger_id")),
        kind=InboundKind.COMMAND,
        at=source.now,
        text=str(body.get("text") or ""),
    )


def shortcut(body: Body, source: Source, names: Names) -> Inbound:
    """An entry of a message's own menu, with the words of that message.

    Raises Forged for what we never offered.
    """
    action, message = _text(body, "callback_id"), body.get("message")
    if action not in SHORTCUTS or not isinstance(message, Mapping):
        raise Forged("no shortcut of ours")
    user = _user(body)
    return Inbound(
        installation_id=source.installation_id,
        external_id=user,
        inbound_id=_hashed(user, _text(body, "trigger_id")),
        kind=InboundKind.PRESS,
        at=source.now,
        action=action,
        text=words_of(message, names),
    )


def moment(timestamp: str) -> datetime:
    """Slack's "1700000000.000100" as aware UTC. Raises Forged for anything else."""
    try:
        return datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Forged("not a timestamp of Slack's") from error


def _is_direct(event: Body) -> bool:
    """Typed by a person, to the bot alone. Bots' messages have no user, or a bot's id beside it."""
    is_ours = event.get("channel_type") == "im" and event.get("user") and not event.get("bot_id")
    return bool(is_ours) and not event.get("hidden")


def _has_words(subtype: object) -> bool:
    return subtype is None or (isinstance(subtype, str) and subtype in _WITH_WORDS)


def _place(body: Body) -> str:
    """The message or view that was pressed."""
    container = body.get("container")
    place = container if isinstance(container, Mapping) else {}
    if place.get("view_id"):
        return _text(place, "view_id")
    return f"{_text(place, 'channel_id')}:{_text(place, 'message_ts')}"


def _user(body: Body) -> str:
    user = body.get("user")
    return _text(user if isinstance(user, Mapping) else {}, "id")


def _text(given: Body, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise Forged(f"no {name}")
    return value


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()
