"""Whole pages for people to read: a template, filled with the settings in force, in three forms.

The Markdown that the templates use is a small part of it: headings, paragraphs, lists, strong and
emphasised words, links. `as_html` and `as_text` know that part and no more.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

_WIDTH = 80
_BLANKS = re.compile(r"\n{3,}")
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_ITEM = re.compile(r"(?:-|(\d+)\.) ")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>])")
_STRONG = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*")
_EMPHASISED = re.compile(r"(?<!\\)\*(.+?)(?<!\\)\*")
_LINK = re.compile(r"(?<!\\)\[([^\]]+)(?<!\\)\]\(([^)\s]+)\)")

_STYLE = (
    "body{font:17px/1.55 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c1c1c;background:#fff}h1{line-height:1.2}li{margin:.5rem 0}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#8cb4ff}}"
)


def page(name: str, facts: Mapping[str, object]) -> str:
    """A page of `prompts/pages` as Markdown.

    Facts that companies wrote pass the filter `plain` in the template, so that nothing in them is
    taken for markup. Raises jinja2.UndefinedError for a missing fact.
    """
    template = _environment().from_string(_source(name))
    return _BLANKS.sub("\n\n", template.render(facts)).strip() + "\n"


def as_html(markdown: str, language: str = "en") -> str:
    """The page as one file that loads nothing from anywhere."""
    title, body = _title(markdown), "\n".join(_elements(markdown))
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_inline(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def as_text(markdown: str) -> str:
    """The page for a terminal or a letter, without marks."""
    return "\n\n".join(_paragraphs(markdown)) + "\n"


def _plain(text: object) -> str:
    """One line in which Markdown sees no marks."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        autoescape=False,  # noqa: S701  # nosec B701  # it makes Markdown; as_html escapes
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = _plain
    return environment


def _source(name: str) -> str:
    return files("prompts").joinpath("pages", f"{name}.md.j2").read_text(encoding="utf-8")


def _title(markdown: str) -> str:
    return markdown.partition("\n")[0].lstrip("# ")


def _blocks(markdown: str) -> Iterator[str]:
    """Headings, items and paragraphs, one after the other."""
    for part in markdown.strip().split("\n"):
        if part.strip():
            yield part.strip()


def _elements(markdown: str) -> Iterator[str]:
    within = ""
    for block in _blocks(markdown):
        item = _ITEM.match(block)
        wanted = "" if item is None else "ol" if item[1] else "ul"
        if wanted != within:
            yield from ([f"</{within}>"] if within else []) + ([f"<{wanted}>"] if wanted else [])
            within = wanted
        yield _element(block, item)
    if within:
        yield f"</{within}>"


def _element(block: str, item: re.Match[str] | None) -> str:
    if item is not None:
        return f"<li>{_inline(block[item.end() :])}</li>"
    level = len(block) - len(block.lstrip("#"))
    if level:
        return f"<h{level}>{_inline(block[level:].strip())}</h{level}>"
    return f"<p>{_inline(block)}</p>"


def _inline(text: str) -> str:
    text = html.escape(text)
    text = _STRONG.sub(r"<strong>\1</strong>", text)
    text = _EMPHASISED.sub(r"<em>\1</em>", text)
    text = _LINK.sub(r'<a href="\2">\1</a>', text)
    return re.sub(r"\\(&lt;|&gt;|[\\`*_\[\]])", r"\1", text)


def _paragraphs(markdown: str) -> Iterator[str]:
    for block in _blocks(markdown):
        item = _ITEM.match(block)
        level = len(block) - len(block.lstrip("#"))
        said = _unmarked(block[level:].strip() if level else block)
        if level:
            yield f"{said}\n{('=' if level == 1 else '-') * len(said)}"
        else:
            yield textwrap.fill(said, _WIDTH, subsequent_indent=" " * len(item[0] if item else ""))


def _unmarked(text: str) -> str:
    text = _LINK.sub(r"\1 (\2)", text)
    for mark in (_STRONG, _EMPHASISED):
        text = mark.sub(r"\1", text)
    return _ESCAPED.sub(r"\1", text)
