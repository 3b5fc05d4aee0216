"""The pages as HTML. Everything is escaped by Jinja; nothing is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from prompts.words import Words


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose words and times a page uses."""

    words: Words
    locale: str
    zone: str

    def say(self, block: str, **facts: object) -> str:
        """One text of the pages. KeyError for a block the wording lacks."""
        return self.words.say("you", self.locale, self.zone, **facts)[block]


def page(template: str, reader: Reader, status: int = 200, **facts: object) -> web.Response:
    """A whole page."""
    body = _environment().get_template(template).render(say=reader.say, **facts)
    return web.Response(text=body, status=status, content_type="text/html")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bot.web.personal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
