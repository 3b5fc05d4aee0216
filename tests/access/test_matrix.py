"""The access matrix, cell by cell, through Slack, Teams and the local page."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from tests.access.company import PEOPLE, SECRETS, lived
from tests.access.eyes import Eyes, LocalEyes, SlackEyes
from tests.access.matrix import ELSEWHERE, MATRIX, OUTSIDE, PLATFORMS, Role, What, words_for
from tests.access.shell import COMMANDS, printed
from tests.access.teams_eyes import TeamsEyes
from tests.harness import ROOT

together = pytest.mark.asyncio(loop_scope="module")
"""All tests of this file look at one company; each platform's is lived once."""

CHATS = (SlackEyes, TeamsEyes)
"""Where anybody with an account can reach the app."""

INSIDE = {cell.who: cell.role for cell in MATRIX if cell.role not in OUTSIDE and cell.who}


_SEEN: dict[tuple[Eyes, str], str] = {}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def eyes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Eyes]:
    async with lived(tmp_path_factory.mktemp(request.param), request.param) as opened:
        yield opened


async def looks(eyes: Eyes, who: str) -> str:
    """Everything somebody sees. No test of this file changes it, so one look will do."""
    if (eyes, who) not in _SEEN:
        _SEEN[eyes, who] = await eyes.everything(who)
    return _SEEN[eyes, who]


def uow_of(eyes: Eyes) -> UnitOfWork:
    """The running application's."""
    return eyes.built.uow if isinstance(eyes, LocalEyes) else eyes.world.built.uow


async def kept(eyes: Eyes) -> tuple[object, ...]:
    """Everything that an HR admin can change."""

    def read(tx: Tx) -> tuple[object, ...]:
        return tx.organisations.policy(), tuple(tx.cadences.history("pulse"))

    return await uow_of(eyes).read(read)


@together
async def test_everybody_sees_their_own_cells_alone(eyes: Eyes) -> None:
    """In the thread, under Home and behind every button that opens something: what the table
    says, and no other word that anybody ever said.
    """
    for who in INSIDE:
        shown = await looks(eyes, who)
        assert {each for each in SECRETS if each in shown} == words_for(who), who


OPENING = ["pair", "one_to_one", "my_answers", "summary_details", "summary_rests", "nudges_more"]


@together
async def test_nothing_more_opens_by_asking_for_it(eyes: Eyes) -> None:
    """Forged: everything that opens somebody's words, with the ids of people that are known to
    everybody in a company.
    """
    ids = [str(eyes.world.ids[name]) for name in ("ana", "otto", "mara", "lea")]
    for who in INSIDE:
        for action in (
            "pair",
            "one_to_one",
            "my_answers",
            "summary_details",
            "summary_rests",
            "nudges_more",
        ):
            for value in ids:
                shown = await eyes.presses(who, action, value)
                assert {each for each in SECRETS if each in shown} <= words_for(who), (who, action)


@together
async def test_group_results_open_to_nobody_else_by_asking(eyes: Eyes) -> None:
    """Forged: what ten people wrote for groups, by everybody who is no HR admin, as a team's and as
    everybody's.
    """

    def read(tx: Tx) -> tuple[str, str]:
        [survey, *_] = tx.surveys.counted(1)
        organisation = tx.organisations.get()
        assert organisation is not None
        return str(survey.id), str(organisation.id)

    survey, everybody = await uow_of(eyes).read(read)
    mara = str(eyes.world.ids["mara"])
    for who, role in INSIDE.items():
        for unit in (everybody, mara):
            for action in ("group_comments", "team_comments", "group_result", "team_results"):
                shown = await eyes.presses(who, action, f"{survey}:{unit}:trust:0")
                seen = {each for each in SECRETS if each in shown}
                assert seen <= words_for(who), (who, role, action)
                if action == "group_comments" and unit == everybody:
                    assert bool(seen) is (role in (Role.HR, Role.BOTH)), who


