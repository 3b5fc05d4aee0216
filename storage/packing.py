"""Policies and question packs as JSON and back; parts an older row lacks take their defaults."""

from typing import Any

from pydantic import TypeAdapter

from bot.domain.packs import Pack
from bot.domain.policy import Policy

_POLICY = TypeAdapter(Policy)
_PACK = TypeAdapter(Pack)


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """The policy as plain JSON types: times in ISO 8601."""
    return dict(_POLICY.dump_python(policy, mode="json"))


def policy_from_json(data: dict[str, Any]) -> Policy:
    """The policy that `policy_to_json` wrote. Raises pydantic.ValidationError for anything else."""
    return _POLICY.validate_python(data)


def pack_to_json(pack: Pack) -> dict[str, Any]:
    """The pack as plain JSON types: enums by value."""
    return dict(_PACK.dump_python(pack, mode="json"))


def pack_from_json(data: dict[str, Any]) -> Pack:
    """The pack that `pack_to_json` wrote. Raises pydantic.ValidationError for anything else."""
    return _PACK.validate_python(data)
