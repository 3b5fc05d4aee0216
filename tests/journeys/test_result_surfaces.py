"""Results of surveys as managers, employees and HR admins find them in their conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from bot.domain.inbound import InboundKind
from bot.domain.message import Bars, Block, Chart, Panel, Reply
from bot.domain.people import Role
from bot.services.work import schedule_due
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, weekly_summary
from tests.journeys.survey_company import (
    CLOSED,
    COMPANY,
    MIAS,
    OPENS,
    RULES,
    SURVEY,
    Given,
    answer,
    everybodys,
)
from tests.journeys.words import pressable, quotes, words
from tests.journeys.world import World

FRIDAY = "2026-03-13 15:05"
GONE = "There is nothing here for you to see any more."
ROLLED_UP = "Too few answers here, or too alike."
CADENCES = (SURVEY, weekly_summary())


async def surveyed(
    open_world: OpenWorld,
    given: dict[str, Given] | None = None,
    people: Sequence[Someone] = COMPANY,
    **rules: object,
) -> World:
    """The first survey has closed: it is Tuesday again, a few minutes past midnight."""
    policy = replace(RULES, **rules)  # type: ignore[arg-type]  # the fields' names are checked
    world = await open_world(people, CADENCES, policy=policy)
    await world.until(OPENS)
    await answer(world, everybodys() if given is None else given)
    await world.until(CLOSED)
    return world


async def opens(world: World, who: str, label: str, shown: Panel | None = None) -> Panel:
    """Presses a button of Home, or of the panel that is open; the panel it opens."""
    blocks = await world.home(who) if shown is None else shown.blocks
    found = [(does, value) for text, does, value in pressable(blocks) if text == label]
    assert found, f"{who} sees no button {label!r}"
    view = (await world.act(who, *found[-1])).view
    assert isinstance(view, Panel), view
    return view


def bars(blocks: Sequence[Block]) -> dict[str, Bars]:
    return {block.title: block for block in blocks if isinstance(block, Bars)}


def labels(blocks: Sequence[Block]) -> list[str]:
    return [label for label, _, _ in pressable(blocks)]


# Managers


@on_both
async def test_a_manager_finds_the_own_teams_results_under_home(open_world: OpenWorld) -> None:
    """Shares of each question with the same in words, who it is about, and no name or number that
    tells of one answer."""
    world = await surveyed(open_world)
    panel = await opens(world, "mia", "Team results")
    said = words(panel.blocks)
    assert panel.title == "Team results"
    assert "groups, closed Tuesday, March 10" in said
    assert "Everybody below you when it closed" in said
    assert "How many of those asked answered can't be shown here." in said
    clear = bars(panel.blocks)["Is it clear?"]
    assert clear.labels == ("1", "2", "3", "4", "5")
    assert clear.shares == (0, 17, 17, 50, 17)
    assert clear.text == "1: 0%, 2: 17%, 3: 17%, 4: 50%, 5: 17%"
    assert "67% favourable (4 or 5). 5 or more answers." in said
    assert "Nothing is shown of fewer than 5 people" in said
    assert not any(name.capitalize() in said for name in MIAS)


async def test_a_hidden_team_reads_everybodys_and_that_it_does(open_world: OpenWorld) -> None:
    """Two of Mia's six answered: she is told in one way, whether they were few or alike."""
    given = {who: said for who, said in everybodys().items() if who not in MIAS[2:]}
    world = await surveyed(open_world, given)
    said = words((await opens(world, "mia", "Team results")).blocks)
    assert f"{ROLLED_UP} These are the answers of everybody together." in said
    assert "Of everybody together, more than three quarters answered." in said


async def test_what_nobody_may_see_is_one_line(open_world: OpenWorld) -> None:
    """All the company answered alike, or hardly anybody answered: the words are the same."""
    alike = {who: said | {"rating:clear": "4"} for who, said in everybodys().items()}
    world = await surveyed(open_world, alike)
    for who, button in (("mia", "Team results"), ("lea", "Team results")):
        panel = await opens(world, who, button)
        assert "Is it clear?" not in bars(panel.blocks)
        assert "Is there time?" in bars(panel.blocks)
        assert "Is it clear?\nToo few answers or not enough variety to show." in words(panel)


