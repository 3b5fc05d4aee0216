"""What a client can make up: other people's buttons, frames that name acts, fields no card has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.teams.values import Frame, Pressed, Verb, data
from tests.integration.teams_office import PEOPLE, Office, teams_office, told, writes
from tests.journeys.given import check_in, weekly_summary
from tests.journeys.on_teams import OnTeams, buttons
from tests.servers.teams import Ack, payloads

OF_HR = "people are on the people list."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Tuesday, 10:05: Ana and Helena have started; each has the first of five questions open."""
    cadences = [check_in(pack="five", reminders=1), weekly_summary()]
    async with teams_office(tmp_path, cadences=cadences, surface=OnTeams()) as made:
        await made.world.until("2026-03-03 10:05")
        await made.world.starts("ana", "helena")
        yield made


def everything_offered(office: Office, who: str) -> list[Pressed]:
    """What every button on somebody's screen says to us."""
    found = [pressed for seen in office.user(who).chat for _, pressed in buttons(seen.card)]
    return list({(p.verb, p.action, p.value, p.pressed): p for p in found}.values())


async def sends(office: Office, who: str, verb: Verb, packed: dict[str, Any]) -> Ack:
    """What a client can make up: any data, under any message of theirs."""
    user = office.user(who)
    action = {"type": "Action.Execute", "verb": verb.value, "data": packed}
    card = [seen for seen in user.chat if seen.is_bots][-1]
    told = payloads.executed(
        office.teams, user.account, user.conversation, action, reply_to=card.id
    )
    return await office.teams.sends(told)


async def own(office: Office, who: str) -> tuple[object, ...]:
    """What stands for somebody: words, who they are, and what they have between them and others."""
    world = office.world
    pairs = await world.built.uow.read(lambda tx: tx.promises.open_of_pairs(world.ids[who]))
    check_ins = await world.built.uow.read(lambda tx: tx.check_ins.of_person(world.ids[who]))
    identity = await world.built.uow.read(lambda tx: tx.people.accounts(world.ids[who]))
    return (
        await world.my_words(who),
        await world.person(who),
        pairs,
        check_ins,
        identity,
        [str(seen.message.card) for seen in office.surface.messages(who)],
    )


async def test_another_persons_buttons_open_and_change_nothing(office: Office) -> None:
    """Every button that Ana and Helena see, sent by Ben with each verb, and named in frames:
    their words reach nobody, and all of theirs stays as it is."""
    await writes(office, "ana", "kestrel words")
    for name in ("ana", "helena"):
        for word in ("/my answers", "/my data", "home", "/agenda", "/who reads", "/pause"):
            await writes(office, name, word)
    await writes(office, "helena", "/cadences")
    offered = everything_offered(office, "ana") + everything_offered(office, "helena")
    assert len(offered) > 15
    before = await own(office, "ana"), await own(office, "helena")
    policy = await office.world.built.uow.read(lambda tx: tx.cadences.current())
    for pressed in offered:
        given = (pressed.action, pressed.value, pressed.pressed)
        frame = Frame(opened=given, again=given[:2], below=given)
        for verb in (Verb.PRESS, Verb.FORM, Verb.BACK, Verb.SHOW):
            ack = await sends(office, "ben", verb, data(*given, frame))
            assert ack.status == 200, (pressed, ack)
            assert "kestrel" not in str(ack.body), pressed
            assert OF_HR not in str(ack.body), pressed
    await office.settles()
    assert (await own(office, "ana"), await own(office, "helena")) == before
    assert await office.world.built.uow.read(lambda tx: tx.cadences.current()) == policy


async def test_a_frame_that_names_an_act_does_no_more_than_a_press(office: Office) -> None:
    """Erasing and other acts of forms can't be carried in by a way back, by what a panel draws
    anew, or by what a card asks for by itself."""
    await writes(office, "ana", "kestrel words")
    world = office.world
    check_in_id = (await world.built.uow.read(lambda tx: tx.check_ins.of_person(world.ids["ana"])))[
        0
    ].id
    acts = [
        ("erase_everything_sure", "", ""),
        ("erase_answer_sure", f"{check_in_id}:q1", ""),
        ("erase_check_in_sure", str(check_in_id), ""),
        ("answer_form", str(check_in_id), ""),
        ("admin_pause_everyone", "", ""),
    ]
    for act in acts:
        for frame in (Frame(below=act), Frame(opened=act), Frame(again=act[:2])):
            for verb in (Verb.BACK, Verb.SHOW, Verb.PRESS):
                packed = data("", "", frame=frame)
                ack = await sends(office, "ana", verb, packed)
                assert ack.status == 200, (act, verb, ack)
        await sends(office, "ana", Verb.RUN, data("", act[0]))
    await office.settles()
    assert await world.my_words("ana") == ["kestrel words"]
    assert len(await world.kept_versions("ana")) == 1


EXTRA = {
    "field.audience:q1": "self",
    "field.person_id": "helena",
    "field.role": "hr_admin",
    "field.text:nobody_asks": "heron",
    "field.text:q1.person_id": "helena",
    "field.confirmed_works_council": "yes",
    "person": "helena",
    "installation_id": "1",
    "__class__": "x",
}


async def test_extra_fields_are_not_looked_at(office: Office) -> None:
    user = office.user("ana")
    await user.presses("Answer all in a form")
    shown = next(seen for seen in reversed(user.chat) if seen.fields)
    send = next(b for b, pressed in buttons(shown.card) if pressed.verb is Verb.FORM)
    before = await world_of_roles(office)
    ack = await user.executes(shown, send.json, {**EXTRA, "field.text:q1": "kestrel"})
    assert ack.body["statusCode"] == 200
    await office.settles()
    assert await office.world.my_words("ana") == ["kestrel"]
    assert await world_of_roles(office) == before
    assert "Mara can read it" in told([seen for seen in user.chat if seen.is_bots])


async def world_of_roles(office: Office) -> list[object]:
    return [(await office.world.person(someone.name)).role for someone in PEOPLE]


SHAPES: list[Any] = [
    None,
    7,
    [],
    {"action": "press"},
    {"action": {"verb": "press", "data": [1]}},
    {"action": {"verb": "drop table", "data": {}}},
    {"action": {"verb": "press", "data": {"a": 7}}},
    {"action": {"verb": "press", "data": {"a": "answer", "t": {"o": ["x"]}}}},
    {"action": {"verb": "back", "data": {"t": {"b": "x"}}}},
    {"action": {"verb": "form", "data": {"a": "answer_form", "v": "not-an-id"}}},
    {"action": {"verb": "press", "data": {"a": "undo", "v": "a:b:c"}}},
    {"action": {"verb": "run", "data": {"v": "x" * 4000}}},
]


@pytest.mark.parametrize("value", SHAPES, ids=range(len(SHAPES)))
async def test_other_shapes_are_refused_in_words(office: Office, value: Any) -> None:
    """Never an error of ours before the person, nor anything kept."""
    user = office.user("ana")
    before = await own(office, "ana")
    told = payloads.executed(office.teams, user.account, user.conversation, {}, reply_to="1")
    ack = await office.teams.sends(told | {"value": value})
    assert ack.status == 200, ack
    assert ack.body["statusCode"] in (200, 400)
    await office.settles()
    assert (await own(office, "ana"))[:-1] == before[:-1]
