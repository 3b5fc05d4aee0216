"""The Web API: tokens, scopes, faults, and the table of methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.servers.slack import arguments as reading
from tests.servers.slack import chat_methods, people_methods, responses, view_methods
from tests.servers.slack.faults import Call, rate_limited
from tests.servers.slack.workspace import SlackError

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer

Arguments = dict[str, Any]
_POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})
_EVERY = timedelta(seconds=1)
"""A message a second and channel. Source: docs.slack.dev, "Rate limits"."""


@dataclass(frozen=True, slots=True)
class Method:
    """What a method does, and the scope and token that it needs."""

    run: Callable[[SlackServer, Arguments], Arguments]
    scope: str = ""
    token: str = "bot"


METHODS = {
    "auth.test": Method(people_methods.auth_test),
    "apps.connections.open": Method(people_methods.open_connection, "connections:write", "app"),
    "bots.info": Method(people_methods.bot_info, "users:read"),
    "users.list": Method(people_methods.list_users, "users:read"),
    "users.info": Method(people_methods.user_info, "users:read"),
    "users.lookupByEmail": Method(people_methods.lookup_by_email, "users:read.email"),
    "conversations.open": Method(chat_methods.open_conversation, "im:write"),
    "conversations.history": Method(chat_methods.history, "im:history"),
    "chat.postMessage": Method(chat_methods.post_message, "chat:write"),
    "chat.postEphemeral": Method(chat_methods.post_ephemeral, "chat:write"),
    "chat.update": Method(chat_methods.update, "chat:write"),
    "chat.delete": Method(chat_methods.delete, "chat:write"),
    "views.open": Method(view_methods.open_view),
    "views.push": Method(view_methods.push_view),
    "views.update": Method(view_methods.update_view),
    "views.publish": Method(view_methods.publish_view),
}


async def call(server: SlackServer, request: web.Request) -> web.Response:
    """Answers one call of the Web API, or lets it fail as planned."""
    name = request.match_info["method"]
    try:
        given, token = await reading.read(request)
    except SlackError as error:
        return _answer(error.code, error.more)
    kind = server.kind_of(token)
    entry = Call(name, given, kind, server.workspace.clock.now())
    server.calls.append(entry)

    def run() -> web.Response:
        return _run(server, entry)

    struck = server.faults.strike(name, str(given.get("channel", "")))
    if struck is None:
        return run()
    answer = await server.faults.answer(request, struck, run)
    entry.outcome = struck.fault if isinstance(struck.fault, str) else struck.fault.value
    return answer


def _run(server: SlackServer, entry: Call) -> web.Response:
    """Does what was asked. The answer names the token's scopes, as Slack does."""
    try:
        method = _permitted(server, entry)
        if entry.method in _POSTS and _is_too_soon(server, entry.arguments):
            entry.outcome = "ratelimited"
            return rate_limited(1)
        entry.outcome, answer = "ok", method.run(server, entry.arguments)
    except SlackError as error:
        entry.outcome, answer = error.code, error.more
    scopes = server.app_scopes if entry.token == "app" else server.scopes
    return _answer(entry.outcome, answer, scopes if entry.token in ("bot", "app") else ())


def _answer(outcome: str, more: Arguments, scopes: Any = ()) -> web.Response:
    about: Arguments = {"ok": True} if outcome == "ok" else {"ok": False, "error": outcome}
    headers = {"X-OAuth-Scopes": ",".join(scopes)} if scopes else {}
    return web.json_response(about | more, headers=headers)


def _permitted(server: SlackServer, entry: Call) -> Method:
    """The method, if the token may call it: token first, then scope. Raises SlackError."""
    method, kind = METHODS.get(entry.method), entry.token
    if method is None:
        raise SlackError("unknown_method", req_method=entry.method)
    _check_token(server, kind)
    if kind != method.token:
        raise SlackError("not_allowed_token_type")
    provided = server.app_scopes if kind == "app" else server.scopes
    if method.scope and method.scope not in provided:
        raise SlackError("missing_scope", needed=method.scope, provided=",".join(provided))
    return method


def _check_token(server: SlackServer, kind: str) -> None:
    if kind == "none":
        raise SlackError("not_authed")
    if kind == "unknown":
        raise SlackError("invalid_auth")
    if server.token_error:
        raise SlackError(server.token_error)


def _is_too_soon(server: SlackServer, given: Arguments) -> bool:
    """Whether the channel had a message within the second, where that is enforced."""
    if not server.enforces_rate:
        return False
    wanted = str(given.get("channel", ""))
    person = server.workspace.owners.get(wanted, wanted)
    now = server.workspace.clock.now()
    if now - server.last_post.get(person, now - _EVERY) < _EVERY:
        return True
    server.last_post[person] = now
    return False


async def respond(server: SlackServer, request: web.Request) -> web.Response:
    """Answers one POST to a response_url; faults know it as `response_url`."""
    try:
        given, _ = await reading.read(request)
    except SlackError as error:
        return web.json_response({"ok": False, "error": error.code}, status=400)
    entry = Call("response_url", given, "none", server.workspace.clock.now())
    server.calls.append(entry)

    def run() -> web.Response:
        entry.outcome = "ok"
        try:
            responses.respond(server, request.match_info["key"], given)
        except SlackError as error:
            entry.outcome = error.code
            return web.json_response({"ok": False, "error": error.code}, status=404)
        return web.Response(text="ok")

    struck = server.faults.strike("response_url", "")
    return run() if struck is None else await server.faults.answer(request, struck, run)