@together
async def test_hr_admins_alone_reach_cadences(eyes: Eyes) -> None:
    """Anybody else is told so, and a form that is made up changes nothing."""
    may = {cell.who: cell.may for cell in MATRIX if cell.what is What.CADENCES and cell.who}
    for who, role in INSIDE.items():
        shown = [
            await eyes.presses(who, action, value)
            for action, value in (("admin_preview", ""), ("admin_change", "pulse"))
        ]
        refused = ["Only HR admins can do this" in each for each in shown]
        assert refused == [not may[who]] * 2, (who, role)
    before = await kept(eyes)
    for who in INSIDE:
        if not may[who]:
            for action in ("admin_pause_submit", "admin_save", "admin_new_submit"):
                said = await eyes.sends(who, action, '{"k":"pulse"}', {"until": "2026-04-01"})
                assert "Only HR admins can do this" in said, (who, action)
    assert await kept(eyes) == before


@together
async def test_who_read_an_answer_is_told_to_its_author_alone(eyes: Eyes) -> None:
    """Ana sees when Mara got her words; nobody else sees that anybody's words were read."""
    told = "Mara got it in a summary"
    assert told in await eyes.presses("ana", "my_answers", "")
    may = {cell.who for cell in MATRIX if cell.what is What.AUDIT and cell.may}
    for who in INSIDE:
        if who not in may:
            assert told not in await looks(eyes, who), who


@together
async def test_whoever_is_not_on_the_list_sees_and_changes_nothing(eyes: Eyes) -> None:
    """The leaver, guests, people of other companies, bots and deactivated accounts: whatever they
    press, send, type or open, they read nothing of anybody, their own earlier answers included.
    """
    there = OUTSIDE.values() if isinstance(eyes, CHATS) else ["lea"]
    before = await kept(eyes)
    for who in there:
        shown = [await eyes.everything(who)]
        ana = str(eyes.world.ids["ana"])
        tried = ("my_answers", "pair", "summary_details", "summary_rests", "admin_preview", "start")
        shown += [await eyes.presses(who, action, ana) for action in tried]
        shown.append(await eyes.sends(who, "admin_pause_submit", "", {"until": "2026-04-01"}))
        if isinstance(eyes, CHATS):
            shown += [await eyes.runs(who, "home"), await eyes.types(who, "help")]
        read = "\n".join(shown)
        assert not [each for each in SECRETS if each in read], who
    assert await kept(eyes) == before


@together
async def test_a_leaver_is_told_why(eyes: Eyes) -> None:
    if isinstance(eyes, CHATS):
        assert "not on the people list" in await eyes.runs("lea", "home")


@together
@pytest.mark.parametrize("eyes", ["local"], indirect=True)
async def test_no_command_prints_what_people_said(eyes: Eyes) -> None:
    """The operator's command line, over a company that has answered for two weeks."""
    for arguments in COMMANDS:
        said = await printed(eyes, *arguments)
        assert len(said) > 40, arguments
        assert "Traceback" not in said
        assert not [each for each in SECRETS if each in said], arguments
        if arguments == ("audit", "list"):
            known = [someone.name for someone in PEOPLE]
            assert not [each for each in known if f"{each}@" in said or each.capitalize() in said]


def test_the_table_is_whole() -> None:
    """Every role has every cell, and each names a test that is there."""
    cells = {(cell.role, cell.what) for cell in MATRIX}
    assert cells == {(role, what) for role in Role for what in What}
    assert len(cells) == len(MATRIX)
    for proof in {*(cell.proof for cell in MATRIX), *ELSEWHERE}:
        file, _, name = proof.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        there = {n.name for n in tree.body if isinstance(n, ast.AsyncFunctionDef | ast.FunctionDef)}
        assert name in there, proof


def test_the_documentation_has_the_table() -> None:
    """Every role and every test of the table stands in docs/security.md."""
    shown = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    missing = [role.value for role in Role if role.value not in shown]
    missing += [cell.proof for cell in MATRIX if cell.proof.partition("::")[2] not in shown]
    assert missing == []
