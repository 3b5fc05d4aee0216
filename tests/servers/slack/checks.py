"""Whether Slack would take a message or a view: its Block Kit limits and its own few rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.servers import slack_limits
from tests.servers.slack.arguments import parsed
from tests.servers.slack.workspace import SlackError

_METADATA_AT_MOST = 8_000
"""Characters of metadata: a bound of our own. Slack has metadata_too_large but names no figure."""


def message(arguments: dict[str, Any], *, charts: bool) -> dict[str, Any]:
    """Text, blocks and metadata of a message to post. Raises SlackError as Slack answers."""
    blocks = parsed(arguments, "blocks", "invalid_blocks_format")
    metadata = parsed(arguments, "metadata", "invalid_metadata_format")
    text = str(arguments.get("text") or "")
    if not text and not blocks:
        raise SlackError("no_text")
    if blocks is not None and not _are_objects(blocks):
        raise SlackError("invalid_blocks_format")
    _refuse_problems(text, blocks or [], charts=charts)
    _check_metadata(metadata)
    return {"text": text, "blocks": blocks, "metadata": metadata}


def _are_objects(blocks: Any) -> bool:
    return isinstance(blocks, list) and all(isinstance(block, dict) for block in blocks)


def _refuse_problems(text: str, blocks: list[dict[str, Any]], *, charts: bool) -> None:
    """The strict rules are stricter than Slack's on the text: it must be there and ping nobody."""
    found = _problems(slack_limits.message_problems, {"text": text, "blocks": blocks})
    found += _charts(blocks, allowed=charts)
    if not found:
        return
    if len(text) > slack_limits.MESSAGE_TEXT:
        raise refused("msg_too_long", found)
    if all(problem.startswith("text") for problem in found):
        raise refused("invalid_arguments", found)
    too_long = slack_limits.characters(blocks) > slack_limits.MESSAGE_CHARACTERS
    raise refused("msg_blocks_too_long" if too_long else "invalid_blocks", found)


def _problems(check: Callable[[Any], list[str]], given: Any) -> list[str]:
    """What the check finds; where it stumbles, something has a type that no block has."""
    try:
        return check(given)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return [f"blocks: malformed ({error})"]


def _charts(blocks: Sequence[dict[str, Any]], *, allowed: bool) -> list[str]:
    drawn = [i for i, block in enumerate(blocks) if block.get("type") == "data_visualization"]
    return [] if allowed else [f"blocks[{i}]: unsupported block type" for i in drawn]


def _check_metadata(metadata: Any) -> None:
    if metadata is None or metadata == {}:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not metadata.get("event_type"):
        raise SlackError("invalid_metadata_format")
    if len(str(metadata)) > _METADATA_AT_MOST:
        raise SlackError("metadata_too_large")


def view(given: Any, kind: str, *, charts: bool) -> dict[str, Any]:
    """A modal or a Home tab to show. Raises SlackError as Slack answers."""
    if not isinstance(given, dict) or not _are_objects(given.get("blocks")):
        raise refused("invalid_arguments", ["view: must be an object with a list of blocks"])
    found = [] if given.get("type") == kind else [f"type: must be {kind}"]
    found += _problems(slack_limits.view_problems, given)
    found += _charts(given["blocks"], allowed=charts)
    if found:
        raise refused("invalid_arguments", found)
    return given


def refused(code: str, problems: Sequence[str]) -> SlackError:
    """The error with what is wrong, where Slack's clients look for it."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return SlackError(code, errors=list(problems), response_metadata={"messages": messages})
