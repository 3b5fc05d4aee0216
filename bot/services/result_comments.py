"""Comments of a counted survey, without names: opened only while enough of them are left.

Which may ever be shown was laid down when the survey was counted. What was changed, narrowed or
erased since is gone, and where a group of them falls below the minimum the rest of it goes too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.domain.packs import Question
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.survey_store import StoredComment, Survey
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.visibility import may_count
from bot.services.result_access import Access, chain_of
from bot.services.result_views import OpenedComments
from bot.services.sealing import open_value

UNNAMED = "unnamed"
"""How such a reading is logged, as for questions about the AI expectations."""


def comments_of(
    tx: Tx, survey: Survey, question: Question, unit_id: UUID, policy: Policy
) -> Sequence[StoredAnswer]:
    """Those of a unit that may be read now, in an order that tells nothing; keys aside."""
    if not question.takes_text:
        return []
    groups = _groups(tx, survey, unit_id, question.key, policy.comment_minimum, lambda _: True)
    return _together(groups)


def comment_authors(
    tx: Tx, reader: Person, survey_id: UUID, unit_id: UUID, question_key: str, now: datetime
) -> set[UUID]:
    """Whose keys `read_comments` needs; nobody's where the reader may not read them."""
    survey = _readable_survey(tx, reader, survey_id, unit_id, now)
    if survey is None:
        return set()
    stored = tx.surveys.comments(survey.id, question_key, _within(tx, survey, unit_id))
    answers = tx.answers.current_of({each.answer_version_id for each in stored})
    return {answer.person_id for answer in answers.values()}


def read_comments(
    tx: Tx,
    vault: Vault,
    reader: Person,
    survey_id: UUID,
    unit_id: UUID,
    question_key: str,
    now: datetime,
    *,
    start: int = 0,
    limit: int = 10,
) -> OpenedComments | None:
    """Comments from number `start` on, each logged as read; None where none may be read now.

    Call it in a write, with the keys of `comment_authors`.
    """
    survey = _readable_survey(tx, reader, survey_id, unit_id, now)
    if survey is None:
        return None
    minimum = tx.organisations.policy().comment_minimum
    groups = _groups(tx, survey, unit_id, question_key, minimum, partial(_opens, vault))
    found = _together(groups)
    if not found:
        return None
    page = found[start : start + limit]
    tx.read_log.add(
        [
            Reading(answer.person_id, reader.id, answer.answer_id, UNNAMED, now)
            for answer in page
            if answer.person_id != reader.id
        ]
    )
    opened = (open_value(vault, answer) for answer in page)
    return OpenedComments(tuple(value.text for value in opened if value), len(found))


def _readable_survey(
    tx: Tx, reader: Person, survey_id: UUID, unit_id: UUID, now: datetime
) -> Survey | None:
    """The survey, where the reader may read the words of this unit."""
    survey = tx.surveys.get(survey_id)
    if survey is None:
        return None
    return survey if Access.of(tx, reader, now).may_read_words(survey, unit_id) else None


def _groups(
    tx: Tx,
    survey: Survey,
    unit_id: UUID,
    question_key: str,
    minimum: int,
    opens: Callable[[UUID], bool],
) -> Mapping[UUID, Sequence[StoredAnswer]]:
    """Those of a unit by the lowest one they may be shown in, as far as they stand as counted.

    All that any units show is made of these groups, so each must be large enough for itself.
    opens: whether a person's key is there.
    """
    stored = tx.surveys.comments(survey.id, question_key, _within(tx, survey, unit_id))
    current = tx.answers.current_of({each.answer_version_id for each in stored})
    groups: dict[UUID, list[StoredAnswer]] = defaultdict(list)
    for each in stored:
        answer = current.get(each.answer_version_id)
        if answer is not None and _stands(answer, each) and opens(answer.person_id):
            groups[each.unit_id].append(answer)
    return {unit_id: some for unit_id, some in groups.items() if len(some) >= minimum}


def _stands(answer: StoredAnswer, comment: StoredComment) -> bool:
    return answer.version_id == comment.answer_version_id and may_count(answer.audiences)


def _within(tx: Tx, survey: Survey, unit_id: UUID) -> set[UUID]:
    """The unit and those that lie in it."""
    units = tx.surveys.units(survey.id)
    return {
        lowest for lowest in units if unit_id in {each.unit_id for each in chain_of(units, lowest)}
    }


def _together(groups: Mapping[UUID, Sequence[StoredAnswer]]) -> Sequence[StoredAnswer]:
    found = (answer for some in groups.values() for answer in some)
    return sorted(found, key=lambda answer: answer.version_id)


def _opens(vault: Vault, person_id: UUID) -> bool:
    """Whoever's answer was counted since the keys were fetched is seen the next time."""
    try:
        return vault.knows(person_id)
    except LookupError:
        return False
