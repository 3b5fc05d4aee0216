"""What Teams' answers mean for a message: its error codes, and what delivery does about each.

Codes: learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability, "Status
codes from agent conversational APIs". MessageWritesBlocked: the same site's page on proactive
messages to users who have blocked or uninstalled a bot.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.domain.delivery import Outcome, RetryAt, Skipped, Unknown
from bot.teams.connector import NO_TOKEN as WITHOUT_TOKEN
from bot.teams.connector import ConnectorError, Fate
from bot.teams.pauses import NO_TOKEN, RATE_LIMITED, TOKEN_REFUSED

log = logging.getLogger(__name__)

SOON = timedelta(seconds=5)
PAUSE = timedelta(minutes=5)
"""How long a tenant whose token is refused rests before it is asked again."""

DEFAULT_WAIT = timedelta(seconds=30)
"""After a 429 that does not say how long."""

NOT_INSTALLED = "not_installed"
BARRED = {
    "ConversationBlockedByUser": "blocked",
    "MessageWritesBlocked": "blocked",
    "BotNotInConversationRoster": NOT_INSTALLED,
    "ForbiddenOperationException": NOT_INSTALLED,
    "ConversationNotFound": NOT_INSTALLED,
}
"""Nothing more may be sent to that account until its person comes back to the app."""

_DISABLED = "BotDisabledByAdmin"
DISABLED = "disabled_by_admin"
"""A tenant's state: its admin blocked the app for everybody, and may let it in again."""

NOT_THERE = "ActivityNotFoundInConversation"
GONE = frozenset({NOT_THERE, "NotEnoughPermissions"})
"""A sent message that can't be changed any more."""

_TOO_LONG = "MessageSizeTooBig"
_BAD_REQUEST, _UNAUTHORIZED, _TOO_LARGE = 400, 401, 413


def outcome(error: ConnectorError, now: datetime) -> Outcome:
    """What a call that is not DONE means for the message; `now` is aware UTC.

    An unknown code counts as an attempt: Teams said that it did nothing, not that it never will.
    """
    if error.fate is Fate.UNKNOWN:
        return Unknown(error.code)
    if error.fate is Fate.LIMITED:
        return _limited(error, now)
    if error.code == WITHOUT_TOKEN:
        return RetryAt(now + PAUSE, NO_TOKEN, pauses_lane=True)
    if error.fate is Fate.NOT_SENT:
        return RetryAt(now + SOON, error.code)
    return _refusal(error, now)


def barred(error: ConnectorError) -> str:
    """Why its account may get nothing more ("blocked", "not_installed"); "" where it may."""
    return BARRED.get(error.code, "") if error.fate is Fate.REFUSED else ""


def _limited(error: ConnectorError, now: datetime) -> RetryAt:
    """With a Retry-After it is the conversation that has to wait, without one the whole lane: the
    app's own limit may be spent. What met another call may be sent as soon as that is over.
    """
    if error.code != RATE_LIMITED:
        return RetryAt(now + (error.wait or SOON), error.code)
    if not error.wait:
        return RetryAt(now + DEFAULT_WAIT, RATE_LIMITED, pauses_lane=True)
    return RetryAt(now + error.wait, RATE_LIMITED, counts=False)


def _refusal(error: ConnectorError, now: datetime) -> Outcome:
    found = {"code": error.code, "status": error.status}
    if error.status == _UNAUTHORIZED:
        log.error("Teams refuses the app", extra=found)
        return RetryAt(now + PAUSE, TOKEN_REFUSED, pauses_lane=True)
    if error.code == _DISABLED:
        # A policy may block it for a few people alone: the others' messages must not wait.
        log.error("an admin of the tenant has blocked the app", extra=found)
        return RetryAt(now + PAUSE, DISABLED)
    if error.code in BARRED:
        return Skipped(BARRED[error.code])
    if error.status == _TOO_LARGE or error.code == _TOO_LONG:
        log.error("Teams refuses a message as too long", extra=found)
        return Skipped("msg_too_long")
    if error.status == _BAD_REQUEST:
        log.error("Teams refuses a message as it is drawn", extra=found)
        return Skipped("invalid_card")
    log.error("Teams refuses a message", extra=found)
    return RetryAt(now + SOON, error.code)
