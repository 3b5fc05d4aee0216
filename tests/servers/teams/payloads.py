"""What Teams sends to an application, by the fields that it really has.

Source: the samples of learn.microsoft.com, "Send and receive messages", "Conversation events in
your Teams bot" and "Universal Action Model".
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.servers.teams import people
from tests.servers.teams.people import Account
from tests.servers.teams.state import Conversation

if TYPE_CHECKING:
    from tests.servers.teams.server import TeamsServer

Activity = dict[str, Any]


def base(
    server: TeamsServer, account: Account, conversation: Conversation, **more: Any
) -> Activity:
    """What every activity has. `more` joins it."""
    now = server.state.now()
    where: dict[str, Any] = {"conversationType": conversation.kind, "id": conversation.id}
    where |= {"tenantId": conversation.tenant}
    where |= {"isGroup": True} if conversation.kind != "personal" else {}
    told = {"localTimezone": account.tz} if account.tz else {}
    return {
        "id": f"f:{uuid4()}",
        "timestamp": stamp(now),
        "localTimestamp": stamp(now.astimezone(ZoneInfo(account.tz or "UTC"))),
        "serviceUrl": server.service_url,
        "channelId": "msteams",
        "from": people.sender(account),
        "conversation": where,
        "recipient": people.bot(),
        "entities": [client(account)],
        "channelData": {"tenant": {"id": account.tenant}},
        "locale": account.locale,
        **told,
        **more,
    }


def client(account: Account) -> dict[str, Any]:
    """What the client says about itself."""
    about = {
        "locale": account.locale,
        "country": account.country,
        "platform": account.platform,
        "type": "clientInfo",
    }
    return about | ({"timezone": account.tz} if account.tz else {})


def written(
    server: TeamsServer, account: Account, conversation: Conversation, text: str, name: str
) -> Activity:
    """A typed message: Teams writes `&`, `<` and `>` as entities, and sends its HTML along."""
    text = escape(text, quote=False)
    html = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return base(
        server,
        account,
        conversation,
        type="message",
        id=name,
        text=text,
        textFormat="plain",
        attachments=[{"contentType": "text/html", "content": html}],
    )


def mention(
    server: TeamsServer, account: Account, conversation: Conversation, text: str, name: str
) -> Activity:
    """The same in a group, where the bot hears only what mentions it."""
    called = f"<at>{people.BOT_NAME}</at>"
    activity = written(server, account, conversation, text, name)
    activity["text"] = f"{called} {activity['text']}"
    entity = {"mentioned": people.bot(), "text": called, "type": "mention"}
    activity["entities"] = [entity, client(account)]
    if conversation.kind == "channel":
        place = {"id": conversation.id}
        activity["channelData"] |= {"teamsChannelId": place["id"], "channel": place, "team": place}
    return activity


def edited(
    server: TeamsServer, account: Account, conversation: Conversation, text: str, name: str
) -> Activity:
    """Somebody changed what they wrote."""
    activity = written(server, account, conversation, text, name)
    activity["channelData"] = {"eventType": "editMessage", **activity["channelData"]}
    return activity | {"type": "messageUpdate"}


def deleted(
    server: TeamsServer, account: Account, conversation: Conversation, name: str
) -> Activity:
    """Somebody took back what they wrote."""
    activity = base(server, account, conversation, type="messageDelete", id=name)
    activity["channelData"] = {"eventType": "softDeleteMessage", **activity["channelData"]}
    return activity


def added(server: TeamsServer, account: Account, conversation: Conversation) -> Activity:
    """The app is new in a conversation; the bot itself is among the members that were added."""
    members = [{"id": account.mri, "aadObjectId": account.id}, {"id": people.BOT}]
    return base(server, account, conversation, type="conversationUpdate", membersAdded=members)


def installation(
    server: TeamsServer, account: Account, conversation: Conversation, action: str
) -> Activity:
    """The app was installed ("add"), brought up to date ("add-upgrade") or taken away
    ("remove").
    """
    activity = base(server, account, conversation, type="installationUpdate", action=action)
    activity["channelData"] |= {
        "settings": {"selectedChannel": {"id": conversation.id}},
        "source": {"name": "message"},
    }
    return activity


def executed(
    server: TeamsServer,
    account: Account,
    conversation: Conversation,
    action: dict[str, Any],
    *,
    reply_to: str,
    trigger: str = "manual",
) -> Activity:
    """An Action.Execute, with the inputs in its data already."""
    names = ("type", "id", "title", "verb", "data")
    value = {"action": {n: action[n] for n in names if n in action}, "trigger": trigger}
    activity = base(
        server,
        account,
        conversation,
        type="invoke",
        name="adaptiveCard/action",
        replyToId=reply_to,
        value=value,
    )
    source = {"source": {"name": "message"}, "legacy": {"replyToId": f"1:{reply_to}"}}
    activity["channelData"] |= source
    return activity


def stamp(moment: datetime) -> str:
    """A moment as Teams writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
