"""A link to somebody's own data, made by whoever runs the server for a person who asked them."""

from __future__ import annotations

from datetime import datetime

from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.services import outgoing, personal_links
from bot.services.kit import Kit
from bot.services.personal_links import Made


class LinkRefused(Exception):
    """No link was made; the message says why and what to do."""


async def link_for(kit: Kit, email: str, now: datetime) -> Made:
    """The link and its code, to be handed over unopened; `now` is aware UTC.

    It is noted in the audit log, and the person is told in the chat, where they can be reached: an
    operator who made one for themselves would be noticed. Raises LinkRefused.
    """
    if not kit.web.origin:
        raise LinkRefused(
            "there are no pages a link could lead to: set TOUCHPOINT_WEB_URL to the address that "
            "people reach this server at (docs/operations.md)"
        )
    return await kit.uow.write(lambda tx: _made(tx, email, now))


def _made(tx: Tx, email: str, now: datetime) -> Made:
    person = tx.people.by_email([email]).get(email.lower())
    if person is None:
        raise LinkRefused(f"{email}: nobody on the people list has this address")
    if not personal_links.has_access(tx, person.id):
        raise LinkRefused(
            f"{email}: has left, or their account is barred, so no link would open. What they ask "
            "to have erased, `touchpoint erase` erases"
        )
    made = personal_links.make(tx, person, now)
    tx.audit.append(actor="cli", action="link.made", target=str(person.id), at=now)
    _tell(tx, person, now)
    return made


def _tell(tx: Tx, person: Person, now: datetime) -> None:
    cause = f"link_made:{person.id}:{now.isoformat()}"
    told = outgoing.note(
        person.organisation_id, person.id, "link_made", cause, now, moment=now.isoformat()
    )
    tx.queue.enqueue([told])
