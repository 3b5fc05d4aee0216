"""Whose keys an act needs beside the person's own, read before its transaction begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.services.act import is_uuid
from bot.services.expectations_leader import askers
from bot.services.nudges import of_day
from bot.services.pairs import pair_with
from bot.services.result_panels import GROUP, TEAM, comment_keys

Others = Callable[[Tx, Person, str, datetime], set[UUID]]
"""Of whom, by what the button or form carries. Whether the act is allowed is asked later."""


def _of_meeting(tx: Tx, person: Person, value: str, _: datetime) -> set[UUID]:
    """Both read what is noted of a 1:1."""
    meeting = tx.meetings.get(UUID(value)) if is_uuid(value) else None
    mine = meeting is not None and meeting.manager_id == person.id
    return {meeting.employee_id} if meeting is not None and mine else set()


def _of_nudges(tx: Tx, person: Person, value: str, _: datetime) -> set[UUID]:
    """A manager's nudges quote what their reports shared."""
    found = (
        message.facts.get("subjects", "") for message in of_day(tx, person, value.partition(":")[0])
    )
    return {UUID(each) for subjects in found for each in subjects.split()}


def _of_other(tx: Tx, person: Person, value: str, now: datetime) -> set[UUID]:
    """What goes to a new manager is sealed for them too; ways to begin a 1:1 rest on the report's
    own words.
    """
    pair = pair_with(tx, person, value, now)
    return {pair.other(person).id} if pair is not None else set()


def _of_expectations(tx: Tx, person: Person, value: str, _: datetime) -> set[UUID]:
    """The leader reads what people find unclear."""
    return askers(tx, person, value)


NEEDED: Mapping[str, Others] = {
    "expectations_read": _of_expectations,
    "expectations_reply": _of_expectations,
    "expectations_reply_review": _of_expectations,
    "expectations_reply_send": _of_expectations,
    "meeting_notes_submit": _of_meeting,
    "handover_yes": _of_other,
    "nudges_more": _of_nudges,
    "one_to_one": _of_other,
    TEAM.comments: comment_keys(TEAM),
    GROUP.comments: comment_keys(GROUP),
}
