"""*My answers* and a summary's details in pages: whole, in order, and logged for what was shown."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from bot.domain.check_in import MAX_TEXT
from bot.domain.message import Block, Buttons, Chart, Heading, Panel, Reply
from bot.services.paging import characters
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.words import pressable, quotes, words
from tests.journeys.world import World

MARA = Someone("mara")
TOM = Someone("tom")
ANA = Someone("ana", manager="mara")
MOST_BLOCKS, MOST_CHARACTERS = 80, 25_000
WEEKS = 4


def long(text: str) -> str:
    """The longest answer there may be."""
    return (text + " " + "word " * MAX_TEXT)[:MAX_TEXT].strip()


def readable(panel: Panel) -> bool:
    return len(panel.blocks) <= MOST_BLOCKS and characters(panel.blocks) <= MOST_CHARACTERS


def said(pages: list[Panel]) -> list[str]:
    return [quote.text for page in pages for quote in quotes(page.blocks)]


def button(blocks: tuple[Block, ...], label: str) -> tuple[str, str]:
    return next((does, value) for found, does, value in pressable(blocks) if found == label)


async def talkative(open_world: OpenWorld, texts: list[str]) -> World:
    """Ana answers five questions a week, for some weeks, with these texts."""
    spec = check_in(pack="five", reminders=0, questions_per_round=5, since=date(2026, 3, 3))
    world = await open_world([MARA, TOM, ANA], [spec, weekly_summary()])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    for week in range(len(texts) // 5):
        await world.until(f"2026-03-{3 + 7 * week:02} 10:10")
        await world.answers("ana", *texts[5 * week : 5 * week + 5])
    return world


@on_both
async def test_my_answers_turns_through_everything(open_world: OpenWorld) -> None:
    """Twenty answers stand on two pages, newest first, none twice, and back again."""
    texts = [f"kestrel {n:02}" for n in range(5 * WEEKS)]
    world = await talkative(open_world, texts)
    pages = await world.pages("ana", "my_answers")
    assert said(pages) == texts[::-1]
    assert len(pages) == 2
    assert all(readable(page) for page in pages)
    does, value = button(pages[1].blocks, "Newer")
    assert (await world.act("ana", does, value)).view == pages[0]
    assert not any(label == "Newer" for label, *_ in pressable(pages[0].blocks))
    assert not any(label == "Older answers" for label, *_ in pressable(pages[1].blocks))


async def test_the_longest_answers_are_never_cut(open_world: OpenWorld) -> None:
    """Ten answers of 3,000 characters stand in full, on as many pages as that takes."""
    texts = [long(f"kestrel {n:02}") for n in range(10)]
    world = await talkative(open_world, texts)
    pages = await world.pages("ana", "my_answers")
    assert said(pages) == texts[::-1]
    assert all(readable(page) for page in pages)
    assert len(pages) > 2
    back = [pages[-1]]
    while "Newer" in words(back[-1].blocks):
        turned = await world.act("ana", *button(back[-1].blocks, "Newer"))
        assert isinstance(turned.view, Panel)
        back.append(turned.view)
        assert len(back) <= len(pages)
    assert back[-1] == pages[0]
    assert set(said(back)) == set(texts)


async def test_a_forged_page_of_my_answers(open_world: OpenWorld) -> None:
    """Whatever no button carried is the first page."""
    world = await talkative(open_world, [f"kestrel {n}" for n in range(15)])
    first = (await world.act("ana", "my_answers")).view
    for value in ("-1", "x", "999999", "1e9", "²", "0:0", "9" * 30, str(UUID(int=7))):
        assert (await world.act("ana", "my_answers", value)).view == first, value


async def team(open_world: OpenWorld, size: int, text: str) -> World:
    """So many people answer five questions, and Friday's summary is there."""
    people = [Someone(f"person{n:02}", manager="mara") for n in range(size)]
    spec = check_in(pack="five", reminders=0)
    quiet = Someone("quentin", manager="mara")
    world = await open_world([MARA, TOM, quiet, *people], [spec, weekly_summary()])
    await world.until("2026-03-03 10:05")
    for someone in people:
        await world.starts(someone.name)
        form = await world.opens(someone.name, "open_form")
        fields = {f"text:q{n}": text.format(someone.name, n) for n in range(1, 6)}
        await world.submits(someone.name, form, fields)
    await world.until("2026-03-06 18:00")
    return world


