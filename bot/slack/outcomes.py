"""What Slack's answers mean for a message: its error codes, and what delivery does about each.

Codes: docs.slack.dev/reference/methods, of chat.postMessage, chat.update, chat.delete,
conversations.open and conversations.history.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.domain.delivery import Outcome, RetryAt, Skipped, Unknown
from bot.slack.api import Answer, Fate
from bot.slack.pauses import MESSAGES_TAB_OFF, MISSING_SCOPE, TOKEN_REFUSED, WORKSPACE_CLOSED

log = logging.getLogger(__name__)

SOON = timedelta(seconds=5)
PAUSE = timedelta(minutes=5)
"""How long a workspace that refuses rests before it is asked again."""

PAUSES = {
    "account_inactive": TOKEN_REFUSED,
    "invalid_auth": TOKEN_REFUSED,
    "not_allowed_token_type": TOKEN_REFUSED,
    "not_authed": TOKEN_REFUSED,
    "token_expired": TOKEN_REFUSED,
    "token_revoked": TOKEN_REFUSED,
    "two_factor_setup_required": TOKEN_REFUSED,
    "missing_scope": MISSING_SCOPE,
    "no_permission": MISSING_SCOPE,
    "messages_tab_disabled": MESSAGES_TAB_OFF,
    "access_denied": WORKSPACE_CLOSED,
    "accesslimited": WORKSPACE_CLOSED,
    "ekm_access_denied": WORKSPACE_CLOSED,
    "enterprise_is_restricted": WORKSPACE_CLOSED,
    "org_login_required": WORKSPACE_CLOSED,
    "team_access_not_granted": WORKSPACE_CLOSED,
    "team_added_to_org": WORKSPACE_CLOSED,
}
"""They concern the whole workspace: it pauses, says why, and loses nothing."""

GONE = frozenset(
    {
        "block_mismatch",
        "cant_delete_message",
        "cant_update_message",
        "compliance_exports_prevent_deletion",
        "edit_window_closed",
        "is_inactive",
        "message_not_found",
    }
)
"""A sent message that can't be changed any more."""

TOO_MUCH = {
    "invalid_arguments": "invalid_blocks",
    "invalid_attachments": "invalid_blocks",
    "invalid_blocks": "invalid_blocks",
    "invalid_blocks_format": "invalid_blocks",
    "msg_blocks_too_long": "msg_too_long",
    "msg_too_long": "msg_too_long",
    "no_text": "invalid_blocks",
}
"""What Slack won't take as it is drawn."""

_NEVER = {
    "cannot_dm_bot": "bot",
    "channel_not_found": "missing",
    "invalid_user_combination": "external",
    "is_archived": "missing",
    "method_not_supported_for_channel_type": "missing",
    "not_in_channel": "missing",
    "team_not_found": "missing",
    "user_disabled": "deactivated",
    "user_is_bot": "bot",
    "user_is_restricted": "guest",
    "user_is_ultra_restricted": "guest",
    "user_not_found": "missing",
    "user_not_visible": "missing",
    "users_not_found": "missing",
}
_RESTRICTED = "restricted_action"
_NOT_ALLOWED = "not_allowed"


def outcome(answer: Answer, method: str, now: datetime) -> Outcome:
    """What an answer that is not `ok` means for the message; `now` is aware UTC.

    An unknown code counts as an attempt: Slack said that it did nothing, not that it never will.
    """
    if answer.fate is Fate.UNKNOWN:
        return Unknown(answer.error)
    if answer.fate is Fate.NOT_SENT:
        return RetryAt(now + SOON, answer.error)
    if answer.fate is Fate.LIMITED:
        return RetryAt(now + answer.wait, "rate_limited", pauses_lane=True)
    return _refusal(answer, method, now)


def pause(answer: Answer, now: datetime) -> RetryAt | None:
    """The pause of the whole workspace, where the answer calls for one."""
    if answer.fate is not Fate.REFUSED or answer.error not in PAUSES:
        return None
    return RetryAt(now + PAUSE, PAUSES[answer.error], pauses_lane=True)


def _refusal(answer: Answer, method: str, now: datetime) -> Outcome:
    code = answer.error
    paused = pause(answer, now)
    if paused is not None:
        log.error("Slack refuses a workspace", extra={"method": method, "code": code})
        return paused
    if code in GONE:
        return Skipped("gone")
    if code in TOO_MUCH:
        found = {"method": method, "code": code, "pointers": answer.pointers}
        log.error("Slack refuses a message as it is drawn", extra=found)
        return Skipped(TOO_MUCH[code])
    if code in _NEVER:
        return Skipped(_NEVER[code])
    if code.startswith(_RESTRICTED):
        return Skipped(_NOT_ALLOWED)
    log.error("Slack refuses a message", extra={"method": method, "code": code})
    return RetryAt(now + SOON, code)
