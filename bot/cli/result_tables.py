"""Results of a survey as tables, and as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.cli.csv_cells import harmless
from bot.cli.screen import plural, table
from bot.domain.group_results import Band

if TYPE_CHECKING:
    from rich.console import Console

    from bot.services.results import (
        Figure,
        Participation,
        QuestionResult,
        ResultUnit,
        SurveyLine,
        SurveyResult,
    )

HIDDEN = "too few answers or not enough variety to show"
_BANDS = {
    Band.MOST: "more than three quarters",
    Band.MANY: "half to three quarters",
    Band.FEW: "fewer than half",
}
_OTHERS = 5


def print_result(out: Console, found: SurveyResult, lines: Sequence[SurveyLine]) -> None:
    """The survey's questions, who they are about, and which other surveys there are."""
    line = found.survey
    out.print(f"{line.title}, {line.period} ({line.key})")
    out.print(f"{_unit(found.unit)}, {_asked(found)} asked.")
    out.print(f"Answered: {_participation(found.participation)}.")
    header = ("question", "figures of", "answers", "favourable", "shares")
    out.print(table("", header, [_row(found, each) for each in found.questions]))
    for each in found.questions:
        if each.comments is not None:
            title = each.question.words("en").text
            out.print(f"{plural(each.comments.count, 'comment')} on {title!r}, shown in the chat.")
    others = [each.key for each in lines if each.id != line.id]
    if others:
        more = f" and {len(others) - _OTHERS} more" if len(others) > _OTHERS else ""
        out.print(f"Other surveys: {', '.join(others[:_OTHERS])}{more}.")


def _asked(found: SurveyResult) -> str:
    """How many of a few were asked would tell who had paused or declined."""
    if found.unit.people < found.group_minimum:
        return f"fewer than {found.group_minimum} people"
    return plural(found.unit.people, "person", "people")


def _row(found: SurveyResult, each: QuestionResult) -> tuple[str, ...]:
    title = each.question.words("en").text
    if not each.has_scale:
        return title, "", "", "", "words alone"
    figure = each.figure
    if figure is None:
        return title, "", "", "", HIDDEN
    given = ", ".join(f"{_label(each, o)} {share}%" for o, share in figure.shares.items())
    favourable = "" if figure.favourable is None else f"{figure.favourable}%"
    return title, _about(figure), _answers(found, figure), favourable, given


def _about(figure: Figure) -> str:
    return f"{_unit(figure.unit)} (more people)" if figure.rolled_up else _unit(figure.unit)


def _answers(found: SurveyResult, figure: Figure) -> str:
    exact = figure.answers
    return f"{found.group_minimum} or more" if exact is None else f"{exact:,}"


def _unit(unit: ResultUnit) -> str:
    return f"{unit.name}'s people" if unit.manager else "Everybody"


def _participation(told: Participation | None) -> str:
    if told is None:
        return HIDDEN
    share = _BANDS[told.band] if told.percent is None else f"about {told.percent}%"
    return f"{share} (of {_unit(told.unit)})" if told.rolled_up else share


def _label(each: QuestionResult, option: str) -> str:
    words = each.question.words("en")
    if words.options:
        return words.options.get(option, option)
    return option


_HEADER = ("survey", "closed_at", "unit", "question", "wording", "figures_of", "what", "percent")


def print_csv(found: SurveyResult) -> None:
    """A line for each option of each question; addresses name units, empty is everybody."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(_HEADER)
    for row in _rows(found):
        out.writerow([harmless(cell) for cell in row])


def _rows(found: SurveyResult) -> Iterator[tuple[str, ...]]:
    line = found.survey
    about = (line.key, line.closed_at.isoformat(), _address(found.unit))
    told = found.participation
    if told is not None:
        percent = _BANDS[told.band] if told.percent is None else str(told.percent)
        yield (*about, "", "", _address(told.unit), "answered", percent)
    for each in found.questions:
        asked = (*about, each.question.key, each.question.words("en").text)
        if each.figure is None:
            yield (*asked, "", "hidden" if each.has_scale else "words", "")
            continue
        where = _address(each.figure.unit)
        for option, share in each.figure.shares.items():
            yield (*asked, where, option, str(share))
        if each.figure.favourable is not None:
            yield (*asked, where, "favourable", str(each.figure.favourable))


def _address(unit: ResultUnit) -> str:
    return unit.manager.email if unit.manager else ""
