"""What `touchpoint status` says of a workspace that is paused: why, until when, what to do."""

import io
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot.cli.status import _passes, _Shown
from bot.domain.organisation import Organisation
from bot.domain.ports.queue_store import LanePause
from bot.services.ai_use import AiToday, Spent
from bot.services.status import PeopleStatus, Status
from bot.slack import pauses
from bot.teams import pauses as in_teams

UNTIL = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)


def shown(reason: str, platform: str = "slack") -> str:
    pause = LanePause(uuid4(), UNTIL, reason, platform, "Fernweh")
    people = PeopleStatus(3, 0, None)
    organisation = Organisation(uuid4(), "Fernweh")
    found = Status(organisation, people, (), {}, {}, {}, None, (pause,))
    screen = io.StringIO()
    out = Console(file=screen, width=400, no_color=True)
    _Shown(out, found, ZoneInfo("Europe/Berlin")).print()
    return screen.getvalue()


def test_a_refused_token_names_the_setting() -> None:
    said = shown(pauses.TOKEN_REFUSED)
    assert "Slack workspace Fernweh is paused, next try Tue 03 Mar 2026 10:05" in said
    assert "Set a new SLACK_BOT_TOKEN" in said


@pytest.mark.parametrize("reason", pauses.REMEDIES)
def test_every_reason_has_a_remedy(reason: str) -> None:
    assert pauses.REMEDIES[reason] in shown(reason)


@pytest.mark.parametrize("reason", in_teams.REMEDIES)
def test_in_teams_it_has_another_one(reason: str) -> None:
    said = shown(reason, "teams")
    assert "Microsoft Teams: tenant Fernweh is paused, next try Tue 03 Mar 2026 10:05" in said
    assert in_teams.REMEDIES[reason] in said
    assert "Slack" not in said


def test_what_ai_took_stands_there_rounded() -> None:
    people, organisation = PeopleStatus(3, 0, None), Organisation(uuid4(), "Fernweh")
    found = Status(organisation, people, (), {}, {}, {}, None)
    spent = AiToday("OpenAI", asks=True, workspaces=(Spent("Fernweh", 61_001, 200_000),))
    out = io.StringIO()
    console = Console(file=out, width=400, no_color=True)
    _Shown(console, found, ZoneInfo("Europe/Berlin"), spent).print()
    assert "AI (OpenAI): at least 30% of 200,000 tokens used today." in out.getvalue()
    assert "OpenAI" not in screen(found)


def test_only_a_rate_limit_needs_nobody() -> None:
    def passes(reason: str) -> bool:
        return _passes(LanePause(uuid4(), UNTIL, reason, "slack", "Fernweh"))

    assert [reason for reason in pauses.REMEDIES if passes(reason)] == ["rate_limited"]


def screen(found: Status) -> str:
    out = io.StringIO()
    _Shown(Console(file=out, width=400, no_color=True), found, ZoneInfo("Europe/Berlin")).print()
    return out.getvalue()


def test_why_people_are_not_reached_stands_there_in_groups() -> None:
    people = PeopleStatus(90, 12, None, unreached={"not_installed": 7})
    said = screen(Status(Organisation(uuid4(), "Fernweh"), people, (), {}, {}, {}, None))
    assert "7 without the app in Teams; `touchpoint people reach` names everybody" in said


def test_what_may_have_arrived_is_explained() -> None:
    people, counts = PeopleStatus(3, 0, None), {"no_answer": 2}
    acme = Organisation(uuid4(), "Fernweh")
    said = screen(Status(acme, people, (), {}, {}, counts, None, unsure=2))
    assert "2 no answer" in said
    assert "not sent again by themselves" in said
    assert "not sent again" not in screen(Status(acme, people, (), {}, {}, {}, None))
