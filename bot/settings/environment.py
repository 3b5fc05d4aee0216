"""The environment: TOUCHPOINT_*, SLACK_* and TEAMS_* variables -> one frozen object."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.phrases import nearest, suggest
from bot.settings import ai, slack, teams
from bot.settings.ai import AiSettings, read_ai
from bot.settings.errors import ConfigurationError, Problem
from bot.settings.slack import SlackSettings, read_slack
from bot.settings.teams import TeamsSettings, read_teams
from bot.settings.web_address import parse_origin

PREFIX = "TOUCHPOINT_"
FOR_TESTS = (
    "TOUCHPOINT_CHROMIUM",
    "TOUCHPOINT_REQUIRE_ALL",
    "TOUCHPOINT_TEST_CONTROLLER",
    "TOUCHPOINT_TEST_RUN",
)
"""Read by the tests alone; a shell may well have them set."""

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["console", "json"]

_DEFAULT_DATABASE = "sqlite:///touchpoint-data/touchpoint.db"
_KEYS_FILE = "touchpoint-keys.db"
_MASTER_KEY_FILE = "master.key"
_POSTGRESQL = "postgresql+psycopg"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": _POSTGRESQL,
    "postgresql": _POSTGRESQL,
    _POSTGRESQL: _POSTGRESQL,
}
_GIVE_URL = (
    "give sqlite:///folder/touchpoint.db (sqlite:////folder/... from the root) "
    "or postgresql://user:password@host/database"
)
_REMEDIES = {
    "config": "give the path of a YAML file",
    "host": "give an address to listen on, such as 127.0.0.1",
    "keys_url": _GIVE_URL,
    "database_url": _GIVE_URL,
    "log_format": "give console or json",
    "log_level": "give debug, info, warning or error",
    "master_key": "give the base64 text that `touchpoint keys new` prints",
    "master_key_file": "give the path of a file",
    "web_url": "give https://host without a path, or http://127.0.0.1:port on this machine",
    "master_key_former": "give the base64 text of the master key before this one",
    "master_key_next": "give the base64 text that `touchpoint keys new` prints",
    "port": "give a whole number from 1 to 65535, or 0 for any free port",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, with defaults filled in. `repr` shows no secret.

    database_url, keys_url: SQLAlchemy URLs; on PostgreSQL both may be the same, as the key store
    has a schema of its own there.
    master_key: base64, or None; master_key_file counts where it is None.
    master_key_next, master_key_former: base64, during a rotation of the master key.
    master_key_file: None only for PostgreSQL without TOUCHPOINT_MASTER_KEY_FILE.
    port: 0 for any free one.
    slack, teams: None where that platform is not configured. ai: None where no model is.
    web_url: the origin that people reach this server's pages at, "" where there is none.
    """

    database_url: str = field(repr=False)
    keys_url: str = field(repr=False)
    master_key: str | None = field(repr=False)
    master_key_file: Path | None
    config: Path
    host: str
    port: int
    log_level: LogLevel
    log_format: LogFormat
    slack: SlackSettings | None = None
    web_url: str = ""
    master_key_next: str | None = field(default=None, repr=False)
    master_key_former: str | None = field(default=None, repr=False)
    teams: TeamsSettings | None = None
    ai: AiSettings | None = None

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return _file_of(make_url(self.database_url))

    @property
    def data_folder(self) -> Path | None:
        """The folder of the SQLite file, or None on PostgreSQL."""
        file = self.database_file
        return file.parent if file else None

    @property
    def shown_database_url(self) -> str:
        """The database's URL for a log or a screen: its password is masked."""
        return make_url(self.database_url).render_as_string(hide_password=True)


def read_environment() -> Environment:
    """The process's environment, validated.

    Raises ConfigurationError, naming each variable and its remedy; it never shows a value that may
    hold a secret.
    """
    try:
        given = _Given()
    except ValidationError as error:
        raise ConfigurationError("", _problems(error)) from None
    problems: list[Problem] = []
    database = _url("database_url", given.database_url, problems)
    keys = _url("keys_url", given.keys_url, problems) if given.keys_url else None
    if database is None or problems:
        raise ConfigurationError("", problems)
    return _environment(given, database, keys or _keys_beside(database))


