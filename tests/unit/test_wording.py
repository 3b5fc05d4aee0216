"""No message can fail for want of words: every block renders, and every code has its block."""

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from bot.domain.cadence import Audience
from bot.domain.recurrence import Recurrence, Unit
from bot.services.move_home import TELLS
from prompts.words import Said, shipped_words
from tests.harness import ROOT

SERVICES = ROOT / "bot" / "services"
DOMAIN = ROOT / "bot" / "domain"
MESSAGES = sorted(
    entry.name.removesuffix(".j2") for entry in (files("prompts") / "messages" / "en").iterdir()
)
LOCALES = ("en-US", "en-GB", "de", "fr-FR", "ar", "ja", "xx")
MOMENT = datetime(2026, 3, 6, 15, tzinfo=UTC)
PEOPLE = {"name": "Ana", "names": ["Ana", "Ben", "Cy"], "manager": "Mia", "first_name": "Ana"}
FACTS: dict[str, dict[str, object]] = {
    "admin": {
        "count": 3,
        "minimum": 5,
        "moment": MOMENT,
        "name": "AI check-in",
        "people": 1200,
        "unreachable": 2,
    },
    "ai": {"budget": 200_000, "provider": "OpenAI", "percent": 60, "workspace": "Fernweh"},
    "audit": {"moment": MOMENT},
    "audience": PEOPLE | {"comments": 10, "minimum": 5, "provider": "OpenAI"},
    "command": PEOPLE | {"moment": MOMENT, "word": "pause"},
    "cadence": {
        "audience": Audience(teams=("Sales",), managers=True, tenure_min_days=90),
        "count": 3,
        "day": date(2026, 3, 6),
        "moment": MOMENT,
        "new": "10:00",
        "old": "09:00",
        "value": "90, 180",
        "rule": Recurrence(Unit.WEEK, 2, time(10), date(2026, 3, 3), weekday=1),
        "what": "Time",
        "when": "every week, Tuesday 10:00",
        "whom": "everyone",
    },
    "cadence_change": {
        "count": 3,
        "line": "every week, Tuesday 10:00",
        "messages": 4,
        "moment": MOMENT,
        "name": "Ines",
        "number": 2,
        "this_year": 2027,
        "weeks": 4,
    },
    "cadence_form": {
        "audience": "everyone",
        "complaint": "line 1: it is nested too deeply",
        "count": 3,
        "first_name": "Ana",
        "name": "AI check-in",
        "nth": "First",
        "opens": "08:00",
        "shuts": "18:00",
        "team": "Sales",
        "weekday": "Monday",
    },
    "export": PEOPLE
    | {
        "ai": "OpenAI (api.openai.com)",
        "at": "6 Mar 2026, 15:00",
        "company": "Fernweh",
        "day": "6 Mar 2026",
    },
    "erase": {"count": 3},
    "expectations": {
        "company": "Fernweh",
        "count": 12,
        "leader": "Ines Okafor",
        "minimum": 10,
        "moment": MOMENT,
        "name": "Ines Okafor",
        "number": 2,
        "of": 300,
        "sent": 120,
    },
    "follow_ups": {},
    "form": {"company": "Fernweh"},
    "guide": PEOPLE | {"count": 7, "number": 2, "words": "What gives them energy."},
    "handover": PEOPLE
    | {
        "count": 2,
        "due": date(2026, 3, 6),
        "first": "Tom",
        "former": "Mara",
        "text": "Shorter reviews",
    },
    "nudges": PEOPLE
    | {
        "absent": "Mara",
        "company": "Fernweh",
        "count": 2,
        "day": date(2026, 3, 6),
        "first": "1:1 with Ana",
        "more": 1,
        "number": 1,
        "provider": "OpenAI",
        "question": "How is work?",
        "texts": ["Reviews", "Holidays"],
    },
    "one_to_one": PEOPLE | {"count": 2, "day": date(2026, 3, 6), "first": "Mara", "number": 1},
    "standing_in": PEOPLE
    | {"first": "Mara", "since": date(2026, 3, 6), "until": date(2026, 3, 20)},
    "early_sign": PEOPLE
    | {
        "answer": "2 of 5 (slightly clear)",
        "first": "Mara",
        "label": "slightly clear",
        "moment": MOMENT,
        "number": 2,
        "question": "Is it clear?",
        "rule": "an answer to this is 2 or less",
        "times": 3,
    },
    "elsewhere": {},
    "hello": PEOPLE | {"company": "Fernweh"},
    "home": PEOPLE | {"count": 2, "last_day": MOMENT, "moment": MOMENT},
    "local_page": PEOPLE | {"company": "Fernweh", "count": 2, "day": MOMENT, "moment": MOMENT},
    "my_answers": PEOPLE | {"count": 3, "moment": MOMENT},
    "my_data": {
        "address": "https://touchpoint.fernweh.example/you",
        "company": "Fernweh",
        "host": "api.openai.com",
        "provider": "OpenAI",
    },
    "note": PEOPLE | {"help_contact": "help@fernweh.example", "moment": MOMENT},
    "opening": PEOPLE | {"count": 2, "last_day": MOMENT},
    "pair": PEOPLE | {"count": 2, "days": 14, "first": "Ana", "moment": MOMENT, "text": "Lunch"},
    "preview": {
        "cap": 4,
        "count": 3,
        "day": date(2026, 3, 6),
        "examples": ["Ana", "Ben"],
        "moments": [MOMENT, MOMENT],
        "more": 2,
        "people": ["Ana (ana@fernweh.example)", "Ben (ben@fernweh.example)"],
        "place": "Berlin",
        "reason": "manages nobody",
        "weeks": 4,
    },
    "promise": PEOPLE | {"due": date(2026, 3, 6), "first": "Ana", "mine": True},
    "question": {"label": "mostly clear", "moment": MOMENT, "rating": 4},
    "receipt": {"question": "How is work?"},
    "reclaimed": {
        "count": 2,
        "hours": 9,
        "label": "Learning",
        "people": 3,
        "tellers": 3,
        "went": ["More of the same work (2)", "Learning (1)"],
    },
    "slack": {
        "count": 5,
        "high": "fully",
        "label": "mostly",
        "low": "not at all",
        "number": 2,
        "share": 40,
    },
    "slack_replies": {},
    "teams_replies": {},
    "stranger": {},
    "teams": {
        "count": 5,
        "error": "choose a day",
        "high": "fully",
        "label": "mostly",
        "low": "not at all",
        "number": 2,
        "share": 40,
    },
    "results": {
        "count": 12,
        "label": "agree",
        "low": 4,
        "minimum": 5,
        "moment": MOMENT,
        "name": "Mara Lindqvist",
        "number": 2,
        "percent": 60,
        "survey": "AI clarity",
        "values": ["40%", "60%"],
        "whose": "everybody together",
    },
    "sample": {"moment": MOMENT, "name": "AI check-in", "number": 2, "words": "How is work?"},
    "summary": PEOPLE
    | {
        "before": 2,
        "count": 2,
        "counts": ["Most days (3)", "Never (1)"],
        "dropped": 2,
        "words": "I draw maps.",
        "due": date(2026, 3, 27),
        "label": "Never",
        "more": 1,
        "moves": ["Ana 2 → 4", "Ben 3 → 2"],
        "now": 4,
        "promise": "Half a day without reviews",
        "provider": "OpenAI",
        "question": "Is it clear?",
        "starter": "Ask what helped.",
        "week_end": MOMENT,
    },
    "summary_details": PEOPLE
    | {
        "before": 2,
        "change": -2,
        "count": 3,
        "moment": MOMENT,
        "number": 2,
        "now": 4,
        "question": "Is it clear?",
        "starter": "What would help?",
        "values": "2, 3, 4",
        "words": "Fine",
    },
    "thanks": PEOPLE | {"last_day": MOMENT},
    "you": {
        "check_ins": 2,
        "company": "Fernweh",
        "count": 3,
        "moment": MOMENT,
        "name": "Ana",
    },
    "who_reads": {
        "ai": "reads",
        "comments": 10,
        "company": "Fernweh",
        "days": 365,
        "host": "api.openai.com",
        "manager": "Mia",
        "minimum": 5,
        "name": "Burnout",
        "provider": "OpenAI",
        "text": "How is work?",
    },
    "welcome": PEOPLE | {"company": "Fernweh", "count": 5},
}
UNWANTED = re.compile(r"\{\{|\}\}|\{%|\bNone\b|\bUndefined\b|datetime|  |<")


