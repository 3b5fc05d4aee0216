"""An organisation's own nudge reaches three words and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prompts.nudge import ALLOWED, FILTERS, MAX_NUDGE, NudgeRefused, check_nudge, render_nudge

PLAIN = st.text(st.characters(exclude_characters="{}%#"), min_size=1).filter(str.strip)
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,12}", fullmatch=True)


def rendered(template: str) -> str:
    return render_nudge(template, "en-GB", first_name="Ana", company="Example", period="March")


def test_a_nudge_with_every_word_and_filter() -> None:
    text = (
        "Hi {{ first_name|title }}, {{ company|upper }}{% if period %} in {{ period }}{% endif %}."
    )
    assert check_nudge(text) is None
    assert rendered(text) == "Hi Ana, EXAMPLE in March."


def test_conditions_may_compare() -> None:
    text = "{% if period == 'March' and not company == 'X' %}spring{% else %}later{% endif %}"
    assert rendered(text) == "spring"


def test_a_date_is_written_as_the_reader_has_it() -> None:
    def told(locale: str) -> str:
        period = dt.date(2026, 3, 24)
        facts = {"first_name": "Ana", "company": "Example"}
        return render_nudge("By {{ period }}", locale, period=period, **facts)

    assert told("en-GB") == "By Tuesday 24 March"
    assert told("de-AT") == "By Dienstag, 24. März"


@given(first_name=st.text())
def test_a_fact_is_never_read_as_a_template(first_name: str) -> None:
    text = "<{{ first_name }}>"
    facts = {"company": "Example", "period": "March"}
    assert render_nudge(text, "en", first_name=first_name, **facts) == f"<{first_name}>"


@pytest.mark.parametrize(
    ("template", "construct"),
    [
        ("{{ x.__class__ }}", "an attribute"),
        ("{{ first_name.__class__ }}", "an attribute"),
        ("{{ ''.__class__.__mro__ }}", "an attribute"),
        ("{{ first_name['__class__'] }}", "a subscript"),
        ("{{ first_name[0] }}", "a subscript"),
        ("{{ first_name() }}", "a call"),
        ("{{ range(9) }}", "a call"),
        ("{% import 'a' as b %}", "taking in another file"),
        ("{% from 'a' import b %}", "taking in another file"),
        ("{% include 'a' %}", "taking in another file"),
        ("{% extends 'a' %}", "taking in another file"),
        ("{% block a %}{% endblock %}", "a block"),
        ("{% macro a() %}{% endmacro %}", "a macro"),
        ("{% for a in company %}{% endfor %}", "a loop"),
        ("{% set a = 1 %}", "setting a name"),
        ("{% set a %}x{% endset %}", "setting a name"),
        ("{% filter upper %}x{% endfilter %}", "a filter around text"),
        ("{% with %}{% endwith %}", 'the construct "with"'),
        ("{{ company is defined }}", 'a test ("is")'),
        ("{{ 2 ** 999 }}", "a calculation"),
        ("{{ company * 99 }}", "a calculation"),
        ("{{ company ~ period }}", "a calculation"),
        ("{{ -1 }}", "a calculation"),
        ("{{ [company] }}", "a list"),
        ("{{ password }}", 'unknown name "password"'),
        ("{{ self }}", 'unknown name "self"'),
        ("{{ company|attr('x') }}", 'unknown filter "attr"'),
        ("{{ company|upper(1) }}", 'the filter "upper" takes no arguments'),
    ],
)
def test_every_other_construct_is_refused_by_name(template: str, construct: str) -> None:
    refused = check_nudge(f"Hello\n{template}")
    assert refused is not None
    assert refused.startswith(f"line 2: {construct}")
    assert any(word in refused for word in ("a nudge knows", "write"))
    with pytest.raises(NudgeRefused, match="line 2"):
        rendered(f"Hello\n{template}")


@given(name=st.sampled_from(sorted(ALLOWED)), attribute=NAMES, before=PLAIN)
@example(name="first_name", attribute="__class__", before="Hi ")
def test_any_attribute_access_is_refused(name: str, attribute: str, before: str) -> None:
    for reach in (f".{attribute}", f"['{attribute}']", f"|attr('{attribute}')"):
        assert check_nudge(f"{before}{{{{ {name}{reach} }}}}") is not None
        assert check_nudge(f"{before}{{% if {name}{reach} %}}x{{% endif %}}") is not None


@given(name=NAMES.filter(lambda name: name not in ALLOWED | {"true", "false", "none", "not"}))
def test_any_other_name_is_refused(name: str) -> None:
    assert check_nudge(f"Hi {{{{ {name} }}}}") is not None


@given(name=NAMES.filter(lambda name: name not in FILTERS))
def test_any_other_filter_is_refused(name: str) -> None:
    assert check_nudge(f"Hi {{{{ company|{name} }}}}") is not None


@given(text=st.text(max_size=MAX_NUDGE + 50) | st.text("{}%()[]|. ifcompany'\n"))
def test_whatever_is_accepted_renders_and_whatever_is_not_says_why(text: str) -> None:
    refused = check_nudge(text)
    if refused is None:
        assert rendered(text)
    else:
        with pytest.raises(NudgeRefused):
            rendered(text)


@given(text=PLAIN)
def test_plain_text_is_sent_as_written(text: str) -> None:
    written = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    assert rendered(text) == written


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("{# only a comment #}", "can come out empty"),
        ("{% if period == 'May' %}x{% endif %}", "can come out empty"),
        ("x" * (MAX_NUDGE + 1), "2001 characters: shorten it to 2000"),
        ("Hello {{ first_name", "line 1: unexpected end of template"),
        ("Hello\n{% if company %}", "line 2: Unexpected end of template"),
        ("Hello\n\n{% nonsense %}", "line 3: Encountered unknown tag 'nonsense'"),
        ("{{" + "(" * 900 + "1" + ")" * 900 + "}}", "nested too deeply"),
        ("{%if 1%}" * 117 + "x" + "{%endif%}" * 117, "nested too deeply"),
    ],
)
def test_broken_texts_are_explained(template: str, complaint: str) -> None:
    assert complaint in (check_nudge(template) or "")


def test_the_longest_text_is_fine() -> None:
    assert check_nudge("x" * MAX_NUDGE) is None
