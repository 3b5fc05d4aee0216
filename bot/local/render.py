"""Neutral views and messages as HTML. Everything is escaped by Jinja; nothing is trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.domain.message import Block, Heading
from bot.domain.people import Person
from bot.local.bars import stacked
from bot.local.charts import drawing
from bot.local.packing import kind_of
from prompts.words import Words

Say = Callable[..., str]
MOST_RADIOS = 6
"""Of more options a list is made that opens."""

_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose words, dates and times a page uses."""

    words: Words
    locale: str
    zone: str

    def say(self, block: str, **facts: object) -> str:
        """One text of the page. KeyError for a block the wording lacks."""
        return self.words.say("local_page", self.locale, self.zone, **facts)[block]

    def local(self, moment: datetime) -> str:
        """ISO 8601 in the reader's zone, for <time datetime>."""
        return moment.astimezone(ZoneInfo(self.zone)).isoformat(timespec="minutes")


@dataclass(frozen=True, slots=True)
class Place:
    """Where blocks are drawn: `scope` makes their ids unique on the page, `level` is the heading
    level, buttons and forms post to `act`. `presses`: the form that buttons belong to, where they
    stand inside another one.
    """

    reader: Reader
    scope: str
    act: str
    level: int = 2
    presses: str = ""

    @property
    def say(self) -> Say:
        return self.reader.say


def reader_of(words: Words, person: Person) -> Reader:
    return Reader(words, person.locale, person.time_zone)


def render(template: str, reader: Reader, **facts: object) -> str:
    """A page or a part of one, in the reader's words."""
    found = environment().get_template(template)
    return found.render(reader=reader, say=reader.say, **facts)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The page's templates, compiled once for the whole process."""
    made = Environment(
        loader=PackageLoader("bot.local"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(kind=kind_of, initials=initials, drawing=drawing, stacked=stacked)
    made.filters.update(own_path=own_path, safe_url=safe_url)
    made.globals.update(
        most_radios=MOST_RADIOS, token=new_token, is_repeated=is_repeated, Place=Place
    )
    return made


def new_token() -> str:
    """What makes one rendering of a form one act, however often it is sent."""
    return uuid4().hex


def safe_url(url: str) -> str:
    """The address if a link may lead there, else nothing."""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return ""
    return url if scheme in _SAFE_SCHEMES else ""


def own_path(url: str) -> str:
    """The address if it is a file of this page's own, else nothing."""
    return url if url.startswith("/local/") else ""


def initials(name: str) -> str:
    """Up to two letters for the circle beside a person."""
    words = [part for part in name.split() if part[0].isalnum()]
    ends = words[:1] + words[1:][-1:]
    return "".join(part[0] for part in ends).upper() or "?"


def is_repeated(label: str, blocks: Sequence[Block], index: int) -> bool:
    """Whether the heading just before block `index` says the same as its label."""
    return any(
        isinstance(b, Heading) and b.text == label for b in blocks[max(index - 3, 0) : index]
    )
