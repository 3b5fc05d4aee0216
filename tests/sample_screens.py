"""What the people of the sample company get to see: their messages, Home, panels and forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from bot import bootstrap
from bot.bootstrap import Built
from bot.demo import company as sample
from bot.demo.life import live
from bot.demo.player import Player
from bot.demo.screen import Screen
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Block, Button, Buttons, Message, View
from bot.domain.people import Person
from bot.local.hearing import hear
from bot.local.thread import read_thread
from bot.services.conversation import handle
from bot.services.home import home
from bot.services.web_address import WebAddress
from bot.settings import Environment, load_configuration
from scheduling.clock import SteppedClock
from tests import recorded_model
from tests.sample_expectations import new_expectations
from tests.servers.model.server import ModelServer

OPENING = frozenset({
    "admin_pause",
    "admin_preview",
    "agenda_open",
    "expectations_ask",
    "expectations_read",
    "expectations_reply",
    "my_answers",
    "my_data",
    "my_data_copy",
    "open_form",
    "open_later",
    "open_pause",
    "pair",
    "promise_open",
    "summary_details",
    "summary_rests",
    "who_reads",
})  # fmt: skip
"""Actions that show something and change nothing."""


@dataclass
class Screens:
    """By e-mail address: every message as it arrived, the thread as it stands, Home, and what the
    buttons there open, by action.
    """

    arrived: dict[str, list[Message]] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)
    homes: dict[str, tuple[Block, ...]] = field(default_factory=dict)
    views: dict[str, dict[str, View]] = field(default_factory=dict)


async def lived(
    environment: Environment, until: datetime, model: ModelServer | None = None
) -> Screens:
    """Lives with the sample company until `until` (aware UTC); `environment` holds nothing yet.

    model: what words its summaries, and what people are told of; the fixed rules where None.
    """
    configuration = load_configuration(sample.SAMPLE_CONFIGURATION)
    if model is not None:
        environment = recorded_model.connected(environment, model)
        configuration = recorded_model.told(configuration, model)
    company = sample.gather(
        configuration,
        sample.SAMPLE_PEOPLE,
        sample.SAMPLE_ANSWERS,
        sample.SAMPLE_ONE_TO_ONES,
    )
    clock, screens = SteppedClock(company.starts_at), Screens()
    stage: list[Player] = []
    emails: dict[UUID, str] = {}

    def arrived(person_id: UUID, message: Message) -> None:
        screens.arrived.setdefault(emails[person_id], []).append(message)
        stage[0].arrived(person_id, message)

    name = company.configuration.policy.company
    await bootstrap.create_organisation(environment, name, clock.now(), is_demo=True)
    built = await bootstrap.build(environment, clock=clock, watch=lambda m: Screen(m, arrived))
    try:
        await sample.move_in(built, company)
        rows = [row.email for row in company.people.rows]
        people = await built.uow.read(lambda tx: tx.people.by_email(rows))
        emails |= {person.id: person.email for person in people.values()}
        assert built.local is not None
        actors = await sample.cast(built, company)
        stage.append(Player(partial(hear, built.kit), built.local.id, actors, sample.START))
        await live(built, clock, stage[0], until, lambda _: None)
        await new_expectations(built, company.configuration, clock.now())
        as_in_slack = replace(built.kit, web=WebAddress("https://touchpoint.fernweh.example"))
        built = replace(built, kit=as_in_slack)  # the local page would hand over files itself
        for person in people.values():
            await _look(built, person, clock.now(), screens)
    finally:
        await built.close()
    return screens


async def _look(built: Built, person: Person, now: datetime, screens: Screens) -> None:
    thread = [bubble.message for bubble in await read_thread(built.kit, person)]
    blocks = await home(built.kit, person.id, now)
    screens.threads[person.email] = thread
    screens.homes[person.email] = blocks
    views = screens.views.setdefault(person.email, {})
    copy = Button("", "my_data_copy")
    for button in (copy, *_buttons([*blocks, *(b for message in thread for b in message.blocks)])):
        if button.action in OPENING:
            view = await _opened(built, person, button, now)
            if view is not None:
                views[button.action] = view


def _buttons(blocks: list[Block]) -> Iterator[Button]:
    for block in blocks:
        if isinstance(block, Buttons):
            yield from block.items


async def _opened(built: Built, who: Person, button: Button, now: datetime) -> View | None:
    assert built.local is not None
    inbound = Inbound(
        built.local.id,
        str(who.id),
        str(uuid4()),
        InboundKind.PRESS,
        now,
        action=button.action,
        value=button.value,
    )
    return (await handle(built.kit, inbound, now)).view
