"""Home: what is next and open, one's last answers, and what a manager may see between summaries."""

from __future__ import annotations

from bot.domain.cadence import Audience
from bot.domain.check_in import MAX_TEXT
from bot.domain.message import Block, Quote
from bot.domain.people import Role
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, nudge, weekly_summary
from tests.journeys.words import pressable, quotes, words
from tests.journeys.world import World

MARA = Someone("mara")
TOM = Someone("tom")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
MOST_BLOCKS = 70
"""Slack takes 100, and a table or a long text may need more than one."""


async def company(open_world: OpenWorld, *people: Someone, pack: str = "pair") -> World:
    """It is Tuesday, 10:05, and Ana takes part."""
    cadences = [check_in(reminders=0, pack=pack), weekly_summary(), nudge()]
    world = await open_world(people or (MARA, TOM, ANA, BEN), cadences)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


async def read(world: World, who: str) -> str:
    return words(await world.home(who))


def labels(blocks: tuple[Block, ...]) -> list[str]:
    return [label for label, _, _ in pressable(blocks)]


async def test_somebody_who_has_not_started(open_world: OpenWorld) -> None:
    """They are told that nothing is asked, who would read, and can start there."""
    world = await company(open_world)
    shown = await world.home("ben")
    assert "You haven't started, so nothing is asked." in words(shown)
    assert "Mara, your manager, can read your answers" in words(shown)
    assert {"Start", "Not for me"} <= set(labels(shown))
    assert "Next check-in: Tuesday, March 10" in words(shown)
    await world.act("ben", "start")
    assert "A check-in is open until Monday, March 9." in await read(world, "ben")
    assert "Start" not in labels(await world.home("ben"))


async def test_nothing_open_says_what_comes(open_world: OpenWorld) -> None:
    """Before the first answer, and when all is answered, the sentence goes on with what is next."""
    world = await company(open_world)
    assert "Your answers will stand here" in await read(world, "ana")
    await world.answers("ana", "kestrel words", "heron words")
    shown = await read(world, "ana")
    assert "Nothing is open. The next check-in comes on Tuesday, March 10" in shown
    assert "Next note from your company: Monday, March 9" in shown
    assert shown.count("March 10") == 1


@on_both
async def test_the_last_answers(open_world: OpenWorld) -> None:
    """The newest three, with the question, the day and who can read each."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await world.until("2026-03-10 10:05")
    await world.answers("ana", "plover words", "curlew words")
    shown = await world.home("ana")
    assert [q.text for q in quotes(shown)] == ["curlew words", "plover words", "heron words"]
    assert quotes(shown)[0].note == "Any wish?"
    assert "Tue, Mar 10 · Mara can read it." in words(shown)
    assert "Tue, Mar 3 · Mara can read it." in words(shown)


async def test_who_could_read_them_now(open_world: OpenWorld) -> None:
    """Kept to oneself, and after the manager changed, nobody is said to read."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await world.press_under("ana", "kestrel words", "only_me")
    await world.changes(ana="tom")
    shown = await read(world, "ana")
    assert "Only you can read it." in shown
    assert "Mara no longer manages you, so nobody reads it." in shown
    assert "Tom can read it" not in shown


async def test_a_long_answer_is_cut_there_and_nowhere_else(open_world: OpenWorld) -> None:
    """Home shows a beginning, marked as one; *My answers* holds every character."""
    world = await company(open_world)
    said = ("A sentence about the week. " * 200)[:MAX_TEXT].strip()
    await world.types("ana", said)
    [shown] = quotes(await world.home("ana"))
    assert shown.text.endswith("week. …")
    assert len(shown.text) < 130
    assert await world.my_words("ana") == [said]


async def test_words_after_a_rating(open_world: OpenWorld) -> None:
    """A rating stands with its words, as under *My answers*."""
    world = await company(open_world, pack="kinds")
    _, action, value = await world.button("ana", "answer")
    await world.act("ana", action, value, "4")
    await world.types("ana", "kestrel words")
    assert [q.text for q in quotes(await world.home("ana"))] == ["4/5\nkestrel words"]


