"""What came in: checked as strictly as the strictest of providers does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

PARAMETERS = {
    "model": str,
    "messages": list,
    "response_format": dict,
    "store": bool,
    "max_tokens": int,
    "max_completion_tokens": int,
    "temperature": (int, float),
    "reasoning_effort": str,
}
"""All that Touchpoint has to send; any other is refused, so that none slips in."""

_SCHEMA_KEYS = {"type", "properties", "required", "additionalProperties", "items", "enum"}
"""What every provider's strict schemas know; sizes and patterns are not among it."""


@dataclass(slots=True)
class Asked:
    """One request as it came in. `outcome` is "ok" or the name of what went wrong with it."""

    path: str
    body: dict[str, Any]
    headers: Mapping[str, str]
    outcome: str = ""

    @property
    def kind(self) -> str:
        """What was asked for: "summary" or "choice"."""
        return str(self.body["response_format"]["json_schema"]["name"])

    @property
    def system(self) -> str:
        """The instructions."""
        return str(self.body["messages"][0]["content"])

    @property
    def data(self) -> dict[str, Any]:
        """What is to be worded: the user's message, which is JSON."""
        found: dict[str, Any] = json.loads(self.body["messages"][1]["content"])
        return found

    @property
    def text(self) -> str:
        """All that was sent, for whoever looks for what must not be in it."""
        return json.dumps(self.body, ensure_ascii=False) + str(dict(self.headers))


def complaint(body: Any) -> tuple[str, str]:
    """The parameter that is wrong and why; ("", "") where none is."""
    if not isinstance(body, dict):
        return "body", "is not an object"
    for name, value in body.items():
        if name not in PARAMETERS:
            return name, "Unrecognized request argument supplied"
        if not isinstance(value, PARAMETERS[name]):  # type: ignore[arg-type]
            return name, "is of the wrong type"
    if ("max_tokens" in body) == ("max_completion_tokens" in body):
        return "max_tokens", "exactly one of them bounds the answer"
    if [message.get("role") for message in body.get("messages", ())] != ["system", "user"]:
        return "messages", "instructions and data each have a message of their own"
    return _format_complaint(body.get("response_format"))


def _format_complaint(given: Any) -> tuple[str, str]:
    wanted = {"type", "json_schema"}
    if not isinstance(given, dict) or set(given) != wanted or given["type"] != "json_schema":
        return "response_format", "is no schema"
    schema = given["json_schema"]
    if schema.get("strict") is not True or not schema.get("name"):
        return "response_format", "is not strict or has no name"
    wrong = next(_loose(schema["schema"], "schema"), "")
    return ("response_format", wrong) if wrong else ("", "")


def _loose(schema: dict[str, Any], where: str) -> Iterator[str]:
    """What a strict schema must not be: open objects, optional fields, unknown keywords."""
    if unknown := set(schema) - _SCHEMA_KEYS:
        yield f"{where}: {sorted(unknown)} is not permitted"
    if schema.get("type") == "object":
        inner = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            yield f"{where}: 'additionalProperties' is required to be false"
        if schema.get("required") != list(inner):
            yield f"{where}: 'required' is required to name every field"
        for name, each in inner.items():
            yield from _loose(each, f"{where}.{name}")
    if schema.get("type") == "array":
        yield from _loose(schema["items"], f"{where}[]")


def refused(status: int, code: str, message: str, param: str = "") -> web.Response:
    """An error as OpenAI writes it."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return web.json_response({"error": error}, status=status)
