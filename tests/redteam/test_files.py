"""The database, its write-ahead log and the key store, searched byte by byte for what people said.

An act that erases joins by a line in `ACTS`: what it takes away must be gone from the files too,
sealed as it was, and what it leaves must still be readable by its author.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.message import Form
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.surfaces import Local
from tests.journeys.test_pairs import adds
from tests.journeys.words import below, pressable
from tests.journeys.world import World

Act = Callable[[World], Awaitable[object]]
_FOR_URLS = str.maketrans("+/", "-_")
SAID, KEPT, BETWEEN = "Kestrelwört", "Heronblüte", "Siskinöak"


async def undo(world: World) -> None:
    """*Undo* under the answer, before the summary and after."""
    await world.press_under("ana", SAID, "undo")


async def empties_the_form(world: World) -> None:
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:work": ""})


async def erases(world: World) -> None:
    """*Erase* under *My answers*, and *Erase* in the form that asks."""
    panel = await world.my_answers("ana")
    under = pressable(below(panel.blocks, SAID))
    value = next(value for _, action, value in under if action == "erase_answer")
    await sends(world, "erase_answer", value)


async def erases_everything(world: World) -> None:
    await sends(world, "erase_everything", "")


async def sends(world: World, action: str, value: str) -> None:
    """Opens the form that asks, and sends it."""
    reply = await world.act("ana", action, value)
    assert isinstance(reply.view, Form)
    await world.submits("ana", reply.view, {})


ACTS: dict[str, tuple[Act, list[str]]] = {
    "undo": (undo, [KEPT]),
    "the form, emptied": (empties_the_form, [KEPT]),
    "erase": (erases, [KEPT]),
    "erase everything": (erases_everything, []),
}
"""Each with what is left to its author."""


@pytest.fixture
async def world(tmp_path: Path):  # type: ignore[no-untyped-def]  # closed at the end
    people = [Someone("mara"), Someone("ana", manager="mara")]
    opened = await World.open(
        prepared(tmp_path), people, [check_in(reminders=0), weekly_summary()], surface=Local()
    )
    await opened.until("2026-03-03 10:05")
    await opened.starts("ana")
    await opened.answers("ana", SAID, KEPT)
    await adds(opened, "ana", "mara", BETWEEN)
    yield opened
    await opened.close()


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def disguises(word: str) -> list[bytes]:
    """The word in every form in which text is commonly kept: encodings, escapes, base64 wherever
    in a longer text it begins, and hexadecimal.
    """
    plain = word.encode()
    found = [plain, word.encode("utf-16-le"), word.encode("utf-16-be"), word.encode("latin-1")]
    found += [json.dumps(word)[1:-1].encode(), plain.hex().encode(), plain.hex().upper().encode()]
    for before in range(3):
        coded = base64.b64encode(b"x" * before + plain).decode()
        # Of its first and last characters, some hold bits of what stands before and after.
        inside = coded[-(-8 * before // 6) : 8 * (before + len(plain)) // 6]
        found += [inside.encode(), inside.translate(_FOR_URLS).encode()]
    return found


def found_in(raw: bytes, *words: str) -> list[str]:
    return [word for word in words if any(each in raw for each in disguises(word))]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_nothing_is_left_of_what_was_erased(
    world: World, tmp_path: Path, act: tuple[Act, list[str]]
) -> None:
    """Not the words in any disguise, before or after; and after not what they were sealed as,
    nor, while the process runs on, in the write-ahead log. What is left is its author's.
    """
    erase, stays = act
    assert found_in(bytes_in(tmp_path), SAID, KEPT, BETWEEN) == []
    before = await world.kept_versions("ana")
    assert [sealed for sealed in before if sealed in bytes_in(tmp_path)] == before
    await erase(world)
    await world.work()
    left = await world.kept_versions("ana")
    gone = [sealed for sealed in before if sealed not in left]
    assert len(gone) == 2 - len(stays)
    assert await world.my_words("ana") == stays
    for is_over in (False, True):
        if is_over:
            await world.close()
        raw = bytes_in(tmp_path)
        assert [sealed for sealed in gone if sealed in raw] == []
        assert found_in(raw, SAID, KEPT, BETWEEN) == []


def test_the_search_finds_every_disguise() -> None:
    for hidden in (
        f"before {SAID} after".encode(),
        f"before {SAID} after".encode("utf-16-le"),
        json.dumps({"text": SAID}).encode(),
        *(base64.b64encode(b"y" * n + SAID.encode() + b" after") for n in range(9)),
        SAID.encode().hex().encode(),
    ):
        assert found_in(hidden, SAID) == [SAID], hidden
