"""views.*: modals and Home tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.servers.slack import checks
from tests.servers.slack.arguments import needed, parsed
from tests.servers.slack.views import View
from tests.servers.slack.workspace import MODALS_AT_MOST, SlackError

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer

Arguments = dict[str, Any]


def open_view(server: SlackServer, arguments: Arguments) -> Arguments:
    """views.open: a modal alone. A bad view costs no trigger."""
    given = _given(server, arguments, "modal")
    user = server.workspace.redeem(needed(arguments, "trigger_id", "invalid_trigger_id"))
    return _shown(server.workspace.open_modal(user, given))


def push_view(server: SlackServer, arguments: Arguments) -> Arguments:
    """views.push: a modal over those that are open, three at most."""
    given = _given(server, arguments, "modal")
    trigger_id = needed(arguments, "trigger_id", "invalid_trigger_id")
    trigger = server.workspace.triggers.get(trigger_id)
    stack = server.workspace.stacks.get(trigger.user, []) if trigger else []
    if len(stack) >= MODALS_AT_MOST:
        raise SlackError("push_limit_reached")
    return _shown(server.workspace.push_modal(server.workspace.redeem(trigger_id), given))


def update_view(server: SlackServer, arguments: Arguments) -> Arguments:
    """views.update, by view_id or external_id."""
    view = _named(server, arguments)
    given = _given(server, arguments, str(view.given["type"]), own=view)
    _check_hash(view, arguments)
    view.replace(given, server.workspace.new_hash())
    return _shown(view)


def publish_view(server: SlackServer, arguments: Arguments) -> Arguments:
    """views.publish: somebody's Home tab."""
    user = needed(arguments, "user_id")
    member = server.workspace.members.get(user)
    if member is None or member.deleted:
        raise SlackError("user_not_found")
    if not server.home_tab:
        raise SlackError("not_enabled")
    view = server.workspace.homes.get(user)
    given = _given(server, arguments, "home", own=view)
    if view is None:
        view = server.workspace.homes[user] = server.workspace.new_view(user, given)
        return _shown(view)
    _check_hash(view, arguments)
    view.replace(given, server.workspace.new_hash())
    return _shown(view)


def _given(
    server: SlackServer, arguments: Arguments, kind: str, own: View | None = None
) -> Arguments:
    given = checks.view(
        parsed(arguments, "view", "invalid_arguments"), kind, charts=server.charts_supported
    )
    external = given.get("external_id")
    taken = [v for v in server.workspace.views() if v.given.get("external_id") == external]
    if external and any(view is not own for view in taken):
        raise SlackError("duplicate_external_id")
    return given


def _named(server: SlackServer, arguments: Arguments) -> View:
    view_id, external = arguments.get("view_id"), arguments.get("external_id")
    for view in server.workspace.views():
        if view_id == view.id or (external and external == view.given.get("external_id")):
            return view
    raise SlackError("not_found")


def _check_hash(view: View, arguments: Arguments) -> None:
    if arguments.get("hash") and arguments["hash"] != view.hash:
        raise SlackError("hash_conflict")


def _shown(view: View) -> Arguments:
    return {"view": view.as_json()}
