"""A manager's Slack status: their nudges wait for them, and nothing is kept of anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.slack_office import SlackOffice, slack_office
from tests.journeys.given import at, check_in, one_to_ones, weekly_summary

CADENCES = [check_in(reminders=0), weekly_summary(), one_to_ones(on=2)]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with slack_office(tmp_path, cadences=CADENCES) as opened:
        yield opened


async def says(office: SlackOffice, who: str, emoji: str, until: str = "") -> None:
    """The event Slack sends when somebody's status changes."""
    ends = int(at(until).timestamp()) if until else 0
    profile = {"status_emoji": emoji, "status_text": "", "status_expiration": ends}
    user = {"id": office.user(who).member.id, "profile": profile}
    event = {"type": "user_status_changed", "user": user}
    assert (await office.did(await office.slack.sends_event(event))).acknowledged


async def nudged(office: SlackOffice) -> list[str]:
    return office.world.walls("mara", "nudge")


async def test_nudges_wait_until_the_manager_is_back(office: SlackOffice) -> None:
    await says(office, "mara", ":palm_tree:", until="2026-03-13 00:00")
    await office.world.until("2026-03-12 18:00")
    assert await nudged(office) == []
    await office.world.until("2026-03-13 12:00")
    assert await nudged(office) == ["2026-03-13 09:00"]
    assert office.is_clean()


async def test_back_early_they_come_at_once(office: SlackOffice) -> None:
    await says(office, "mara", ":palm_tree:")
    await office.world.until("2026-03-05 10:00")
    assert await nudged(office) == []
    await says(office, "mara", "")
    assert await nudged(office) == ["2026-03-05 10:00"]


async def test_of_those_who_manage_nobody_nothing_is_kept(office: SlackOffice) -> None:
    await says(office, "ana", ":palm_tree:", until="2026-03-13 00:00")
    ana = office.world.ids["ana"]
    assert await office.world.built.uow.read(lambda tx: tx.desks.get(ana)) is None


async def test_an_event_that_makes_no_sense_changes_nothing(office: SlackOffice) -> None:
    for user in (None, "U1", {}, {"id": 7}, {"id": "U1", "profile": []}):
        event = {"type": "user_status_changed", "user": user}
        assert (await office.slack.sends_event(event)).status == 200
    assert office.is_clean()
