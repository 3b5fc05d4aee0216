"""Answers can be reached by one way only: read off the code, so that a new way fails here first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest

from tests.harness import ROOT

PACKAGES = ("bot", "prompts", "scheduling", "storage")
TABLES = {"answer", "answer_version", "answer_audience", "answer_reader"}
ROWS = {"AnswerRow", "AnswerVersionRow", "AnswerAudienceRow", "AnswerReaderRow"}

QUERIES_ANSWERS = {
    "storage/expiry.py": "deletes what is too old, and reads none of it",
    "storage/own_records.py": "names columns, and asks nothing",
    "storage/sealed_columns.py": "where a new key of a person has to be brought to",
    "storage/tables/conversation.py": "declares the tables",
    "storage/tables/summary.py": "refers to a version's id",
    "storage/tables/survey.py": "refers to a version's id",
}
"""Every module beside `ANSWERS` that may name a table of answers, and why; migrations aside."""

ANSWERS = "storage/answers/"
"""The one package that queries answers."""

WRITES = {"record", "withdraw", "narrow", "erase"}
WITHOUT_CONTENT = {"ids_of", "audiences_until"}
OWN_EYES = {"of_person"}
OF_A_CHECK_IN = {"current"}
OTHERS_EYES = {"unsummarised", "shown_before", "versions", "current_of", "of_check_ins"}

READS_A_CHECK_IN = {
    "bot/services/answering.py": "the acting person's check-in, or it is refused",
    "bot/services/answered_messages.py": "draws the recipient's own check-in",
    "bot/services/choose_follow_ups.py": "one person's own, for their own follow-up question",
    "bot/services/choices.py": "the acting person's check-in, or it is refused",
    "bot/services/erase.py": "the acting person's check-in, or it is refused",
    "bot/services/erase_forms.py": "the acting person's check-in, or it is refused",
    "bot/services/forms.py": "the acting person's check-in, or it is refused",
    "bot/services/question_messages.py": "draws the recipient's own check-in",
    "bot/services/reapply.py": "after a restore: takes away again what was taken back",
    "bot/services/typed_answers.py": "the acting person's check-in, or it is refused",
    "bot/services/who_reads.py": "the acting person's check-in, or it is refused",
}
SHOWS_NOBODY_ELSE = {
    "bot/services/forget.py": "asks whether a summary's part still holds anything, and shows none",
    "bot/services/reapply.py": "after a restore: takes away again what was taken back",
    "bot/services/export_answers.py": "the person's own summaries, for that person's own export",
    "bot/services/shared_answers.py": "given versions, gives answers; summary_facts and "
    "draft_facts pass both through visibility",
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path, migrations aside."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    parsed = {path: ast.parse(path.read_text(encoding="utf-8")) for path in found}
    relative = {path.relative_to(ROOT).as_posix(): tree for path, tree in parsed.items()}
    return {name: tree for name, tree in relative.items() if "/migrations/" not in name}


def names_answers(tree: ast.Module) -> bool:
    """Whether it imports a row of answers, or spells one of their tables in a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.alias | ast.Attribute):
            name = getattr(node, "id", "") or getattr(node, "name", "") or getattr(node, "attr", "")
            if name in ROWS:
                return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_table(node.value):
            return True
    return False


def _is_table(text: str) -> bool:
    """A table's name alone, a column of it, or SQL that names it."""
    if text.partition(".")[0] in TABLES - {"answer"} and " " not in text and "." in text:
        return not text.endswith(".content")  # what a seal binds to, no column
    words = text.replace("(", " ").replace(",", " ").split()
    before = {"from", "join", "into", "update", "table"}
    pairs = pairwise(words)
    return text in TABLES - {"answer"} or any(
        one.lower() in before and two in TABLES for one, two in pairs
    )


def asks(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a method of `tx.answers`, by the method's name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        store = ast.unparse(node.func.value)
        if store == "tx.answers" or store.endswith(".tx.answers"):
            yield node.func.attr, node


def callers(methods: set[str]) -> dict[str, list[ast.Call]]:
    found = {
        name: [call for method, call in asks(tree) if method in methods]
        for name, tree in modules().items()
    }
    return {name: calls for name, calls in found.items() if calls}


def test_no_other_module_queries_answers() -> None:
    """The exceptions are exact: one that is no longer needed fails as well."""
    found = {name for name, tree in modules().items() if names_answers(tree)}
    others = {name for name in found if not name.startswith(ANSWERS)}
    assert others == set(QUERIES_ANSWERS)
    assert found != others


def test_every_way_to_read_answers_is_known() -> None:
    """A new method of the port belongs into one of the lists above, and so under one of the
    rules below.
    """
    used = {method for tree in modules().values() for method, _ in asks(tree)}
    assert used <= WRITES | WITHOUT_CONTENT | OWN_EYES | OF_A_CHECK_IN | OTHERS_EYES


def test_somebodys_answers_are_read_for_that_person() -> None:
    """`of_person` is asked for nobody but whoever acts or is written to."""
    for name, calls in callers(OWN_EYES).items():
        for call in calls:
            assert ast.unparse(call.args[0]).endswith("person.id"), name


def test_answers_of_a_check_in_are_read_where_it_is_the_readers_own() -> None:
    assert set(callers(OF_A_CHECK_IN)) == set(READS_A_CHECK_IN)


def test_whatever_reads_for_somebody_else_asks_visibility() -> None:
    """A module that reads answers for another person's eyes imports `may_read` (or `may_count`;
    for a model `may_word`) and calls it.
    """
    found = callers(OTHERS_EYES)
    assert found, "the search finds nothing any more"
    unchecked = {name for name in found if not _asks_visibility(modules()[name])}
    assert unchecked == set(SHOWS_NOBODY_ELSE)


def _asks_visibility(tree: ast.Module) -> bool:
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "bot.domain.visibility"
        for alias in node.names
    }
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return bool(imported & called & {"may_read", "may_count", "may_word"})


@pytest.mark.parametrize(
    "code",
    [
        "from storage.tables.conversation import AnswerRow",
        "text('SELECT sealed FROM answer_version')",
        "metadata.tables['answer_reader']",
        "conversation.AnswerAudienceRow.__table__",
        "delete(column('answer_version.sealed'))",
    ],
)
def test_the_search_would_find_a_new_way(code: str) -> None:
    """The same search, over what must not be."""
    assert names_answers(ast.parse(code))


def test_a_seal_is_opened_in_few_places() -> None:
    """Whoever opens sealed bytes is known: the sealing helpers, and the local page's own thread."""
    found = {
        name
        for name, tree in modules().items()
        if name.startswith("bot/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("vault.open")
    }
    assert found == {"bot/services/sealing.py", "bot/local/thread.py"}
