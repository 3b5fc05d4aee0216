"""Nothing anybody said lies in the files in plain."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.test_pairs import adds, promises
from tests.journeys.world import World

MARKERS = ["Kestrelwort", "Heronbloom", "Plovermoss", "Grebeleaf", "Siskinoak", "Dunlinash"]


async def lived(open_world: OpenWorld) -> World:
    """A week with answers, an edit, an answer kept private, a summary, an agenda and a promise."""
    people = [Someone("mara"), Someone("ana", manager="mara")]
    world = await open_world(people, [check_in(pack="kinds", reminders=0), weekly_summary()])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.press("ana", "answer", "4")
    await world.answers("ana", "Kestrelwort")
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:trust": "Heronbloom", "text:diary": "Plovermoss"})
    await world.press_under("ana", "4/5\nKestrelwort", "only_me")
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:clear": "Grebeleaf"})
    await adds(world, "ana", "mara", "Siskinoak")
    await promises(world, "mara", "ana", "Dunlinash")
    await world.until("2026-03-06 18:00")
    await world.details("mara")
    return world


def found_in(folder: Path, words: list[str]) -> list[str]:
    """Those words that lie in any file, in one of the encodings text could be kept in."""
    raw = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return [word for word in words if any(word.encode(e) in raw for e in encodings)]


async def test_no_word_of_an_answer_lies_in_the_files(
    open_world: OpenWorld, tmp_path: Path
) -> None:
    """After answers by typing, by button and by form, an edit, a summary and its details, no word
    of them is found in the raw bytes of the database, its write-ahead log or the key store, while
    the process runs and after it ended."""
    world = await lived(open_world)
    assert (tmp_path / "world.db-wal").stat().st_size > 0
    assert found_in(tmp_path, MARKERS) == []
    await world.built.close()
    assert found_in(tmp_path, MARKERS) == []


async def test_the_search_would_find_them(open_world: OpenWorld, tmp_path: Path) -> None:
    """The same search finds what is not sealed: an address from the people list."""
    await lived(open_world)
    assert found_in(tmp_path, ["ana@fernweh.example"]) == ["ana@fernweh.example"]
