"""The connector's REST: conversations, activities and members."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web

from tests.servers.teams import checks, faults, people, rates
from tests.servers.teams.faults import Call, refused
from tests.servers.teams.messages import Message
from tests.servers.teams.state import Conversation, Said

if TYPE_CHECKING:
    from tests.servers.teams.server import TeamsServer

Body = dict[str, Any]
Method = Callable[["TeamsServer", Call], web.Response]


async def serve(server: TeamsServer, request: web.Request, operation: str) -> web.Response:
    """Answers one call: the fault that is planned for it, or what it asked for."""
    call = _call(server, request, operation, await request.read())
    server.calls.append(call)
    planned = server.faults.strike(operation, call.conversation)
    if planned is None:
        return _noted(call, _run(server, call))
    answer = await server.faults.answer(request, planned, lambda: _run(server, call))
    call.outcome = planned.fault.value
    return answer


def _call(server: TeamsServer, request: web.Request, operation: str, body: bytes) -> Call:
    where = {name: unquote(part) for name, part in request.match_info.items()}
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    activity = where.get("activity", where.get("member", ""))
    call = Call(
        operation,
        where.get("conversation", ""),
        "" if operation == "post" else activity,
        _parsed(body),
        server.login.is_valid(token),
        server.clock.now(),
        where["region"],
    )
    call.reply_to = activity if operation == "post" else ""
    return call


def _parsed(body: bytes) -> Any:
    if len(body) > checks.ACTIVITY_AT_MOST:
        return checks.TooBig()
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _noted(call: Call, answer: web.Response) -> web.Response:
    call.outcome = "ok"
    if answer.status >= 400:
        said = json.loads(answer.text or "{}")
        call.outcome = said.get("error", {}).get("code") or str(answer.status)
        if "MessageWritesBlocked" in said.get("message", ""):
            call.outcome = "MessageWritesBlocked"
    return answer


def _run(server: TeamsServer, call: Call) -> web.Response:
    """What was asked, or why not."""
    if not call.bearer:
        return faults.unauthorized()
    if isinstance(call.body, checks.TooBig):
        return refused("MessageSizeTooBig")
    try:
        return _METHODS[call.operation](server, call)
    except checks.TooBig as error:
        return refused("MessageSizeTooBig", str(error))
    except checks.Bad as error:
        return refused("BadSyntax", str(error))


def _create(server: TeamsServer, call: Call) -> web.Response:
    """A personal conversation with somebody who has the app; the one that is there already."""
    body = _body(call)
    tenant = body.get("tenantId") or (body.get("channelData") or {}).get("tenant", {}).get("id")
    wanted = [server.state.account(str(m.get("id"))) for m in body.get("members") or []]
    if len(wanted) != 1 or body.get("isGroup"):
        raise checks.Bad("a personal conversation is with one person")
    account = wanted[0]
    if account is None or account.tenant != tenant:
        return refused("BadArgument", "Failed to decrypt the user id, or it is of another tenant")
    found = server.state.personal(account)
    if found is None or not found.has_app:
        return refused("ForbiddenOperationException")
    return web.json_response({"id": found.id}, status=201)


def _post(server: TeamsServer, call: Call) -> web.Response:
    conversation = _writable(server, call)
    if isinstance(conversation, web.Response):
        return conversation
    text, summary, card = _said(call)
    made = server.state.new_activity()
    message = Message(conversation.id, made, people.BOT, text, summary, card, call.reply_to)
    server.state.write(conversation, message)
    return web.json_response({"id": made}, status=201)


def _update(server: TeamsServer, call: Call) -> web.Response:
    conversation = _writable(server, call)
    if isinstance(conversation, web.Response):
        return conversation
    message = conversation.messages.get(call.activity)
    if message is None or not message.is_bots:
        return refused("ActivityNotFoundInConversation")
    server.state.rewrite(conversation, message, _said(call))
    return web.json_response({"id": message.id})


def _delete(server: TeamsServer, call: Call) -> web.Response:
    conversation = _writable(server, call)
    if isinstance(conversation, web.Response):
        return conversation
    message = conversation.messages.get(call.activity)
    if message is None or not message.is_bots:
        return refused("ActivityNotFoundInConversation")
    server.state.remove(conversation, message)
    return web.Response(status=200)


def _member(server: TeamsServer, call: Call) -> web.Response:
    conversation = _readable(server, call)
    if isinstance(conversation, web.Response):
        return conversation
    account = server.state.account(call.activity)
    if account is None or account.id not in conversation.members:
        return refused("MemberNotFoundInConversation")
    return web.json_response(people.profile(account))


def _members(server: TeamsServer, call: Call) -> web.Response:
    conversation = _readable(server, call)
    if isinstance(conversation, web.Response):
        return conversation
    known = [server.state.people[each] for each in conversation.members]
    return web.json_response([people.profile(each) for each in known])


_METHODS: dict[str, Method] = {
    "create": _create,
    "post": _post,
    "update": _update,
    "delete": _delete,
    "member": _member,
    "members": _members,
}


def _readable(server: TeamsServer, call: Call) -> Conversation | web.Response:
    found = server.state.conversations.get(call.conversation)
    if found is None:
        return refused("ConversationNotFound")
    return found if found.has_app else refused("BotNotInConversationRoster")


def _writable(server: TeamsServer, call: Call) -> Conversation | web.Response:
    """Where the message goes, or what Teams says instead: in a personal conversation without
    the app, that writing is blocked.
    """
    found = _readable(server, call)
    personal = server.state.conversations.get(call.conversation)
    if personal is not None and personal.kind == "personal" and not personal.has_app:
        return refused("MessageWritesBlocked")
    if isinstance(found, web.Response):
        return found
    return refused(found.refusal) if found.refusal else _within_rates(server, found)


def _within_rates(server: TeamsServer, conversation: Conversation) -> Conversation | web.Response:
    if not server.enforces_rate:
        return conversation
    now = server.clock.now()
    wait = server.rates.wait(conversation.id, now, rates.THREAD)
    wait = wait or server.rates.wait(f"app {conversation.tenant}", now, rates.APP)
    return faults.rate_limited(wait) if wait else conversation


def _said(call: Call) -> Said:
    """Text, summary and card of a message. Raises Bad or TooBig."""
    body = _body(call)
    if body.get("type") != "message":
        raise checks.Bad(f"an activity of type {body.get('type')!r}")
    card = checks.card_of(body)
    text = body.get("text") or ""
    if not isinstance(text, str) or not (text or card):
        raise checks.Bad("a message that says nothing")
    if text and body.get("textFormat") != "plain":
        raise checks.Bad("a text that Teams reads as Markdown, names and all")
    return text, str(body.get("summary") or ""), card


def _body(call: Call) -> Body:
    if not isinstance(call.body, dict):
        raise checks.Bad("the body is no object")
    return call.body


def routes(server: TeamsServer) -> list[web.RouteDef]:
    """What it serves, under any region's name."""
    base = "/{region:teams|emea|amer|apac}/v3/conversations"
    one = base + "/{conversation}"
    activity = one + "/activities/{activity}"
    table = {
        ("POST", base): "create",
        ("POST", f"{one}/activities"): "post",
        ("POST", activity): "post",
        ("PUT", activity): "update",
        ("DELETE", activity): "delete",
        ("GET", f"{one}/members"): "members",
        ("GET", one + "/members/{member}"): "member",
    }
    return [
        web.route(verb, path, server.handler(operation))
        for (verb, path), operation in table.items()
    ]