def say(message: str, locale: str, **changes: object) -> Said:
    return shipped_words().say(message, locale, **(FACTS[message] | changes))


def test_every_message_is_looked_at() -> None:
    assert set(FACTS) == set(MESSAGES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", MESSAGES)
def test_every_block_renders_for_every_reader(message: str, locale: str) -> None:
    said = say(message, locale)
    for block in said:
        text = said[block]
        assert text.strip() == text != "", block
        assert not UNWANTED.search(text), f"{block}: {text}"


@pytest.mark.parametrize("message", MESSAGES)
def test_every_block_renders_for_one_and_for_none(message: str) -> None:
    """Counts of one and of none, one name, and a label that the question doesn't have."""
    for count in (0, 1):
        few = {"count": count, "more": 0, "label": "", "names": ["Ana"], "examples": []}
        said = say(message, "en", **{k: v for k, v in few.items() if k in FACTS[message]})
        for block in said:
            assert not UNWANTED.search(said[block]), f"{block}: {said[block]}"


def test_what_is_said_of_ai_before_answering_fits_three_lines_of_a_phone() -> None:
    said = say("audience", "en")
    lines = [said[block] for block in said if block.startswith("ai_")]
    assert len(lines) == 3
    for line in lines:
        assert len(line) <= 140
        assert line.startswith("AI from OpenAI reads")
        assert "without your name" in line
        assert line.endswith("You can switch it off under “Your data”.")


@pytest.mark.parametrize(
    ("message", "block", "lines"),
    [
        ("early_sign", "reads", 4),
        ("early_sign", "why", 4),
        ("nudges", "only_you_ai", 3),
        ("thanks", "next", 3),
        ("who_reads", "ai_on", 5),
        ("who_reads", "ai_details", 7),
    ],
)
def test_what_is_said_beside_answers_stays_short(message: str, block: str, lines: int) -> None:
    """As a phone shows it, about 47 letters a line."""
    assert len(say(message, "en")[block]) <= 47 * lines


@pytest.mark.parametrize("block", ["manager", "manager_counted"])
def test_who_reads_an_answer_says_of_ai_what_holds_for_that_answer(block: str) -> None:
    none, reads, never = [say("who_reads", "en", ai=ai)[block] for ai in ("", "reads", "never")]
    assert "AI" not in none
    assert "own words; AI, without your name" in reads
    assert "own words; no AI, as it was not named when you answered" in never


@pytest.mark.parametrize(
    ("locale", "day", "clock"),
    [
        ("en-US", "Friday, March 6", "3:00\u202fPM"),
        ("en-GB", "Friday 6 March", "15:00"),
        ("de", "Friday, 6 March", "15:00"),
        ("fr-FR", "Friday, 6 March", "15:00"),
        ("xx", "Friday, March 6", "3:00\u202fPM"),
    ],
)
def test_words_stay_english_and_days_are_told_as_readers_are_used_to(
    locale: str, day: str, clock: str
) -> None:
    assert say("summary", locale)["title"] == f"Your team's week, {day}"
    assert say("thanks", locale)["until"] == f"You can change your answers until {day}."
    snoozed = say("note", locale)["snoozed"]
    assert snoozed.startswith("I'll come back to it on ")
    assert day in snoozed
    assert clock in snoozed


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 question, open"), (2, "2 questions, open"), (0, "0 questions")]
)
def test_one_question_is_not_questions(count: int, words: str) -> None:
    assert words in say("opening", "en", count=count)["opening"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"weekday": 1}, ("every week", "Tuesday", "10:00")),
        ({"interval": 2, "weekday": 4}, ("every 2 weeks", "Friday", "10:00")),
    ],
)
def test_a_rule_in_words(rule: dict[str, int], words: tuple[str, ...]) -> None:
    given = {"unit": Unit.WEEK, "interval": 1, "at": time(10), "anchor": date(2026, 3, 3)}
    recurrence = Recurrence(**(given | rule))  # type: ignore[arg-type]  # names are checked
    said = say("cadence", "en", rule=recurrence)["rule"]
    assert all(word in said for word in words), said


