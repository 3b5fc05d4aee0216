"""Cadences and previews as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.screen import plural, table
from bot.domain.cadence import CadenceKind
from bot.domain.organisation import Configuration
from bot.services.cadence_words import audience_words, rule_words
from bot.services.preview import Preview
from bot.services.preview_cadence import CadencePreview, Group, LeftOut
from bot.services.preview_stay import StayPreview
from bot.services.status import Status

_MOMENTS = 5
_REASONS = {
    "not_in_team": "in none of its teams",
    "not_under": "under none of its managers",
    "not_a_manager": "manage nobody",
    "no_hire_date": "no hire date in the people list",
    "tenure": "not here long enough, or too long, by then",
    "never_due": "the cadence has ended, or its days are never worked there",
    "company_paused": "everything is paused",
    "cadence_paused": "the cadence is paused",
    "no_platform": "no account on any platform",
}
_NUDGES = (CadenceKind.NUDGE, CadenceKind.ONE_TO_ONE, CadenceKind.STAY_INTERVIEW)
_COLUMNS = {
    "check-ins": (CadenceKind.CHECK_IN,),
    "nudges": _NUDGES,
    "summaries": (CadenceKind.WEEKLY_SUMMARY,),
}
"""A manager's nudges of one day are one message, so they share a column."""


def listed(configuration: Configuration, status: Status | None) -> Table:
    """One line per cadence. The first next moment is given in the company's own zone."""
    zone = ZoneInfo(configuration.policy.time_zone)
    coming = {each.key: each for each in status.cadences} if status else {}
    rows = [
        (
            spec.key,
            spec.title,
            rule_words(spec.recurrence),
            audience_words(spec.audience),
            f"{coming[spec.key].people:,}" if spec.key in coming else "",
            "paused" if spec.paused else _moment(coming[spec.key].next_due_at, zone),
        )
        for spec in configuration.cadences
    ]
    return table("", ("key", "title", "rule", "for", "people", f"next ({zone.key})"), rows)


def print_preview(out: Console, preview: Preview) -> None:
    """Everything: each cadence with its groups and who is left out, then the load per day."""
    for found in preview.cadences:
        out.print(Text(f"{found.spec.title} ({found.spec.key})", style="bold"))
        out.print(_headline(found))
        if found.groups:
            out.print(_groups(found.groups))
        if found.left_out:
            out.print(_left_out(found.left_out))
        if found.stay:
            _print_stay(out, found.stay)
    if preview.load:
        out.print(_load(preview.load))
    _print_cap(out, preview)


def print_overview(out: Console, preview: Preview) -> None:
    """One line per cadence, for whoever is about to apply them."""
    for found in preview.cadences:
        out.print(f"{found.spec.key}: {_headline(found)}")
    _print_cap(out, preview)


def _headline(found: CadencePreview) -> str:
    parts = [
        f"{plural(found.people, 'person', 'people')}, {plural(found.messages, 'message')}",
        f"{rule_words(found.spec.recurrence)}, each at their own local time",
    ]
    if found.later:
        parts.append(f"{found.later:,} more for the first time after these weeks")
    if found.own_choice is not None:
        parts.append(f"{found.own_choice:,} of them have paused or opted out and get nothing")
    return "; ".join(parts) + "."


def _groups(groups: Sequence[Group]) -> Table:
    rows = (
        (
            f"{group.people:,}",
            group.zone,
            group.country or "",
            _moments(group.moments),
            group.examples[0],
        )
        for group in groups
    )
    return table("", ("people", "time zone", "country", "local time", "for example"), rows)


def _moments(moments: Sequence[datetime]) -> str:
    said = [f"{moment:%a %d %b %H:%M}" for moment in moments[:_MOMENTS]]
    more = [f"and {len(moments) - _MOMENTS} more"] if len(moments) > _MOMENTS else []
    return ", ".join(said + more)


def _left_out(left_out: Sequence[LeftOut]) -> Table:
    rows = (
        (f"{each.people:,}", _REASONS.get(each.reason, each.reason), ", ".join(each.examples))
        for each in left_out
    )
    return table("", ("left out", "why", "for example"), rows)


def _print_stay(out: Console, stay: StayPreview) -> None:
    out.print(f"Due for a stay interview in these weeks: {plural(stay.due, 'person', 'people')}.")
    if stay.undated:
        rows = [(entry.name, entry.email) for entry in stay.undated]
        out.print(table("No hire date, so no stay interview comes due", ("name", "e-mail"), rows))
        out.print("Add hired_on to the people list and import it again.")


def _load(load: Mapping[date, Mapping[CadenceKind, int]]) -> Table:
    header = ("local day", *_COLUMNS, "all")
    title = "Messages a day, reminders not counted; a manager's nudges of one day are one message"
    return table(title, header, _days(load))


def _days(load: Mapping[date, Mapping[CadenceKind, int]]) -> Iterator[tuple[str, ...]]:
    for day, kinds in load.items():
        counts = [sum(kinds.get(kind, 0) for kind in column) for column in _COLUMNS.values()]
        yield f"{day:%a %d %b %Y}", *(f"{count:,}" for count in counts), f"{sum(counts):,}"


def _print_cap(out: Console, preview: Preview) -> None:
    if not preview.has_accounts:
        out.print("No platform is connected yet: everyone counts as if they had an account.")
    out.print(
        f"Weekly cap ({plural(preview.weekly_cap, 'prompt')} a person): "
        f"{plural(preview.over_cap, 'person', 'people')} would reach beyond it by first prompts "
        f"alone, {preview.over_cap_at_worst:,} with every reminder. What is beyond is not sent."
    )


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}" if at else "never again"
