"""The export of a person's data as one HTML file that people can read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from prompts.formats import Reader, reader
from prompts.words import Words

_NAMES = {
    "messages": "messages_sent",
    "summaries": "summaries_to_you",
    "taken_back": "taken_back_list",
}
"""Kinds of records whose block of words has another name, as theirs was taken."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:]{8}\+00:00")
_ID = "id"


def export_page(words: Words, collected: Mapping[str, Any]) -> str:
    """The structure that `bot.services.export` gives, in the language and zone of its person.

    Everything in it is escaped; nothing in it is loaded from elsewhere.
    """
    you = collected["you"]
    locale, zone = you["locale"], you["time_zone"]

    def say(block: str, **facts: object) -> str:
        return words.say("export", locale, zone, **facts)[block]

    page = _Page(say, reader("en", locale, zone))
    return _template().render(
        data=collected,
        say=say,
        at=page.at,
        day=page.day,
        shown=page.shown,
        could_read=page.could_read,
        names=_NAMES,
        plain_check_ins=[_without_lists(each) for each in collected["check_ins"]],
    )


def _without_lists(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in row.items() if name != _ID and not isinstance(v, list)}


class _Page:
    def __init__(self, say: Any, reads: Reader) -> None:
        self._say = say
        self._reads = reads

    def at(self, moment: str) -> str:
        """Day and time in the reader's zone, with the year: it may be read years later."""
        found = datetime.fromisoformat(moment)
        made = format_datetime(
            found, "d MMM y, H:mm", tzinfo=self._reads.zone, locale=self._reads.locale
        )
        return str(made)

    def day(self, day: str) -> str:
        """The day with its year."""
        return str(format_date(date.fromisoformat(day), "d MMM y", self._reads.locale))

    def shown(self, value: object) -> object:
        """A cell of a table: moments and days as people write them, the rest as it is."""
        if not isinstance(value, str):
            return value
        try:
            if _DAY.fullmatch(value):
                return self.day(value)
            return self.at(value) if _MOMENT.fullmatch(value) else value
        except ValueError:  # what somebody typed may look like a day and be none
            return value

    def could_read(self, audience: Mapping[str, Any]) -> str:
        """From when on who could read an answer, and the AI named with them."""
        kind, names = audience["kind"], audience["readers"]
        if kind == "manager":
            kind = "self" if not names else "manager_counted" if audience["counted"] else kind
        at, ai = self.at(audience["from"]), audience["ai"]
        return str(self._say(f"could_read_{kind}", names=names, at=at, ai=ai))


@lru_cache(maxsize=1)
def _template() -> Template:
    made = Environment(
        loader=PackageLoader("prompts", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return made.get_template("export.html")
