"""A manager's part of Home: who reports to them, the next summary, and the last ones.

Between two summaries a manager is shown nothing about who answered. A list of those who did is
also a list of those who did not, and one that can be looked at every hour would tell when each
answer came. So names of those who shared stand only with a summary that has been drafted, as in
that summary itself, on a day that everybody knows in advance. Whoever skipped, paused, kept it to
themselves, opted out or did not answer is neither named nor counted here: a week in which nobody
shared anything is a quiet week. The names are worked out anew each time, by the same rule as the
details, so that what was taken back since, or is no longer this manager's to read, names nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.cadence import CadenceKind
from bot.domain.message import Block, Button, Buttons, Divider, Heading, Text, Tone
from bot.domain.people import Person
from bot.domain.ports.summary_store import Summary
from bot.domain.ports.unit_of_work import Tx
from bot.services import standing_in
from bot.services.own_state import Upcoming
from bot.services.result_panels import TEAM
from bot.services.summary_facts import sharers
from prompts.words import Said, Words

SUMMARIES_SHOWN = 6
NAMES_SHOWN = 20
"""Reports named in one line; the others are counted."""


def subjects(tx: Tx, person_id: UUID) -> set[UUID]:
    """Whose keys are asked after: everybody with a part in the summaries shown."""
    shown = tx.summaries.of_manager(person_id, SUMMARIES_SHOWN)
    return {part.subject_id for summary in shown for part in summary.parts}


def team_blocks(
    tx: Tx,
    words: Words,
    person: Person,
    coming: Sequence[Upcoming],
    readable: Collection[UUID],
    now: datetime,
) -> Iterator[Block]:
    """Nothing for somebody whom nobody reports to at `now` (aware UTC).

    readable: whose answers can still be opened.
    """

    def say(**facts: object) -> Said:
        return words.say("home", person.locale, person.time_zone, **facts)

    reports = tx.people.reports_of(person.id, now)
    if not reports:
        return
    yield Divider()
    names = [p.name for p in reports[:NAMES_SHOWN]]
    said = say(names=names, count=len(reports) - len(names))
    yield Heading(said["team"])
    yield Text(said["reports"] if len(names) == len(reports) else said["reports_and_more"])
    nearest = {each.name: each.moment for each in reversed(coming)}
    if "nudges" in nearest:
        yield Text(say(moment=nearest["nudges"])["next_nudges"])
        yield Buttons((Button(said["days"], "one_to_ones"),))
        yield from standing_in.home_blocks(tx, words, person, now)
    results = words.say("results", person.locale)["team_button"]
    yield Buttons((Button(results, TEAM.shown),))
    summary = nearest.get(CadenceKind.WEEKLY_SUMMARY.value)
    yield Text(say(moment=summary)["next_weekly_summary"] if summary else said["no_summary"])
    summaries = tx.summaries.of_manager(person.id, SUMMARIES_SHOWN)
    if not summaries:
        yield Text(said["what_summaries_are"], Tone.MUTED)
        return
    yield Text(said["summaries"], Tone.STRONG)
    yield Text("\n".join(_line(say, tx, summary, readable, now) for summary in summaries))
    yield Buttons(
        tuple(
            Button(say(moment=s.created_at)["summary_of"], "summary_details", str(s.id))
            for s in summaries
        )
    )


def _line(
    say: Callable[..., Said], tx: Tx, summary: Summary, readable: Collection[UUID], now: datetime
) -> str:
    """What a summary brought: the names of those who shared, or that the week was quiet."""
    names = [p.first_name for p in sharers(tx, summary, now) if p.id in readable]
    said = say(moment=summary.created_at, names=names[:NAMES_SHOWN], count=len(names) - NAMES_SHOWN)
    if not names:
        return said["summary_quiet"]
    return said["summary_brought"] if len(names) <= NAMES_SHOWN else said["summary_brought_more"]
