"""What people read: message files by locale, rendered in the reader's locale and zone.

A message file holds named blocks. Its own line breaks don't matter: the lines of a paragraph
are joined by spaces, a blank line begins a paragraph, a backslash at the end of a line keeps the
break. Only the file's text is treated so. What is put in (names, a person's own words) comes
through exactly as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, nodes, pass_context
from jinja2.ext import Extension
from jinja2.filters import sync_do_join
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context

from prompts.formats import Reader, candidates, reader
from prompts.nudge import check_nudge, render_nudge

__all__ = ["Said", "Words", "check_nudge", "render_nudge", "shipped_words"]

_READER = "_reader"

# White space of the message file is marked with lone surrogates, which no text that can be sent
# contains, so that tidying after rendering can't touch the facts.
_SPACE, _LINE, _BREAK = "\udc20", "\udc0a", "\udc0b"
_ALL = _SPACE + _LINE + _BREAK
_MARKS = re.compile(f"[{_ALL}]+")
_WITHIN = re.compile(f"(?<=[^{_ALL}])[{_ALL}]+(?=[^{_ALL}])")
_ONLY_TAGS = re.compile(r"\s*(?:\{%(?:(?!%\}).)*%\}\s*|\{#(?:(?!#\}).)*#\}\s*)+")


class _OwnWhiteSpace(Extension):
    """Marks the white space a message file contains itself."""

    def preprocess(
        self,
        source: str,
        name: str | None,  # noqa: ARG002 - Jinja's signature
        filename: str | None = None,  # noqa: ARG002
    ) -> str:
        """A tag at the end of a line of text must not swallow the line break after it."""
        return "\n".join(_keep_break(line) for line in source.split("\n"))

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        for token in stream:
            is_text = token.type == "data"
            yield Token(token.lineno, "data", _marked(token.value)) if is_text else token


def _keep_break(line: str) -> str:
    has_tag = "{%" in line or "{#" in line
    ends_in_tag = has_tag and line.rstrip().endswith(("%}", "#}"))
    return f"{line.rstrip()} " if ends_in_tag and not _ONLY_TAGS.fullmatch(line) else line


def _marked(text: str) -> str:
    """Between two words it is known at once what it will be; beside a tag the facts decide."""
    text = text.replace("\\\n", _BREAK).replace("\n", _LINE)
    return _WITHIN.sub(_as_white_space, re.sub(r"[ \t]", _SPACE, text))


def _tidy(rendered: str) -> str:
    return _MARKS.sub(_as_white_space, rendered.strip(_ALL))


def _as_white_space(match: re.Match[str]) -> str:
    marks = match.group()
    if marks.count(_LINE) + marks.count(_BREAK) > 1:
        return "\n\n"
    return "\n" if _BREAK in marks else " "


class Said(Mapping[str, str]):
    """One message for one reader. `said["title"]` renders that block and no other."""

    def __init__(
        self, template: Template, facts: dict[str, object], fixed: Mapping[str, str]
    ) -> None:
        """facts: with Jinja's globals. fixed: the blocks without any fact in them, rendered once
        for everybody.
        """
        self._template = template
        self._facts = facts
        self._fixed = fixed

    def __getitem__(self, block: str) -> str:
        """Raises KeyError for a block the file lacks, jinja2.UndefinedError for a missing fact."""
        if block in self._fixed:
            return self._fixed[block]
        if block not in self._template.blocks:
            known = ", ".join(self._template.blocks)
            raise KeyError(f"{self._template.name} has no block {block!r}; it has: {known}")
        return _rendered(self._template, block, self._facts)

    def __contains__(self, block: object) -> bool:
        return block in self._template.blocks

    def __iter__(self) -> Iterator[str]:
        return iter(self._template.blocks)

    def __len__(self) -> int:
        return len(self._template.blocks)


def _rendered(template: Template, block: str, facts: dict[str, object]) -> str:
    context = template.new_context(facts, shared=True)  # merging the globals anew costs much
    return _tidy("".join(template.blocks[block](context)))


def _is_fixed(block: nodes.Block) -> bool:
    return all(isinstance(n, nodes.Output | nodes.TemplateData) for n in block.find_all(nodes.Node))


class Words:
    """The message files under `root` (`<locale>/<name>.j2`); by default the shipped ones."""

    def __init__(self, root: Traversable | None = None) -> None:
        self._root = root if root is not None else files("prompts") / "messages"
        self._found: dict[tuple[str, str], tuple[str, Template, Mapping[str, str]]] = {}

    def say(self, name: str, locale: str, /, zone: str = "UTC", **facts: object) -> Said:
        """The message `name` for a reader of `locale` in the IANA `zone`.

        Looks in the locale, its language, then English. Raises KeyError where no such file
        exists and zoneinfo.ZoneInfoNotFoundError for an unknown zone.
        """
        language, template, fixed = self._find(name, locale)
        told = {**self._globals, **facts, _READER: reader(language, locale, zone)}
        return Said(template, told, fixed)

    def _find(self, name: str, locale: str) -> tuple[str, Template, Mapping[str, str]]:
        if (name, locale) not in self._found:
            self._found[name, locale] = self._look_up(name, locale)
        return self._found[name, locale]

    def _look_up(self, name: str, locale: str) -> tuple[str, Template, Mapping[str, str]]:
        for candidate in candidates(locale):
            path = f"{candidate}/{name}.j2"
            if self._root.joinpath(path).is_file():
                template = self._environment.get_template(path)
                return candidate, template, self._fixed(path, template)
        raise KeyError(f"no message file {name}.j2 for {locale!r}, nor in English")

    def _fixed(self, path: str, template: Template) -> Mapping[str, str]:
        blocks = self._environment.parse(self._read(path)).find_all(nodes.Block)
        return {b.name: _rendered(template, b.name, {}) for b in blocks if _is_fixed(b)}

    @cached_property
    def _globals(self) -> Mapping[str, object]:
        return dict(self._environment.globals)

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=FunctionLoader(self._read),
            autoescape=False,  # noqa: S701  # nosec B701  # neutral messages are plain text, not HTML
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=[_OwnWhiteSpace],
        )
        environment.filters.update(_FILTERS)
        environment.globals.update(plural=_plural)
        return environment

    def _read(self, path: str) -> str:
        return self._root.joinpath(path).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def shipped_words() -> Words:
    """The shipped wording, compiled once for the whole process."""
    return Words()


def _reader_of(context: Context) -> Reader:
    found = context[_READER]
    assert isinstance(found, Reader)  # noqa: S101  # nosec B101  # set by `say` alone
    return found


def _formatter(method: str) -> Any:
    @pass_context
    def render(context: Context, value: object) -> str:
        return str(getattr(_reader_of(context), method)(value))

    return render


@pass_context
def _plural(context: Context, count: float, other: str, **forms: str) -> str:
    return _reader_of(context).plural(count, other, **forms)


@pass_context
def _join(context: Context, names: Iterable[object], separator: str | None = None) -> str:
    if separator is None:
        return _reader_of(context).people(names)
    return sync_do_join(context.eval_ctx, names, separator)


_FILTERS = {
    **{name: _formatter(name) for name in ("date", "day", "time", "moment", "number", "signed")},
    "people": _formatter("people"),
    "join": _join,
    "plural": _plural,
}
