"""What a manager says of a 1:1 or stay interview: it happened, not yet, on another day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from bot.domain.check_in import MAX_TEXT, Refused, clean_text
from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.inbound import Inbound
from bot.domain.message import Reply
from bot.domain.one_to_one import COMING, Meeting, MeetingKind, MeetingState
from bot.services import between_acts, desk_waking, meeting_forms, nudges, pair_forms
from bot.services.act import Act, is_uuid
from bot.services.days import coming_day
from bot.services.kit import Kit
from bot.services.meeting_notes import seal_notes
from bot.services.pairs import Pair
from bot.services.told import Met, met

LONGEST_MOVE = timedelta(days=366)


def own(act: Act, meeting_id: str) -> Met | None:
    """A meeting that is this person's to hold: ids in buttons can be forged."""
    return met(act.tx, act.person, UUID(meeting_id), act.now) if is_uuid(meeting_id) else None


def _noted_by(act: Act, meeting_id: str) -> Met | None:
    """One whose notes this person may write: who stands in may not."""
    found = own(act, meeting_id)
    return found if found is not None and found.absent is None else None


def held(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """*It happened*: kept at once, however often it is pressed; then there is room for notes."""
    found = own(act, inbound.value)
    if found is None:
        return _gone(kit, act)
    if found.meeting.state is not MeetingState.HELD:
        _save(act, replace(found.meeting, state=MeetingState.HELD, state_at=act.now))
    if found.absent is not None:
        return Reply(notice=meeting_forms.say(kit, act)["held_in_place"], confirms=True)
    return Reply(meeting_forms.notes(kit, act, found.meeting, found.report))


def not_yet(act: Act, meeting_id: str) -> None:
    """It is asked for once more, on the next working day."""
    found = own(act, meeting_id)
    if found is None or found.meeting.state not in COMING:
        return
    waiting = replace(
        found.meeting,
        state=MeetingState.NOT_YET,
        state_at=act.now,
        nudged_on=act.today,
        asked_on=None,
    )
    _save(act, waiting, *_days(found.meeting))


def move(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    found = own(act, inbound.value)
    if found is None or found.meeting.state is MeetingState.HELD:
        return _gone(kit, act)
    return Reply(meeting_forms.move(kit, act, found.meeting))


def submit_move(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """To a later day; the rhythm of the 1:1s stays as it is."""
    found = own(act, inbound.value)
    if found is None or found.meeting.state is MeetingState.HELD:
        return _gone(kit, act)
    given = inbound.fields.get("day", "")
    try:
        day = coming_day(given, "day", act.today, LONGEST_MOVE)
    except Refused as refused:
        return Reply(meeting_forms.move(kit, act, found.meeting, given, refused.code))
    if not act.is_repeat(inbound.installation_id):
        _move(act, found.meeting, day)
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
    desk_waking.wake(act.tx, [meeting.manager_id], act.now)
    nudges.redraw(act, *(days or _days(meeting)))


def _days(meeting: Meeting) -> tuple[date | None, ...]:
    """The days whose messages show the meeting."""
    return meeting.nudged_on, meeting.asked_on


def notes(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    found = _noted_by(act, inbound.value)
    if found is None:
        return _gone(kit, act)
    return Reply(meeting_forms.notes(kit, act, found.meeting, found.report))


def submit_notes(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The same words for both. Sent empty, there is no note. With any error nothing is kept."""
    found = _noted_by(act, inbound.value)
    if found is None:
        return _gone(kit, act)
    meeting, report, fields = found.meeting, found.report, inbound.fields
    errors: dict[str, str] = {}
    text = _text(fields, "notes", MAX_TEXT, errors)
    promised = _promised(act, fields, errors) if meeting.kind is MeetingKind.STAY else None
    if errors:
        return Reply(meeting_forms.notes(kit, act, meeting, report, fields, errors))
    if not act.is_repeat(inbound.installation_id):
        act.tx.meetings.save(seal_notes(act.vault, meeting, text))
        if promised is not None:
            between_acts.promise(act, Pair(report, act.person), *promised)
    said = meeting_forms.say(kit, act, name=report.first_name)
    if promised is not None:
        return Reply(notice=said["promised"])
    return Reply(notice=said["notes_saved" if text else "notes_emptied"])


def _text(fields: Mapping[str, str], name: str, longest: int, errors: dict[str, str]) -> str:
    given = fields.get(name, "")
    try:
        return clean_text(given, longest) if given.strip() else ""
    except Refused as refused:
        errors[name] = f"{name}_{refused.code}"
        return ""


def _promised(
    act: Act, fields: Mapping[str, str], errors: dict[str, str]
) -> tuple[str, date] | None:
    """What the manager promises at the end of a stay interview, and by when."""
    text = _text(fields, "promise", pair_forms.MAX_TEXT, errors)
    if not text:
        return None
    try:
        return text, coming_day(fields.get("due", ""), "due", act.today, pair_forms.LONGEST)
    except Refused as refused:
        errors["due"] = refused.code
        return None


def tell(act: Act, meeting_id: str) -> None:
    """Lets the report know of a stay interview, once, so that they can add topics."""
    found = _noted_by(act, meeting_id)
    if found is None or found.meeting.state not in COMING:
        return
    meeting = found.meeting
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