@on_both
async def test_what_was_taken_back_or_erased_is_gone(open_world: OpenWorld) -> None:
    """An answer taken back isn't shown, and after the key is destroyed none is: neither to the
    person, nor by name to the manager."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await world.press_under("ana", "kestrel words", "undo")
    assert [q.text for q in quotes(await world.home("ana"))] == ["heron words"]
    await world.until("2026-03-06 18:00")
    assert "Fri, Mar 6: Ana" in await read(world, "mara")
    await world.built.kit.keys.destroy(world.ids["ana"], world.now)
    assert quotes(await world.home("ana")) == []
    assert "heron" not in await read(world, "ana")
    assert "Fri, Mar 6: a quiet week" in await read(world, "mara")


async def test_nobody_elses_answers(open_world: OpenWorld) -> None:
    """Home holds words of the person alone, for managers and HR admins too."""
    helena = Someone("helena", role=Role.HR_ADMIN)
    world = await company(open_world, MARA, ANA, BEN, helena)
    await world.answers("ana", "kestrel words", "heron words")
    await world.until("2026-03-06 18:00")
    for who in ("mara", "ben", "helena"):
        assert "kestrel" not in await read(world, who)
        assert not [b for b in await world.home(who) if isinstance(b, Quote)]


async def test_a_pause_moves_what_is_next(open_world: OpenWorld) -> None:
    """What falls into the pause isn't announced; a manager's summary is."""
    world = await company(open_world)
    await world.act("ana", "start")
    await world.starts("mara")
    for who in ("ana", "mara"):
        await world.puts_off(who, "pause", until="2026-03-19")
    shown = await read(world, "ana")
    assert "Paused: nothing is asked before Thursday, March 19." in shown
    assert "The next check-in comes on Tuesday, March 24" in shown
    assert "Next summary of your team: Friday, March 6" in await read(world, "mara")


async def test_between_summaries_a_manager_sees_nobody(open_world: OpenWorld) -> None:
    """Whoever has answered, skipped or declined since the last summary: a manager's Home stays the
    same, to the last word."""
    world = await company(open_world)
    before = await world.home("mara")
    assert "Ana and Ben" in words(before)
    assert "Next summary of your team: Friday, March 6" in words(before)
    assert "Until then nobody is told who has answered." in words(before)
    await world.answers("ana", "kestrel words", "heron words")
    await world.act("ben", "decline")
    assert await world.home("mara") == before


@on_both
async def test_the_last_summaries_say_what_they_brought(open_world: OpenWorld) -> None:
    """A line for each: who shared, or a quiet week; nobody is counted, and each opens."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await world.until("2026-03-13 18:00")
    shown = await world.home("mara")
    assert "Fri, Mar 13: a quiet week\nFri, Mar 6: Ana" in words(shown)
    assert words(shown).count("Ben") == 2  # in the line of reports, and on a button of his own
    assert [d for _, d, _ in pressable(shown)].count("summary_details") == 2
    assert await world.told("mara") == [["kestrel words", "heron words"], []]


async def test_a_line_follows_what_may_be_read_now(open_world: OpenWorld) -> None:
    """Kept to oneself afterwards, or with another manager: the name is gone, as in the details."""
    world = await company(open_world)
    await world.starts("ben")
    for who in ("ana", "ben"):
        await world.answers(who, f"{who} one", f"{who} two")
    await world.until("2026-03-06 18:00")
    assert "Fri, Mar 6: Ana and Ben" in await read(world, "mara")
    for text in ("ana one", "ana two"):
        await world.press_under("ana", text, "only_me")
    assert "Fri, Mar 6: Ben" in await read(world, "mara")
    await world.changes(ben="tom")
    assert "Fri, Mar 6: a quiet week" in await read(world, "mara")
    assert "Ben" not in await read(world, "mara")
    assert "Ben" in await read(world, "tom")
    assert "Last summaries" not in await read(world, "tom")


async def test_a_team_without_summaries(open_world: OpenWorld) -> None:
    """Where no summary is planned, Home says so."""
    world = await open_world([MARA, ANA], [check_in(reminders=0)])
    assert "No summary of your team is planned just now." in await read(world, "mara")
    assert "Your team" not in await read(world, "ana")


async def test_the_fullest_home_stays_short(open_world: OpenWorld) -> None:
    """An HR admin who manages forty people, with eight check-ins a week and three summaries."""
    boss = Someone("boss", role=Role.HR_ADMIN)
    people = [Someone(f"person{n:02}", manager="boss", team="crew") for n in range(40)]
    managers = Audience(managers=True)
    cadences = [check_in(f"own{n}", on=n % 5, audience=managers, reminders=0) for n in range(8)]
    world = await open_world([boss, *people], [*cadences, weekly_summary(), nudge()])
    await world.until("2026-03-03 10:05")
    await world.act("boss", "start")
    await world.types("boss", "kestrel words")
    await world.until("2026-03-20 18:00")
    shown = await world.home("boss")
    assert len(shown) < MOST_BLOCKS
    assert "and 20 more" in words(shown)
    assert "more are open" in words(shown)
    assert [d for _, d, _ in pressable(shown)].count("summary_details") == 3
    assert all(len(line) < 3000 for line in words(shown).split("\n"))
