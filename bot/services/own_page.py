"""What somebody's own page in the browser says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.unit_of_work import Tx
from bot.services import audience, my_data, personal_links, who_reads
from bot.services.kit import Kit

_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """`reading` are paragraphs; `until` is when the page closes (aware UTC). `ai_to` is what the
    button does.
    """

    name: str
    until: datetime
    reading: tuple[str, ...]
    page_url: str
    page_label: str
    answers: int
    check_ins: int
    ai_text: str
    ai_label: str
    ai_to: str
    erase_goes: str


async def look(kit: Kit, person: Person, session: str, now: datetime) -> Shown:
    """The facts of the page for this person at `now` (aware UTC)."""
    return await kit.uow.read(lambda tx: _shown(kit, tx, person, session, now))


def _shown(kit: Kit, tx: Tx, person: Person, session: str, now: datetime) -> Shown:
    policy = tx.organisations.policy()
    kept = tx.answers.of_person(person.id, _ALL)
    said = kit.words.say("who_reads", person.locale, person.time_zone, company=policy.company)
    ai = my_data.ai_switch(kit.words, person, policy.ai)
    return Shown(
        name=person.first_name,
        until=personal_links.ends_at(tx, session) or now,
        reading=_reading(kit, tx, policy, person, now),
        page_url=policy.page_url,
        page_label=said["page"],
        answers=len(kept),
        check_ins=len({answer.check_in_id for answer in kept}),
        ai_text=ai.text,
        ai_label=ai.label,
        ai_to=ai.to,
        erase_goes=kit.words.say("erase", person.locale, person.time_zone)["everything"],
    )


def _reading(kit: Kit, tx: Tx, policy: Policy, person: Person, now: datetime) -> tuple[str, ...]:
    manager = audience.current_manager(tx, person.id, now)
    given = {"company": policy.company, "manager": manager.name if manager else ""}
    said = kit.words.say("who_reads", person.locale, person.time_zone, **given)
    first = said["any_manager" if manager else "any_self"], said["kept_to_this"]
    ai = who_reads.ai_lines(kit.words, person, policy)
    kept = who_reads.kept_line(kit.words, tx, policy, person)
    return (*first, *ai, said["platform"], said["operator"], kept)
