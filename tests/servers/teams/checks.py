"""What Teams refuses in an activity, or would not show: sizes, and the shape of a card.

Teams' service takes many a card that its clients then can't show; a test should hear of it at
once, so all of it is refused here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.servers.teams import cards

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
CARD_AT_MOST = 28 * 1024
ACTIVITY_AT_MOST = 100 * 1024
"""Bytes. Source: learn.microsoft.com, "Designing Adaptive Cards" and "Format your bot messages"."""

ACTIONS_AT_MOST = 6
"""Primary actions in one set. Source: the host configuration of Teams, learn.microsoft.com."""
WATCHERS_AT_MOST = 60
"""User ids of a refresh. Source: learn.microsoft.com, "Work with Universal Actions"."""

VERSIONS = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.5"})
"""Source: learn.microsoft.com, "Types of cards": bots send 1.5 or earlier."""

_SHOWN = """
AdaptiveCard TextBlock RichTextBlock TextRun Image ImageSet Media Container ColumnSet Column
FactSet Fact ActionSet Table TableRow TableCell TableColumnDefinition CodeBlock Icon Badge
ProgressBar ProgressRing Rating CompoundButton Carousel CarouselPage
Input.Text Input.Number Input.Date Input.Time Input.Toggle Input.ChoiceSet Input.Rating
Chart.Line Chart.Donut Chart.Pie Chart.VerticalBar Chart.VerticalBar.Grouped
Chart.HorizontalBar Chart.HorizontalBar.Stacked Chart.Gauge
"""
_ELEMENTS = frozenset(_SHOWN.split())
_DONE = """
Action.Execute Action.Submit Action.OpenUrl Action.ShowCard Action.ToggleVisibility
Action.Popover Action.ResetInputs
"""
_ACTIONS = frozenset(_DONE.split())


class TooBig(Exception):
    """The activity or one of its cards is larger than Teams takes."""


class Bad(Exception):
    """Teams can't read the activity, or its clients can't show the card."""


def card_of(activity: dict[str, Any]) -> cards.Card | None:
    """The card of a message, checked. Raises Bad or TooBig."""
    found = activity.get("attachments") or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Bad("attachments: a list of objects is needed")
    adaptive = [each.get("content") for each in found if each.get("contentType") == ADAPTIVE]
    if len(found) != len(adaptive) or len(found) > 1:
        raise Bad("attachments: at most one, an Adaptive Card")
    return card(adaptive[0]) if adaptive else None


def card(given: object) -> cards.Card:
    """An Adaptive Card that Teams shows. Raises Bad or TooBig."""
    if not isinstance(given, dict) or given.get("type") != "AdaptiveCard":
        raise Bad("the content is no AdaptiveCard")
    problems = list(_problems(given))
    if problems:
        raise Bad("; ".join(problems))
    size = len(json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode())
    if size > CARD_AT_MOST:
        raise TooBig(f"a card of {size} bytes")
    return given


def _problems(given: cards.Card) -> Iterator[str]:
    if given.get("version") not in VERSIONS:
        yield f"version {given.get('version')!r} is not shown"
    if not isinstance(given.get("body", []), list):
        yield "body is no list"
        return
    for node in cards.nodes(given):
        yield from _of_element(node)
    inputs = [node.get("id") for node in cards.nodes(given) if cards.is_input(node)]
    yield from (
        f"the input {name!r} is there twice" for name, n in Counter(inputs).items() if n > 1
    )
    yield from _of_refresh(given.get("refresh"))


def _of_element(node: cards.Node) -> Iterator[str]:
    kind = node.get("type")
    if kind is not None and kind not in _ELEMENTS:
        yield f"{kind!r} is no element"
    if kind in ("TextBlock", "TextRun") and not isinstance(node.get("text"), str):
        yield f"a {kind} without text"
    if cards.is_input(node) and not (isinstance(node.get("id"), str) and node["id"]):
        yield f"a {kind} without an id"
    if kind == "Input.ChoiceSet":
        yield from _of_choices(node.get("choices"))
    primary = [a for a in _given_actions(node) if a.get("mode") != "secondary"]
    if len(primary) > ACTIONS_AT_MOST:
        yield f"{len(primary)} actions in one set"
    for action in cards.actions(node):
        yield from _of_action(action)


def _given_actions(node: cards.Node) -> list[cards.Node]:
    found = node.get("actions") or []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _of_choices(choices: object) -> Iterator[str]:
    if not isinstance(choices, list) or not choices:
        yield "an Input.ChoiceSet without choices"
        return
    for choice in choices:
        parts = (choice.get("title"), choice.get("value")) if isinstance(choice, dict) else (None,)
        if not all(isinstance(part, str) and part for part in parts):
            yield "a choice without title or value"


def _of_action(action: cards.Node) -> Iterator[str]:
    kind = action.get("type")
    if kind not in _ACTIONS:
        yield f"{kind!r} is no action"
    if kind in cards.PRESSED and not isinstance(action.get("data", {}), dict | str):
        yield f"the data of {action.get('title')!r} is no object"
    if kind == "Action.Execute" and not isinstance(action.get("verb", ""), str):
        yield "a verb that is no text"
    if kind == "Action.OpenUrl" and not isinstance(action.get("url"), str):
        yield "an Action.OpenUrl without url"
    if action.get("associatedInputs", "auto") not in ("auto", "none"):
        yield f"associatedInputs of {action.get('title')!r}"


def _of_refresh(refresh: object) -> Iterator[str]:
    if refresh is None:
        return
    action = refresh.get("action") if isinstance(refresh, dict) else None
    if not isinstance(refresh, dict) or not isinstance(action, dict):
        yield "a refresh without action"
        return
    if action.get("type") != "Action.Execute":
        yield "a refresh takes an Action.Execute"
    if len(refresh.get("userIds") or []) > WATCHERS_AT_MOST:
        yield "a refresh for too many people"
