"""The contract, continued: what was counted of a survey, by the buttons that people find."""

from __future__ import annotations

from tests.contract.conftest import HELENA, MARA, Office, OpenOffice
from tests.contract.doors import HOME
from tests.journeys.given import Someone, weekly_summary
from tests.journeys.survey_company import SURVEY, VARIED, answer

MINE = tuple(Someone(f"mine{n}", manager="mara") for n in range(6))
OTHERS = tuple(Someone(f"other{n}") for n in range(6))
PEOPLE = (MARA, HELENA, *MINE, *OTHERS)


async def counted(open_office: OpenOffice) -> Office:
    """Everybody but Mara and Helena answered; it is Friday of the week after."""
    office = await open_office(SURVEY, weekly_summary(), people=PEOPLE)
    for team in (MINE, OTHERS):
        for someone, rating in zip(team, VARIED, strict=True):
            said = {"rating:clear": rating, "text:else": f"kestrel of {someone.name}"}
            await answer(office.world, {someone.name: said})
    await office.world.until("2026-03-13 15:05")
    return office


async def test_results_from_the_summary_and_from_home(open_office: OpenOffice) -> None:
    """The summary names favourable shares, and its button opens the whole; HR chooses survey and
    group, reads comments and comes back. Nobody else gets there by sending the same.
    """
    office = await counted(open_office)
    summary = await office.thread("mara")
    assert "Results: groups" in summary.words
    assert "Is it clear?" in summary.words
    team = await office.presses("mara", "See results")
    assert "67% favourable (4 or 5). 5 or more answers." in team.words
    assert "50%" in team.words
    assert "Words are shown without names, once there are at least 10." in team.words
    assert (await office.presses("mara", "Team results", HOME)).words == team.words
    await office.forges("mine0")
    assert "favourable" not in (await office.door.panel("mine0")).words

    surveys = await office.presses("helena", "Group results", HOME)
    assert "Which check-in?" in surveys.words
    groups = await office.turns("helena", surveys.buttons[0])
    assert {"Everybody", "The people of Mara"} <= set(groups.buttons)
    whole = await office.turns("helena", "Everybody")
    assert "Everybody who was asked" in whole.words
    comments = await office.turns("helena", "Read 12 comments")
    assert comments.words.count("kestrel of") == 10
    rest = await office.turns("helena", "Next")
    assert rest.words.count("kestrel of") == 2
    assert (await office.turns("helena", "Back to the figures")).words == whole.words
    for who in ("mara", "other0"):
        await office.forges(who)
        assert "Everybody who was asked" not in (await office.door.panel(who)).words