async def test_before_anything_was_counted_home_says_what_will_stand_here(
    open_world: OpenWorld,
) -> None:
    world = await open_world(COMPANY, CADENCES, policy=RULES)
    await world.until(OPENS)
    await answer(world, everybodys())
    await world.until("2026-03-09 12:00")
    said = words(await opens(world, "mia", "Team results"))
    assert "No check-in of your team has been counted yet." in said
    assert "in groups of at least 5" in said
    assert "No check-in has been counted yet." in words(await opens(world, "ines", "Group results"))


async def test_whoever_manages_nobody_has_no_way_to_results(open_world: OpenWorld) -> None:
    """No button, and what a forged one names shows nothing: of one's own team, of another's, of
    everybody's."""
    world = await surveyed(open_world)
    survey = await survey_id(world)
    for who in ("m1", "l1"):
        assert not {"Team results", "Results of my team"} & set(labels(await world.home(who)))
        for unit in ("mia", "max", "lea"):
            for action in ("team_results", "team_comments"):
                reply = await forged(world, who, action, f"{survey}:{world.ids[unit]}:else:0")
                assert reply == Reply(notice=GONE)
    whole = (await world.person("mia")).organisation_id
    for unit_id in (world.ids["max"], world.ids["lea"], whole, uuid4()):
        for action in ("team_results", "team_comments"):
            value = f"{survey}:{unit_id}:else:0"
            assert await forged(world, "mia", action, value) == Reply(notice=GONE)
    for value in ("", "x", f"{uuid4()}::", f"{survey}", "::::::"):
        for action in ("group_results", "group_units", "group_result", "group_comments"):
            reply = await forged(world, "mia", action, value)
            assert reply.view is None
            assert "Only HR admins" in reply.notice


async def forged(world: World, who: str, action: str, value: str) -> Reply:
    return await world.send(who, InboundKind.PRESS, action=action, value=value)


async def survey_id(world: World) -> UUID:
    [survey, *_] = await world.built.uow.read(lambda tx: tx.surveys.counted(1))
    return survey.id


async def test_a_new_manager_sees_nothing_of_before(open_world: OpenWorld) -> None:
    """Nor does the former one, by a button that was drawn before."""
    world = await surveyed(open_world)
    value = f"{await survey_id(world)}:{world.ids['mia']}:"
    await world.changes(**dict.fromkeys(MIAS, "l1"))
    await world.settle()
    assert "No check-in of your team" in words(await opens(world, "l1", "Team results"))
    assert "Team results" not in labels(await world.home("mia"))
    for who in ("mia", "l1"):
        assert await forged(world, who, "team_results", value) == Reply(notice=GONE)


async def test_figures_over_time_and_the_surveys_before(open_world: OpenWorld) -> None:
    """From the second survey on there is a line; the earlier one is reached from a list."""
    world = await surveyed(open_world)
    await world.until("2026-03-10 10:05")
    later = everybodys() | {"m4": everybodys()["m4"] | {"rating:clear": "5"}}
    await answer(world, later)
    await world.until("2026-03-17 00:05")
    panel = await opens(world, "mia", "Team results")
    [line] = [block for block in panel.blocks if isinstance(block, Chart)]
    assert line.series[0].values == (67.0, 83.0)
    assert (line.low, line.high) == (0, 100)
    assert line.text == "Time by time: 67%, 83%"
    listed = await opens(world, "mia", "Other check-ins", panel)
    assert labels(listed.blocks) == ["groups, Tue, Mar 17", "groups, Tue, Mar 10"]
    first = await opens(world, "mia", "groups, Tue, Mar 10", listed)
    assert "closed Tuesday, March 10" in words(first)
    assert not [block for block in first.blocks if isinstance(block, Chart)]


# The weekly summary


