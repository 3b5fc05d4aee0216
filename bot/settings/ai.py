"""The connection to a model: TOUCHPOINT_AI_* variables."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings.errors import ConfigurationError, Problem
from bot.settings.hosts import host_of

PREFIX = "TOUCHPOINT_AI_"
OPENAI_URL = "https://api.openai.com/v1"
Effort = Literal["none", "minimal", "low", "medium", "high"]

_GIVE_URL = (
    "give the address that ends before /chat/completions, such as https://api.openai.com/v1; plain "
    "http only on this machine or a private network"
)
_GIVE_KEY = "give the key as the provider shows it, in one line of plain ASCII characters"
_REMEDIES = {
    "at_once": "give a whole number from 1 to 64",
    "effort": f"give {', '.join(get_args(Effort))}, or leave it out",
}
_PRINTABLE = re.compile(r"[!-~]+")
_MODEL = re.compile(r"[!-~]{1,120}")
_VERSION = re.compile(r"[0-9A-Za-z.-]{1,40}")


@dataclass(frozen=True, slots=True)
class AiSettings:
    """One model at one address. `repr` shows no key.

    url: without a slash at the end; model: its name there, or the deployment's on Azure.
    key: "" for servers that want none. api_version: of Azure's older addresses, "" elsewhere.
    at_once: how many calls may be under way. effort: how long a reasoning model thinks, "" for its
    own default.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    api_version: str = ""
    at_once: int = 8
    effort: str = ""

    @property
    def host(self) -> str:
        """Where the words go, as app.yaml names it: lower case, with a port that says something."""
        return host_of(self.url)


class _Given(BaseSettings):
    """The variables as they are set; an empty one counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    url: str = OPENAI_URL
    key: SecretStr | None = None
    model: str = ""
    api_version: str = ""
    at_once: Annotated[int, Field(ge=1, le=64)] = 8
    effort: Effort | None = None


def known_variables() -> list[str]:
    """The names of all that may be set."""
    return [PREFIX + name.upper() for name in _Given.model_fields]


def read_ai() -> AiSettings | None:
    """What the environment says of a model; None where TOUCHPOINT_AI_MODEL is not set.

    Raises ConfigurationError, naming each variable and its remedy, never a value.
    """
    try:
        given = _Given()
    except ValidationError as error:
        raise ConfigurationError("", map(_unfit, error.errors())) from None
    if not given.model.strip():
        return None
    key = given.key.get_secret_value().strip() if given.key else ""
    if problems := list(_problems(given, key)):
        raise ConfigurationError("", problems)
    return AiSettings(
        url=given.url.strip().rstrip("/"),
        model=given.model.strip(),
        key=key,
        api_version=given.api_version.strip(),
        at_once=given.at_once,
        effort=given.effort or "",
    )


def _unfit(error: ErrorDetails) -> Problem:
    name = str(error["loc"][0])
    return Problem(None, PREFIX + name.upper(), "can't be used", _REMEDIES[name])


def _problems(given: _Given, key: str) -> Iterator[Problem]:
    if not _is_address(given.url.strip()):
        yield Problem(None, "TOUCHPOINT_AI_URL", "is not an address of a model", _GIVE_URL)
    if key and not _PRINTABLE.fullmatch(key):
        yield Problem(None, "TOUCHPOINT_AI_KEY", "is no key", _GIVE_KEY)
    if not _MODEL.fullmatch(given.model.strip()):
        remedy = "give the model's name as the provider writes it, such as gpt-5-mini"
        yield Problem(None, "TOUCHPOINT_AI_MODEL", "is no name of a model", remedy)
    version = given.api_version.strip()
    if version and not _VERSION.fullmatch(version):
        remedy = "give one such as 2024-10-21, or leave it out where the address ends in /openai/v1"
        yield Problem(None, "TOUCHPOINT_AI_API_VERSION", "is no version", remedy)


def _is_address(url: str) -> bool:
    """People's words and the key travel over it, so plain http is for closed networks alone."""
    try:
        parts = urlsplit(url)
        host_of(url)
    except ValueError:
        return False
    if parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_near(parts))


def _is_near(parts: SplitResult) -> bool:
    """This machine, a private address, or a name without a dot (of a container's network)."""
    host = str(parts.hostname)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_loopback or (address.is_private and not address.is_unspecified)