def unknown_variables() -> tuple[Problem, ...]:
    """Variables that mean nothing and are most likely misspelt, so worth a warning.

    Other tools have SLACK_* and TEAMS_* variables too, so of those only what is near to ours.
    """
    own = [*(PREFIX + name.upper() for name in _Given.model_fields), *ai.known_variables()]
    found = [_unknown(name, suggest(name, own)) for name in _strange(PREFIX, own)]
    found += _near(slack.PREFIX, slack.known_variables())
    return (*found, *_near(teams.PREFIX, teams.known_variables()))


def _near(prefix: str, known: list[str]) -> Iterator[Problem]:
    """Compared without the prefix, which would make any two of them alike."""
    ends = [name.removeprefix(prefix) for name in known]
    for name in _strange(prefix, known):
        if near := nearest(name[len(prefix) :], ends):
            yield _unknown(name, f"did you mean {prefix}{near}?")


def _strange(prefix: str, known: list[str]) -> list[str]:
    """What is set with that prefix and is none of the known."""
    names = sorted(name for name in os.environ if name.upper().startswith(prefix))
    return [name for name in names if name.upper() not in {*known, *FOR_TESTS}]


def _unknown(name: str, remedy: str) -> Problem:
    return Problem(None, name, "is set, but no such setting exists", remedy)


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class _Given(BaseSettings):
    """The variables as they are set; an empty one counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr = SecretStr(_DEFAULT_DATABASE)
    keys_url: SecretStr | None = None
    master_key: SecretStr | None = None
    master_key_file: Path | None = None
    master_key_next: SecretStr | None = None
    master_key_former: SecretStr | None = None
    config: Path = Path("app.yaml")
    host: Annotated[str, Field(pattern=r"^[0-9A-Za-z.:_-]+$")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8321
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = "info"
    log_format: Annotated[LogFormat, BeforeValidator(_lower)] = "console"
    web_url: Annotated[str, AfterValidator(parse_origin)] | None = None


def _environment(given: _Given, database: URL, keys: URL) -> Environment:
    file = _file_of(database)
    if file and file == _file_of(keys):
        remedy = "leave it out, or name another file: keys need a backup of their own"
        said = "is the same SQLite file as TOUCHPOINT_DATABASE_URL"
        raise ConfigurationError("", [Problem(None, _name("keys_url"), said, remedy)])
    return Environment(
        database_url=database.render_as_string(hide_password=False),
        keys_url=keys.render_as_string(hide_password=False),
        master_key=_secret(given.master_key),
        master_key_next=_secret(given.master_key_next),
        master_key_former=_secret(given.master_key_former),
        master_key_file=given.master_key_file or (file and file.parent / _MASTER_KEY_FILE),
        config=given.config,
        host=given.host,
        port=given.port,
        log_level=given.log_level,
        log_format=given.log_format,
        slack=read_slack(),
        teams=read_teams(),
        ai=read_ai(),
        web_url=given.web_url or "",
    )


def _secret(given: SecretStr | None) -> str | None:
    return given.get_secret_value() if given else None


def _problems(error: ValidationError) -> list[Problem]:
    return [_problem(str(each["loc"][0])) for each in error.errors()]


def _problem(name: str) -> Problem:
    value = os.environ.get(_name(name), "")
    said = "can't be used" if "url" in name or "key" in name else f'"{value[:40]}" can\'t be used'
    return Problem(None, _name(name), said, _REMEDIES[name])


def _name(field_name: str) -> str:
    return PREFIX + field_name.upper()


def _url(name: str, given: SecretStr, problems: list[Problem]) -> URL | None:
    """The URL with its driver spelt out, or None and one problem more."""
    try:
        url = make_url(given.get_secret_value().strip())
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        problems.append(Problem(None, _name(name), "is not a database URL", _REMEDIES[name]))
        return None
    complaint = _complaint(url)
    if complaint is None:
        return url.set(drivername=_DRIVERS[url.drivername])
    problems.append(Problem(None, _name(name), complaint, _REMEDIES[name]))
    return None


def _complaint(url: URL) -> str | None:
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        return f"names the unknown database {url.drivername}"
    if driver == "sqlite" and (not url.database or url.database.startswith((":", "file:"))):
        return "names no file, so nothing would be kept"
    if driver == _POSTGRESQL and not url.database:
        return "names no database"
    return None


def _keys_beside(database: URL) -> URL:
    file = _file_of(database)
    return database.set(database=str(file.parent / _KEYS_FILE)) if file else database


def _file_of(url: URL) -> Path | None:
    on_sqlite = url.get_backend_name() == "sqlite"
    return Path(str(url.database)) if on_sqlite else None
