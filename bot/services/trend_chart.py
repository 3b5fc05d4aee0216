"""A person's own ratings of one question over time, as a small chart."""

from __future__ import annotations

from bot.domain.message import Chart, Series
from bot.domain.people import Person
from bot.domain.summary import SharedAnswer, trend_of
from bot.services.summary_facts import PersonView, SummaryView
from prompts.words import Words


def trend_chart(
    words: Words,
    manager: Person,
    view: SummaryView,
    person: PersonView,
    answer: SharedAnswer,
    at_least: int,
) -> Chart | None:
    """The ratings that this manager was told of; None with fewer than `at_least` of them."""
    points = trend_of(person.trend, answer.question_key)
    if answer.value.rating is None or len(points) < at_least:
        return None

    def say(block: str, **facts: object) -> str:
        return words.say("summary_details", manager.locale, manager.time_zone, **facts)[block]

    return Chart(
        title=view.question(answer).words(manager.locale).text,
        labels=tuple(say("day", moment=point.answered_at) for point in points),
        series=(Series(view.called(person.person), tuple(float(p.rating) for p in points)),),
        low=1,
        high=5,
        text=say("trend", values=", ".join(str(point.rating) for point in points)),
    )
