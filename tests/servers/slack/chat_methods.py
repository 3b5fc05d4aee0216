"""chat.* and conversations.*: posting, changing and reading messages."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from tests.servers.slack import checks, elements
from tests.servers.slack.arguments import flag, needed, number
from tests.servers.slack.clock import micros_of
from tests.servers.slack.messages import Message
from tests.servers.slack.people import BOT_USER
from tests.servers.slack.workspace import GENERAL, SlackError, Workspace

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer

Arguments = dict[str, Any]


def post_message(server: SlackServer, arguments: Arguments) -> Arguments:
    """chat.postMessage, into a direct message or to a person."""
    channel = _channel(server.workspace, needed(arguments, "channel", "channel_not_found"))
    if not server.messages_tab:
        raise SlackError("messages_tab_disabled")
    message = _new(server, channel, arguments)
    server.workspace.add(message, "post")
    if server.echoes:
        server.deliveries.later(server.echo(message))
    about = message.as_json(with_metadata=True)
    return {"channel": channel, "ts": message.ts, "message": about}


def post_ephemeral(server: SlackServer, arguments: Arguments) -> Arguments:
    """chat.postEphemeral, to the person whose direct message it is."""
    channel = _channel(server.workspace, needed(arguments, "channel", "channel_not_found"))
    user = needed(arguments, "user")
    if server.workspace.owners.get(channel) != user:
        raise SlackError("user_not_in_channel")
    message = _new(server, channel, arguments)
    message.ephemeral_to = user
    server.workspace.add(message, "ephemeral")
    return {"message_ts": message.ts}


def _new(server: SlackServer, channel: str, arguments: Arguments) -> Message:
    checked = checks.message(arguments, charts=server.charts_supported)
    checked["blocks"] = elements.with_ids(checked["blocks"] or [])
    thread = str(arguments.get("thread_ts") or "")
    ts = server.workspace.ticker.next()
    return Message(channel, ts, BOT_USER, **checked, thread_ts=thread)


def _channel(workspace: Workspace, wanted: str) -> str:
    """The channel to post to. Raises SlackError where the bot can't."""
    if wanted == GENERAL:
        raise SlackError("not_in_channel")
    if wanted in workspace.owners:
        return wanted
    member = workspace.members.get(wanted)
    if member is None or not member.takes_messages:
        raise SlackError("channel_not_found")
    return workspace.open_direct(wanted)


def update(server: SlackServer, arguments: Arguments) -> Arguments:
    """chat.update: a text without blocks takes the blocks away; metadata stays unless given."""
    message = _own(server.workspace, arguments, "cant_update_message")
    if not arguments.get("blocks") and not arguments.get("text"):
        raise SlackError("no_text")
    checked = checks.message(arguments, charts=server.charts_supported)
    message.text = checked["text"]
    message.blocks = elements.with_ids(checked["blocks"] or [])
    if checked["metadata"] is not None:
        message.metadata = checked["metadata"] or None
    message.edited = server.workspace.ticker.next()
    server.workspace.log(message, "update")
    about = message.as_json(with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": about}


def delete(server: SlackServer, arguments: Arguments) -> Arguments:
    """chat.delete, of the bot's own messages."""
    message = _own(server.workspace, arguments, "cant_delete_message")
    server.workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def _own(workspace: Workspace, arguments: Arguments, otherwise: str) -> Message:
    channel = needed(arguments, "channel", "channel_not_found")
    if channel not in workspace.owners:
        raise SlackError("channel_not_found")
    message = workspace.message(channel, needed(arguments, "ts", "message_not_found"))
    if message is None or message.ephemeral_to:
        raise SlackError("message_not_found")
    if not message.is_bots:
        raise SlackError(otherwise)
    return message


def open_conversation(server: SlackServer, arguments: Arguments) -> Arguments:
    """conversations.open, for one person: always the same direct message."""
    wanted = needed(arguments, "users", "users_list_not_supplied")
    member = server.workspace.members.get(wanted)
    if member is None:
        raise SlackError("user_not_found")
    if member.deleted:
        raise SlackError("user_disabled")
    if member.is_stranger:
        raise SlackError("user_not_visible")
    if not member.takes_messages:
        raise SlackError("cannot_dm_bot")
    known = {"no_op": True, "already_open": True} if wanted in server.workspace.direct else {}
    channel: Arguments = {"id": server.workspace.open_direct(wanted)}
    if flag(arguments, "return_im"):
        channel |= {"is_im": True, "user": wanted, "is_org_shared": False}
    return known | {"channel": channel}


def history(server: SlackServer, arguments: Arguments) -> Arguments:
    """conversations.history: newest first, by pages, metadata only where it is asked for."""
    channel = needed(arguments, "channel", "channel_not_found")
    if channel not in server.workspace.owners:
        raise SlackError("channel_not_found")
    limit = min(number(arguments, "limit", 100), server.history_page_cap)
    found = [m for m in _remembered(server, channel) if _within(m, arguments)]
    page, rest = found[:limit], found[limit:]
    with_metadata = flag(arguments, "include_all_metadata")
    answer: Arguments = {
        "messages": [message.as_json(with_metadata=with_metadata) for message in page],
        "has_more": bool(rest),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    more = {"response_metadata": {"next_cursor": _cursor(rest[0].ts)}} if rest else {}
    return answer | more


def _remembered(server: SlackServer, channel: str) -> list[Message]:
    """The channel's messages but for the newest of the bot's that the server forgets to tell."""
    everything = server.workspace.history(channel)
    own = [message for message in everything if message.is_bots]
    forgotten = own[: server.history_forgets]
    return [message for message in everything if message not in forgotten]


def _within(message: Message, arguments: Arguments) -> bool:
    at = micros_of(message.ts)
    inclusive = flag(arguments, "inclusive")
    if arguments.get("cursor") and at > _until(str(arguments["cursor"])):
        return False
    oldest, latest = (_limit(arguments, name) for name in ("oldest", "latest"))
    after = oldest is None or at > oldest or (inclusive and at == oldest)
    return after and (latest is None or at < latest or (inclusive and at == latest))


def _limit(arguments: Arguments, name: str) -> int | None:
    raw = str(arguments.get(name) or "")
    try:
        return micros_of(raw) if raw and raw != "0" else None
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _cursor(ts: str) -> str:
    return base64.b64encode(f"next_ts:{micros_of(ts)}".encode()).decode()


def _until(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next_ts:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
