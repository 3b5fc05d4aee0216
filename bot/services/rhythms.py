"""The days of a manager's 1:1s: the list of reports, and the form for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.domain.check_in import Refused
from bot.domain.inbound import Inbound
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    ChoiceInput,
    DateInput,
    Form,
    Look,
    Option,
    Panel,
    Reply,
    Text,
    Tone,
)
from bot.domain.one_to_one import OneToOne, Rhythm, first_on
from bot.domain.people import Person
from bot.services import desk_waking, nudges
from bot.services.act import Act, is_uuid
from bot.services.days import coming_day
from bot.services.desk_day import Day
from bot.services.kit import Kit
from bot.services.meeting_forms import say
from bot.services.paging import number_in

A_PAGE = 15
"""Reports on one page of the list: two blocks each."""

LONGEST = timedelta(days=366)
OFFERED = (Rhythm.WEEKLY, Rhythm.TWO_WEEKS, Rhythm.MONTHLY, Rhythm.OFF)
_DAY = timedelta(days=1)
_WEEK = range(7)


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """All reports with their rhythm; the value is the page, from 0."""
    return Reply(_list(kit, act, number_in(inbound.value)))


def _list(kit: Kit, act: Act, page: int, notice: str = "") -> Panel:
    day = Day.of(act.tx, kit.calendar, act.person, act.now)
    reports = list(day.reports.values())
    pages = max(1, -(-len(reports) // A_PAGE))
    page = page if page < pages else 0
    said = say(kit, act, number=page + 1, count=pages)
    blocks: list[Block] = [Text(notice, Tone.STRONG)] if notice else []
    blocks.append(Text(said["list_lead" if reports else "nobody"], Tone.MUTED))
    for report in reports[page * A_PAGE : (page + 1) * A_PAGE]:
        blocks += _line(kit, act, report, day.one_to_ones[report.id])
    if pages > 1:
        blocks += [_turning(kit, act, page, pages), Text(said["page"], Tone.MUTED)]
    return Panel(said["list_title"], tuple(blocks), said["close"], ("one_to_ones", str(page)))


def _line(kit: Kit, act: Act, report: Person, one: OneToOne) -> Iterator[Block]:
    said = say(kit, act, name=report.name, day=one.next_on)
    unset = one.rhythm is Rhythm.UNSET
    yield Text(said[f"line_{one.rhythm.value}"])
    label, look = said["set" if unset else "change"], Look.PRIMARY if unset else Look.DEFAULT
    yield Buttons((Button(label, "one_to_one_set", str(report.id), look),))


def _turning(kit: Kit, act: Act, page: int, pages: int) -> Buttons:
    said = say(kit, act)
    back = Button(said["previous"], "one_to_ones", str(page - 1))
    on = Button(said["next"], "one_to_ones", str(page + 1))
    return Buttons((*((back,) if page else ()), *((on,) if page + 1 < pages else ())))


def edit(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    found = _found(kit, act, inbound.value)
    if found is None:
        return Reply(notice=say(kit, act)["gone"])
    return Reply(_form(kit, act, *found, _fields(found[1]), {}))


def submit(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Sets the rhythm; the next 1:1 is on the day given, or on the first such weekday. While others
    have none, the list comes again.
    """
    found = _found(kit, act, inbound.value)
    if found is None:
        return Reply(notice=say(kit, act)["gone"])
    report, before = found
    fields = _fields(before) | dict(inbound.fields)
    try:
        changed = _changed(act, before, fields)
    except Refused as refused:
        return Reply(_form(kit, act, report, before, fields, {refused.field: refused.code}))
    if not act.is_repeat(inbound.installation_id):
        _keep(act, before, changed)
    said = say(kit, act, name=report.first_name, day=changed.next_on)
    notice = said["saved_off" if changed.next_on is None else "saved"]
    is_next = before.rhythm is Rhythm.UNSET and _lacks_any(kit, act)
    return Reply(_list(kit, act, 0, notice)) if is_next else Reply(notice=notice)


