"""The plain writer: rules and templates, no model. It only picks and quotes."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.packs import parent_of
from bot.domain.summary import PLAIN, PersonWeek, SharedAnswer, Starter, WrittenPart, excerpt

STARTERS_PER_PERSON = 3
LOW = 2


class PlainWriter:
    """Starters by rule: a rating that fell, a question they asked, a low rating, their words."""

    @property
    def name(self) -> str:
        return PLAIN

    async def write(self, week: PersonWeek) -> WrittenPart:
        """Words one person's part. Nothing in it is anybody's opinion of that person."""
        ranked = sorted(week.answers, key=_rank)
        followed = {parent_of(answer.question_key) for answer in week.answers}
        telling = (answer for answer in ranked if not _gives_way(answer, followed))
        starters = [s for answer in telling if (s := _starter(week, answer)) is not None]
        return WrittenPart(starters=tuple(starters[:STARTERS_PER_PERSON]), writer=self.name)


def _gives_way(answer: SharedAnswer, followed: Collection[str]) -> bool:
    """Whether what was said to the follow-up question is better to begin from."""
    return answer.question_key in followed and _rule(answer) == "any"


def _rule(answer: SharedAnswer) -> str:
    """Which of the question's starters fits: arithmetic on ratings, punctuation of texts."""
    change = answer.rating_change or 0
    rating = answer.value.rating
    if change < 0:
        return "fell"
    if "?" in answer.value.text:
        return "question"
    if rating is not None and rating <= LOW:
        return "low"
    return "rose" if change > 0 else "any"


_ORDER = ("fell", "question", "low", "rose", "any")


def _rank(answer: SharedAnswer) -> int:
    return _ORDER.index(_rule(answer))


def _starter(week: PersonWeek, answer: SharedAnswer) -> Starter | None:
    """None where the question has no starter for it, or a rating alone gives none."""
    wordings = week.starters.get(answer.question_key, {})
    rule = _rule(answer)
    text = wordings.get(rule) or (wordings.get("any") if answer.value.text else None)
    if text is None or (rule == "any" and not answer.value.text):
        return None
    return Starter(text, answer.version_id, excerpt(answer.value.text))
