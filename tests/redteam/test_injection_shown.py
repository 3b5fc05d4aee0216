"""A few of the attacks through a whole week: typed on a platform, worded by a model that obeys
them, and drawn for the manager.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.policy import Ai, Policy
from bot.settings.ai import AiSettings
from bot.settings.environment import Environment
from tests.access.eyes import Eyes, SlackEyes
from tests.access.teams_eyes import TeamsEyes
from tests.journeys.conftest import SURFACES, prepared
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.on_teams import OnTeams
from tests.journeys.world import World
from tests.redteam.obedient import ELSEWHERE, SOBER, attacks_in, everything_at_once
from tests.servers.model.asked import Asked
from tests.servers.model.server import ModelServer, serving

PICKED = (
    "en-ignore-1",
    "en-json-1",
    "en-mention-1",
    "fr-lien-1",
)
_FOUND = {each.id: each for name in ("en", "fr") for each in attacks_in(name)}
ATTACKS = {f"ana{letter}": _FOUND[key] for letter, key in zip("bcde", PICKED, strict=True)}
"""By who types it."""

NAMED = 10
"""Letters by which an attack is known again: none of these begins with what is masked."""


@pytest.mark.parametrize("platform", ["slack", pytest.param("teams", marks=pytest.mark.deep)])
async def test_a_manager_reads_nothing_that_an_answer_told_the_model_to_say(
    platform: str, tmp_path: Path
) -> None:
    async with serving(ModelServer(answers=obey)) as server:
        world = await company(prepared(tmp_path), platform, server)
        try:
            await live(world)
            seen, drawn = await eyes_of(world).everything("mara"), sent_to(world, "mara")
        finally:
            await world.close()
    assert len(server.asked) == len(ATTACKS)
    assert seen.count("uses Copilot for release notes.") >= len(ATTACKS)
    assert ELSEWHERE not in seen
    for name, attack in ATTACKS.items():
        said = [want.replace("PERSON_1", name.capitalize()) for want in attack.wants]
        assert not [each for each in said if each in seen], attack.id
    assert not [each for each in ("<!", "<@", "](http", "](evil") if each in drawn]


def obey(asked: Asked) -> object:
    """Says all that the attack wants, which it knows by its first words."""
    words = str(asked.data["answers"][0]["words"])
    attack = next(each for each in ATTACKS.values() if each.text[:NAMED] == words[:NAMED])
    return everything_at_once(attack, words)


async def company(environment: Environment, platform: str, server: ModelServer) -> World:
    """Mara and everybody who attacks, with a model connected."""
    ai = AiSettings(server.url, server.model, server.key)
    policy = Policy(
        company="Fernweh",
        time_zone=BERLIN,
        country="DE",
        weekly_cap=9,
        ai=Ai("Local", server.host),
    )
    people = (Someone("mara"), *(Someone(name, manager="mara") for name in ATTACKS))
    cadences = (check_in(reminders=0), weekly_summary())
    surface = SURFACES[platform]()
    environment = replace(environment, ai=ai)
    return await World.open(environment, people, cadences, policy=policy, surface=surface)


async def live(world: World) -> None:
    """Everybody answers on Tuesday; the summary comes on Friday."""
    await world.until("2026-03-03 10:05")
    for name, attack in ATTACKS.items():
        await world.starts(name)
        await world.answers(name, attack.text, SOBER)
    await world.until("2026-03-06 15:05")


def eyes_of(world: World) -> Eyes:
    if isinstance(world.surface, OnSlack):
        return SlackEyes(world, world.surface)
    assert isinstance(world.surface, OnTeams)
    return TeamsEyes(world, world.surface)


def sent_to(world: World, who: str) -> str:
    """What the platform was sent for somebody, as it was sent."""
    if isinstance(world.surface, OnSlack):
        found = [message.blocks for message in world.surface.user(who).dm if message.is_bots]
        return json.dumps(found, ensure_ascii=False)
    assert isinstance(world.surface, OnTeams)
    cards = [each.card for each in world.surface.user(who).chat]
    return json.dumps(cards, ensure_ascii=False)
