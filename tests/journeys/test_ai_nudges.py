"""What a manager's day and *Prepare* say of who wrote the ways to begin: what the summary they come
from said, and so nothing of which of its people AI wrote about.
"""

from __future__ import annotations

import pytest

from tests.journeys.ai_office import (
    ANA,
    BEN,
    BY_AI,
    Office,
    Open,
    here,
)
from tests.journeys.given import check_in, one_to_ones, weekly_summary
from tests.journeys.test_ai_told import switch
from tests.journeys.test_one_to_ones import set_rhythm
from tests.journeys.words import words
from tests.servers.model.faults import Fault

HELPED = "a summary that AI (OpenAI) helped word, each checked against their own words"
CADENCES = (check_in(reminders=0, pack="ai_check_in"), weekly_summary(), one_to_ones())
"""With questions for which the fixed rules, too, know a way to begin."""
BY_RULES = "Written by fixed rules, without AI."


async def with_days(opened: Open) -> Office:
    """Mara meets Ana on Tuesdays; Ana lets AI read her answers, Ben doesn't, and both share."""
    office = await opened(cadences=CADENCES)
    await set_rhythm(office.world, "mara", "ana", rhythm="weekly", weekday="1")
    await switch(office.world, "off", "ben")
    await office.share("ana", *ANA)
    await office.share("ben", *BEN)
    return office


async def prepared(office: Office, who: str) -> str:
    return words((await office.world.act("mara", "one_to_one", str(office.world.ids[who]))).view)


@here
async def test_ways_to_begin_from_a_summary_that_ai_helped_word_say_so(opened: Open) -> None:
    """Of Ben, who switched it off, the same as of Ana."""
    office = await with_days(opened)
    assert BY_RULES in await prepared(office, "ana"), "nothing of it stood in a summary yet"
    assert BY_AI in await office.friday()
    await office.world.until("2026-03-10 12:00")
    told = office.world.arrived("mara", "nudge")[-1]
    assert "1:1 with Ana" in told.words
    for said in (told.words, await prepared(office, "ana"), await prepared(office, "ben")):
        assert HELPED in said
        assert "without AI" not in said


@here
@pytest.mark.parametrize("off", [True, False])
async def test_where_the_rules_wrote_all_of_it_they_say_that(opened: Open, off: bool) -> None:
    """Whether AI failed or Ana switched it off too."""
    office = await with_days(opened)
    if off:
        await switch(office.world, "off", "ana")
    office.server.fails(*[Fault.UNAVAILABLE] * 9)
    assert BY_AI not in await office.friday()
    await office.world.until("2026-03-10 12:00")
    for said in (office.world.arrived("mara", "nudge")[-1].words, await prepared(office, "ana")):
        assert ANA[0] in said
        assert BY_RULES in said
        assert "helped word" not in said
