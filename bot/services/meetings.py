"""What a manager says of a 1:1 or stay interview: it happened, not yet, on another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from bot.domain.check_in import Refused, clean_text
from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.inbound import Inbound
from bot.domain.message import Reply
from bot.domain.one_to_one import COMING, Meeting, MeetingState
from bot.domain.people import Person
from bot.services import meeting_forms, nudges
from bot.services.act import Act, is_uuid
from bot.services.days import coming_day
from bot.services.kit import Kit
from bot.services.meeting_notes import may_see, seal_notes

LONGEST_MOVE = timedelta(days=366)


def own(act: Act, meeting_id: str) -> tuple[Meeting, Person] | None:
    """A meeting of this manager's and whom it is with: ids in buttons can be forged, and it ends
    with the management.
    """
    found = act.tx.meetings.get(UUID(meeting_id)) if is_uuid(meeting_id) else None
    if found is None or found.manager_id != act.person.id:
        return None
    if not may_see(act.tx, found, act.person.id, act.now):
        return None
    report = act.tx.people.get(found.employee_id)
    return (found, report) if report is not None and report.active else None


def held(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """*It happened*: kept at once, however often it is pressed; then there is room for notes."""
    found = own(act, inbound.value)
    if found is None:
        return _gone(kit, act)
    meeting, report = found
    if meeting.state is not MeetingState.HELD:
        _save(act, replace(meeting, state=MeetingState.HELD, state_at=act.now))
    return Reply(meeting_forms.after(kit, act, meeting, report))


def not_yet(act: Act, meeting_id: str) -> None:
    """It is asked for once more, on the next working day."""
    found = own(act, meeting_id)
    if found is None or found[0].state not in COMING:
        return
    waiting = replace(
        found[0], state=MeetingState.NOT_YET, state_at=act.now, nudged_on=act.today, asked_on=None
    )
    _save(act, waiting, *_days(found[0]))


def move(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    found = own(act, inbound.value)
    if found is None or found[0].state is MeetingState.HELD:
        return _gone(kit, act)
    return Reply(meeting_forms.move(kit, act, found[0]))


def submit_move(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """To a later day; the rhythm of the 1:1s stays as it is."""
    found = own(act, inbound.value)
    if found is None or found[0].state is MeetingState.HELD:
        return _gone(kit, act)
    given = inbound.fields.get("day", "")
    try:
        day = coming_day(given, "day", act.today, LONGEST_MOVE)
    except Refused as refused:
        return Reply(meeting_forms.move(kit, act, found[0], given, refused.code))
    if not act.is_repeat(inbound.installation_id):
        _move(act, found[0], day)
    return Reply()


def _move(act: Act, meeting: Meeting, day: date) -> None:
    moved = replace(
        meeting,
        due_on=day,
        state=MeetingState.DUE,
        state_at=act.now,
        nudged_on=None,
        asked_on=None,
    )
    _save(act, moved, *_days(meeting))


def _save(act: Act, meeting: Meeting, *days: date | None) -> None:
    act.tx.meetings.save(meeting)
    act.tx.desks.wake([act.person.id], act.now)
    nudges.redraw(act, *(days or _days(meeting)))


def _days(meeting: Meeting) -> tuple[date | None, ...]:
    """The days whose messages show the meeting."""
    return meeting.nudged_on, meeting.asked_on


def notes(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    found = own(act, inbound.value)
    if found is None:
        return _gone(kit, act)
    return Reply(meeting_forms.notes(kit, act, *found))


def submit_notes(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The same words for both. Sent empty, there is no note."""
    found = own(act, inbound.value)
    if found is None:
        return _gone(kit, act)
    meeting, report = found
    given = inbound.fields.get("notes", "")
    try:
        text = clean_text(given) if given.strip() else ""
    except Refused as refused:
        return Reply(meeting_forms.notes(kit, act, meeting, report, given, refused.code))
    if not act.is_repeat(inbound.installation_id):
        act.tx.meetings.save(seal_notes(act.vault, meeting, text))
    said = meeting_forms.say(kit, act, name=report.first_name)
    return Reply(notice=said["notes_saved" if text else "notes_emptied"])


def tell(act: Act, meeting_id: str) -> None:
    """Lets the report know of a stay interview, once, so that they can add topics."""
    found = own(act, meeting_id)
    if found is None or found[0].state not in COMING:
        return
    meeting = found[0]
    message = NewDelivery(
        id=uuid4(),
        organisation_id=meeting.organisation_id,
        person_id=meeting.employee_id,
        delivery_class=DeliveryClass.DIGEST,
        kind="stay_told",
        cause=f"stay-told:{meeting.id}",
        not_before=act.now,
        facts={"meeting": str(meeting.id)},
        about_id=meeting.id,
    )
    act.tx.queue.enqueue([message])
    nudges.redraw(act, *_days(meeting))


def _gone(kit: Kit, act: Act) -> Reply:
    return Reply(notice=meeting_forms.say(kit, act)["gone"])
