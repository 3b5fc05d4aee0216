"""Every act there is, with the ids of what is somebody else's: in Slack, Teams and the local page.

A colleague, another team's manager and an HR admin try. Nothing of Ana's changes, nothing she or
anybody else said is shown to them, and the log tells an operator nothing of it either.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import pytest
import pytest_asyncio

from bot.services import admin, conversation, erase_forms, summary_details, summary_rests
from tests.access.company import PEOPLE, SECRETS, lived
from tests.access.eyes import Eyes, SlackEyes
from tests.access.matrix import PLATFORMS, words_for
from tests.access.teams_eyes import TeamsEyes
from tests.journeys.conftest import environment_in
from tests.journeys.given import address
from tests.logged import captured
from tests.redteam.kept import ids_of, rows_of_people, without
from tests.servers.teams import SECRET

together = pytest.mark.asyncio(loop_scope="module")
ATTACKERS = ("ben", "tom", "helena")
VICTIM = "ana"
OWN = {f"{erase_forms.EVERYTHING}_sure"}
"""What carries nobody's id and changes what others see of whoever does it: their own to do."""

FORGED = "forgedword"
FIELDS = {
    "text": FORGED,
    "text:clear": FORGED,
    "rating:clear": "1",
    "notes": FORGED,
    "promise": FORGED,
    "when": "skip",
    "until": "2026-04-01",
    "since": "2026-03-16",
    "day": "2026-03-20",
    "due": "2026-03-20",
    "who": address("ben"),
    "rhythm": "off",
}
"""Whatever some form has a field for."""


@dataclass
class Attacked:
    eyes: Eyes
    log: io.StringIO
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def attacked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Attacked]:
    """The company of the access matrix, lived with all its log down to the last detail."""
    folder = tmp_path_factory.mktemp(request.param)
    with captured(replace(environment_in(folder), log_level="debug", log_format="json")) as log:
        async with lived(folder, request.param) as eyes:
            yield Attacked(eyes, log, folder)


def actions() -> list[str]:
    """Every action that a button or a form can name."""
    found = {
        *conversation._CHANGES,
        *conversation._VIEWS,
        *admin.ACTIONS,
        *summary_details.ACTIONS,
        *summary_rests.ACTIONS,
        *erase_forms.SENT,
    } - OWN
    assert len(found) > 60
    return sorted(found)


def tried(eyes: Eyes, each: int) -> Iterator[tuple[str, str, str]]:
    """Who tries which action with which id: one of so many, others on the other platform. Of two,
    all are tried somewhere.
    """
    environment, ids = eyes.world.environment, eyes.world.ids
    stolen = ids_of(environment, ids[VICTIM], f"{ids[VICTIM]}:{ids['mara']}", str(ids["otto"]))
    attackers = cycle(ATTACKERS)
    every = [(action, value) for action in actions() for value in stolen]
    for action, value in every[isinstance(eyes, SlackEyes) :: each]:
        yield next(attackers), action, value


async def change_nothing(attacked: Attacked, *, forms: bool) -> None:
    """Tries them all, and looks at what is kept of everybody else before and after."""
    eyes, environment = attacked.eyes, attacked.eyes.world.environment
    people = [eyes.world.ids[name] for name in ATTACKERS]
    before = without(rows_of_people(environment), people)
    # A form carries an action as a press does, and its fields besides: fewer presses will do.
    for who, action, value in tried(eyes, 2 if forms else 9):
        if forms:
            shown = await eyes.sends(who, action, value, FIELDS)
        else:
            shown = await eyes.presses(who, action, value)
        seen = {each for each in SECRETS if each in shown}
        assert seen <= words_for(who), (who, action, value)
        assert "Traceback" not in shown
    after = without(rows_of_people(environment), people)
    assert after - before == set()
    assert before - after == set()


@together
async def test_forged_presses(attacked: Attacked) -> None:
    await change_nothing(attacked, forms=False)


@together
async def test_forged_forms(attacked: Attacked) -> None:
    await change_nothing(attacked, forms=True)


@together
async def test_nobody_gained_anything(attacked: Attacked) -> None:
    """After all of it they read what they could read before."""
    for who in ATTACKERS:
        shown = await attacked.eyes.everything(who)
        assert {each for each in SECRETS if each in shown} - words_for(who) == set(), who


@together
async def test_the_log_of_all_that_tells_nothing(attacked: Attacked) -> None:
    """From the first day to the last attack, debugging included: no words, names, addresses,
    tokens or keys.
    """
    text = attacked.log.getvalue()
    assert len(text.splitlines()) > 100
    key = (attacked.folder / "master.key").read_text(encoding="utf-8").strip()
    secrets = [*SECRETS, FORGED, key, *(address(someone.name) for someone in PEOPLE)]
    if isinstance(attacked.eyes, SlackEyes):
        slack = attacked.eyes.surface.slack
        secrets += [slack.bot_token, slack.app_token, slack.signing_secret]
    if isinstance(attacked.eyes, TeamsEyes):
        secrets += [SECRET, *attacked.eyes.surface.teams.login.issued, "Bearer"]
    names = [someone.name.capitalize() for someone in PEOPLE]
    assert [each for each in (*secrets, *names) if each in text] == []
    assert "Traceback" not in text
