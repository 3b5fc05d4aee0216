"""What a summary keeps of sentences whose words were taken back, or grew too old."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.services.expire import expire
from tests.journeys.ai_office import ANA, ANAS, BEN, BENS, CADENCES, Open, both_share, here, policy
from tests.journeys.given import check_in
from tests.journeys.test_erasing import screen


@here
@pytest.mark.parametrize("how", ["undo", "form"])
async def test_what_is_taken_back_leaves_no_sentence_behind(opened: Open, how: str) -> None:
    """Not even sealed; the message stays as it was read, and what is said anew comes next week."""
    office = await both_share(opened)
    world = office.world
    said = await office.friday()
    assert ANAS in await office.sealed("ana")
    before = await screen(world, "mara")
    if how == "undo":
        await world.press_under("ana", ANA[0], "undo")
    else:
        form = await world.opens("ana", "open_form")
        await world.submits("ana", form, {"text:work": ""})
    await world.wait()
    left = await office.sealed("ana")
    assert "importer" not in left
    assert "data" in left, "what rests on another answer stays"
    assert await screen(world, "mara") == before
    assert ANAS in said
    assert BENS in await office.sealed("ben")
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:work": "I test the exporter now."})
    await world.until("2026-03-13 18:00")
    [_, later] = world.arrived("mara", "summary")
    assert "I test the exporter now." in later.words + str(await world.told("mara"))


@here
async def test_what_is_too_old_takes_its_sentences_along(opened: Open) -> None:
    """Also where the part lives on with answers to a pack that is kept longer."""
    office = await opened()
    world = office.world
    rules = replace(policy(office.ai()), retention_by_pack={"other": 14})
    second = check_in("second", on=2, pack="other", reminders=0, weeks=50)
    await world.configure((*CADENCES, second), rules)
    await office.share("ana", *ANA)
    await world.until("2026-03-04 10:05")
    await world.answers("ana", BEN[0], "Nothing.")
    await office.friday()
    assert "maps" in await office.sealed("ana")
    summary = await office.stored()
    world.jump("2026-03-30 00:00")
    await expire(world.built.kit, world.now)
    [part] = (await office.stored()).parts
    assert 0 < len(part.versions) < len(summary.parts[0].versions)
    left = await office.sealed("ana")
    assert "maps" not in left
    assert ANAS in left
