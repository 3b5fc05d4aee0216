"""What Teams sends -> one neutral command. Pure: nothing is looked up and nothing is answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from botbuilder.schema import Activity

from bot.domain.inbound import Inbound, InboundKind
from bot.teams.places import message_ref
from bot.teams.typed import words_of
from bot.teams.values import Pressed

PERSONAL = "personal"
"""The type of a conversation between one person and the app."""

_OFF_AT_MOST = timedelta(days=1)
"""How far Teams' time may be from ours: it tells again for less long."""

_CHANGES = {
    ("messageUpdate", "editMessage"): "typed_edited",
    ("messageDelete", "softDeleteMessage"): "typed_deleted",
}
"""By the activity's type and channelData.eventType."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an activity came from and who acts. `now` (aware UTC) counts where Teams gives no
    time, and in a playground always: its clock is another one.
    """

    installation_id: UUID
    external_id: str
    now: datetime
    believes_times: bool = True


def account_id(activity: Activity) -> str:
    """The person's id in Entra, lower case; "" where Teams doesn't say (an anonymous guest)."""
    sender = activity.from_property
    found = getattr(sender, "aad_object_id", None)
    return found.lower() if isinstance(found, str) else ""


def is_personal(activity: Activity) -> bool:
    """Whether nobody else reads along."""
    conversation = activity.conversation
    return conversation is not None and conversation.conversation_type == PERSONAL


def typed(activity: Activity, source: Source) -> Inbound:
    """A message to the app, as an answer or whatever its words mean."""
    return _inbound(activity, source, InboundKind.TEXT, text=words_of(activity))


def command(activity: Activity, source: Source, words: str) -> Inbound:
    """The same as a command: `words` are those behind the slash."""
    return _inbound(activity, source, InboundKind.COMMAND, text=words)


def changed(activity: Activity, source: Source) -> Inbound | None:
    """A person edited or deleted a message they had typed: what was recorded stays as it is."""
    told = activity.channel_data if isinstance(activity.channel_data, Mapping) else {}
    action = _CHANGES.get((str(activity.type), str(told.get("eventType"))))
    if action is None:
        return None
    # An edited message keeps its id, and may be edited once more.
    when = activity.timestamp.isoformat() if activity.timestamp else ""
    return _inbound(activity, source, InboundKind.PRESS, when, action=action)


def press(activity: Activity, source: Source, pressed: Pressed, kind: InboundKind) -> Inbound:
    """A pressed button or a sent form: the same form with the same fields is one act, however
    often somebody sends it.
    """
    inbound = _inbound(
        activity,
        source,
        kind,
        action=pressed.action,
        value=pressed.value,
        pressed=pressed.pressed,
        fields=dict(pressed.fields) if kind is InboundKind.FORM else {},
    )
    is_drawn_once = kind is InboundKind.FORM and pressed.frame.nonce
    return replace(inbound, inbound_id=_form_id(inbound, pressed)) if is_drawn_once else inbound


def card_ref(activity: Activity) -> str:
    """The name of the message whose card was pressed."""
    return message_ref(activity.conversation.id, str(activity.reply_to_id or ""))


def moment(activity: Activity, source: Source) -> datetime:
    """When it happened (aware UTC); now, where Teams says what can't be."""
    told = activity.timestamp
    if not source.believes_times or not isinstance(told, datetime):
        return source.now
    at = told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    return at if abs(at - source.now) <= _OFF_AT_MOST else source.now


def _inbound(
    activity: Activity, source: Source, kind: InboundKind, *more: str, **what: Any
) -> Inbound:
    return Inbound(
        installation_id=source.installation_id,
        external_id=source.external_id,
        inbound_id=_id(activity, source, more),
        kind=kind,
        at=moment(activity, source),
        reply_to=card_ref(activity) if activity.reply_to_id else "",
        **what,
    )


def _form_id(inbound: Inbound, pressed: Pressed) -> str:
    sent = [inbound.action, inbound.value, pressed.frame.nonce, sorted(inbound.fields.items())]
    parts = ("form", inbound.external_id, json.dumps(sent))
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def _id(activity: Activity, source: Source, more: tuple[str, ...]) -> str:
    """The same for each redelivery of one act: Teams sends the same activity again."""
    act = json.dumps(activity.value, sort_keys=True, default=str) if activity.value else ""
    parts = (source.external_id, activity.conversation.id, str(activity.id), activity.type, act)
    return hashlib.sha256("\n".join((*parts, *more)).encode(errors="replace")).hexdigest()
