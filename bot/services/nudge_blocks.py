"""One item of a manager's day as blocks, drawn from how it stands now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from uuid import UUID

from bot.domain.delivery import DeliveryState
from bot.domain.message import Block, Button, Buttons, Look, Text, Tone
from bot.domain.occurrence import Occurrence
from bot.domain.one_to_one import MeetingKind, MeetingState, Rhythm
from bot.services.desk_items import OF_PROMISES, Item
from bot.services.told import Met, Telling
from prompts.words import render_nudge

NAMES_SHOWN = 5
STAY_GUIDE = "stay_interview"
_ON_ITS_WAY = frozenset({DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING})


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


def _one_to_one(telling: Telling, row: UUID, day: date, full: bool) -> Iterator[Block]:
    met = telling.met(row)
    if met is None:
        return
    meeting = met.meeting
    late = meeting.planned_on < day and meeting.due_on < day
    yield _title(telling, met, "one_to_one_late" if late else "one_to_one")
    if meeting.state is MeetingState.DUE and meeting.due_on <= day and full:
        yield from _beginning(telling, met)
    yield from _standing(telling, met, day)


def _beginning(telling: Telling, met: Met) -> Iterator[Block]:
    if met.absent is not None:
        yield telling.research(met.report.id)
        return
    yield from telling.between(met.report.id)
    yield from telling.starters(met.report.id)


def _stay(telling: Telling, row: UUID, day: date, _: bool) -> Iterator[Block]:
    met = telling.met(row)
    if met is None:
        return
    said = telling.say(name=met.report.first_name)
    yield _title(telling, met, "stay")
    if met.meeting.state is MeetingState.DUE:
        yield Text(said["stay_lead"])
        if told := _told(telling, met):
            yield Text(said[told], Tone.MUTED)
    yield from _standing(telling, met, day)


def _asked(telling: Telling, row: UUID, day: date, _: bool) -> Iterator[Block]:
    met = telling.met(row)
    if met is not None:
        yield _title(telling, met, f"asked_{met.meeting.kind.value}")
        yield from _standing(telling, met, day)


def _title(telling: Telling, met: Met, block: str) -> Text:
    name = met.report.first_name
    if met.absent is not None:
        name = telling.say(name=name, absent=met.absent.first_name)["in_place_of"]
    return Text(telling.say(name=name, day=met.meeting.due_on)[block], Tone.STRONG)


def _told(telling: Telling, met: Met) -> str:
    """Whether the report knows of the interview, as a block of words; "" where nothing is said."""
    states = {message.state for message in telling.tx.queue.about(met.meeting.id)}
    if DeliveryState.SENT in states:
        return "told"
    return "to_be_told" if states & _ON_ITS_WAY else ""


def _standing(telling: Telling, met: Met, day: date) -> Iterator[Block]:
    """What became of the meeting, and the buttons that still do something."""
    meeting = met.meeting
    said = telling.say(day=meeting.due_on)
    if meeting.state is MeetingState.HELD:
        yield Text(said["held"], Tone.MUTED)
        if met.absent is None:
            yield Buttons((Button(said["button_notes"], "meeting_notes", str(meeting.id)),))
        return
    if meeting.state is MeetingState.MISSED:
        yield Text(said["missed"], Tone.MUTED)
        return
    if meeting.due_on > day:
        yield Text(said["moved"], Tone.MUTED)
    elif meeting.state is MeetingState.NOT_YET:
        yield Text(said["not_yet"], Tone.MUTED)
    yield _buttons(telling, met)


def _buttons(telling: Telling, met: Met) -> Buttons:
    meeting, said = met.meeting, telling.say(name=met.report.first_name)
    row = str(meeting.id)
    not_yet = Button(said["button_not_yet"], "meeting_not_yet", row, Look.QUIET)
    waits = meeting.state is MeetingState.DUE
    return Buttons(
        (
            *_preparing(telling, met),
            Button(said["button_held"], "meeting_held", row),
            *((not_yet,) if waits else ()),
            Button(said["button_move"], "meeting_move", row, Look.QUIET),
        )
    )


def _preparing(telling: Telling, met: Met) -> Iterator[Button]:
    """What comes before the meeting. Who stands in gets the guide, which holds nobody's words."""
    said, report = telling.say(name=met.report.first_name), met.report
    if met.meeting.kind is MeetingKind.STAY:
        guide = f"{STAY_GUIDE}:0:{report.id}"
        yield Button(said["button_guide"], "guide_open", guide, Look.PRIMARY)
        if met.absent is None and not telling.tx.queue.about(met.meeting.id):
            yield Button(said["button_tell"], "stay_tell", str(met.meeting.id))
    elif met.absent is None:
        yield Button(said["button_prepare"], "one_to_one", str(report.id), Look.PRIMARY)


def _rhythm(telling: Telling, _row: UUID, _day: date, _full: bool) -> Iterator[Block]:
    tx, manager = telling.tx, telling.manager
    reports = {person.id: person for person in tx.people.reports_of(manager.id, telling.now)}
    unset = [
        reports[one.employee_id].first_name
        for one in tx.desks.one_to_ones(manager.id)
        if one.rhythm is Rhythm.UNSET and one.employee_id in reports
    ]
    said = telling.say(names=sorted(unset), count=len(unset))
    yield Text(said["rhythm_title"], Tone.STRONG)
    if not unset:
        yield Text(said["rhythm_done"], Tone.MUTED)
        return
    yield Text(said["rhythm" if len(unset) <= NAMES_SHOWN else "rhythm_many"])
    yield Buttons((Button(said["button_rhythm"], "one_to_ones", "", Look.PRIMARY),))


def _from_company(telling: Telling, row: UUID, _day: date, _full: bool) -> Iterator[Block]:
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
    Item.NOTE: _from_company,
}
