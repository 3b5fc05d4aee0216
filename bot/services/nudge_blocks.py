"""One item of a manager's day as blocks, drawn from how it stands now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from uuid import UUID

from bot.domain.message import Block, Button, Buttons, Look, Text, Tone
from bot.domain.occurrence import Occurrence
from bot.domain.one_to_one import Meeting, MeetingKind, MeetingState, Rhythm
from bot.domain.people import Person
from bot.services.desk_items import OF_PROMISES, Item
from bot.services.told import Telling
from prompts.words import render_nudge

NAMES_SHOWN = 5
STAY_GUIDE = "stay_interview"


def item_blocks(
    telling: Telling, item: tuple[Item, UUID], day: date, *, full: bool
) -> tuple[Block, ...]:
    """What the manager reads of one item, nothing where it is theirs no more.

    day: the local date of the message it stands in. full: with ways to begin the conversation.
    """
    kind, row = item
    if kind in OF_PROMISES:
        return telling.promise(kind, row)
    return tuple(_DRAWN[kind](telling, row, day, full))


def _met(telling: Telling, meeting_id: UUID) -> tuple[Meeting, Person] | None:
    """The meeting and whom it is with, while the manager who planned it manages that person."""
    meeting = telling.tx.meetings.get(meeting_id)
    if meeting is None or meeting.manager_id != telling.manager.id:
        return None
    report = telling.report(meeting.employee_id)
    return (meeting, report) if report and telling.shares(meeting) else None


def _one_to_one(telling: Telling, row: UUID, day: date, full: bool) -> Iterator[Block]:
    found = _met(telling, row)
    if found is None:
        return
    meeting, report = found
    late = meeting.planned_on < day and meeting.due_on < day
    said = telling.say(name=report.first_name, day=meeting.due_on)
    yield Text(said["one_to_one_late" if late else "one_to_one"], Tone.STRONG)
    if meeting.state is MeetingState.DUE and meeting.due_on <= day and full:
        yield from telling.between(meeting.employee_id)
        yield from telling.starters(meeting.employee_id)
    yield from _standing(telling, meeting, report, day)


def _stay(telling: Telling, row: UUID, day: date, _: bool) -> Iterator[Block]:
    found = _met(telling, row)
    if found is None:
        return
    meeting, report = found
    said = telling.say(name=report.first_name)
    yield Text(said["stay"], Tone.STRONG)
    if meeting.state is MeetingState.DUE:
        yield Text(said["stay_lead"])
        if telling.tx.queue.about(meeting.id):
            yield Text(said["told"], Tone.MUTED)
    yield from _standing(telling, meeting, report, day)


def _asked(telling: Telling, row: UUID, day: date, _: bool) -> Iterator[Block]:
    found = _met(telling, row)
    if found is None:
        return
    meeting, report = found
    yield Text(telling.say(name=report.first_name)[f"asked_{meeting.kind.value}"], Tone.STRONG)
    yield from _standing(telling, meeting, report, day)


def _standing(telling: Telling, meeting: Meeting, report: Person, day: date) -> Iterator[Block]:
    """What became of the meeting, and the buttons that still do something."""
    said = telling.say(day=meeting.due_on)
    if meeting.state is MeetingState.HELD:
        yield Text(said["held"], Tone.MUTED)
        yield Buttons((Button(said["button_notes"], "meeting_notes", str(meeting.id)),))
        return
    if meeting.state is MeetingState.MISSED:
        yield Text(said["missed"], Tone.MUTED)
        return
    if meeting.due_on > day:
        yield Text(said["moved"], Tone.MUTED)
    elif meeting.state is MeetingState.NOT_YET:
        yield Text(said["not_yet"], Tone.MUTED)
    yield _buttons(telling, meeting, report)


def _buttons(telling: Telling, meeting: Meeting, report: Person) -> Buttons:
    said, row = telling.say(name=report.first_name), str(meeting.id)
    first = [Button(said["button_prepare"], "one_to_one", str(report.id), Look.PRIMARY)]
    if meeting.kind is MeetingKind.STAY:
        guide = f"{STAY_GUIDE}:0:{report.id}"
        first = [Button(said["button_guide"], "guide_open", guide, Look.PRIMARY)]
        if not telling.tx.queue.about(meeting.id):
            first.append(Button(said["button_tell"], "stay_tell", row))
    not_yet = Button(said["button_not_yet"], "meeting_not_yet", row, Look.QUIET)
    waits = meeting.state is MeetingState.DUE
    return Buttons(
        (
            *first,
            Button(said["button_held"], "meeting_held", row),
            *((not_yet,) if waits else ()),
            Button(said["button_move"], "meeting_move", row, Look.QUIET),
        )
    )


def _rhythm(telling: Telling, _row: UUID, _day: date, _full: bool) -> Iterator[Block]:
    unset = [
        report.first_name
        for one in telling.tx.desks.one_to_ones(telling.manager.id)
        if one.rhythm is Rhythm.UNSET and (report := telling.report(one.employee_id))
    ]
    said = telling.say(names=sorted(unset), count=len(unset))
    yield Text(said["rhythm_title"], Tone.STRONG)
    if not unset:
        yield Text(said["rhythm_done"], Tone.MUTED)
        return
    yield Text(said["rhythm" if len(unset) <= NAMES_SHOWN else "rhythm_many"])
    yield Buttons((Button(said["button_rhythm"], "one_to_ones", "", Look.PRIMARY),))


def _note(telling: Telling, row: UUID, _day: date, _full: bool) -> Iterator[Block]:
    occurrence = telling.tx.occurrences.many([row]).get(row)
    if occurrence is None or occurrence.person_id != telling.manager.id:
        return
    spec = telling.tx.cadences.revisions([occurrence.revision_id])[occurrence.revision_id].spec
    if spec.guide is not None:
        yield from telling.guide(spec.guide)
    else:
        yield Text(_worded(telling, spec.text or "", occurrence))


def _worded(telling: Telling, text: str, occurrence: Occurrence) -> str:
    return render_nudge(
        text,
        telling.manager.locale,
        first_name=telling.manager.first_name,
        company=telling.policy.company,
        period=occurrence.period,
    )


_DRAWN: Mapping[Item, Callable[[Telling, UUID, date, bool], Iterator[Block]]] = {
    Item.ONE_TO_ONE: _one_to_one,
    Item.STAY: _stay,
    Item.ASKED: _asked,
    Item.RHYTHM: _rhythm,
    Item.NOTE: _note,
}