async def test_the_summary_after_a_survey_brings_its_favourable_shares(
    open_world: OpenWorld,
) -> None:
    """Once: the next one has nothing of it. Its notification says nothing, and its button opens the
    whole; whoever manages nobody gets none."""
    world = await surveyed(open_world)
    await world.until(FRIDAY)
    [summary] = world.arrived("mia", "summary")[-1:]
    assert summary.wall == "2026-03-13 15:00"
    assert "Results: groups" in summary.words
    shown = bars(summary.message.blocks)["Favourable answers (4 or 5 of 5)"]
    assert (shown.labels, shown.shares) == (("Is it clear?",), (67,))
    assert "67" not in summary.message.text
    _, action, value = next(b for b in pressable(summary.message.blocks) if b[0] == "See results")
    view = (await world.act("mia", action, value)).view
    assert isinstance(view, Panel)
    assert "67% favourable" in words(view)
    first = world.arrived("mia", "summary")[0]
    assert first.wall == "2026-03-06 15:00"
    assert "Results" not in first.words
    await world.until("2026-03-20 15:05")
    assert "Results: groups" in world.arrived("mia", "summary")[-1].words, "the next survey's"
    assert world.walls("mia", "summary")[-1] == "2026-03-20 15:00"


async def test_a_summary_brings_only_what_was_counted_since_the_last(
    open_world: OpenWorld,
) -> None:
    world = await open_world(COMPANY, (replace(SURVEY, ends_on=None), weekly_summary()))
    await world.until(OPENS)
    await answer(world, everybodys())
    await world.configure((replace(SURVEY, paused=True), weekly_summary()), RULES)
    await world.until("2026-03-20 15:05")
    told = ["Results: groups" in arrival.words for arrival in world.arrived("mia", "summary")]
    assert told == [False, True, False]


async def test_who_may_see_is_asked_again_when_the_summary_is_sent(
    open_world: OpenWorld,
) -> None:
    """Both summaries are drafted on Friday; before they are sent, Mia's people go to Max. His
    brings his own people's results, hers nothing any more."""
    world = await surveyed(open_world)
    await world.until("2026-03-13 14:59")
    world.jump("2026-03-13 15:00")
    await schedule_due(world.built.kit, world.now)
    await world.changes(**dict.fromkeys(MIAS, "max"))
    await world.work()
    assert "Results: groups" in world.arrived("max", "summary")[-1].words
    assert world.walls("mia", "summary") == ["2026-03-06 15:00"]


# HR admins


@on_both
async def test_hr_chooses_a_survey_and_then_a_group(open_world: OpenWorld) -> None:
    """The figures are those that the group's manager sees; a group that is hidden says so."""
    world = await surveyed(open_world)
    surveys = await opens(world, "ines", "Group results")
    assert surveys.title == "Group results"
    groups = await opens(world, "ines", "groups, Tue, Mar 10", surveys)
    assert labels(groups.blocks) == [
        "Everybody",
        "The people of Lea",
        "The people of Max",
        "The people of Mia",
        "Other check-ins",
    ]
    mias = await opens(world, "ines", "The people of Mia", groups)
    own = await opens(world, "mia", "Team results")
    assert bars(mias.blocks) == bars(own.blocks)
    assert "Everybody below Mia when it closed" in words(mias)
    leas = await opens(world, "ines", "The people of Lea", groups)
    assert ROLLED_UP in words(leas)
    whole = await opens(world, "ines", "Everybody", groups)
    assert "Everybody who was asked" in words(whole)
    assert ROLLED_UP not in words(whole)
    assert bars(leas.blocks) == bars(whole.blocks)
    again = await opens(world, "ines", "Other groups", whole)
    assert labels(again.blocks) == labels(groups.blocks)


async def test_an_hr_admin_who_manages_sees_the_own_team_as_a_manager(
    open_world: OpenWorld,
) -> None:
    """And no more by that way, whatever the button carries."""
    people = [replace(p, role=Role.HR_ADMIN) if p.name == "mia" else p for p in COMPANY]
    world = await surveyed(open_world, people=people)
    panel = await opens(world, "mia", "Team results")
    assert "Everybody below you when it closed" in words(panel)
    value = f"{await survey_id(world)}:{world.ids['max']}:"
    assert await forged(world, "mia", "team_results", value) == Reply(notice=GONE)
    assert (await forged(world, "mia", "group_result", value)).view is not None


async def test_whoever_is_no_admin_any_more_is_shown_nothing(open_world: OpenWorld) -> None:
    world = await surveyed(open_world)
    surveys = await opens(world, "ines", "Group results")
    _, action, value = next(b for b in pressable(surveys.blocks) if b[0].startswith("groups,"))
    world.rows["ines"] = replace(world.rows["ines"], role=Role.EMPLOYEE)
    await world.people_are(*world.rows.values())
    reply = await forged(world, "ines", action, value)
    assert reply == Reply(notice="Only HR admins see the results of every group.")
    assert "Group results" not in labels(await world.home("ines"))


