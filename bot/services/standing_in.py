"""While a manager is away: who is reminded of their meetings, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from bot.domain.check_in import Refused
from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.inbound import Inbound
from bot.domain.local_time import local_instant
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    DateInput,
    Form,
    Look,
    Message,
    Reply,
    Text,
    TextInput,
    Tone,
)
from bot.domain.one_to_one import Acting
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.services.act import Act
from bot.services.days import coming_day
from bot.services.kit import Kit
from bot.services.scene import Composed, Drop, Scene
from prompts.words import Said, Words

LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)


def _say(words: Words, reader: Person, **facts: object) -> Said:
    return words.say("standing_in", reader.locale, reader.time_zone, **facts)


def home_blocks(tx: Tx, words: Words, manager: Person, now: datetime) -> Iterator[Block]:
    """Who stands in, and the way to change that."""
    standing, said = tx.desks.stand_in(manager.id), _say(words, manager)
    buttons = [Button(said["button"], "standing_in", look=Look.QUIET)]
    person = tx.people.get(standing.acting_id) if standing else None
    holds = standing is not None and standing.until > now
    if standing is not None and person is not None and person.active and holds:
        told = _facts(standing, person, manager)
        yield Text(_say(words, manager, **told)["now" if standing.holds_at(now) else "soon"])
        buttons.append(Button(said["end"], "standing_in_end", look=Look.QUIET))
    yield Buttons(tuple(buttons))


def _facts(standing: Acting, person: Person, reader: Person) -> dict[str, object]:
    """`until` is the last day, as a date of the reader's."""
    last = (standing.until - timedelta(seconds=1)).astimezone(reader.zone).date()
    since = standing.since.astimezone(reader.zone).date()
    return {"name": person.name, "first": person.first_name, "since": since, "until": last}


def edit(kit: Kit, act: Act, _: Inbound) -> Reply:
    """The form, for whoever manages somebody."""
    if not act.tx.people.reports_of(act.person.id, act.now):
        return Reply(notice=_say(kit.words, act.person)["not_a_manager"])
    return Reply(_form(kit, act, {"since": act.today.isoformat()}, {}))


@dataclass(frozen=True, slots=True)
class _Wanted:
    person: Person
    since: date
    last: date


def submit(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Appoints the person, in place of whoever stood in before, and tells them."""
    if not act.tx.people.reports_of(act.person.id, act.now):
        return Reply(notice=_say(kit.words, act.person)["not_a_manager"])
    errors: dict[str, str] = {}
    wanted = _read(act, inbound.fields, errors)
    if wanted is None:
        return Reply(_form(kit, act, inbound.fields, errors))
    acting = _acting(act, wanted)
    if not act.is_repeat(inbound.installation_id):
        _appoint(act, acting)
    told = _facts(acting, wanted.person, act.person)
    return Reply(notice=_say(kit.words, act.person, **told)["saved"])


def _read(act: Act, fields: Mapping[str, str], errors: dict[str, str]) -> _Wanted | None:
    """None where a field is wrong; `errors` then says why, field by field."""
    person = _named(act, fields.get("who", ""), errors)
    since = _day(act, fields.get("since", ""), "since", errors)
    last = _day(act, fields.get("until", ""), "until", errors)
    if since is not None and last is not None and last < since:
        errors["until"] = "before_start"
    if errors or person is None or since is None or last is None:
        return None
    return _Wanted(person, since, last)


def _named(act: Act, given: str, errors: dict[str, str]) -> Person | None:
    email = given.strip().lower()
    person = act.tx.people.by_email([email]).get(email) if email else None
    if person is None or not person.active:
        errors["who"] = "unknown"
    elif person.id == act.person.id:
        errors["who"] = "yourself"
    return person


def _day(act: Act, given: str, name: str, errors: dict[str, str]) -> date | None:
    """Today at the earliest."""
    try:
        return coming_day(given, name, act.today - _DAY, LONGEST)
    except Refused as refused:
        errors[name] = refused.code
        return None


def _acting(act: Act, wanted: _Wanted) -> Acting:
    zone = act.person.zone
    return Acting(
        id=uuid4(),
        organisation_id=act.person.organisation_id,
        manager_id=act.person.id,
        acting_id=wanted.person.id,
        since=local_instant(wanted.since, time.min, zone),
        until=local_instant(wanted.last + _DAY, time.min, zone),
    )


def _appoint(act: Act, acting: Acting) -> None:
    before = act.tx.desks.stand_in(act.person.id)
    act.tx.desks.appoint(acting)
    concerned = {act.person.id, acting.acting_id, *({before.acting_id} if before else ())}
    act.tx.desks.wake(concerned, act.now)
    act.tx.queue.enqueue([_told(act, acting)])
    _audit(act, str(acting.acting_id))


def end(act: Act) -> None:
    """Nobody stands in any more."""
    standing = act.tx.desks.stand_in(act.person.id)
    if standing is None:
        return
    act.tx.desks.dismiss(act.person.id)
    act.tx.desks.wake({act.person.id, standing.acting_id}, act.now)
    _audit(act, "")
    act.note("standing_in_ended")


def _audit(act: Act, detail: str) -> None:
    me = str(act.person.id)
    act.tx.audit.append(actor=me, action="manager.acting", target=me, at=act.now, detail=detail)


def _told(act: Act, acting: Acting) -> NewDelivery:
    return NewDelivery(
        id=uuid4(),
        organisation_id=acting.organisation_id,
        person_id=acting.acting_id,
        delivery_class=DeliveryClass.DIGEST,
        kind="standing_in",
        cause=f"standing-in:{act.inbound_id}",
        not_before=act.now,
        facts={"manager": str(acting.manager_id)},
    )


def told(scene: Scene) -> Composed:
    """What the person who stands in reads; Drop where they don't any more."""
    manager_id = UUID(scene.delivery.facts["manager"])
    standing, manager = scene.tx.desks.stand_in(manager_id), scene.tx.people.get(manager_id)
    if standing is None or standing.acting_id != scene.person.id or manager is None:
        raise Drop("gone")
    if standing.until <= scene.now:
        raise Drop("too_late")
    said = _say(scene.words, scene.person, **_facts(standing, manager, scene.person))
    return Composed(Message("note", said["told_notified"], (Text(said["told"]),)))


def _form(kit: Kit, act: Act, fields: Mapping[str, str], errors: Mapping[str, str]) -> Form:
    said = _say(kit.words, act.person)
    wrong = {name: said[f"error_{code}"] for name, code in errors.items()}
    today = act.today.isoformat()
    who = TextInput(
        "who",
        said["who_label"],
        fields.get("who", ""),
        multiline=False,
        max_length=254,
        hint=said["who_hint"],
        error=wrong.get("who", ""),
    )
    days = (
        DateInput(
            name, said[f"{name}_label"], fields.get(name, ""), today, error=wrong.get(name, "")
        )
        for name in ("since", "until")
    )
    return Form(
        title=said["title"],
        action="standing_in_submit",
        value="",
        blocks=(Text(said["lead"], Tone.MUTED), who, *days),
        submit=said["submit"],
        close=said["cancel"],
    )
