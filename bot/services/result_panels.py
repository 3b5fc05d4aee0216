"""*Team results* and *Group results*: what was counted, for whoever may see it at this moment.

A manager, or an employee where the company shows it, sees their own team's; HR admins choose a
survey and then a group. An HR admin who manages people finds their own team's as a manager, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.inbound import Inbound
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Look,
    Panel,
    Quote,
    Reply,
    Text,
    Tone,
)
from bot.domain.people import Person, Role
from bot.domain.ports.unit_of_work import Tx
from bot.services import results
from bot.services.act import Act, is_uuid
from bot.services.kit import Kit
from bot.services.paging import number_in, paged
from bot.services.result_blocks import ResultDrawing
from bot.services.results import ResultUnit, SurveyLine, SurveyResult
from prompts.words import Said

LISTED = 10
"""Surveys, or groups, of a page: each is a button."""

COMMENTS_SHOWN = 10
SURVEYS = 200
"""The latest surveys that can be looked back on."""

_VALUE = 4
"""Parts of a button's value: survey, unit, page or question, page of comments."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How one kind of reader comes to results, by the actions of its buttons."""

    name: str
    shown: str
    surveys: str
    units: str
    comments: str


TEAM = Scope("team", "team_results", "team_surveys", "", "team_comments")
GROUP = Scope("group", "group_result", "group_results", "group_units", "group_comments")


@dataclass(frozen=True, slots=True)
class _Looking:
    """One reader in front of results. `reader` is whoever looks, as which they look."""

    kit: Kit
    act: Act
    scope: Scope
    reader: Person

    @classmethod
    def of(cls, kit: Kit, act: Act, scope: Scope) -> _Looking:
        return cls(kit, act, scope, looks_as(act.person, scope))

    def say(self, **facts: object) -> Said:
        person = self.act.person
        given = {"minimum": self.act.policy.group_minimum, **facts}
        return self.kit.words.say("results", person.locale, person.time_zone, **given)

    def surveys(self) -> Sequence[SurveyLine]:
        return results.surveys_for(self.act.tx, self.reader, self.act.now, SURVEYS)

    def result(self, survey_id: UUID, unit_id: UUID | None) -> SurveyResult | None:
        return results.result(self.act.tx, self.reader, survey_id, unit_id, self.act.now)

    def panel(self, blocks: Sequence[Block]) -> Reply:
        said = self.say()
        return Reply(Panel(said[f"title_{self.scope.name}"], tuple(blocks), said["close"]))

    def gone(self) -> Reply:
        return Reply(notice=self.say()["gone"])

    def turning(self, action: str, value: str, index: int, count: int) -> list[Block]:
        """Buttons to the pages before and after: `value` with the number of the page behind."""
        said = self.say(number=index + 1, count=count)
        items = [
            Button(said[label], action, f"{value}{page}", Look.QUIET)
            for label, page in (("previous", index - 1), ("next", index + 1))
            if 0 <= page < count
        ]
        return [Buttons(tuple(items)), Text(said["page"], Tone.MUTED)] if items else []


def looks_as(person: Person, scope: Scope) -> Person:
    """Whoever looks at a team does so as its manager or member, whatever else they are."""
    return replace(person, role=Role.EMPLOYEE) if scope is TEAM else person


def _parts(value: str) -> tuple[UUID | None, UUID | None, str, str]:
    """Survey, unit and two more, as far as a button carried them: they can be forged."""
    survey, unit, third, fourth, *_ = [*value.split(":"), *[""] * _VALUE]
    ids = (UUID(each) if is_uuid(each) else None for each in (survey, unit))
    return (*ids, third, fourth)  # type: ignore[return-value]  # two ids and two texts


