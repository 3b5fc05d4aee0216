"""Loads what prompts/ ships as data: question packs and the words that are commands."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Protocol, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.domain.packs import Pack
from prompts.formats import candidates
from prompts.pack_file import FIELDS, PackFile
from prompts.problems import PackError, Problem, problems_in


class _HasKey(Protocol):
    @property
    def key(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasKey)


def load_packs() -> dict[str, Pack]:
    """The shipped packs by key. Raises PackError naming file, line, field and remedy."""
    return {pack.key: pack for pack in _shipped_packs()}


def parse_pack(data: object, source: str) -> Pack:
    """One pack from what a YAML file holds; `source` names that file in errors.

    With data as ruamel.yaml's round-trip loader gives it, errors carry the line. Raises PackError.
    """
    try:
        return PackFile.model_validate(data).to_domain()
    except ValidationError as error:
        raise PackError(*problems_in(error, data, source, FIELDS)) from None


def read_yaml(text: str, source: str) -> object:
    """The data of a YAML text with its line numbers. Raises PackError; doubled keys are refused."""
    try:
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 0
        message = f"{error.problem}: mend the YAML here"
        raise PackError(Problem(source, line, "", message)) from None
    except YAMLError as error:
        raise PackError(Problem(source, 0, "", f"not valid YAML: {error}")) from None


def read_pack(file: Traversable) -> Pack:
    """The pack in one file, whose name is the pack's key. Raises PackError."""
    return _read_named(file, "questions", parse_pack)


def read_shipped(folder: str, parse: Callable[[object, str], _Named]) -> tuple[_Named, ...]:
    """What the YAML files of one folder hold, each named as its key. Raises PackError."""
    found = (file for file in (files("prompts") / folder).iterdir() if _is_yaml(file))
    by_name = sorted(found, key=lambda file: file.name)
    return tuple(_read_named(file, folder, parse) for file in by_name)


def _read_named(file: Traversable, folder: str, parse: Callable[[object, str], _Named]) -> _Named:
    source = f"prompts/{folder}/{file.name}"
    found = parse(read_yaml(file.read_text(encoding="utf-8"), source), source)
    expected = file.name.removesuffix(".yaml")
    if found.key != expected:
        raise PackError(Problem(source, 0, "key", f'must be "{expected}", as the file is named'))
    return found


def commands(locale: str) -> dict[str, str]:
    """Typed words, in lower case, that are a command when they are the whole message.

    English words hold everywhere; those of the locale and its language come on top.
    """
    shipped = _shipped_commands()
    known = [shipped[name] for name in reversed(candidates(locale)) if name in shipped]
    return {word: command for words in known for word, command in words.items()}


def command_in(text: str, locale: str) -> str | None:
    """The command that `text` is as a whole, in any case; None where it is something else."""
    return commands(locale).get(_as_typed(text))


def command_before(text: str, locale: str) -> tuple[str | None, str]:
    """The command that `text` begins with, and what stands behind it.

    The longest known words win: "pause until tomorrow" is "pause_until" with "tomorrow".
    """
    typed = _as_typed(text)
    known = commands(locale)
    for word in sorted(known, key=len, reverse=True):
        if typed == word or typed.startswith(f"{word} "):
            return known[word], typed.removeprefix(word).strip()
    return None, typed


def rest_behind(command: str, text: str, locale: str) -> str:
    """What stands in `text` behind the words for `command`, as it was written; "" where nothing
    does, or where it begins otherwise.
    """
    words = text.split()
    for word, does in commands(locale).items():
        count = len(word.split())
        if does == command and _as_typed(" ".join(words[:count])) == word:
            return text.split(None, count)[count].strip() if len(words) > count else ""
    return ""


def _as_typed(text: str) -> str:
    straight = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(straight.split()).rstrip(".!").casefold()


@lru_cache(maxsize=1)
def _shipped_packs() -> tuple[Pack, ...]:
    return read_shipped("questions", parse_pack)


def _is_yaml(file: Traversable) -> bool:
    return file.name.endswith(".yaml")


@lru_cache(maxsize=1)
def _shipped_commands() -> dict[str, dict[str, str]]:
    text = (files("prompts") / "commands.yaml").read_text(encoding="utf-8")
    data: dict[str, dict[str, list[str]]] = YAML(typ="safe").load(text)
    return {locale: _words_to_commands(known) for locale, known in data.items()}


def _words_to_commands(known: dict[str, list[str]]) -> dict[str, str]:
    return {word.casefold(): command for command, words in known.items() for word in words}