@on_both
async def test_details_turn_through_everybody(open_world: OpenWorld) -> None:
    """Fifteen people and five answers each: the first page tells those on it that they were read,
    and nobody else. Then every answer once, under its person, and at the end the line of those of
    whom nothing is shown."""
    world = await team(open_world, 15, "{} says {}")
    _, does, value = next(b for b in pressable(await world.home("mara")) if b[1].startswith("summ"))
    await only_who_was_shown_is_told(world, does, value)
    pages = await world.pages("mara", does, value)
    assert len(pages) == 2
    assert said(pages) == [f"person{n:02} says {q}" for n in range(15) for q in range(1, 6)]
    assert all(readable(page) for page in pages)
    assert all(isinstance(page.blocks[0], Heading) for page in pages)
    assert "Quentin: nothing shared" in words(pages[-1])
    assert "Page 1 of 2" in words(pages[0])
    assert (await world.act("mara", *button(pages[1].blocks, "Previous"))).view == pages[0]


async def only_who_was_shown_is_told(world: World, does: str, value: str) -> None:
    first = (await world.act("mara", does, value)).view
    assert isinstance(first, Panel)
    opened = "Mara opened it in the details"
    assert "person00 says 1" in words(first)
    assert opened in words(await world.my_answers("person00"))
    assert opened not in words(await world.my_answers("person14"))
    await world.act("mara", *button(first.blocks, "Next people"))
    assert opened in words(await world.my_answers("person14"))


async def test_one_person_on_several_pages(open_world: OpenWorld) -> None:
    """Five answers of 3,000 characters go over the page, in full, and each page names the person;
    those overleaf are logged when it is turned."""
    world = await team(open_world, 1, long("{} says {}")[: MAX_TEXT - 10])
    _, does, value = next(b for b in pressable(await world.home("mara")) if b[1].startswith("summ"))
    first = (await world.act("mara", does, value)).view
    assert isinstance(first, Panel)
    seen = len(quotes(first.blocks))
    assert 1 <= seen < 5
    told = words(await world.my_answers("person00"))
    assert told.count("Mara opened it") == seen
    pages = await world.pages("mara", does, value)
    assert len(said(pages)) == 5
    assert all(len(text) >= MAX_TEXT - 15 for text in said(pages))
    assert all(readable(page) and page.blocks[0] == Heading("Person00") for page in pages)


async def test_a_forged_page_of_the_details(open_world: OpenWorld) -> None:
    """A page that is not there is the first one, for the summary's own manager."""
    world = await team(open_world, 2, "{} says {}")
    _, does, value = next(b for b in pressable(await world.home("mara")) if b[1].startswith("summ"))
    first = (await world.act("mara", does, value)).view
    for page in (":-1", ":x", ":99", ":", ":0:0", ":²", ":" + "9" * 30):
        assert (await world.act("mara", does, value + page)).view == first, page


async def test_forged_details_show_nothing(open_world: OpenWorld) -> None:
    """A page of somebody else's summary, or of none, is gone."""
    world = await team(open_world, 2, "{} says {}")
    _, does, value = next(b for b in pressable(await world.home("mara")) if b[1].startswith("summ"))
    gone = Reply(notice="There is nothing to show here any more.")
    for who, forged in [("tom", f"{value}:0"), ("person00", value), ("mara", f"{uuid4()}:1")]:
        assert await world.act(who, does, forged) == gone
    assert await world.act("mara", does, "x:1") == gone
    assert await world.act("mara", does, "") == gone


async def test_small_panels_have_nothing_to_turn(open_world: OpenWorld) -> None:
    """What fits on one page has no buttons for others and no page number."""
    world = await team(open_world, 1, "{} says {}")
    [details] = await world.details("mara")
    assert not [b for b in details.blocks if isinstance(b, Buttons)]
    assert "Page" not in words(details)
    assert not [b for b in details.blocks if isinstance(b, Chart)]
    mine = await world.my_answers("person00")
    assert not any(action == "my_answers" for _, action, _ in pressable(mine.blocks))
