"""What stands between the person and others, on Home: in short with their manager, and a way to
each of their reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.message import Block, Button, Buttons, Divider, Heading, Look, Quote, Text, Tone
from bot.domain.people import Person
from bot.domain.summary import shortened
from bot.services.audience import current_manager
from bot.services.pair_panel import Looking, earlier_sections, standing
from bot.services.pairs import Pair
from bot.services.promise_blocks import PromiseShown

SHOWN = 2
"""Agenda items, and promises, on Home; all of them stand in the panel."""

EXCERPT = 120
"""Characters of each of them on Home."""

REPORTS_SHOWN = 12
"""Reports with a button of their own; with more there is one that opens the list."""


def own_blocks(looking: Looking) -> Iterator[Block]:
    """The agenda and the promises with the person's manager; nothing where there is neither a
    manager nor something from before.
    """
    manager = current_manager(looking.tx, looking.reader.id, looking.now)
    if manager is None:
        yield from _from_before(looking)
        return
    said, found = looking.say(manager), standing(looking, Pair(looking.reader, manager))
    yield Divider()
    yield Heading(said["home"])
    yield Text(said["home_empty" if found.is_empty else "only_two"], Tone.MUTED)
    for item, text in found.agenda[:SHOWN]:
        mine = item.author_id == looking.reader.id
        yield Quote(shortened(text, EXCERPT), said["home_you" if mine else "home_other"])
    for kept, text in found.promises[:SHOWN]:
        short = shortened(text, EXCERPT)
        yield PromiseShown(looking.words, looking.reader, manager, kept, short).quote()
    more = sum(max(len(all_) - SHOWN, 0) for all_ in (found.agenda, found.promises))
    if more:
        yield Text(looking.say(count=more)["home_more"], Tone.MUTED)
    value = str(manager.id)
    see = Button(said["see"], "pair", value)
    promise = Button(said["promise"], "promise_open", value, Look.QUIET)
    yield Buttons((Button(said["add"], "agenda_open", value), see, promise))


def _from_before(looking: Looking) -> Iterator[Block]:
    if earlier_sections(looking):
        yield Divider()
        yield Buttons((Button(looking.say()["earlier"], "pair", "", Look.QUIET),))


def team_blocks(looking: Looking, reports: Sequence[Person]) -> Iterator[Block]:
    """A button for each report, or one for all of them; nothing without reports."""
    if not reports:
        return
    said = looking.say()
    yield Text(said["home_team"], Tone.STRONG)
    if len(reports) > REPORTS_SHOWN:
        yield Buttons((Button(said["choose"], "pair_people"),))
    else:
        yield Buttons(tuple(Button(p.name, "pair", str(p.id)) for p in reports))
