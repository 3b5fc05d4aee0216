"""Bolt's application: our own authorisation, and one listener for each kind of payload."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.slack import guard
from bot.slack.installations import Installations
from bot.slack.listeners import WORKSPACE, Listeners

_ANY = re.compile(".*", re.DOTALL)
_NOT_OURS = "Touchpoint does not know this workspace."
_UNHANDLED = 404  # as Bolt says that no listener is for it
_log = logging.getLogger(__name__)


def build_app(
    listeners: Listeners, installations: Installations, client: AsyncWebClient
) -> AsyncApp:
    """The one application behind HTTP and Socket Mode.

    Requests are verified before Bolt sees them (`bot.slack.guard`), so its own middleware for
    that is off; `process_before_response`, because what is acknowledged must be kept first.
    """
    app = AsyncApp(
        name="touchpoint",
        logger=_quiet_logger(),
        client=client,
        authorize=_authorize(installations),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,  # told apart by `payloads`, without a token's help
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        user_facing_authorize_error_message=_NOT_OURS,
    )
    app.use(_ours(installations))
    app.event(_ANY)(listeners.event)
    app.action(_ANY)(listeners.action)
    app.view_submission(_ANY)(listeners.submission)
    app.view_closed(_ANY)(listeners.closed)
    app.command(_ANY)(listeners.command)
    app.message_shortcut(_ANY)(listeners.shortcut)
    app.error(_failed)
    return app


async def dispatch(app: AsyncApp, body: Mapping[str, Any]) -> BoltResponse:
    """One payload, however it came. The response's status is 200 where it was kept, and where it
    is of a kind that we never asked for: Slack would only try that again.

    Raises guard.Malformed for a payload that Bolt can't read.
    """
    try:
        request = AsyncBoltRequest(mode="socket_mode", body=dict(body))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise guard.Malformed("ids of another shape") from None
    response = await app.async_dispatch(request)
    if response.status == _UNHANDLED:
        _log.info(
            "a kind of payload that is not for us", extra={"kind": str(body.get("type"))[:40]}
        )
        return BoltResponse(status=200, body="")
    return response


def _authorize(installations: Installations) -> Any:  # one of the shapes that Bolt looks into
    async def authorize(
        context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult | None:
        is_enterprise = bool(context.is_enterprise_install)
        found = await installations.of_team(
            team_id, enterprise_id, is_enterprise_install=is_enterprise
        )
        if found is None:
            _log.warning("another workspace's payload", extra={"team": str(team_id)[:20]})
            return None
        context[WORKSPACE] = found
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user_id,
            bot_token=found.token,
        )

    return authorize


def _ours(installations: Installations) -> Any:  # as `_authorize`
    """Bolt asks nobody whose those events are that tell of a token's end; we always do."""
    authorize = _authorize(installations)

    async def ours(
        context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        if WORKSPACE in context or await authorize(context, context.enterprise_id, context.team_id):
            return await next_()
        return BoltResponse(status=200, body="")

    return ours


async def _failed(error: Exception) -> BoltResponse:
    """Not acknowledged, so that Slack tries again or the person sees that it failed."""
    if isinstance(error, StorageUnavailable):
        _log.warning("not recorded", extra={"reason": str(error)})
        return BoltResponse(status=503, body="", headers={"retry-after": "5"})
    _log.error("a payload failed", exc_info=error)
    return BoltResponse(status=500, body="")


def _quiet_logger() -> logging.Logger:
    """Bolt's own lines can quote what people sent: only its errors pass, without their details."""
    logger = logging.getLogger("bot.slack.bolt")
    logger.setLevel(logging.ERROR)
    return logger
