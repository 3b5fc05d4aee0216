"""What is asked of a request before anybody reads it: Slack's signature, its size and its shape."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from bot.domain.nesting import is_deeper

WINDOW = 300
"""Seconds that a signed request may be old (docs.slack.dev, "Verifying requests from Slack")."""

DEEPEST = 100
"""Levels of JSON. Slack's deepest, lists in rich text in a message in an event, has about 15."""

MOST_FIELDS = 100
_VERSION = "v0"
_FORM = "application/x-www-form-urlencoded"


class Unsigned(Exception):
    """Not from Slack, or not from now: answered with 401 and nothing else."""


class Malformed(Exception):
    """From Slack, but nothing we can read: answered with 400."""


def verify(raw: bytes, headers: Mapping[str, str], secret: str, now: datetime) -> None:
    """The signature over the raw bytes, and its age at `now` (aware UTC).

    Raises Unsigned for whatever is missing, malformed, wrong or old.
    """
    timestamp = headers.get("X-Slack-Request-Timestamp", "")
    signature = headers.get("X-Slack-Signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):  # noqa: PLR2004 - far more than any date needs
        raise Unsigned("no timestamp")
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Unsigned("too old")
    signed = f"{_VERSION}:{timestamp}:".encode() + raw
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    # As bytes: two texts with other than ASCII in them can't be compared that way.
    if not hmac.compare_digest(f"{_VERSION}={mac}".encode(), signature.encode(errors="replace")):
        raise Unsigned("wrong signature")


def read(raw: bytes, content_type: str) -> dict[str, Any]:
    """The payload of an event (JSON), an interaction (JSON in a form) or a command (a form).

    Raises Malformed for what is not UTF-8, not an object, too deep, or lacks what its kind has.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    body = _of_form(text) if content_type == _FORM else _object(text)
    check(body)
    return body


def _of_form(text: str) -> dict[str, Any]:
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Malformed("too many fields") from None
    return _object(fields["payload"]) if "payload" in fields else dict(fields)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("not an object")
    return found


def check(body: object) -> None:
    """Whether a payload has the shape that its kind must have, whichever way it came.

    Raises Malformed where it hasn't: Bolt would fail on it with an error of its own.
    """
    if not isinstance(body, dict):
        raise Malformed("not an object")
    if is_deeper(body, DEEPEST):
        raise Malformed("too deep")
    if not _is_whole(body):
        raise Malformed("a payload of another shape")


def _is_whole(body: Mapping[str, Any]) -> bool:
    kind = body.get("type")
    if kind == "event_callback":
        event = body.get("event")
        return isinstance(event, dict) and isinstance(event.get("type"), str)
    if kind == "block_actions":
        return _has_action(body.get("actions")) and isinstance(body.get("user"), dict)
    if kind in ("view_submission", "view_closed"):
        return _has_callback(body.get("view")) and isinstance(body.get("user"), dict)
    if kind == "message_action":
        return isinstance(body.get("callback_id"), str) and isinstance(body.get("user"), dict)
    return isinstance(kind, str) or isinstance(body.get("command"), str) or "ssl_check" in body


def _has_action(actions: object) -> bool:
    first = actions[0] if isinstance(actions, list) and actions else None
    return isinstance(first, dict) and isinstance(first.get("action_id"), str)


def _has_callback(view: object) -> bool:
    return isinstance(view, dict) and isinstance(view.get("callback_id"), str)
