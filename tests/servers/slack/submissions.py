"""What becomes of a modal that somebody submits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.servers.slack import checks, elements
from tests.servers.slack.views import View
from tests.servers.slack.workspace import SlackError

if TYPE_CHECKING:
    from tests.servers.slack.hands import User


def check(view: View) -> None:
    """Raises ValueError where the client would keep the form and say what is missing."""
    values = view.values
    for element in elements.elements(view.blocks):
        if element.is_pressed:
            continue
        block_id, action_id = element.at
        why = elements.refusal(element, values[block_id][action_id])
        if why:
            raise ValueError(f"{view.title!r} can't be submitted: {why}")


def apply(user: User, view: View, answer: Any) -> None:
    """Shows what the application answered: nothing closes the modal."""
    user.modal_errors = {}
    if answer is None or answer == {}:
        _close(user, view)
        return
    try:
        _act(user, view, answer)
    except SlackError as error:
        user.trouble.append(f"{error.code}: {error.more}")


def _act(user: User, view: View, answer: Any) -> None:
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if action == "errors":
        _refuse(user, view, answer.get("errors"))
    elif action == "clear":
        user.modals.clear()
    elif action == "update":
        given = _given(user, answer)
        view.replace(given, user.server.workspace.new_hash())
    elif action == "push":
        user.server.workspace.push_modal(user.id, _given(user, answer))
    else:
        raise SlackError("invalid_response_action", answer=answer)


def _close(user: User, view: View) -> None:
    """Takes the modal away, unless something else did meanwhile."""
    if view in user.modals:
        user.modals.remove(view)


def _refuse(user: User, view: View, errors: Any) -> None:
    """Errors stand under input blocks alone; any other block id makes the answer a bad one."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not inputs >= errors.keys():
        raise SlackError("invalid_errors", errors=errors, inputs=sorted(inputs))
    user.modal_errors = errors


def _given(user: User, answer: dict[str, Any]) -> dict[str, Any]:
    return checks.view(answer.get("view"), "modal", charts=user.server.charts_supported)
