"""What a message is composed from, and the checks made again at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn
from bot.domain.delivery import Delivery, DeliveryClass
from bot.domain.local_time import next_open_moment, week_bounds
from bot.domain.message import Message
from bot.domain.organisation import Organisation
from bot.domain.packs import Pack
from bot.domain.people import Participation, Person
from bot.domain.policy import Policy
from bot.domain.ports.clock import Calendar
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from prompts.words import Said, Words


class Drop(Exception):
    """The message must not be sent any more; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotYet(Exception):
    """The message waits until `at` (aware UTC)."""

    def __init__(self, at: datetime, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Composed:
    """A message ready to go and what is to be recorded with it.

    `shown` is the check-in with the audience the message names; `asked_key` the question it asks;
    `readings` the answers it shows to somebody else.
    """

    message: Message
    shown: CheckIn | None = None
    asked_key: str = ""
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """One message, and what it is composed from.

    `manager` is the reader's direct manager at this moment, if active; `ai` what is named to the
    reader before answering (`Ai.label`, "" for none). `check_ins` are those that
    messages of the same batch belong to, and `prompts` when the reader got prompts lately: read at
    once for all of them.
    """

    tx: Tx
    vault: Vault
    words: Words
    calendar: Calendar
    organisation: Organisation
    policy: Policy
    person: Person
    delivery: Delivery
    now: datetime
    manager: Person | None
    ai: str
    check_ins: Mapping[UUID, CheckIn]
    prompts: Sequence[datetime]

    def say(self, message: str, /, **facts: object) -> Said:
        """Words in the reader's own locale and zone."""
        company = self.policy.company
        locale, zone = self.person.locale, self.person.time_zone
        return self.words.say(message, locale, zone, **{"company": company, **facts})

    def check_in(self, check_in_id: UUID | None) -> CheckIn:
        found = self.check_ins.get(check_in_id) if check_in_id else None
        if found is None or found.person_id != self.person.id:
            raise Drop("gone")
        return found

    def pack(self, check_in: CheckIn) -> Pack:
        return self.tx.cadences.packs([check_in.pack_revision_id])[check_in.pack_revision_id].pack


_FOR_CHECK_INS = frozenset({"welcome", "welcome_reminder", "offer", "reminder"})


def check_again(scene: Scene) -> None:
    """Raises Drop or NotYet where the message may not go out now.

    Replies answer somebody who just acted: they pass quiet hours, pauses and caps.
    """
    delivery, person, now = scene.delivery, scene.person, scene.now
    if not person.active:
        raise Drop("left")
    if delivery.barred:
        raise Drop(delivery.barred)
    if delivery.delivery_class is DeliveryClass.REPLY:
        return
    if delivery.kind in _FOR_CHECK_INS and person.participation is Participation.DECLINED:
        raise Drop("not_for_me")
    _check_company(scene)
    if delivery.expires_at is not None and now >= delivery.expires_at:
        raise Drop("too_late")
    _check_hours(scene)
    if delivery.delivery_class is DeliveryClass.PROMPT:
        _check_prompt(scene)


def _check_company(scene: Scene) -> None:
    """A pause of the company drops prompts; a summary, once drafted, waits for its end."""
    until = scene.organisation.paused_until
    if until is None or not scene.organisation.is_paused(scene.now):
        return
    if scene.delivery.delivery_class is DeliveryClass.DIGEST:
        raise NotYet(until, "company_paused")
    raise Drop("company_paused")


def _check_hours(scene: Scene) -> None:
    person = scene.person
    working = scene.calendar.for_country(person.country)
    opens = next_open_moment(scene.now, person.zone, scene.policy.quiet, working)
    if opens <= scene.now:
        return
    expires_at = scene.delivery.expires_at
    if expires_at is not None and opens >= expires_at:
        raise Drop("too_late")
    raise NotYet(opens, "quiet_hours")


def _check_prompt(scene: Scene) -> None:
    if scene.person.is_paused(scene.now):
        raise Drop("paused")
    if scene.delivery.facts.get("asked_for"):
        return
    since, until = week_bounds(scene.now, scene.person.zone)
    sent = sum(since <= at < until for at in scene.prompts)
    if sent >= scene.policy.weekly_cap:
        raise Drop("weekly_cap")
