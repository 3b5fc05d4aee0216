"""Counts a survey once it has closed for everybody: once and for all, and only what may be shown.

A view stays the same from then on, whatever is erased, narrowed or renamed later: it is made of
figures alone. A crash before the end leaves nothing, and the next run begins anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bot.domain.group_named import shown_whole
from bot.domain.group_results import (
    option_given,
    participation,
    shown_comments,
    shown_figures,
)
from bot.domain.group_units import UnitTree, unit_tree
from bot.domain.packs import AudienceKind, Pack
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.survey_store import (
    AskedPerson,
    Counted,
    StoredComment,
    StoredFigure,
    Survey,
    SurveyUnit,
)
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.visibility import may_count
from bot.services.kit import Kit
from bot.services.sealing import open_value

CHUNK = 1000
"""People whose keys and answers are in memory at a time."""

LONGEST = timedelta(days=60)
"""From the first check-in on. Nobody keeps the results from everybody by putting it off again and
again: what is still open then is counted as it stands, and closes for its person alone.
"""

PARTICIPATION = ""
"""In place of a question's key: who answered at all."""


async def count_surveys(kit: Kit, now: datetime) -> int:
    """Counts the surveys that have closed by `now` (aware UTC); how many.

    Where none has, this is one look at an index. One that closes later than was known, as somebody
    put it off or is still to be asked, is looked at again then.
    """
    counted = 0
    while await kit.uow.read(lambda tx: tx.surveys.due(now)):
        survey = await kit.uow.write(lambda tx: _closed(tx, now))
        if survey is not None:
            counted += await _count(kit, survey, now)
    return counted


def _closed(tx: Tx, now: datetime) -> Survey | None:
    """The survey that is due, with the moment it closed; None where it is put off."""
    survey = tx.surveys.due(now)
    if survey is None:
        return None
    last = survey.opened_at + min(LONGEST, tx.organisations.policy().shortest_kept)
    closes_at = tx.surveys.closes_at(survey) or survey.closes_at
    to_come = tx.surveys.to_come(survey)
    later = max((m for m in (closes_at, to_come) if m is not None and m > now), default=None)
    if later is not None and now < last:
        tx.surveys.postpone(survey.id, min(later, last))
        return None
    return replace(survey, closes_at=min(closes_at, now))


async def _count(kit: Kit, survey: Survey, now: datetime) -> bool:
    count = await kit.uow.read(lambda tx: _begun(tx, survey))
    for start in range(0, len(count.asked), CHUNK):
        some = [each.check_in_id for each in count.asked[start : start + CHUNK]]
        answers, packs = await kit.uow.read(partial(_countable, survey, some))
        vault = await kit.keys.vault({answer.person_id for answer in answers})
        # In threads, as the next line: whoever answers meanwhile is not kept waiting.
        await asyncio.to_thread(count.add, vault, answers, packs)
    found = await asyncio.to_thread(count.result)
    return await kit.uow.write(lambda tx: tx.surveys.keep(survey, found, now))


def _countable(
    survey: Survey, check_ins: Sequence[UUID], tx: Tx
) -> tuple[Sequence[StoredAnswer], Mapping[UUID, Pack]]:
    """Answers to the survey's own pack whose every audience let them be counted."""
    given = tx.answers.of_check_ins(check_ins)
    own = (a for a in given if a.pack_revision_id == survey.pack_revision_id)
    answers = [a for a in own if may_count(a.audiences)]
    revisions = tx.cadences.packs({answer.pack_revision_id for answer in answers})
    packs = {key: revision.pack for key, revision in revisions.items()}
    counted = [a for a in answers if packs[a.pack_revision_id].question(a.question_key).is_counted]
    return counted, packs


def _begun(tx: Tx, survey: Survey) -> _Count:
    """Who was asked, and the management tree as it stood when the survey closed.

    A unit is there for each manager of anybody the cadence is for: were it missing where nobody
    was asked, that would tell who had paused or declined.
    """
    organisation = tx.organisations.get()
    assert organisation is not None, "a survey belongs to one"  # noqa: S101  # nosec B101  # for the types
    asked = tx.surveys.asked(survey)
    people = {each.person_id for each in asked}
    meant = people | {plan.person_id for plan in tx.plans.of_cadence(survey.cadence_id)}
    managers = _managers(tx, meant, survey.closes_at)
    tree = unit_tree(organisation.id, people, managers, meant)
    answered = {each.person_id for each in asked if each.answered}
    return _Count(asked, tree, tx.organisations.policy(), answered)


def _managers(tx: Tx, people: set[UUID], at: datetime) -> dict[UUID, UUID]:
    """The manager of each of them, and of each of those, up to the top."""
    managers: dict[UUID, UUID] = {}
    level = people
    while level:
        found = tx.people.managers_of(level, at)
        managers |= found
        level = set(found.values()) - managers.keys() - level
    return managers


@dataclass(slots=True)
class _Count:
    """What was counted so far, by question and lowest unit; of comments the ids alone. `named` are
    the questions that managers read by name.
    """

    asked: Sequence[AskedPerson]
    tree: UnitTree
    policy: Policy
    answered: set[UUID]
    tallies: dict[str, dict[UUID, Counter[str]]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    written: dict[str, dict[UUID, list[UUID]]] = field(default_factory=dict)

    def add(
        self, vault: Vault, answers: Iterable[StoredAnswer], packs: Mapping[UUID, Pack]
    ) -> None:
        """Of people whose key was destroyed nothing is counted."""
        for answer in answers:
            value = open_value(vault, answer)
            if value is None:
                continue
            question = packs[answer.pack_revision_id].question(answer.question_key)
            unit_id = self.tree.home[answer.person_id]
            option = option_given(question, value)
            if option is not None:
                tally = self.tallies.setdefault(question.key, defaultdict(Counter))
                tally[unit_id][option] += 1
                if question.audience is AudienceKind.MANAGER:
                    self.named.add(question.key)
            if value.text and question.audience is AudienceKind.GROUP:
                texts = self.written.setdefault(question.key, defaultdict(list))
                texts[unit_id].append(answer.version_id)

    def result(self) -> Counted:
        units = [SurveyUnit(u.id, u.parent, u.people) for u in self.tree.units.values()]
        return Counted(units, list(self._figures()), list(self._comments()))

    def _figures(self) -> Iterable[StoredFigure]:
        tallies = self.tallies | {PARTICIPATION: participation(self.tree, self.answered)}
        for key, tally in tallies.items():
            choose = shown_whole if key in self.named else shown_figures
            shown = choose(self.tree, tally, self.policy.group_minimum)
            for unit_id, counts in shown.items():
                yield StoredFigure(unit_id, key, dict(counts))

    def _comments(self) -> Iterable[StoredComment]:
        for key, written in self.written.items():
            sizes = {unit_id: len(ids) for unit_id, ids in written.items()}
            where = shown_comments(self.tree, sizes, self.policy.comment_minimum)
            for unit_id, ids in written.items():
                if unit_id in where:
                    yield from (StoredComment(where[unit_id], key, each) for each in ids)
