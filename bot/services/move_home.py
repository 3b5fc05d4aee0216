"""Where somebody's messages come: one place per person, and the person decides which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from bot.domain.delivery import NewDelivery
from bot.domain.inbound import Inbound
from bot.domain.message import Button, Buttons, Message, Text
from bot.domain.people import Identity, Person
from bot.domain.ports.clock import Calendar
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services import account_rules, outgoing
from bot.services.act import Act
from bot.services.kit import Kit
from bot.services.memberships import sync_plans

ACTION = "home_here"
MOVED = "accounts.home"
"""What the audit log calls it."""

TELLS = {"slack": "home_now_slack", "teams": "home_now_teams"}
"""The note that a place gets which people leave for this platform, with the way back."""


class CannotMove(Exception):  # names the outcome; the text says what to do
    """Messages can't come there; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """`messages` were ready and come to the new place. Nothing changed where `was_there`."""

    platform: str
    messages: int = 0
    was_there: bool = False


async def elsewhere(kit: Kit, person: Person) -> Message:
    """What a platform says at once to somebody whose messages come somewhere else: where, and a
    button that brings them. Raises StorageUnavailable.
    """
    home = await kit.uow.read(lambda tx: tx.people.home_identity(person.id))
    said = kit.words.say("elsewhere", person.locale, person.time_zone)
    platform = home.platform if home else ""
    line = said[platform if platform in said else "other"]
    return Message("elsewhere", line, (Text(line), Buttons((Button(said["bring_here"], ACTION),))))


async def elsewhere_for(kit: Kit, installation_id: UUID, external_id: str) -> Message | None:
    """The same for whoever an account belongs to; None where messages come to it, or to nobody.

    Raises StorageUnavailable.
    """

    def read(tx: Tx) -> Person | None:
        here = tx.people.identity(installation_id, external_id)
        return tx.people.get(here.person_id) if here and not (here.is_home or here.barred) else None

    person = await kit.uow.read(read)
    return await elsewhere(kit, person) if person is not None and person.active else None


def home_here(act: Act, inbound: Inbound) -> None:
    """*Bring them here*: from now on messages come to the account that pressed it.

    Plans follow its zone as soon as that account tells it the next time (see `meet.note_place`).
    """
    here = act.tx.people.identity(inbound.installation_id, inbound.external_id)
    if here is None or here.barred or here.person_id != act.person.id:
        return
    if here.is_home:
        act.note("home_here_already")
        return
    _move(act.tx, act.person, here, actor=str(act.person.id), now=act.now)
    act.note("home_here")


async def move_person(
    uow: UnitOfWork, calendar: Calendar, email: str, platform: str, *, now: datetime, actor: str
) -> Moved:
    """The same for somebody else, by an operator; plans follow if the zone there is another one.

    Args:
        email: the person's, in any case.
        now: aware UTC.
        actor: for the audit log.

    Raises CannotMove where the person isn't on the list, or has no account there that may be
    written to; StorageUnavailable.
    """

    def write(tx: Tx) -> tuple[Person, Person, Moved]:
        before = _listed(tx, email)
        to = _account(tx, before, platform)
        if to.is_home:
            return before, before, Moved(platform, was_there=True)
        count = _move(tx, before, to, actor=actor, now=now)
        if (told := account_rules.new_locale(replace(to, is_home=True), before)) is not None:
            tx.people.localise({before.id: told})
        return before, tx.people.get(before.id) or before, Moved(platform, count)

    before, after, moved = await uow.write(write)
    if after.time_zone != before.time_zone:
        await sync_plans(uow, calendar, now, people=[after.id])
    return moved


def _listed(tx: Tx, email: str) -> Person:
    address = account_rules.address(email)
    found = tx.people.by_email([address]).get(address)
    person = tx.people.lock(found.id) if found else None
    if person is None or not person.active:
        raise CannotMove(f"{email} is not on the people list; look at the address")
    return person


def _account(tx: Tx, person: Person, platform: str) -> Identity:
    accounts = [i for i in tx.people.accounts(person.id) if i.platform == platform]
    usable = next((i for i in accounts if not i.barred), None)
    if usable is None:
        raise CannotMove(
            f"{person.email} has no account in {platform.capitalize()} that may be written to; "
            "`touchpoint people reach` says why"
        )
    return usable


def _move(tx: Tx, person: Person, to: Identity, *, actor: str, now: datetime) -> int:
    """Makes the account the person's home, tells the place that they leave, and takes along what
    is ready; how many messages that is.
    """
    before = tx.people.home_identity(person.id)
    home = replace(to, is_home=True)
    told = _farewell(person, before, to.platform, now)
    tx.queue.enqueue(told)
    if before is not None:
        tx.people.update_identities([replace(before, is_home=False)])
    tx.people.update_identities([home])
    moved = tx.queue.move(home, leaving=[each.id for each in told])
    target, detail = str(person.id), f"platform={to.platform}"
    tx.audit.append(actor=actor, action=MOVED, target=target, at=now, detail=detail)
    return moved


def _farewell(
    person: Person, before: Identity | None, platform: str, now: datetime
) -> list[NewDelivery]:
    """One line with the way back, where there is one."""
    if before is None or before.barred or before.platform not in TELLS or platform not in TELLS:
        return []
    cause = f"home:{uuid4()}"
    return [outgoing.note(person.organisation_id, person.id, TELLS[platform], cause, now)]
