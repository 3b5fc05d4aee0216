"""What a form carries comes back as it was, fits into a Slack modal, and names one AI alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from string import ascii_lowercase
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import CheckIn, State, Value
from bot.domain.policy import Ai
from bot.services.form_state import FormState, print_of, print_of_ai

SLACKS_LIMIT = 3_000
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
ONE = UUID(int=1)
SHOWN = CheckIn(ONE, ONE, ONE, ONE, ONE, ONE, ONE, "2026-W10", State.OPEN, NOW, NOW, ())
keys = st.text(ascii_lowercase + "_", min_size=1, max_size=40)
hosts = st.from_regex(r"[a-z0-9.-]{1,30}(:[0-9]{1,5})?", fullmatch=True)
labels = st.just("") | st.builds(lambda p, h: Ai(p, h).label, st.text(min_size=1), hosts)
states = st.builds(
    FormState,
    st.uuids(),
    st.none() | st.uuids(),
    st.dictionaries(keys, st.builds(lambda n: print_of(Value(rating=n)), st.integers(1, 5))),
    labels.map(print_of_ai),
)


@given(state=states)
def test_it_comes_back_as_it_was(state: FormState) -> None:
    assert FormState.parse(str(state)) == state


def test_thirty_questions_fit() -> None:
    prints = {f"question_number_{n:024}": print_of(Value(rating=1)) for n in range(30)}
    long = FormState(ONE, ONE, prints, print_of_ai(Ai("O" * 40, "h" * 250).label))
    assert len(str(long)) < SLACKS_LIMIT


@given(named=labels, now=labels)
def test_it_named_who_is_named_now_or_it_did_not(named: str, now: str) -> None:
    state = FormState(ONE, None, {}, print_of_ai(named))
    parsed = FormState.parse(str(state))
    assert parsed is not None
    assert parsed.names(replace(SHOWN, shown_ai=now)) is (named == now)


def test_one_that_was_opened_before_there_was_ai_named_none() -> None:
    """As they were sent until then, without the last part."""
    parsed = FormState.parse(f"{ONE}:{ONE}:work={print_of(Value('kestrel'))}")
    assert parsed == FormState(ONE, ONE, {"work": print_of(Value("kestrel"))}, "")
