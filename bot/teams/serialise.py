"""An Activity as JSON: the parts that the app sends, without the SDK's own slow serialiser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botbuilder.schema import (
    Activity,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
)

from bot.teams.compact import compact

_PLAIN = (
    ("type", "type"),
    ("id", "id"),
    ("channel_id", "channelId"),
    ("service_url", "serviceUrl"),
    ("reply_to_id", "replyToId"),
    ("locale", "locale"),
    ("name", "name"),
    ("text", "text"),
    ("text_format", "textFormat"),
    ("summary", "summary"),
    ("input_hint", "inputHint"),
    ("importance", "importance"),
    ("attachment_layout", "attachmentLayout"),
    ("attachments", "attachments"),
    ("channel_data", "channelData"),
    ("value", "value"),
)
_ACCOUNTS = (
    ("from_property", "from"),
    ("recipient", "recipient"),
    ("conversation", "conversation"),
)
_OF_ACCOUNT = (
    ("id", "id"),
    ("name", "name"),
    ("aad_object_id", "aadObjectId"),
    ("role", "role"),
    ("is_group", "isGroup"),
    ("conversation_type", "conversationType"),
    ("tenant_id", "tenantId"),
)


class Once(Activity):  # type: ignore[misc]  # the SDK ships no types
    """An activity made for one sending, so that the SDK's copy of it can be itself: a deep copy
    of a card takes longer than all else that is done with it.
    """

    def __deepcopy__(self, memo: object) -> Once:
        return self


def activity(given: Activity) -> bytes:
    """The activity's JSON. Attachments, `channel_data` and `value` are plain data already; what is
    None is left out. Raises TypeError for what is no plain data.
    """
    parts = _set(given, _PLAIN)
    for attribute, key in _ACCOUNTS:
        account: ChannelAccount | ConversationAccount | None = getattr(given, attribute)
        if account is not None:
            parts[key] = _set(account, _OF_ACCOUNT)
    return _json(parts)


def _set(given: object, names: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    found = ((key, getattr(given, attribute, None)) for attribute, key in names)
    return {key: value for key, value in found if value is not None}


def conversation(given: ConversationParameters) -> bytes:
    """The JSON that opens a personal conversation."""
    parts: dict[str, Any] = {
        "isGroup": False,
        "bot": given.bot and _set(given.bot, _OF_ACCOUNT),
        "members": [_set(member, _OF_ACCOUNT) for member in given.members or ()],
        "tenantId": given.tenant_id,
        "channelData": given.channel_data,
    }
    return _json({key: value for key, value in parts.items() if value is not None})


def _json(parts: Mapping[str, Any]) -> bytes:
    return compact(parts).encode()
