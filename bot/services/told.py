"""What a manager may be told of one report: a way to begin, resting on that person's own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.domain.message import Block, Quote, Text
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import excerpt
from bot.services.summary_facts import PersonView, opened
from prompts.library import load_packs
from prompts.words import Said, Words

RESEARCH = "ai_check_in"
"""The pack whose questions are offered as they are (see prompts/questions)."""

SUMMARIES_BACK = 6
"""A starter rests on words of the last summaries, or on none."""

OWN_STARTERS = 2
_QUOTED = 90


@dataclass(frozen=True)
class Telling:
    """What a manager's nudges are drawn from. `readings` collects whose answers are shown."""

    tx: Tx
    vault: Vault
    words: Words
    policy: Policy
    manager: Person
    now: datetime
    readings: list[Reading] = field(default_factory=list)

    def say(self, message: str = "nudges", /, **facts: object) -> Said:
        """Words in the manager's own locale and zone."""
        company = self.policy.company
        locale, zone = self.manager.locale, self.manager.time_zone
        return self.words.say(message, locale, zone, **{"company": company, **facts})

    def report(self, employee_id: UUID) -> Person | None:
        """The person, while this manager manages them; permission is asked at this moment."""
        reports = self.tx.people.reports_of(self.manager.id, self.now)
        return next((person for person in reports if person.id == employee_id), None)

    def starters(self, employee_id: UUID, most: int = OWN_STARTERS) -> Iterator[Block]:
        """Up to `most` from the report's own words, then one of the research's own questions.

        Only words that stood in a summary already: what came since would tell who has answered.
        """
        view = self._last_shared(employee_id)
        for starter in view.starters[:most] if view else ():
            yield Text(starter.text)
            if starter.quote:
                yield Quote(excerpt(starter.quote, _QUOTED))
        yield Text(self.say(question=self._research(employee_id))["research"])

    def _last_shared(self, employee_id: UUID) -> PersonView | None:
        for summary in self.tx.summaries.of_manager(self.manager.id, SUMMARIES_BACK):
            if any(part.subject_id == employee_id for part in summary.parts):
                view = opened(self.tx, self.vault, summary, self.now, only=employee_id)
                if view.shared:
                    self._note(view.shared[0])
                    return view.shared[0]
        return None

    def _note(self, view: PersonView) -> None:
        quoted = {starter.version_id for starter in view.starters[:OWN_STARTERS]}
        self.readings.extend(
            Reading(view.person.id, self.manager.id, answer.answer_id, "delivered", self.now)
            for answer in view.answers
            if answer.version_id in quoted
        )

    def _research(self, employee_id: UUID) -> str:
        """Another one each week, and for each report."""
        questions = load_packs()[RESEARCH].questions
        week = self.now.astimezone(self.manager.zone).isocalendar().week
        chosen = questions[(week + employee_id.int) % len(questions)]
        return chosen.words(self.manager.locale).text
