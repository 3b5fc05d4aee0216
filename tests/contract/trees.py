"""Any tree of neutral blocks, with texts that people paste and lengths that no platform takes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from bot.domain.message import (
    Bars,
    Block,
    Button,
    Buttons,
    Chart,
    Choice,
    ChoiceInput,
    DateInput,
    Divider,
    Form,
    Heading,
    Link,
    Look,
    Message,
    Option,
    Panel,
    Quote,
    Rating,
    Series,
    Table,
    Text,
    TextInput,
    TimeInput,
    Tone,
)
from tests.contract.blocks import HOSTILE

LONG = (
    "word " * 600,
    "x" * 3000,
    "\U0001f9ea" * 1600,
    "Ein Absatz.\n\n" * 300,
    "line\n" * 8000,
    "\u05d0\u05d1\u05d2 " * 750,
    "\u200b" * 200,
)
NASTY = ("*bold* _it_ ~no~ `code`", "```x```", ":wave:", "@here", "a\ud800b", "\r\n", "&lt;&amp;")
INPUTS = (TextInput, ChoiceInput, DateInput, TimeInput)

some = st.one_of(
    st.text(st.characters(), max_size=30), st.sampled_from((*HOSTILE, *NASTY)), st.just("")
)
texts = st.one_of(some, some, some, st.sampled_from(LONG))
ids = st.text("abcdef0123456789:-", max_size=40)
actions = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)
options = st.lists(st.builds(Option, ids, texts), max_size=12).map(tuple)
many_options = st.lists(st.builds(Option, ids, some), max_size=120).map(tuple)
numbers = st.none() | st.floats()
series = st.builds(Series, some, st.lists(numbers, max_size=25).map(tuple))
rows = st.lists(st.lists(texts, max_size=4).map(tuple), max_size=110).map(tuple)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, texts),
    st.builds(Text, texts, st.sampled_from(Tone)),
    st.builds(Link, texts, st.one_of(texts, some.map("https://example.com/{}".format))),
    st.builds(Quote, texts, texts),
    st.builds(Divider),
    st.lists(st.builds(Button, texts, actions, ids, st.sampled_from(Look)), max_size=30).map(
        lambda items: Buttons(tuple(items))
    ),
    st.builds(Rating, texts, actions, ids, options, texts, texts),
    st.builds(Choice, texts, actions, ids, options | many_options),
    st.builds(TextInput, ids, texts, texts, st.booleans(), st.integers(), texts, texts),
    st.builds(ChoiceInput, ids, texts, options | many_options, ids, texts, texts),
    st.builds(DateInput, ids, texts, texts | st.dates().map(str), st.just(""), texts, texts),
    st.builds(TimeInput, ids, texts, texts | st.just("09:30"), texts, texts),
    st.builds(
        Chart,
        texts,
        st.lists(some, max_size=25).map(tuple),
        st.lists(series, max_size=7).map(tuple),
        st.floats(),
        st.floats(),
        texts,
    ),
    st.builds(
        Bars,
        texts,
        st.lists(some, max_size=25).map(tuple),
        st.lists(st.integers(0, 100), max_size=25).map(tuple),
        texts,
    ),
    st.builds(Table, texts, st.lists(texts, max_size=4).map(tuple), rows),
)
trees = st.one_of(st.lists(blocks, max_size=6), st.lists(blocks, max_size=60)).map(tuple)


def with_distinct_names(form: Form) -> Form:
    """A form's fields as services name them: each once."""
    named = [
        replace(block, name=f"{at}:{block.name}") if isinstance(block, INPUTS) else block
        for at, block in enumerate(form.blocks)
    ]
    return replace(form, blocks=tuple(named))


messages = st.builds(Message, actions, texts, trees)
panels = st.builds(Panel, texts, trees, texts)
forms = st.builds(Form, texts, actions, ids, trees, texts, texts).map(with_distinct_names)