def team(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The reader's own team: the survey that the button names, or the newest."""
    looking = _Looking.of(kit, act, TEAM)
    survey_id, unit_id, page, _ = _parts(inbound.value)
    if survey_id is not None:
        return _shown(looking, looking.result(survey_id, unit_id), number_in(page))
    newest = next(iter(looking.surveys()), None)
    if newest is None:
        return looking.panel([Text(looking.say()["empty_team"])])
    return _shown(looking, looking.result(newest.id, None), 0)


def team_surveys(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return _choose_survey(_Looking.of(kit, act, TEAM), TEAM.shown, inbound.value)


def for_admins(
    show: Callable[[_Looking, str], Reply],
) -> Callable[[Kit, Act, Inbound], Reply]:
    """A view of every group, for HR admins alone: the role is asked each time."""

    def run(kit: Kit, act: Act, inbound: Inbound) -> Reply:
        looking = _Looking.of(kit, act, GROUP)
        if act.person.role is not Role.HR_ADMIN:
            return Reply(notice=looking.say()["not_allowed"])
        return show(looking, inbound.value)

    return run


def _group_surveys(looking: _Looking, value: str) -> Reply:
    return _choose_survey(looking, GROUP.units, value)


def _choose_survey(looking: _Looking, leads_to: str, value: str) -> Reply:
    found = looking.surveys()
    if not found:
        return looking.panel([Text(looking.say()[f"empty_{looking.scope.name}"])])
    items = [
        (looking.say(survey=each.title, moment=each.closed_at)["survey_option"], f"{each.id}::")
        for each in found
    ]
    listed = _listed(looking, items, leads_to, (looking.scope.surveys, ""), number_in(value))
    return looking.panel([Heading(looking.say()["choose_survey"]), *listed])


def _listed(
    looking: _Looking,
    items: Sequence[tuple[str, str]],
    leads_to: str,
    turns_by: tuple[str, str],
    page: int,
) -> list[Block]:
    """One page of buttons (label and value) below each other. turns_by: action and value."""
    count = -(-len(items) // LISTED)
    index = page if page < count else 0
    shown = items[index * LISTED : (index + 1) * LISTED]
    rows: list[Block] = [Buttons((Button(label, leads_to, value),)) for label, value in shown]
    return [*rows, *looking.turning(*turns_by, index, count)]


def _group_units(looking: _Looking, value: str) -> Reply:
    survey_id, _, page, _ = _parts(value)
    if survey_id is None:
        return looking.gone()
    tx, now = looking.act.tx, looking.act.now
    units = results.units_for(tx, looking.reader, survey_id, now)
    if not units:
        return looking.gone()
    items = [(_named(looking, unit), f"{survey_id}:{unit.id}:") for unit in units]
    turns_by = (GROUP.units, f"{survey_id}::")
    listed = _listed(looking, items, GROUP.shown, turns_by, number_in(page))
    said = looking.say()
    back = Button(said["surveys"], GROUP.surveys, look=Look.QUIET)
    lead = (Heading(said["choose_unit"]), Text(said["units_lead"], Tone.MUTED))
    return looking.panel([*lead, *listed, Divider(), Buttons((back,))])


def _named(looking: _Looking, unit: ResultUnit) -> str:
    return looking.say(name=unit.name)["below" if unit.manager else "everybody"]


def _group_result(looking: _Looking, value: str) -> Reply:
    survey_id, unit_id, page, _ = _parts(value)
    found = looking.result(survey_id, unit_id) if survey_id else None
    return _shown(looking, found, number_in(page))


def _shown(looking: _Looking, found: SurveyResult | None, page: int) -> Reply:
    """One page of a result, and the ways on from it."""
    if found is None:
        return looking.gone()
    drawing = ResultDrawing(looking.kit.words, looking.act.person, found, looking.scope.comments)
    pages = paged(drawing.sections())
    index = page if page < len(pages) else 0
    value = f"{found.survey.id}:{found.unit.id}:"
    turning = looking.turning(looking.scope.shown, value, index, len(pages))
    return looking.panel([*pages[index].blocks, *turning, Divider(), _ways(looking, found)])


def _ways(looking: _Looking, found: SurveyResult) -> Buttons:
    said, scope = looking.say(), looking.scope
    surveys = Button(said["surveys"], scope.surveys, look=Look.QUIET)
    if not scope.units:
        return Buttons((surveys,))
    units = Button(said["units"], scope.units, f"{found.survey.id}::", Look.QUIET)
    return Buttons((units, surveys))


# Comments


def comment_keys(scope: Scope) -> Callable[[Tx, Person, str, datetime], set[UUID]]:
    """Whose keys reading a page of comments needs."""

    def authors(tx: Tx, person: Person, value: str, now: datetime) -> set[UUID]:
        survey_id, unit_id, key, _ = _parts(value)
        if survey_id is None or unit_id is None:
            return set()
        return results.comment_authors(tx, looks_as(person, scope), survey_id, unit_id, key, now)

    return authors


def team_comments(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    return _comments(_Looking.of(kit, act, TEAM), inbound.value)


def _comments(looking: _Looking, value: str) -> Reply:
    """One page of what was written about a question; each display is logged for those on it."""
    survey_id, unit_id, key, number = _parts(value)
    if survey_id is None or unit_id is None:
        return looking.gone()
    act, page = looking.act, number_in(number)
    opened = results.read_comments(
        act.tx,
        act.vault,
        looking.reader,
        survey_id,
        unit_id,
        key,
        act.now,
        start=page * COMMENTS_SHOWN,
        limit=COMMENTS_SHOWN,
    )
    if opened is None or not opened.texts:
        return looking.gone()
    said = looking.say()
    blocks: list[Block] = [Heading(said["comments_title"]), Text(said["comments_lead"], Tone.MUTED)]
    for text in opened.texts:
        blocks += [Quote(text), Divider()]
    count = -(-opened.total // COMMENTS_SHOWN)
    turns_by = f"{survey_id}:{unit_id}:{key}:"
    back = Button(said["back"], looking.scope.shown, f"{survey_id}:{unit_id}:", Look.QUIET)
    turning = looking.turning(looking.scope.comments, turns_by, page, count)
    return looking.panel([*blocks[:-1], *turning, Divider(), Buttons((back,))])


VIEWS: Mapping[str, Callable[[Kit, Act, Inbound], Reply]] = {
    TEAM.shown: team,
    TEAM.surveys: team_surveys,
    TEAM.comments: team_comments,
    GROUP.surveys: for_admins(_group_surveys),
    GROUP.units: for_admins(_group_units),
    GROUP.shown: for_admins(_group_result),
    GROUP.comments: for_admins(_comments),
}
