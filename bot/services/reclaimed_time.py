"""The reclaimed-time line of a summary and its details, from what this manager may read."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.message import Block, Button, Look, Text
from bot.domain.people import Person
from bot.domain.reclaimed import PACK, WENT, Reclaimed, reclaimed
from bot.services.guide_view import ACTION
from bot.services.summary_facts import SummaryView
from prompts.words import Words

GUIDE = "reclaimed_time"


def reclaimed_in(view: SummaryView) -> Reclaimed | None:
    """The sums over what `view` shows, which holds nothing this manager may not read."""
    return reclaimed(
        answer
        for person in view.shared
        for answer in person.answers
        if view.packs[answer.pack_revision_id].key == PACK
    )


def told(
    words: Words, reader: Person, view: SummaryView, found: Reclaimed, most: int | None = None
) -> tuple[Block, ...]:
    """One line with the sum and where it went (the `most` frequent; None: all), and advice where
    it mostly went into more of the same.
    """
    said = words.say(
        "reclaimed",
        reader.locale,
        reader.time_zone,
        hours=found.hours,
        people=found.people,
        went=_went(words, reader, view, found)[:most],
        tellers=found.tellers,
    )
    parts = [said["hours"]] if found.people else []
    parts += [said["went" if found.people else "went_alone"]] if found.went else []
    line = Text(" ".join(parts))
    return (line, Text(said["advice"])) if found.mostly_more_of_the_same else (line,)


def guide_button(words: Words, reader: Person) -> Button:
    """The way to the guide for that conversation."""
    said = words.say("reclaimed", reader.locale, reader.time_zone)
    return Button(said["guide"], ACTION, f"{GUIDE}:0", Look.QUIET)


def _went(words: Words, reader: Person, view: SummaryView, found: Reclaimed) -> list[str]:
    labels = _labels(reader, view)
    return [
        words.say("reclaimed", reader.locale, label=labels.get(choice, choice), count=count)["one"]
        for choice, count in found.went
    ]


def _labels(reader: Person, view: SummaryView) -> Mapping[str, str]:
    """The categories as the question words them, over all revisions of the pack."""
    packs = (pack for pack in view.packs.values() if pack.key == PACK)
    asked = (each for pack in packs for each in pack.questions if each.key == WENT)
    return {key: label for q in asked for key, label in q.words(reader.locale).options.items()}
