"""What stands between a person and others: promises, topics, notes, and questions to a leader.

Only what the person may read now, from their own copy; of a promise only their own side, as what
the other one said of it is nobody else's.
"""

from __future__ import annotations

from bot.domain.agenda import AgendaItem
from bot.domain.between import Between
from bot.domain.expectations import Question
from bot.domain.one_to_one import Meeting
from bot.domain.policy import QuestionsFor
from bot.domain.promise import Promise
from bot.services.expectations_asking import FIELD
from bot.services.export_source import Json, Source
from bot.services.meeting_notes import may_see, notes_for
from bot.services.pairs import readable, text_of
from bot.services.sealing import open_text


def promises(source: Source) -> list[Json]:
    """By or to the person, oldest first."""
    kept = source.tx.promises.all_of(source.person.id)
    may_read = readable(source.tx, kept, source.person.id, source.now)
    return [_promise(source, promise) for promise in may_read]


def _promise(source: Source, promise: Promise) -> Json:
    mine, is_by = promise.side(source.person.id), promise.author_id == source.person.id
    is_employee = promise.employee_id == source.person.id
    return {
        **_between(source, promise),
        "due_on": source.day(promise.due_on),
        "taken_back": promise.is_withdrawn,
        "reminder_at": source.moment(promise.remind_at) if is_by else None,
        "you_said": mine.says.value if mine.says else None,
        "you_said_at": source.moment(mine.said_at),
        "you_are_asked_at": source.moment(mine.ask_at),
        "manager_may_be_told": promise.may_raise if is_employee else None,
        "manager_told_at": source.moment(promise.raised_at),
    }


def agenda(source: Source) -> list[Json]:
    """Topics for 1:1s, oldest first."""
    kept = source.tx.agenda.all_of(source.person.id)
    may_read = readable(source.tx, kept, source.person.id, source.now)
    return [_topic(source, item) for item in may_read]


def _topic(source: Source, item: AgendaItem) -> Json:
    since = source.moment(item.state_at)
    return {**_between(source, item), "state": item.state.value, "state_since": since}


def _between(source: Source, item: Between) -> Json:
    other = item.other(source.person.id)
    return {
        "id": str(item.id),
        "with": source.names([other])[other],
        "by_you": item.author_id == source.person.id,
        "text": text_of(source.vault, item, source.person.id),
        "made_at": source.moment(item.created_at),
    }


def notes(source: Source) -> list[Json]:
    """What was noted of 1:1s, oldest first."""
    kept = source.tx.meetings.all_of(source.person.id)
    return [_noted(source, meeting) for meeting in kept if _has_notes(source, meeting)]


def _has_notes(source: Source, meeting: Meeting) -> bool:
    """Whether there are notes of this meeting that the person may read now."""
    mine = meeting.employee_id == source.person.id
    copy = meeting.sealed_for_employee if mine else meeting.sealed_for_manager
    return copy is not None and may_see(source.tx, meeting, source.person.id, source.now)


def _noted(source: Source, meeting: Meeting) -> Json:
    mine = meeting.employee_id == source.person.id
    other = meeting.manager_id if mine else meeting.employee_id
    return {
        "id": str(meeting.id),
        "with": source.names([other])[other],
        "kind": meeting.kind.value,
        "planned_on": source.day(meeting.planned_on),
        "noted_at": source.moment(meeting.state_at),
        "text": notes_for(source.vault, meeting, source.person.id),
    }


def questions(source: Source) -> list[Json]:
    """What was unclear about the AI expectations, with the answer to it."""
    asked = source.tx.expectations.questions_by(source.person.id)
    return [_question(source, question) for question in asked]


def _question(source: Source, question: Question) -> Json:
    version = source.tx.expectations.version(question.version_id)
    reply = source.tx.expectations.reply(question.reply_id) if question.reply_id else None
    text = open_text(source.vault, source.person.id, question.id, FIELD, question.sealed)
    return {
        "id": str(question.id),
        "about_version": version.number if version else None,
        "asked_at": source.moment(question.asked_at),
        "reader": source.names([question.reader_id])[question.reader_id],
        "with_your_name": question.kind is QuestionsFor.LEADER,
        "text": text,
        "state": question.state.value,
        "answer": reply.text if reply else None,
        "shown": source.shown(question.id),
    }
