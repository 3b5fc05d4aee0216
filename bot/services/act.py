"""What every conversation use case works with: one person, one moment, one open transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from bot.domain.cadence import CadenceSpec
from bot.domain.check_in import CheckIn
from bot.domain.local_time import WorkingDay, one_working_day_later
from bot.domain.packs import Pack, Question
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.clock import Calendar
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services import outgoing


@dataclass(frozen=True, slots=True)
class Act:
    """`now` is ours, `at` the platform's time of what the person did (both aware UTC).

    `inbound_id` makes the causes of what it queues unique to this act.
    """

    tx: Tx
    person: Person
    vault: Vault
    calendar: Calendar
    policy: Policy
    now: datetime
    at: datetime
    inbound_id: str

    @property
    def working_day(self) -> WorkingDay:
        return self.calendar.for_country(self.person.country)

    @property
    def today(self) -> date:
        """The person's own date."""
        return self.now.astimezone(self.person.zone).date()

    def is_repeat(self, installation_id: UUID) -> bool:
        """Whether this act was carried out before; records it where it wasn't."""
        return not self.tx.inbox.first_time(installation_id, self.inbound_id, self.now)

    def own_check_in(self, check_in_id: str) -> CheckIn | None:
        """The check-in, only where it is this person's: ids in buttons can be forged."""
        found = self.tx.check_ins.get(UUID(check_in_id)) if is_uuid(check_in_id) else None
        return found if found and found.person_id == self.person.id else None

    def pack(self, check_in: CheckIn) -> Pack:
        return self.tx.cadences.packs([check_in.pack_revision_id])[check_in.pack_revision_id].pack

    def question(self, check_in: CheckIn, key: str) -> Question:
        """Raises KeyError where the check-in doesn't ask it."""
        check_in.asked(key)
        return self.pack(check_in).question(key)

    def spec(self, check_in: CheckIn) -> CadenceSpec:
        return self.tx.cadences.revisions([check_in.revision_id])[check_in.revision_id].spec

    def save(self, check_in: CheckIn) -> CheckIn:
        """Stores it with the moment that time alone will next change something."""
        kept = replace(check_in, wake_at=check_in.next_wake())
        self.tx.check_ins.save(kept)
        return kept

    def touched(self, check_in: CheckIn) -> CheckIn:
        """The person just did something: it holds the place for another working day."""
        until = one_working_day_later(self.now, self.person.zone, self.working_day)
        return replace(check_in, active_until=until)

    def note(self, code: str, **facts: str) -> None:
        """Queues a short answer of the bot."""
        person = self.person
        self.tx.queue.enqueue(
            [
                outgoing.note(
                    person.organisation_id,
                    person.id,
                    code,
                    f"{self.inbound_id}:{code}",
                    self.now,
                    **facts,
                )
            ]
        )


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def split_value(value: str) -> tuple[str, str]:
    """A button's value, "check-in id:question key", in its two parts."""
    check_in_id, _, key = value.partition(":")
    return check_in_id, key


def join_value(check_in_id: UUID, key: str) -> str:
    return f"{check_in_id}:{key}"
