"""Who may see which results at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.people import Management, Person, Role
from bot.domain.policy import Policy
from bot.domain.ports.survey_store import Survey, SurveyUnit
from bot.domain.ports.unit_of_work import Tx
from bot.domain.visibility import may_see_results
from bot.services.result_views import SurveyLine


@dataclass(frozen=True, slots=True)
class Access:
    """What one reader may see. `above` are those the reader is below now, where employees may see
    the results of their own team; nobody elsewhere.
    """

    tx: Tx
    reader: Person
    policy: Policy
    reports_now: bool
    managements: Sequence[Management]
    above: frozenset[UUID]

    @classmethod
    def of(cls, tx: Tx, reader: Person, now: datetime) -> Access:
        """At `now` (aware UTC)."""
        policy = tx.organisations.policy()
        reports_now = reader.id in tx.people.managing([reader.id], now)
        if not policy.team_results:
            return cls(tx, reader, policy, reports_now, (), frozenset())
        managements = tx.people.managements_of([reader.id])
        return cls(tx, reader, policy, reports_now, managements, _above(tx, reader, now))

    def may_see(self, survey: Survey, unit_id: UUID) -> bool:
        return may_see_results(
            reader=self.reader,
            unit_id=unit_id,
            reports_now=self.reports_now,
            own_unit_id=self._team_at(survey),
        )

    def may_read_words(self, survey: Survey, unit_id: UUID) -> bool:
        """Whether that reaches the words without names too: they are for those who answer for
        these people, never for colleagues.
        """
        is_hr = self.reader.role is Role.HR_ADMIN
        own = is_hr or unit_id == self.reader.id
        return own and self.may_see(survey, unit_id)

    def own_unit(self, survey: Survey) -> UUID | None:
        """What the reader is shown first: everybody, the people below, or the own team."""
        if self.reader.role is Role.HR_ADMIN:
            return self.reader.organisation_id
        if self.reports_now and self.reader.id in self.tx.surveys.units(survey.id):
            return self.reader.id
        return self._team_at(survey)

    def surveys(self, limit: int) -> Sequence[Survey]:
        """Newest first."""
        if not self.reader.active:
            return []
        if self.reader.role is Role.HR_ADMIN:
            return self.tx.surveys.counted(limit)
        units = {m.manager_id for m in self.managements} & self.above
        found = {
            survey.id: survey
            for unit_id in units
            for survey in self.tx.surveys.counted(limit, unit_id)
            if self._team_at(survey) == unit_id
        }
        if self.reports_now:
            found |= {each.id: each for each in self.tx.surveys.counted(limit, self.reader.id)}
        newest = sorted(found.values(), key=lambda each: (each.closes_at, each.id), reverse=True)
        return newest[:limit]

    def _team_at(self, survey: Survey) -> UUID | None:
        """The manager when the survey closed, while the reader is still below that manager.

        Colleagues see only what was theirs to see when people were asked.
        """
        if not self.managements or not self._shown_to_teams(survey):
            return None
        at_closing = (m.manager_id for m in self.managements if m.holds_at(survey.closes_at))
        return next((each for each in at_closing if each in self.above), None)

    def _shown_to_teams(self, survey: Survey) -> bool:
        return self.tx.organisations.policy_at(survey.opened_at).team_results


def _above(tx: Tx, reader: Person, now: datetime) -> frozenset[UUID]:
    """The reader's manager, that manager's manager and so on."""
    above: set[UUID] = set()
    at = tx.people.managers_of([reader.id], now).get(reader.id)
    while at is not None and at not in above:
        above.add(at)
        at = tx.people.managers_of([at], now).get(at)
    return frozenset(above)


def chain_of(units: Mapping[UUID, SurveyUnit], unit_id: UUID) -> list[SurveyUnit]:
    """The unit and those it lies in, up to everybody; nothing where it is none of the survey's."""
    chain: list[SurveyUnit] = []
    at = units.get(unit_id)
    while at is not None and at not in chain:
        chain.append(at)
        at = units.get(at.parent_id) if at.parent_id else None
    return chain


def lines_of(tx: Tx, surveys: Sequence[Survey]) -> list[SurveyLine]:
    """Counted surveys as they stand in a list, under their cadences' titles of today."""
    cadences = {each.cadence_id: each.spec for each in tx.cadences.current()} if surveys else {}
    packs = tx.cadences.packs({survey.pack_revision_id for survey in surveys})
    return [
        SurveyLine(
            id=survey.id,
            cadence_key=cadences[survey.cadence_id].key,
            title=cadences[survey.cadence_id].title,
            period=survey.period,
            pack=packs[survey.pack_revision_id].pack,
            closed_at=survey.closes_at,
            counted_at=survey.counted_at or survey.closes_at,
        )
        for survey in surveys
    ]
