"""How often each option was chosen in a team, in the options' own words: counts, and no opinion."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from bot.domain.message import Text
from bot.domain.packs import Question, QuestionKind
from bot.domain.people import Person
from bot.domain.reclaimed import PACK, WENT
from bot.domain.summary import SharedAnswer
from bot.services.summary_facts import SummaryView
from prompts.words import Words

FEWEST = 2
"""One person's choice is no count: it stands in the details."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One question's options with how many chose each, most first; `answers` were counted."""

    question: Question
    counts: tuple[tuple[str, int], ...]
    answers: tuple[UUID, ...]


def chosen_in(view: SummaryView) -> list[Chosen]:
    """Each question that at least `FEWEST` chose an option of, of each person the last choice;
    most answered first. Where reclaimed time went is told elsewhere (`reclaimed_time`).
    """
    last: dict[tuple[str, str], dict[UUID, SharedAnswer]] = defaultdict(dict)
    for answer in sorted(_choices(view), key=lambda a: (a.answered_at, a.period)):
        pack = view.packs[answer.pack_revision_id].key
        last[pack, answer.question_key][answer.subject_id] = answer
    found = [_counted(view, list(each.values())) for each in last.values() if len(each) >= FEWEST]
    return sorted(found, key=lambda each: -len(each.answers))


def _choices(view: SummaryView) -> Iterator[SharedAnswer]:
    for person in view.shared:
        for answer in person.answers:
            is_time = view.packs[answer.pack_revision_id].key == PACK and (
                answer.question_key == WENT
            )
            if view.question(answer).kind is QuestionKind.CHOICE and not is_time:
                yield answer


def _counted(view: SummaryView, answers: list[SharedAnswer]) -> Chosen:
    question = view.question(answers[-1])
    order = {option: place for place, option in enumerate(question.options)}
    counts = Counter(answer.value.choice for answer in answers)
    most_first = sorted(counts.items(), key=lambda c: (-c[1], order.get(c[0], len(order))))
    return Chosen(question, tuple(most_first), tuple(answer.answer_id for answer in answers))


def line_of(words: Words, reader: Person, chosen: Chosen) -> Text:
    """One line: the question and its options as they are worded now."""
    wording = chosen.question.words(reader.locale)

    def one(option: str, count: int) -> str:
        label = wording.options.get(option, option)
        return words.say("summary", reader.locale, label=label, count=count)["chose_one"]

    counts = [one(option, count) for option, count in chosen.counts]
    said = words.say("summary", reader.locale, question=wording.text, counts=counts)
    return Text(said["chose"])