def _lacks_any(kit: Kit, act: Act) -> bool:
    """Whether a day is still to be set for somebody else."""
    day = Day.of(act.tx, kit.calendar, act.person, act.now)
    return any(one.rhythm is Rhythm.UNSET for one in day.one_to_ones.values())


def _found(kit: Kit, act: Act, report_id: str) -> tuple[Person, OneToOne] | None:
    """Only for one's own reports: ids in buttons can be forged."""
    day = Day.of(act.tx, kit.calendar, act.person, act.now)
    report = day.reports.get(UUID(report_id)) if is_uuid(report_id) else None
    return (report, day.one_to_ones[report.id]) if report is not None else None


def _fields(one: OneToOne) -> dict[str, str]:
    """What the form is filled with. The day stays empty: it is then worked out."""
    rhythm = Rhythm.WEEKLY if one.rhythm is Rhythm.UNSET else one.rhythm
    return {
        "rhythm": rhythm.value,
        "weekday": str(one.weekday or 0),
        "first": "",
        "stay": "off" if one.stay_off else "on",
    }


def _changed(act: Act, before: OneToOne, fields: Mapping[str, str]) -> OneToOne:
    """Raises Refused naming the field."""
    rhythm, weekday = fields["rhythm"], fields["weekday"]
    if rhythm not in OFFERED:
        raise Refused("not_offered", "rhythm")
    if weekday not in map(str, _WEEK):
        raise Refused("not_offered", "weekday")
    if fields["stay"] not in ("on", "off"):
        raise Refused("not_offered", "stay")
    changed = replace(
        before, rhythm=Rhythm(rhythm), weekday=int(weekday), stay_off=fields["stay"] == "off"
    )
    if changed.rhythm is Rhythm.OFF:
        return replace(changed, next_on=None)
    if fields["first"].strip():
        return replace(changed, next_on=coming_day(fields["first"], "first", act.today, LONGEST))
    same = (before.rhythm, before.weekday) == (changed.rhythm, changed.weekday)
    if same and before.next_on is not None:
        return changed
    return replace(changed, next_on=first_on(changed.weekday or 0, act.today))


def _keep(act: Act, before: OneToOne, changed: OneToOne) -> None:
    act.tx.desks.save_one_to_one(changed)
    desk_waking.wake(act.tx, [act.person.id], act.now)
    if before.rhythm is Rhythm.UNSET:
        desk = act.tx.desks.get(act.person.id)
        nudges.redraw(act, desk.nudged_on if desk else None)


def _form(
    kit: Kit,
    act: Act,
    report: Person,
    one: OneToOne,
    fields: Mapping[str, str],
    errors: Mapping[str, str],
) -> Form:
    said = say(kit, act, name=report.first_name, day=one.next_on)
    wrong = {name: said[f"error_{code}"] for name, code in errors.items()}
    rhythms = tuple(Option(r.value, said[f"rhythm_{r.value}"]) for r in OFFERED)
    days = tuple(Option(str(n), said[f"weekday_{n}"]) for n in _WEEK)
    stay = (Option("on", said["stay_on"]), Option("off", said["stay_off"]))
    first = DateInput(
        "first",
        said["first_label"],
        fields["first"],
        (act.today + _DAY).isoformat(),
        said["first_hint"],
        wrong.get("first", ""),
    )
    blocks: list[Block] = [Text(said["coming"], Tone.MUTED)] if one.next_on else []
    blocks += [
        _choice("rhythm", said["rhythm_label"], rhythms, fields, wrong),
        _choice("weekday", said["weekday_label"], days, fields, wrong),
        first,
        _choice("stay", said["stay_label"], stay, fields, wrong),
    ]
    return Form(
        title=said["title"],
        action="one_to_one_submit",
        value=str(report.id),
        blocks=tuple(blocks),
        submit=said["save"],
        close=said["cancel"],
    )


def _choice(
    name: str,
    label: str,
    options: tuple[Option, ...],
    fields: Mapping[str, str],
    wrong: Mapping[str, str],
) -> ChoiceInput:
    return ChoiceInput(name, label, options, fields[name], error=wrong.get(name, ""))
