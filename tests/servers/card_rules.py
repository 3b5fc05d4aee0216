"""What Teams refuses or hides of a card, and neither Microsoft's renderer nor its schema knows."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.teams.texts import is_inert
from bot.teams.values import Forged, Verb, read

ACTIVITY = 28 * 1024
"""Bytes of an activity; what one adds to its card is below 2 KB here."""
ACTIONS = 6
TITLE = 60
Card = dict[str, Any]


def rule_problems(card: Card, summary: str = "") -> list[str]:
    """One line for each rule that `card` breaks."""
    return [*_whole(card, summary), *_actions(card), *_inputs(card), *_texts(card), *_charts(card)]


def parts(value: object) -> Iterator[Card]:
    """Every object with a type in `value`, in reading order."""
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for part in value.values():
            yield from parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from parts(part)


def activity(card: Card, summary: str) -> bytes:
    """A message with `card`, with ids as long as Teams' own."""
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    place = {"id": "a:" + "x" * 150, "tenantId": "x" * 36, "conversationType": "personal"}
    account = {"id": "29:" + "x" * 90, "name": "x" * 100, "aadObjectId": "x" * 36}
    sent = {
        "type": "message",
        "summary": summary,
        "attachments": [content],
        "conversation": place,
        "from": account,
        "recipient": account,
        "serviceUrl": "https://smba.trafficmanager.net/emea/" + "x" * 36,
    }
    return json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()


def _whole(card: Card, summary: str) -> Iterator[str]:
    try:
        size = len(activity(card, summary))
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    if size > ACTIVITY:
        yield f"{size} bytes"
    if not card["body"]:
        yield "nothing in it"
    shows = [part for part in parts([card["body"], card.get("actions", [])]) if _executes(part)]
    if "refresh" in card and not shows:
        yield "refreshes without a button"


def _executes(part: Card) -> bool:
    return bool(part["type"] == "Action.Execute")


def _actions(card: Card) -> Iterator[str]:
    for part in parts(card):
        if len(part.get("actions", ())) > ACTIONS:
            yield f"{len(part['actions'])} actions side by side"
        if part["type"] == "ActionSet" and not part["actions"]:
            yield "no action in a set"
        if part["type"].startswith("Action."):
            yield from _action(part)


def _action(action: Card) -> Iterator[str]:
    if not 1 <= len(action["title"].strip("\u200b\u2060 ")) <= TITLE + 2:
        yield f"a title of {len(action['title'])} characters"
    if action["type"] == "Action.OpenUrl":
        scheme = action["url"].split(":")[0].lower()
        if scheme not in {"http", "https", "mailto"}:
            yield f"leads to {scheme}"
        return
    try:
        read({"action": {"verb": action["verb"], "data": action["data"]}})
    except Forged:
        yield f"can't be read again: {action}"
    if action["verb"] == Verb.BACK and action.get("associatedInputs") != "none":
        yield "going back takes what was typed along"


def _inputs(card: Card) -> Iterator[str]:
    inputs = [part for part in parts(card["body"]) if part["type"].startswith("Input.")]
    ids = Counter(part["id"] for part in inputs)
    yield from (f"{name} stands {times} times" for name, times in ids.items() if times > 1)
    yield from (f"{part['id']} has no label" for part in inputs if not part["label"].strip())
    for part in inputs:
        values = [choice["value"] for choice in part.get("choices", ())]
        if len(set(values)) < len(values) or not all(values):
            yield f"{part['id']} has options twice, or blank ones"
        if values and part.get("value", values[0]) not in values:
            yield f"{part['id']} chose what is not offered"


def _texts(card: Card) -> Iterator[str]:
    for part in parts(card["body"]):
        if part["type"] == "TextBlock" and not is_inert(part["text"]):
            yield f"could be read as markup: {part['text']!r}"
        if part["type"] == "TextRun" and "selectAction" in part:
            yield "a link in a text"
        if part.get("style") == "expanded" and not all(
            is_inert(choice["title"]) for choice in part["choices"]
        ):
            yield "an option could be read as markup"


def _charts(card: Card) -> Iterator[str]:
    for part in parts(card["body"]):
        if not part["type"].startswith("Chart."):
            continue
        if "fallback" not in part:
            yield "a chart without a fallback"
        series = (
            [one["values"] for one in part["data"]] if "Line" in part["type"] else [part["data"]]
        )
        for points in series:
            if not all(point["x"].strip() and math.isfinite(point["y"]) for point in points):
                yield "a chart with a gap"
