"""Where a model is, and what it is sent: instructions, data and the form of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.llm.openai_answer import tokens_of

_OPENAI = (".openai.com", ".azure.com", ".azure.us", ".azure.cn")
_WITHOUT_STORE = frozenset({"api.mistral.ai", "generativelanguage.googleapis.com"})
"""Hosts that keep no completions in that way and refuse to be told not to."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One model at one address; `repr` shows no key. host: of `url`, as people are told of it.

    url: what comes before /chat/completions, or the endpoint where there is an `api_version`
    (Azure's older form). key: "" for none. at_once: how many calls may be under way. effort: how
    long a reasoning model thinks, "" for its own default.
    """

    url: str
    host: str
    model: str
    key: str = field(default="", repr=False)
    api_version: str = ""
    at_once: int = 8
    effort: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What a model is asked. data: JSON. form: the schema of the answer, called `name`; most: the
    tokens it may have.
    """

    name: str
    instructions: str
    data: str
    form: Mapping[str, Any]
    most: int

    @property
    def estimated(self) -> int:
        """The tokens that are sent: at least as many as are billed, as a rule."""
        return tokens_of(self.instructions) + tokens_of(self.data) + tokens_of(str(self.form))


def parameters(connection: Connection, task: Task) -> dict[str, Any]:
    """What is sent, but for the key. OpenAI's own models and all others differ in a few names."""
    theirs = bool(connection.api_version) or is_openai(connection.host)
    schema = {"name": task.name, "strict": True, "schema": dict(task.form)}
    given: dict[str, Any] = {
        "model": connection.model,
        "messages": [
            {"role": "system", "content": task.instructions},
            {"role": "user", "content": task.data},
        ],
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    given |= {"max_completion_tokens": task.most} if theirs else {"max_tokens": task.most}
    if not theirs and not connection.effort:
        given["temperature"] = 0  # reasoning models refuse it
    if _name(connection.host) not in _WITHOUT_STORE:
        given["store"] = False
    if connection.effort:
        given["reasoning_effort"] = connection.effort
    return given


def is_openai(host: str) -> bool:
    """Whether OpenAI's own models answer there, at OpenAI or on Azure: both want a key."""
    return f".{_name(host)}".endswith(_OPENAI)


def _name(host: str) -> str:
    """Without the port."""
    return host.partition(":")[0]


def closed(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object of a strict schema. No sizes: not every provider knows them."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def beginning(text: str, longest: int) -> str:
    """Whole words of a text: half a token would be somebody else's, half a name no name."""
    if len(text) <= longest:
        return text
    cut = text[: max(longest, 0)]
    whole = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[:whole] if whole > 0 else ""