# Codes in the code against blocks in the files


@cache
def parsed(folder: Path) -> Mapping[str, ast.Module]:
    files = sorted(folder.glob("*.py"))
    return {file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in files}


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """The calls of functions or methods of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in names:
                yield node


def texts(node: ast.AST) -> set[str]:
    """The strings an expression may be, where they are written out."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def note_codes() -> tuple[set[str], set[str]]:
    """Codes that services note by name, and the expressions of all other codes."""
    named, computed = set(), set()
    for module, tree in parsed(SERVICES).items():
        if module in {"act", "link_for", "outgoing", "preview_cadence"}:
            continue  # they define it, or note something else
        for call in calls(tree, "note", "_offer_button"):
            if ast.unparse(call.func) == "outgoing.note":
                computed.add(ast.unparse(call.args[2]))
            elif isinstance(call.args[0], ast.Constant | ast.IfExp):
                named |= texts(call.args[0])
            elif not isinstance(call.args[0], ast.Name) or call.args[0].id != "scene":
                computed.add(ast.unparse(call.args[0]))
        for call in calls(tree, "_notice"):
            named |= texts(call.args[2])
    return named, computed


def refusals(folder: Path, *functions: str) -> dict[bool, set[str]]:
    """Codes of Refused, by whether they name a field; of these functions, or of all."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for tree in parsed(folder).values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and (not functions or node.name in functions):
                for call in calls(node, "Refused"):
                    found[len(call.args) > 1] |= texts(call.args[0])
    return found


@cache
def blocks(message: str) -> set[str]:
    return set(shipped_words().say(message, "en"))


def test_every_note_has_its_words() -> None:
    named, computed = note_codes()
    assert len(named) > 15
    assert computed == {"code", "refused.code", "TELLS[platform]"}, "a new kind: check its words"
    assert named | set(TELLS.values()) <= blocks("note")


def test_every_refusal_in_the_conversation_has_its_words() -> None:
    codes = refusals(DOMAIN)[False] | refusals(SERVICES)[False]
    assert {"too_long", "empty", "not_offered"} <= codes
    assert codes <= blocks("note")


def test_every_refusal_in_a_form_has_its_words() -> None:
    codes = refusals(SERVICES)[True] | refusals(DOMAIN, "clean_text", "parse_number")[False]
    assert {"not_a_date", "too_far", "not_a_number"} <= codes
    assert {f"error_{code}" for code in codes} <= blocks("form")


def test_every_refusal_of_a_pairs_form_has_its_words() -> None:
    codes = refusals(SERVICES, "coming_day")[True] | refusals(DOMAIN, "clean_text")[False]
    assert {"not_a_date", "too_far", "too_long"} <= codes
    assert {f"error_{code}" for code in codes | {"not_offered", "too_many"}} <= blocks("pair")


@pytest.mark.parametrize("message", ["one_to_one", "standing_in"])
def test_every_refusal_of_a_managers_form_has_its_words(message: str) -> None:
    codes = refusals(SERVICES, "coming_day")[True]
    assert {"not_a_date", "too_far", "in_the_past"} <= codes
    wanted = codes - {"not_offered"} if message == "standing_in" else codes
    assert {f"error_{code}" for code in wanted} <= blocks(message)


def test_every_refusal_of_an_hr_admins_form_has_its_words() -> None:
    tree = parsed(SERVICES)["admin"]
    codes = {code for call in calls(tree, "_pause_form") for code in texts(call.args[1])}
    assert {f"error_{code}" for code in codes if code} <= blocks("admin")
    assert len(codes) > 2


def test_every_refusal_of_a_cadences_form_has_its_words() -> None:
    tree = parsed(SERVICES)["cadence_fields"]
    codes = {code for call in calls(tree, "_Wrong") for code in texts(call.args[0])}
    rules = parsed(DOMAIN)["cadence_rules"]
    codes |= {code for call in calls(rules, "Unfit") for code in texts(call.args[2])}
    codes |= refusals(DOMAIN, "clean_text")[False]
    codes |= {f"{name}_unfit" for name in ("every", "at", "since", "text")}
    codes |= {f"{name}_range" for name in ("reminders", "closes", "round", "since")}
    codes |= {f"on_{unit}" for unit in Unit}
    assert {"title_taken", "quiet_hours", "not_offered"} <= codes
    assert {f"error_{code}" for code in codes} <= blocks("cadence_form")


@cache
def said_blocks(module: str) -> tuple[set[str], set[str]]:
    """The blocks a module names (`said["title"]`, `say(...)["title"]`), and how those begin whose
    names it puts together.
    """
    whole, beginnings = set(), set()
    for node in ast.walk(parsed(SERVICES)[module]):
        if isinstance(node, ast.Subscript) and re.search(
            r"^(said|named|told)$|say\(", ast.unparse(node.value)
        ):
            if isinstance(node.slice, ast.Constant | ast.IfExp):
                whole |= texts(node.slice)
            elif isinstance(node.slice, ast.JoinedStr):
                beginnings |= texts(node.slice.values[0])
    return whole, beginnings


THROUGH = {
    "home_pair": "pair",
    "meetings": "one_to_one",
    "nudge_blocks": "nudges",
    "nudges": "nudges",
    "pair_actions": "pair",
    "pair_adding": "pair",
    "prepare": "one_to_one",
    "promise_messages": "promise",
    "rhythms": "one_to_one",
    "summary_details": "summary_details",
    "summary_panel": "summary_details",
    "summary_rests": "summary_details",
    "summary_results": "results",
    "told": "nudges",
}
"""Modules that speak through what another one hands them, and its message."""

SAYING = [module for module in parsed(SERVICES) if any(said_blocks(module))]


def test_most_of_what_is_said_is_looked_at() -> None:
    assert {"home", "admin", "question_messages", "summary_message", "form_views"} <= set(SAYING)


@pytest.mark.parametrize("module", SAYING)
def test_every_block_a_service_names_is_in_one_of_its_messages(module: str) -> None:
    tree = parsed(SERVICES)[module]
    given = {text for call in calls(tree, "say") for a in call.args for text in texts(a)}
    given |= {THROUGH[module]} if module in THROUGH else set()
    known = {block for message in given & set(MESSAGES) for block in blocks(message)}
    whole, beginnings = said_blocks(module)
    assert whole <= known
    assert all(any(block.startswith(begins) for block in known) for begins in beginnings)
