"""JSON as botbuilder's models, by their own tables of fields.

Their own deserialiser makes the text "{}" of an object where a text should be, takes dates without
a zone, and costs twenty times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botbuilder import schema
from botbuilder.schema import Activity, ChannelAccount, ConversationAccount

_Read = Callable[[Any], Any]

MOST = 100
"""Items of a list. In a personal conversation two members join, and a message has few entities."""

_READ: Mapping[Any, frozenset[str]] = {
    Activity: frozenset(
        {
            *("type", "id", "name", "action", "value", "text", "replyToId", "deliveryMode"),
            *("channelId", "serviceUrl", "channelData", "conversation", "from", "recipient"),
            *("timestamp", "localTimezone", "locale", "entities", "membersAdded"),
            "attachments",
        }
    ),
    ConversationAccount: frozenset({"id", "conversationType", "tenantId", "isGroup"}),
    ChannelAccount: frozenset({"id", "name", "aadObjectId"}),
}
"""What anybody here reads, by the names in JSON: the rest is never built. Of other models all."""


def activity(found: object) -> Activity:
    """What is null stays unset, and so does what nobody here reads; what the schema doesn't name
    goes to `additional_properties`.

    Raises ValueError, naming the field, for a value of another type than the schema gives, and for
    a list of more than MOST.
    """
    return _model(Activity, found, "the activity")


def _model(kind: Any, found: object, key: str) -> Any:
    if not isinstance(found, dict):
        raise ValueError(f"{key} is no object")  # noqa: TRY004 - it is the sender's mistake
    fields, made, extra = _fields(kind), kind(), {}
    for name, value in found.items():
        if name not in fields:
            extra[name] = value
        elif value is not None and (known := fields[name]) is not None:
            attribute, read = known
            setattr(made, attribute, read(value))
    made.additional_properties = extra
    return made


@cache
def _fields(kind: Any) -> Mapping[str, tuple[str, _Read] | None]:
    """By their names in JSON: the attribute, and how its value is read; None where it isn't."""
    table = kind._attribute_map.items()  # noqa: SLF001 - msrest's models keep it nowhere else
    found = {spec["key"]: (name, _reader(spec["key"], spec["type"])) for name, spec in table}
    return {key: known if key in _READ.get(kind, found) else None for key, known in found.items()}


def _reader(key: str, kind: str) -> _Read:
    if kind == "object":
        return lambda value: value
    if kind == "iso-8601":
        return lambda value: _moment(key, value)
    if kind.startswith("["):
        return _list_reader(key, _reader(key, kind[1:-1]))
    if kind.startswith("{"):
        return _table_reader(key, _reader(key, kind[1:-1]))
    if plain := _PLAIN.get(kind):
        return _checked(key, plain)
    model = getattr(schema, kind)
    return lambda value: _model(model, value, key)


_PLAIN: Mapping[str, type[Any]] = {"str": str, "bool": bool, "int": int}


def _checked(key: str, kind: type[Any]) -> _Read:
    def read(value: Any) -> Any:
        if not isinstance(value, kind):
            raise ValueError(f"{key} is no {kind.__name__}")  # noqa: TRY004 - as `_model`
        return value

    return read


def _list_reader(key: str, read: _Read) -> _Read:
    def read_all(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError(f"{key} is no list")  # noqa: TRY004 - as `_model`
        if len(value) > MOST:
            raise ValueError(f"{key} is too long")
        return [read(each) for each in value]

    return read_all


def _table_reader(key: str, read: _Read) -> _Read:
    def read_all(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError(f"{key} is no object")  # noqa: TRY004 - as `_model`
        return {name: read(each) for name, each in value.items()}

    return read_all


def _moment(key: str, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{key} is no date") from None
    if moment.utcoffset() is None:
        raise ValueError(f"{key} has no zone")
    return moment
