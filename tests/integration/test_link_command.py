"""`touchpoint link`: for whoever can't reach the chat, and never behind a person's back."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.services.link_for import LinkRefused, link_for
from tests.integration.own_pages import ORIGIN, OwnPages, own_pages

LINK = re.compile(rf"{re.escape(ORIGIN)}/you/([A-Za-z0-9_-]{{43}})")


async def run(pages: OwnPages, patch: pytest.MonkeyPatch, email: str, web_url: str = ORIGIN) -> str:
    """What the command prints, in a process of the operator's beside the one that serves."""
    environment = pages.world.environment
    patch.setenv("TOUCHPOINT_DATABASE_URL", environment.database_url)
    patch.setenv("TOUCHPOINT_WEB_URL", web_url)
    done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["link", email])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


async def test_it_prints_a_link_and_a_code_and_is_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator sees a link and a code and no word of hers; the audit log holds ids alone."""
    async with own_pages(tmp_path) as pages:
        await pages.world.answers("ana", "quokka words", "numbat words")
        printed = await run(pages, monkeypatch, "ANA@fernweh.example")
        found = LINK.search(printed)
        assert found, printed
        assert "quokka" not in printed
        assert "unopened" in printed
        audited = await pages.world.built.uow.read(lambda tx: tx.audit.latest(["link.made"]))
        assert [entry.target for entry in audited] == [str(pages.world.ids["ana"])]
        assert found[1] not in str(audited)


async def test_the_person_is_told_of_a_link_that_somebody_else_made(tmp_path: Path) -> None:
    """Whoever wanted to look on their own would be noticed."""
    async with own_pages(tmp_path) as pages:
        made = await link_for(pages.world.built.kit, "ana@fernweh.example", pages.world.now)
        await pages.world.settle()
        [told] = pages.world.arrived("ana", "note")
        assert "made a link to your data for you" in told.words
        assert made.secret not in told.words
        assert "yours alone" in (await pages.visitor().opens(f"{ORIGIN}/you/{made.secret}")).text


@pytest.mark.parametrize(
    ("email", "web_url", "said"),
    [
        ("nobody@fernweh.example", ORIGIN, "nobody on the people list"),
        ("ben@fernweh.example", ORIGIN, "has left"),
        ("ana@fernweh.example", "", "TOUCHPOINT_WEB_URL"),
    ],
)
async def test_it_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, email: str, web_url: str, said: str
) -> None:
    async with own_pages(tmp_path) as pages:
        await pages.world.leaves("ben")
        with pytest.raises(LinkRefused, match=said):
            await run(pages, monkeypatch, email, web_url)
        audited = await pages.world.built.uow.read(lambda tx: tx.audit.latest(["link.made"]))
        assert audited == []
