"""The messages a check-in causes, as queue rows. Their causes make every repeat harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from bot.domain.check_in import AskedQuestion, CheckIn
from bot.domain.delivery import DeliveryClass, NewDelivery, Operation
from bot.domain.people import Participation, Person
from bot.domain.ports.queue_store import SentMessage


def offer(
    check_in: CheckIn,
    person: Person,
    not_before: datetime,
    expires_at: datetime,
    *,
    asked_for: bool = False,
) -> NewDelivery:
    """The first message of a check-in, and again after a snooze or a wait.

    Whoever never pressed *Start* is welcomed and asked nothing yet. `asked_for`: the person
    wanted it back now, so the weekly cap does not count.
    """
    kind = "welcome" if person.participation is Participation.NEW else "offer"
    cause = f"offer:{check_in.id}:{check_in.offers}"
    prompt = _prompt(check_in, kind, cause, not_before, expires_at)
    return replace(prompt, facts={"asked_for": "yes"} if asked_for else {})


def reminder(
    check_in: CheckIn, person: Person, not_before: datetime, expires_at: datetime
) -> NewDelivery:
    kind = "welcome_reminder" if person.participation is Participation.NEW else "reminder"
    cause = f"reminder:{check_in.id}:{check_in.reminders_done}"
    return _prompt(check_in, kind, cause, not_before, expires_at)


def _prompt(
    check_in: CheckIn, kind: str, cause: str, not_before: datetime, expires_at: datetime
) -> NewDelivery:
    """About the question that is open: a prompt asks it, unless it only welcomes."""
    upcoming = check_in.next_question()
    return replace(
        _message(check_in, kind, cause, not_before),
        delivery_class=DeliveryClass.PROMPT,
        expires_at=expires_at,
        about_id=check_in.id,
        about_key=upcoming.key if upcoming else "",
        occurrence_id=check_in.occurrence_id,
    )


def question(check_in: CheckIn, asked: AskedQuestion, not_before: datetime) -> NewDelivery:
    return _reply(
        check_in,
        kind="question",
        cause=f"ask:{check_in.id}:{asked.key}:{check_in.offers}",
        not_before=not_before,
        about_key=asked.key,
    )


def receipt(check_in: CheckIn, key: str, version_id: UUID, now: datetime) -> NewDelivery:
    """One receipt for each burst of bubbles: `version_id` is what its first one made."""
    cause = f"receipt:{version_id}"
    return _reply(check_in, kind="receipt", cause=cause, not_before=now, about_key=key)


def thanks(check_in: CheckIn, not_before: datetime) -> NewDelivery:
    cause = f"thanks:{check_in.id}:{check_in.offers}"
    return _reply(check_in, kind="thanks", cause=cause, not_before=not_before)


def redraw(check_in: CheckIn, target: SentMessage, cause: str, now: datetime) -> NewDelivery:
    """Brings an earlier message up to date, so that the thread keeps no dead buttons."""
    facts = {"check_in": str(check_in.id), "key": target.about_key, "of": target.kind}
    person_id = check_in.person_id
    return update(check_in.organisation_id, person_id, "redraw", target.id, cause, now, facts)


def update(
    organisation_id: UUID,
    person_id: UUID,
    kind: str,
    target_id: UUID,
    because: str,
    now: datetime,
    facts: Mapping[str, str],
) -> NewDelivery:
    """Brings the message `target_id` up to date. because: unique to what changed."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=organisation_id,
        person_id=person_id,
        delivery_class=DeliveryClass.REPLY,
        kind=kind,
        cause=f"redraw:{target_id}:{because}",
        not_before=now,
        facts=facts,
        operation=Operation.UPDATE,
        target_id=target_id,
    )


def removal(check_in: CheckIn, target_id: UUID, now: datetime) -> NewDelivery:
    """Takes a message away whose question is asked again further down."""
    return replace(
        _message(check_in, "removal", f"removal:{target_id}", now),
        operation=Operation.DELETE,
        target_id=target_id,
    )


def erased(person: Person, target_id: UUID, because: str, now: datetime) -> NewDelivery:
    """Takes a message away that quotes what its reader erased. because: unique to the act."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=person.organisation_id,
        person_id=person.id,
        delivery_class=DeliveryClass.REPLY,
        kind="removal",
        cause=f"erased:{target_id}:{because}",
        not_before=now,
        operation=Operation.DELETE,
        target_id=target_id,
    )


def note(  # a note stands alone: it names the person, not a check-in
    organisation_id: UUID, person_id: UUID, code: str, cause: str, now: datetime, **facts: str
) -> NewDelivery:
    """A short answer of the bot, worded by `code`."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=organisation_id,
        person_id=person_id,
        delivery_class=DeliveryClass.REPLY,
        kind="note",
        cause=f"note:{cause}",
        not_before=now,
        facts={"code": code, **facts},
    )


def _reply(
    check_in: CheckIn, *, kind: str, cause: str, not_before: datetime, about_key: str = ""
) -> NewDelivery:
    message = _message(check_in, kind, cause, not_before)
    return replace(message, about_id=check_in.id, about_key=about_key)


def _message(check_in: CheckIn, kind: str, cause: str, not_before: datetime) -> NewDelivery:
    return NewDelivery(
        id=uuid4(),
        organisation_id=check_in.organisation_id,
        person_id=check_in.person_id,
        delivery_class=DeliveryClass.REPLY,
        kind=kind,
        cause=cause,
        not_before=not_before,
    )
