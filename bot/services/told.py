"""What a manager may be told of one report: a way to begin, resting on that person's own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.domain.agenda import AgendaItem
from bot.domain.message import Block, Quote, Text
from bot.domain.one_to_one import Meeting
from bot.domain.people import Participation, Person
from bot.domain.policy import Policy
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.summary_store import Summary
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.promise import Promise
from bot.domain.summary import PLAIN, shortened
from bot.services import guide_view
from bot.services.desk_items import Item
from bot.services.meeting_notes import may_see
from bot.services.pairs import readable, text_of
from bot.services.promise_blocks import PromiseShown
from bot.services.promise_blocks import opened as opened_promise
from bot.services.summary_facts import PersonView, opened
from prompts.guides import load_guides
from prompts.library import load_packs
from prompts.words import Said, Words

RESEARCH = "ai_check_in"
"""The pack whose questions are offered as they are (see prompts/questions)."""

SUMMARIES_BACK = 6
"""A starter rests on words of the last summaries, or on none."""

OWN_STARTERS = 2
_LISTED = 3
_QUOTED = 90


@dataclass(frozen=True, slots=True)
class Met:
    """A meeting with a report. `absent` is the manager in whose place it is held, None where that
    is the reader: who stands in reads nothing that was said, noted or promised.
    """

    meeting: Meeting
    report: Person
    absent: Person | None


def met(tx: Tx, reader: Person, meeting_id: UUID, now: datetime) -> Met | None:
    """The meeting, where at `now` (aware UTC) it is the reader's to hold: as the manager who
    planned it and manages the report since, unbroken, or in that manager's place.
    """
    meeting = tx.meetings.get(meeting_id)
    if meeting is None or not may_see(tx, meeting, meeting.manager_id, now):
        return None
    report = tx.people.get(meeting.employee_id)
    if report is None or not report.active or report.id == reader.id:
        return None
    if meeting.manager_id == reader.id:
        return Met(meeting, report, None)
    acting = tx.desks.stand_in(meeting.manager_id)
    if acting is None or acting.acting_id != reader.id or not acting.holds_at(now):
        return None
    absent = tx.people.get(meeting.manager_id)
    return Met(meeting, report, absent) if absent is not None else None


@dataclass(frozen=True)
class Telling:
    """What a manager's nudges are drawn from. `readings` collects whose answers are shown, and
    `how`: "delivered" in a message, "displayed" where the manager looks. `apart` are the promises
    that stand in the same message by themselves. `helped` collects the AI that helped word the
    summaries from which ways to begin are shown.
    """

    tx: Tx
    vault: Vault
    words: Words
    policy: Policy
    manager: Person
    now: datetime
    how: str = "delivered"
    readings: list[Reading] = field(default_factory=list)
    apart: frozenset[UUID] = frozenset()
    helped: list[str] = field(default_factory=list)

    def say(self, message: str = "nudges", /, **facts: object) -> Said:
        """Words in the manager's own locale and zone."""
        company = self.policy.company
        locale, zone = self.manager.locale, self.manager.time_zone
        return self.words.say(message, locale, zone, **{"company": company, **facts})

    def met(self, meeting_id: UUID) -> Met | None:
        """A meeting that is this reader's to hold at this moment, and whom it is with."""
        return met(self.tx, self.manager, meeting_id, self.now)

    def guide(self, key: str) -> tuple[Block, ...]:
        """What a guide is about, and the button that opens it; nothing for one that is gone."""
        guide = load_guides().get(key)
        return guide_view.invitation(self.words, self.manager, guide) if guide else ()

    def between(self, employee_id: UUID) -> Iterator[Block]:
        """What the two want to talk about, and what they promised each other."""
        items = self.tx.agenda.of_pair(employee_id, self.manager.id)
        texts = self._texts(items)
        if texts:
            yield Text(self.say(texts=texts[:_LISTED], more=len(texts) - _LISTED)["agenda"])
        promises = self.tx.promises.of_pair(employee_id, self.manager.id)
        mine = [p for p in promises if p.is_open_for(self.manager.id) and p.id not in self.apart]
        for promise in readable(self.tx, mine, self.manager.id, self.now)[:_LISTED]:
            shown = self._shown(promise)
            if shown is not None:
                yield shown.quote()

    def promise(self, kind: Item, promise_id: UUID) -> tuple[Block, ...]:
        """One promise as the manager's day shows it, nothing where it is theirs no more."""
        promise = self.tx.promises.get(promise_id)
        shown = self._shown(promise) if promise is not None else None
        if promise is None or shown is None:
            return ()
        if promise.is_withdrawn:
            return shown.taken_back()
        if kind is Item.DIFFERS:
            return shown.difference() if promise.is_agreed else ()
        return shown.reminder() if kind is Item.PROMISE_DUE else shown.answered()

    def _shown(self, promise: Promise) -> PromiseShown | None:
        return opened_promise(self.tx, self.vault, self.words, self.manager, promise, self.now)

    def _texts(self, items: Sequence[AgendaItem]) -> list[str]:
        found = readable(self.tx, items, self.manager.id, self.now)
        texts = (text_of(self.vault, item, self.manager.id) for item in found)
        return [text for text in texts if text is not None]

    def starters(self, employee_id: UUID, most: int = OWN_STARTERS) -> Iterator[Block]:
        """Up to `most` from the report's own words, then one of the research's own questions.

        Only words that stood in a summary already: what came since would tell who has answered.
        Whoever chose *Not for me* is quoted no more.
        """
        report = self.tx.people.get(employee_id)
        quotable = report is not None and report.participation is not Participation.DECLINED
        view = self._last_shared(employee_id, most) if quotable else None
        for starter in view.starters[:most] if view else ():
            yield Text(starter.text)
            if starter.quote:
                yield Quote(shortened(starter.quote, _QUOTED))
        yield self.research(employee_id)

    def research(self, employee_id: UUID) -> Text:
        """One of the research's own questions: another one each week, and for each report."""
        return Text(self.say(question=self._research(employee_id))["research"])

    def _last_shared(self, employee_id: UUID, most: int) -> PersonView | None:
        for summary in self.tx.summaries.of_manager(self.manager.id, SUMMARIES_BACK):
            if any(part.subject_id == employee_id for part in summary.parts):
                view = opened(self.tx, self.vault, summary, self.now, only=employee_id)
                if view.shared:
                    self._shown_of(view.shared[0], most)
                    self._note_ai(summary, view.shared[0])
                    return view.shared[0]
        return None

    def _shown_of(self, view: PersonView, most: int) -> None:
        quoted = {starter.version_id for starter in view.starters[:most]}
        self.readings.extend(
            Reading(view.person.id, self.manager.id, answer.answer_id, self.how, self.now)
            for answer in view.answers
            if answer.version_id in quoted
        )

    def _note_ai(self, summary: Summary, view: PersonView) -> None:
        """By the whole summary, as its own last line has it: about whom of its people AI wrote
        would also tell who may have switched it off.
        """
        if view.starters and summary.writer != PLAIN:
            policy = self.tx.organisations.policy_at(summary.created_at)
            self.helped.append(policy.ai.provider or summary.writer)

    def written_by(self) -> str:
        """Who wrote what was shown so far, and that the manager alone gets it."""
        if self.helped:
            return self.say(provider=self.helped[-1])["only_you_ai"]
        return self.say()["only_you"]

    def _research(self, employee_id: UUID) -> str:
        questions = load_packs()[RESEARCH].questions
        week = self.now.astimezone(self.manager.zone).isocalendar().week
        chosen = questions[(week + employee_id.int) % len(questions)]
        return chosen.words(self.manager.locale).text
