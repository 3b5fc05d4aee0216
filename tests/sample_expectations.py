"""The sample company gets new AI expectations, and its people say what is unclear in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from bot.bootstrap import Built
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Form
from bot.domain.organisation import Configuration
from bot.domain.people import Participation, Person
from bot.services.conversation import handle
from bot.services.manage_cadence import apply
from bot.services.work import run_due

TEXT = (
    "Use AI where it helps you, check what it gives you, and say so when it did a good part of the "
    "work. Public data may go into the tools we have a contract for; customer and partner data may "
    "not. Checking counts as work."
)
UNCLEAR = (
    "May I paste a customer's e-mail if I take the name out?",
    "Does map data that we bought count as partner data?",
    "Who decides when a new tool gets a contract?",
    "Is a summary of an interview customer data?",
    "How much checking is enough for a tile that nobody zooms into?",
    "Where do I write down the time that checking takes?",
    "What if a partner sends us something that AI made?",
    "Can I use my own account for public data?",
    "Do I have to say so when it only mended my grammar?",
    "Whom do I ask when I am not sure, and how quickly?",
)


async def new_expectations(built: Built, given: Configuration, now: datetime) -> None:
    """A new version is applied and told; ten people ask, and Ana isn't among them."""
    policy = replace(given.policy, expectations=replace(given.policy.expectations, text=TEXT))
    await apply(built.uow, built.kit.calendar, replace(given, policy=policy), author="cli", now=now)
    await run_due(built.kit, now)
    for person, words in zip(await _askers(built), UNCLEAR, strict=False):
        await _ask(built, person, words, now)
    await run_due(built.kit, now)


async def _askers(built: Built) -> list[Person]:
    def read(tx):  # type: ignore[no-untyped-def]  # inferred well enough in tests
        everybody = [tx.people.get(entry.person_id) for entry in tx.people.roster()]
        return [p for p in everybody if p.participation is Participation.STARTED]

    started = await built.uow.read(read)
    others = {"ana@fernweh.example", "mara@fernweh.example"}
    return sorted((p for p in started if p.email not in others), key=lambda p: p.email)


async def _ask(built: Built, person: Person, words: str, now: datetime) -> None:
    assert built.local is not None
    newest = await built.uow.read(lambda tx: tx.expectations.newest())
    assert newest is not None
    press = Inbound(
        built.local.id,
        str(person.id),
        str(uuid4()),
        InboundKind.PRESS,
        now,
        action="expectations_ask",
        value=str(newest.id),
    )
    form = (await handle(built.kit, press, now)).view
    assert isinstance(form, Form)
    sent = replace(
        press,
        inbound_id=str(uuid4()),
        kind=InboundKind.FORM,
        action=form.action,
        value=form.value,
        fields={"text": words},
    )
    await handle(built.kit, sent, now)
