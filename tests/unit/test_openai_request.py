"""What a model is sent of a text that is too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.masking import TOKEN
from bot.llm.openai_request import beginning


@given(st.lists(st.sampled_from(["PERSON_1", "PERSON_12", "LINK_34", "so"]), max_size=40))
def test_a_cut_never_makes_another_token(words: list[str]) -> None:
    whole = " ".join(words)
    for longest in (1, 8, 9, 20, 33):
        cut = beginning(whole, longest)
        assert len(cut) <= longest
        assert whole.startswith(cut)
        assert TOKEN.findall(cut) == TOKEN.findall(whole)[: len(TOKEN.findall(cut))]