async def test_many_surveys_and_groups_come_in_pages(open_world: OpenWorld) -> None:
    """Ten of a kind a page, and a way on and back; a page that isn't there is the first."""
    managers = [Someone(f"boss{n:02}", "lea") for n in range(12)]
    teams = [Someone(f"p{n:02}{i}", f"boss{n:02}") for n in range(12) for i in range(5)]
    people = [Someone("lea"), replace(COMPANY[1], manager="lea"), *managers, *teams]
    world = await surveyed(open_world, {}, people)
    groups = await opens(
        world, "ines", "groups, Tue, Mar 10", await opens(world, "ines", "Group results")
    )
    assert labels(groups.blocks)[:3] == [
        "Everybody",
        "The people of Boss00",
        "The people of Boss01",
    ]
    assert labels(groups.blocks)[10:] == ["Next", "Other check-ins"]
    rest = await opens(world, "ines", "Next", groups)
    assert "Page 2 of 2" in words(rest)
    assert labels(rest.blocks)[-3:] == ["The people of Lea", "Previous", "Other check-ins"]
    beyond = await forged(world, "ines", "group_units", f"{await survey_id(world)}::99")
    assert beyond.view == replace(groups)


# Employees


async def test_employees_see_their_team_where_the_company_says_so(open_world: OpenWorld) -> None:
    """The same figures as their manager, behind a button of their own; nothing of other teams, and
    nothing once it is switched off again."""
    world = await surveyed(open_world, team_results=True)
    mine = await opens(world, "m1", "Results of my team")
    assert bars(mine.blocks) == bars((await opens(world, "mia", "Team results")).blocks)
    assert "Everybody below Mia when it closed" in words(mine)
    survey = await survey_id(world)
    for unit in ("max", "lea"):
        value = f"{survey}:{world.ids[unit]}:"
        assert await forged(world, "m1", "team_results", value) == Reply(notice=GONE)
    assert "Results of my team" not in labels(await world.home("lea")), "nobody manages Lea"
    await world.configure(CADENCES, RULES)
    assert "Results of my team" not in labels(await world.home("m1"))
    value = f"{survey}:{world.ids['mia']}:"
    assert await forged(world, "m1", "team_results", value) == Reply(notice=GONE)


# Comments


@on_both
async def test_comments_are_read_in_pages_without_names(open_world: OpenWorld) -> None:
    """HR reads those of everybody, ten a page; each author sees that it was shown, and to whom.
    Mia's six are too few, and she is told from how many on."""
    world = await surveyed(open_world)
    groups = await opens(
        world, "ines", "groups, Tue, Mar 10", await opens(world, "ines", "Group results")
    )
    whole = await opens(world, "ines", "Everybody", groups)
    first = await opens(world, "ines", "Read 20 comments", whole)
    second = await opens(world, "ines", "Next", first)
    texts = [quote.text for panel in (first, second) for quote in quotes(panel.blocks)]
    assert sorted(texts) == sorted(f"kestrel of {who}" for who in everybodys())
    assert len(quotes(first.blocks)) == 10
    assert {quote.note for panel in (first, second) for quote in quotes(panel.blocks)} == {""}
    assert "Each who wrote one is told" in words(first)
    back = await opens(world, "ines", "Back to the figures", second)
    assert bars(back.blocks) == bars(whole.blocks)
    shown = words(await world.my_answers("m1"))
    assert "Ines read it among others, without your name" in shown
    mias = words(await opens(world, "mia", "Team results"))
    assert "What else?\nWords are shown without names, once there are at least 10." in mias
    assert "kestrel" not in mias


async def test_a_forged_page_of_comments_shows_nothing(open_world: OpenWorld) -> None:
    world = await surveyed(open_world)
    survey = await survey_id(world)
    whole = (await world.person("ines")).organisation_id
    for key, page in (("else", "99"), ("clear", "0"), ("nothing", "0"), ("", "")):
        value = f"{survey}:{whole}:{key}:{page}"
        assert await forged(world, "ines", "group_comments", value) == Reply(notice=GONE)
