"""Results of a survey on the local page: drawn, said, and reached with a keyboard."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.accessibility import accessibility_faults
from tests.browser.hands import become, button, dialog, overflow
from tests.integration.local_office import Office
from tests.result_screens import two_surveys
from tests.screenshots import served


@pytest.fixture
async def surveyed(tmp_path: Path) -> AsyncIterator[Office]:
    """A company of two teams whose second survey has been counted."""
    async with two_surveys(tmp_path / "surveys") as world:
        await world.built.uow.write(lambda tx: tx.organisations.set_demo_now(world.now))
        async with served(world.environment, "ines@fernweh.example") as office:
            yield office


async def test_a_manager_opens_the_results_from_the_summary(phone: Page, surveyed: Office) -> None:
    """Every drawing is named with all it shows; it fits a phone, and axe finds
    nothing in light or dark."""
    await become(phone, surveyed, "Tomas")
    summary = re.compile(r"^Favourable answers \(4 or 5 of 5\) 67%: I understand how my daily")
    await expect(phone.get_by_role("img", name=summary).last).to_be_visible()
    await button(phone, "See results").click()
    team = dialog(phone)
    await expect(team).to_have_accessible_name("Team results")
    shares = (
        "I understand how my daily AI use aligns with company goals. "
        "1 strongly disagree: 0%, 2 disagree: 0%, 3 neither agree nor disagree: 33%, "
        "4 agree: 50%, 5 strongly agree: 17%"
    )
    await expect(team.get_by_role("img", name=shares, exact=True)).to_be_visible()
    assert await overflow(phone) == 0
    for scheme in ("light", "dark"):
        await phone.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of both
        assert await accessibility_faults(phone) == []
