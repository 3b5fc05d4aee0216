"""A YAML file as plain data, with the line of every key: no aliases, no tags, no doubled keys.

The parser's events are read one by one, so that depth and size are bounded before anything grows,
and each problem is known by its line. Scalars stay as they were written unless YAML 1.2 reads them
as a number, a truth value or nothing: dates and times are texts for the schema to read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from bot.settings.errors import ConfigurationError, Problem

Place: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
"""Deeper than any pack or cadence goes; a file nested further was not written by a person."""

_TRUTH = {"true": True, "false": False}
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML file says. `lines` maps the path of each key or item to its line, from 1."""

    source: str
    data: Any
    lines: dict[Place, int]
    problems: tuple[Problem, ...] = ()

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest part of the file that holds it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, problem: str, remedy: str) -> Problem:
        """A problem at `place`."""
        return Problem(self.line(place), dotted(place), problem, remedy)


def dotted(place: Place) -> str:
    """A path as people read it; items of lists count from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def read_document(path: Path, source: str | None = None) -> Document:
    """Read one YAML file of at most 1 MB; `source` is the name used in errors (default: the path).

    Raises ConfigurationError for a file that can't be read, is too large, isn't UTF-8 or isn't
    YAML. Doubled keys, aliases and tags come back as the document's `problems`.
    """
    source = source or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refused(source, "there is no such file", "correct the path, or write one") from None
    except OSError as error:
        raise _refused(
            source, f"can't be read ({error.strerror})", "check the path and its permissions"
        ) from error
    return parse_document(content, source)


def parse_document(content: bytes, source: str) -> Document:
    """The document in `content`; errors as for `read_document`."""
    if len(content) > MAX_BYTES:
        raise _refused(source, "is larger than 1 MB", "remove what does not belong here")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(source, "is not UTF-8 text", "save the file as UTF-8", line) from None
    builder = _Builder(source)
    try:
        builder.read(text)
    except MarkedYAMLError as error:
        raise _syntax_error(source, error) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"holds the control character U+{ord(text[error.position]):04X}"
        raise _refused(source, problem, "remove it", line) from None
    except YAMLError as error:
        raise _refused(source, f"is not YAML ({error})", "correct the line") from None
    return Document(source, builder.root, builder.lines, tuple(builder.problems))


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read; `key` waits for its value."""

    into: dict[str, Any] | list[Any]
    place: Place
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    source: str
    root: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _stack: list[_Open] = field(default_factory=list)
    _documents: int = 0
    _yaml: YAML = field(default_factory=lambda: YAML(typ="safe", pure=True))

    def read(self, text: str) -> None:
        for event in self._yaml.parse(text):
            if isinstance(event, DocumentStartEvent):
                self._start_document(_line(event))
            elif isinstance(event, CollectionEndEvent):
                self._stack.pop()
            elif isinstance(event, NodeEvent):
                self._node(event)

    def _start_document(self, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _refused(
                self.source, "holds a second document", "remove the line --- and what follows", line
            )

    def _node(self, event: NodeEvent) -> None:
        line = _line(event)
        if self._wants_key():
            self._take_key(event, line)
            return
        place = self._next_place()
        self.lines.setdefault(place, line)
        tag = getattr(event, "tag", None)  # an alias has none
        if tag is not None:
            self._note(place, f"the tag {tag} is not used here", "write the value alone")
        self._put(self._value(event, place))

    def _wants_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].into, dict) and not self._key_waits

    @property
    def _key_waits(self) -> bool:
        return self._stack[-1].key is not None

    def _take_key(self, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise _refused(
                self.source,
                "a key is a list, a mapping or an alias",
                "write a word before the colon, and put text with { or [ in quotes",
                line,
            )
        top = self._stack[-1]
        top.key = str(event.value)
        place = (*top.place, top.key)
        if top.key in top.into:
            self.lines[place], first = line, self.lines[place]
            self._note(place, "is given twice", f"keep one of them (the other is on line {first})")
        self.lines[place] = line

    def _next_place(self) -> Place:
        if not self._stack:
            return ()
        top = self._stack[-1]
        return (*top.place, len(top.into) if top.key is None else top.key)

    def _value(self, event: NodeEvent, place: Place) -> Any:
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            return self._open({} if isinstance(event, MappingStartEvent) else [], place)
        if isinstance(event, AliasEvent):
            self._note(place, f"the alias *{event.anchor} is not used here", "write the value out")
            return None
        return self._scalar(event)

    def _open(self, into: dict[str, Any] | list[Any], place: Place) -> _Open:
        if len(self._stack) >= MAX_DEPTH:
            line = self.lines.get(place)
            problem = f"is nested more than {MAX_DEPTH} deep"
            raise _refused(self.source, problem, "write it flatter", line)
        return _Open(into, place)

    def _put(self, value: Any) -> None:
        opened = value if isinstance(value, _Open) else None
        plain = opened.into if opened else value
        if not self._stack:
            self.root = plain
        elif isinstance((top := self._stack[-1]).into, list):
            top.into.append(plain)
        else:
            top.into[str(top.key)], top.key = plain, None
        if opened:
            self._stack.append(opened)

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        tag = str(self._yaml.resolver.resolve(ScalarNode, text, event.implicit)).removeprefix(_TAG)
        if tag == "null":
            return None
        if tag == "bool":
            return _TRUTH.get(text.lower(), text)
        return _number(text, tag)

    def _note(self, place: Place, problem: str, remedy: str) -> None:
        self.problems.append(Problem(self.lines[place], dotted(place), problem, remedy))


def _number(text: str, tag: str) -> Any:
    """A number in its plain form; 0x1F, 10:00 or thousands of digits stay text."""
    kind = {"int": int, "float": float}.get(tag)
    try:
        return kind(text) if kind else text
    except ValueError:
        return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _syntax_error(source: str, error: MarkedYAMLError) -> ConfigurationError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    said = error.problem or error.context or "is not YAML"
    return _refused(source, f"is not YAML: {said}", _syntax_remedy(said), line)


def _syntax_remedy(said: str) -> str:
    if r"'\t'" in said:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in said:
        return "put text that holds a colon in quotes, and check the indentation"
    if "end of stream" in said or "stream end" in said:
        return "close the quote or bracket that was opened before this line"
    if "cannot start any token" in said:
        return "put the text in quotes"
    return "check the indentation of this line and of the one before"


def _refused(source: str, problem: str, remedy: str, line: int | None = None) -> ConfigurationError:
    return ConfigurationError(source, [Problem(line, "", problem, remedy)])
