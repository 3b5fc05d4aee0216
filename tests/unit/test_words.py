"""What people read: facts come through as they are, dates and plurals as the reader has them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError

from prompts.formats import Reader, candidates, reader
from prompts.words import Said, Words, shipped_words

TUESDAY = dt.datetime(2026, 3, 24, 10, 0, tzinfo=dt.UTC)
MINUS = "\N{MINUS SIGN}"

FILES = {
    "en/welcome.j2": """
{# A comment about the file,
   over two lines #}
{% block title %}
Hello {{ first_name }},
  welcome   aboard.
{% endblock %}
{% block body %}
First line
goes on{% if late %}, late{% endif %}

{% if quote %}
They wrote: {{ quote }}
{% endif %}

{% for name in names %}
- {{ name }}\\
{% endfor %}

The end.
{% endblock %}
{% block quote %}{{ quote }}{% endblock %}
{% block between %}before {{ quote }} after{% endblock %}
{% block shout %}{% macro line(words) %}
<{{ words }}>
more
{% endmacro %}
{{ line(quote) }}{% endblock %}
""",
    "en/when.j2": """
{% block date %}{{ when | date }}{% endblock %}
{% block day %}{{ when | day }}{% endblock %}
{% block time %}{{ when | time }}{% endblock %}
{% block moment %}{{ when | moment }}{% endblock %}
{% block number %}{{ count | number }}{% endblock %}
{% block signed %}{{ count | signed }}{% endblock %}
{% block people %}{{ names | people }}{% endblock %}
{% block join %}{{ names | join }} {{ names | join("/") }}{% endblock %}
{% block plural %}{{ plural(count, one="answer", other="answers") }}{% endblock %}
{% block piped %}{{ count | plural(one="answer", other="answers") }}{% endblock %}
""",
    "de/when.j2": """
{% block date %}{{ when | date }}{% endblock %}
{% block day %}{{ when | day }}{% endblock %}
{% block time %}{{ when | time }}{% endblock %}
{% block number %}{{ count | number }}{% endblock %}
""",
    "de-AT/only.j2": "{% block text %}Servus{% endblock %}",
    "de/only.j2": "{% block text %}Hallo{% endblock %}",
    "en/only.j2": "{% block text %}Hello{% endblock %}",
    "pl/files.j2": """
{% block n %}{{ plural(n, one="plik", few="pliki", other="plików") }}{% endblock %}
""",
}


def words_in(root: Path) -> Words:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return Words(root)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Words:
    return words_in(tmp_path_factory.mktemp("messages"))


def welcome(
    words: Words, quote: str = "", *, names: Iterable[str] = (), late: bool = False
) -> Said:
    return words.say("welcome", "en", first_name="Ana", quote=quote, names=names, late=late)


def when(words: Words, locale: str, zone: str = "UTC", **facts: object) -> Said:
    facts = {"when": TUESDAY, "count": 1, "names": ["Ana", "Bo", "Cy"], **facts}
    return words.say("when", locale, zone=zone, **facts)


def test_lines_of_a_paragraph_are_joined_and_blank_lines_part_paragraphs(words: Words) -> None:
    said = welcome(words, "Fine", names=["Ana", "Bo"])
    assert said["title"] == "Hello Ana, welcome aboard."
    assert said["body"] == ("First line goes on\n\nThey wrote: Fine\n\n- Ana\n- Bo\n\nThe end.")


def test_a_part_left_out_leaves_one_blank_line(words: Words) -> None:
    assert welcome(words)["body"] == "First line goes on\n\nThe end."


def test_a_tag_at_the_end_of_a_line_keeps_the_words_apart(words: Words) -> None:
    assert welcome(words, "Fine", late=True)["body"].startswith("First line goes on, late\n\nThey")


AWKWARD = [
    "<b>& \"quotes\" 'single'</b>",
    "{{ first_name }} {% if x %} {# no #} }}",
    "two\nlines\n\n\nthree blank  spaces\t",
    "  leading and trailing \n",
    "back\\\nslash",
    "<!channel> *bold* _it_",
    "line\r\nend",
]


@pytest.mark.parametrize("fact", AWKWARD)
def test_an_awkward_fact_comes_through_unchanged(words: Words, fact: str) -> None:
    said = welcome(words, fact)
    assert said["quote"] == fact
    assert said["between"] == f"before {fact} after"


@given(fact=st.text(min_size=1))
def test_any_fact_comes_through_unchanged(words: Words, fact: str) -> None:
    said = welcome(words, fact)
    assert said["quote"] == fact
    assert said["between"] == f"before {fact} after"
    assert said["shout"] == f"<{fact}> more"


@given(names=st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_names_in_a_row_keep_every_character(words: Words, names: list[str]) -> None:
    said = when(words, "en-GB", names=names)["people"]
    expected = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    assert said == expected


def test_facts_may_share_the_names_of_the_call(words: Words) -> None:
    said = words.say("when", "en", name="a", locale="b", count=1234, names=[])
    assert said["number"] == "1,234"


def test_a_missing_fact_raises_when_its_block_is_rendered(words: Words) -> None:
    said = words.say("welcome", "en", quote="Fine")
    assert said["quote"] == "Fine"
    with pytest.raises(UndefinedError, match="first_name"):
        said["title"]


def test_a_message_tells_which_blocks_it_has_without_rendering_them(words: Words) -> None:
    said = words.say("welcome", "en")
    assert "title" in said
    assert "subtitle" not in said
    assert list(said) == ["title", "body", "quote", "between", "shout"]
    assert len(said) == 5
    with pytest.raises(KeyError, match=r"no block 'subtitle'.*title"):
        said["subtitle"]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("de-AT", "Servus"),
        ("de_AT", "Servus"),
        ("de-at", "Servus"),
        ("de-CH", "Hallo"),
        ("de", "Hallo"),
        ("fr-CH", "Hello"),
        ("en-NZ", "Hello"),
        ("xx", "Hello"),
        ("", "Hello"),
        ("../de", "Hello"),
    ],
)
def test_wording_falls_back_from_region_to_language_to_english(
    words: Words, locale: str, text: str
) -> None:
    assert words.say("only", locale)["text"] == text


def test_an_unknown_message_is_an_error(words: Words) -> None:
    with pytest.raises(KeyError, match=r"no message file nothing\.j2 for 'de'"):
        words.say("nothing", "de")


@given(locale=st.text())
def test_no_locale_leaves_the_folder_of_messages(locale: str) -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", name) for name in candidates(locale))
    assert candidates(locale)[-1] == "en"


@pytest.mark.parametrize(
    ("locale", "date", "day", "time"),
    [
        ("en-US", "Tuesday, March 24", "Tue, Mar 24", "10:00\u202fAM"),
        ("en-GB", "Tuesday 24 March", "Tue 24 Mar", "10:00"),
        ("de", "Dienstag, 24. März", "Di., 24. März", "10:00"),
    ],
)
def test_dates_follow_the_locale(words: Words, locale: str, date: str, day: str, time: str) -> None:
    said = when(words, locale)
    assert (said["date"], said["day"], said["time"]) == (date, day, time)


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("UTC", "Tuesday 24 March, 10:00"),
        ("Pacific/Auckland", "Tuesday 24 March, 23:00"),
        ("Pacific/Kiritimati", "Wednesday 25 March, 00:00"),
        ("America/Los_Angeles", "Tuesday 24 March, 03:00"),
    ],
)
def test_moments_are_told_in_the_readers_zone(words: Words, zone: str, moment: str) -> None:
    assert when(words, "en-GB", zone=zone)["moment"] == moment


def test_a_plain_date_has_no_zone_to_move_it(words: Words) -> None:
    said = when(words, "en-GB", zone="Pacific/Kiritimati", when=dt.date(2026, 3, 24))
    assert said["date"] == "Tuesday 24 March"


def test_a_moment_without_a_zone_is_refused(words: Words) -> None:
    naive = TUESDAY.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        when(words, "en", when=naive)["moment"]


def test_an_unknown_zone_is_refused(words: Words) -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        when(words, "en", zone="Mars/Olympus")


@pytest.mark.parametrize(
    ("locale", "date", "time"),
    [
        ("fr-FR", "Tuesday, 24 March", "10:00"),
        ("nl-NL", "Tuesday, 24 March", "10:00"),
        ("sv", "Tuesday, 24 March", "10:00"),
        ("ja", "Tuesday, March 24", "10:00\u202fAM"),
    ],
)
def test_a_text_that_fell_back_to_english_never_mixes_two_languages(
    words: Words, locale: str, date: str, time: str
) -> None:
    said = when(words, locale)
    assert (said["date"], said["time"]) == (date, time)


def test_every_locale_of_a_colleague_gets_full_weekday_and_month() -> None:
    for locale, expected in {
        "fr": "mardi 24 mars",
        "es": "martes, 24 de marzo",
        "pl": "wtorek, 24 marca",
        "ja": "3月24日火曜日",
        "pt-BR": "terça-feira, 24 de março",
    }.items():
        assert reader(locale.split("-", maxsplit=1)[0], locale, "UTC").date(TUESDAY) == expected


@pytest.mark.parametrize(
    ("count", "shown"), [(2, "+2"), (-1, f"{MINUS}1"), (0, "0"), (-1234.5, f"{MINUS}1,234.5")]
)
def test_a_change_carries_a_true_sign(words: Words, count: float, shown: str) -> None:
    assert when(words, "en", count=count)["signed"] == shown


def test_numbers_follow_the_locale(words: Words) -> None:
    assert when(words, "de", count=1234.5)["number"] == "1.234,5"
    assert when(words, "en", count=1234.5)["number"] == "1,234.5"


def test_lists_follow_the_locale(words: Words) -> None:
    assert when(words, "en-US")["people"] == "Ana, Bo, and Cy"
    assert when(words, "en-GB")["join"] == "Ana, Bo and Cy Ana/Bo/Cy"
    assert when(words, "en-GB", names=["Ana"])["people"] == "Ana"


@pytest.mark.parametrize(("count", "form"), [(0, "answers"), (1, "answer"), (2, "answers")])
def test_english_plurals(words: Words, count: int, form: str) -> None:
    said = when(words, "en", count=count)
    assert (said["plural"], said["piped"]) == (form, form)


@pytest.mark.parametrize(("count", "form"), [(1, "plik"), (3, "pliki"), (5, "plików")])
def test_plurals_with_more_forms(words: Words, count: int, form: str) -> None:
    assert words.say("files", "pl", n=count)["n"] == form


@given(
    when=st.datetimes(timezones=st.just(dt.UTC)),
    locale=st.sampled_from(["en-US", "en-GB", "de", "fr", "ja", "ar", "pt-BR", "zh-Hant-TW"]),
)
def test_every_moment_can_be_told(when: dt.datetime, locale: str) -> None:
    someone: Reader = reader(locale.split("-", maxsplit=1)[0], locale, "Europe/Vienna")
    if dt.datetime(2, 1, 1, tzinfo=dt.UTC) < when < dt.datetime(9998, 1, 1, tzinfo=dt.UTC):
        assert someone.time(when) in someone.moment(when)
        assert someone.date(when) in someone.moment(when)


def shipped_messages(folder: Traversable, suffix: str) -> list[Traversable]:
    found: list[Traversable] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += shipped_messages(entry, suffix)
        elif entry.name.endswith(suffix):
            found.append(entry)
    return found


def test_every_shipped_message_compiles_into_lower_case_blocks() -> None:
    messages = shipped_messages(files("prompts") / "messages" / "en", ".j2")
    assert messages
    for message in messages:
        said = shipped_words().say(message.name.removesuffix(".j2"), "en")
        assert len(said) > 0, message.name
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", block) for block in said), message.name


JARGON = (
    *("leverage", "engagement score", "human capital", "survey", "stakeholder", "synergy"),
    *("headcount", "touch base", "circle back", "low-hanging", "employee engagement"),
    *("performance review", "talent pool", "upskill", "best-in-class", "reach out"),
)


def read_by_people() -> Iterable[tuple[str, str]]:
    tags = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!doctype html>", re.DOTALL)
    for message in shipped_messages(files("prompts"), ".j2"):
        yield message.name, tags.sub("", message.read_text(encoding="utf-8"))
    for data in shipped_messages(files("prompts"), ".yaml"):
        lines = data.read_text(encoding="utf-8").splitlines()
        yield data.name, "\n".join(line for line in lines if not line.startswith("#"))


def test_the_wording_neither_shouts_nor_speaks_jargon() -> None:
    texts = list(read_by_people())
    assert len(texts) > 8
    for name, text in texts:
        assert "!" not in text, f"{name}: an exclamation mark"
        for word in JARGON:
            assert word not in text.lower(), f'{name}: say "{word}" plainly'


def test_words_are_compiled_once(tmp_path: Path) -> None:
    words = words_in(tmp_path)
    assert words.say("only", "en")["text"] == "Hello"
    (tmp_path / "en" / "only.j2").write_text("{% block text %}Changed{% endblock %}", "utf-8")
    assert words.say("only", "en")["text"] == "Hello"
    assert shipped_words() is shipped_words()
    assert isinstance(words._environment, Environment)
