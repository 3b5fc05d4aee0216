"""The page for employees: what it says is what is set, and what is promised is all there."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.domain.organisation import Configuration
from bot.domain.policy import Ai, Expectations, Policy, QuestionsFor
from bot.services.privacy_page import privacy_page
from bot.settings import load_configuration
from prompts.pages import as_html, as_text
from tests.harness import OURS, ROOT

EVIL = "{{ 7 * 7 }} <script>alert(1)</script> **bold** [x](javascript:alert(1)) `code`"
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
TEAMS = {
    "TEAMS_APP_ID": "11111111-1111-1111-1111-111111111111",
    "TEAMS_TENANT_ID": "22222222-2222-2222-2222-222222222222",
    "TEAMS_APP_SECRET": "value",
}
SHIPPED = load_configuration(ROOT / "app.yaml")


@pytest.fixture(autouse=True)
def _no_platform_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)


def changed(**changes: object) -> Configuration:
    return replace(SHIPPED, policy=replace(SHIPPED.policy, **changes))


def test_the_documentation_is_the_page_with_the_shipped_settings() -> None:
    """To mend it: touchpoint privacy --file app.yaml --markdown, with Slack and Teams set up."""
    shown = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert shown == privacy_page(SHIPPED, {"slack", "teams"})


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_there_are_ten_promises_on_one_page(platform: str) -> None:
    page = privacy_page(SHIPPED, {platform})
    numbered = re.findall(r"^(\d+)\. \*\*.+?\*\*", page, re.MULTILINE)
    assert numbered == [str(number) for number in range(1, 11)]
    assert len(page.split()) < 900
    assert "\n\n\n" not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"company": "Acme & Söhne"}, "For everybody at Acme & Söhne"),
        ({"group_minimum": 7}, "from 7 people who answered"),
        ({"comment_minimum": 12}, "words without names from 12"),
        ({"retention_days": 90}, "deleted by themselves 90 days after"),
        ({"follow_up_days": 9}, "9 days after a promise was due"),
        ({"team_results": True}, "**you** of your own team"),
        ({"retention_by_pack": {"burnout": 30}}, "those to “Burnout” after 30"),
    ],
)
def test_it_says_what_is_set(changes: dict[str, object], said: str) -> None:
    assert said in privacy_page(changed(**changes), {"slack"})


def test_it_speaks_of_the_platforms_there_are() -> None:
    neither, both = privacy_page(SHIPPED, ()), privacy_page(SHIPPED, {"slack", "teams"})
    assert "Slack" not in neither
    assert "Teams" not in neither
    assert "Slack administrators may export" in both
    assert "Microsoft 365 administrators may export" in both


def test_it_says_who_answers_questions_and_how() -> None:
    given = Expectations("Check it.", "", "lea@fernweh.example", QuestionsFor.LEADER)
    named = privacy_page(changed(expectations=given), (), leader="Lea Moss")
    assert "go to Lea Moss with your name" in named
    assert "lea@fernweh.example without names, 10 or more" in privacy_page(
        changed(expectations=replace(given, questions=QuestionsFor.GROUP)), ()
    )
    assert "expectations" not in privacy_page(changed(expectations=Expectations()), ())


def test_help_is_spoken_of_where_burnout_is_asked() -> None:
    asked = replace(SHIPPED.cadences[0], pack="burnout")
    with_it = replace(SHIPPED, cadences=(asked,))
    assert "Ines from People" in privacy_page(with_it, ())
    assert "Nobody is alerted" in privacy_page(with_it, ())
    assert "Ines" not in privacy_page(SHIPPED, ())


def test_notes_about_ones_own_answers_are_spoken_of_where_there_are_any() -> None:
    signs = SHIPPED.policy.early_signs
    assert signs.rules
    assert not signs.enabled
    assert "note about your own answers" not in privacy_page(SHIPPED, ())
    on = privacy_page(changed(early_signs=replace(signs, enabled=True)), ())
    assert "**You alone** may be shown a note about your own answers" in on


def test_an_ai_provider_would_be_named() -> None:
    page = privacy_page(changed(ai=Ai("OpenAI", "api.openai.com")), ())
    assert "OpenAI (api.openai.com) may get what you shared with your manager" in page
    assert "It gets only answers you gave after it was named to you" in page
    assert "No AI reads your answers" not in page
    assert "may keep as its contract with Fernweh Maps says" in page
    assert "OpenAI" not in privacy_page(SHIPPED, ())


def test_what_a_company_wrote_is_no_markup_and_no_template() -> None:
    page = privacy_page(
        replace(SHIPPED, policy=Policy(company=EVIL, help_contact=EVIL), cadences=()), {"slack"}
    )
    shown = as_html(page)
    assert "<script>" not in shown
    assert "href" not in shown
    assert "<strong>bold" not in shown
    assert "{{ 7 * 7 }} &lt;script&gt;alert(1)&lt;/script&gt; **bold**" in shown
    assert EVIL in as_text(page).replace("\n", " ")


def test_the_web_page_is_whole_and_loads_nothing() -> None:
    shown = as_html(privacy_page(SHIPPED, {"slack"}))
    assert shown.startswith("<!doctype html>")
    for tag in ("html", "head", "body", "ol", "ul", "title", "style"):
        assert len(re.findall(rf"<{tag}[ >]", shown)) == shown.count(f"</{tag}>"), tag
    assert shown.count("<li>") == shown.count("</li>") > 10
    assert not re.search(r"src=|url\(|<script|<link|http", shown)
    assert "*" not in shown


def test_the_text_has_no_marks_and_fits_a_terminal() -> None:
    shown = as_text(privacy_page(SHIPPED, {"slack"}))
    assert not re.search(r"[*#`]", shown)
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_the_command_speaks_of_the_platforms_that_are_configured() -> None:
    given = ["privacy", "--markdown", "--file", str(ROOT / "app.yaml")]
    neither = CliRunner().invoke(app, given).output
    assert "**On Teams**" not in neither + CliRunner().invoke(app, given, env=SLACK).output
    teams = CliRunner().invoke(app, given, env=TEAMS).output
    assert "**On Teams**" in teams
    assert "**On Slack**" not in teams
    assert CliRunner().invoke(app, given, env=SLACK | TEAMS).output == privacy_page(
        SHIPPED, {"slack", "teams"}
    )


def test_the_command_prints_it_or_writes_it(tmp_path: Path) -> None:
    run = CliRunner().invoke
    file = str(ROOT / "app.yaml")
    assert "Ten promises" in run(app, ["privacy", "--file", file]).output
    target = tmp_path / "privacy.html"
    written = run(app, ["privacy", "--file", file, "--html", "--output", str(target)])
    assert written.exit_code == 0
    assert target.read_text(encoding="utf-8") == as_html(privacy_page(SHIPPED, ()))
    again = run(app, ["privacy", "--file", file, "--output", str(target)])
    assert "never overwritten" in str(again.exception)
    both = run(app, ["privacy", "--html", "--markdown"])
    assert "exclude each other" in str(both.exception)
