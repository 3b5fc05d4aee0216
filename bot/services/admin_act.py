"""What everything that HR admins see and do works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.inbound import Inbound
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.services.kit import Kit
from prompts.words import Said


@dataclass(frozen=True, slots=True)
class Admin:
    """An HR admin who looks at something. `now` is ours (aware UTC)."""

    kit: Kit
    person: Person
    now: datetime

    @property
    def today(self) -> date:
        """The admin's own date."""
        return self.now.astimezone(self.person.zone).date()

    def say(self, message: str, /, **facts: object) -> Said:
        """Words in the admin's own locale and zone."""
        return self.kit.words.say(message, self.person.locale, self.person.time_zone, **facts)


@dataclass(frozen=True, slots=True)
class AdminAct(Admin):
    """The same who does something. The role was asked before one of these is made."""

    inbound: Inbound

    @property
    def author(self) -> str:
        return str(self.person.id)

    def is_repeat(self, tx: Tx) -> bool:
        """Whether this act was carried out before; records it where it wasn't."""
        inbound = self.inbound
        return not tx.inbox.first_time(inbound.installation_id, inbound.inbound_id, self.now)
