"""No name of the people list, address or key is in what a model is given; all of it comes back."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.folding import fold
from bot.domain.masking import SUBJECT, TOKEN, Masked, Masker, NameBook

PEOPLE = (
    "Anna Schmidt",
    "Bob Ray",
    "Will Rose",
    "José Müller",
    "Siobhán O'Brien",
    "Anna-Lena von Berg",
    "Mark May",
    "Jan Long",
    "Ai Tanaka",
)
NAMES = NameBook.of(PEOPLE)


def mask(text: str, subject: str = "Anna Schmidt") -> str:
    return Masker(NAMES, subject).mask(text).text


def put_back(masked: Masked) -> str:
    """The original, made of the masked text and its pieces alone."""
    parts, done = [], 0
    for piece in masked.pieces:
        parts.append(masked.text[done : piece.start])
        parts.append(masked.original[piece.original_start : piece.original_end])
        done = piece.end
    return "".join((*parts, masked.text[done:]))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Anna here.", "PERSON_1 here."),
        ("ANNA SCHMIDT and anna", "PERSON_1 and PERSON_1"),
        ("Annas tool, Anna's tool, anna\u2019s", "PERSON_1 tool, PERSON_1's tool, PERSON_1\u2019s"),
        ("Bob Ray, then Ray, then Bob", "PERSON_2, then PERSON_2, then PERSON_2"),
        ("bob and Bobs tool", "PERSON_2 and PERSON_2 tool"),
        ("Jose Mueller, José, JOSÉ, Jose\u0301", "PERSON_2, PERSON_2, PERSON_2, PERSON_2"),
        ("Müllers Tests", "PERSON_2 Tests"),
        ("O'Brien or o\u2019brien", "PERSON_2 or PERSON_2"),
        ("Anna-Lena von Berg", "PERSON_2"),
        ("mit Frau von Berg", "mit Frau von PERSON_2"),
        ("von der Arbeit", "von der Arbeit"),
        ("Anna Ray", "PERSON_2"),
        ("Bo\u00adb, B\u200bob", "PERSON_2, PERSON_2"),
        ("\uff22ob", "PERSON_2"),
        ("bobsled, anagram, rays", "bobsled, anagram, PERSON_2"),
        ("I will, we may, mark it", "I will, we may, mark it"),
        ("Will we see? May I? Mark the page.", "Will we see? May I? Mark the page."),
        ("Ask Will. Mark said so.", "Ask PERSON_2. PERSON_3 said so."),
        ("a Long day", "a PERSON_2 day"),
        ("Long day. A long one", "Long day. A long one"),
        ("bob2, bob_ray, 3bob, x_Bob_y", "PERSON_2, PERSON_2, PERSON_2, PERSON_2"),
        ("@o'brien or @bob'ray", "PERSON_2 or PERSON_3"),
        ("AI helps, ai too", "AI helps, ai too"),
        ("Ai Tanaka", "Ai PERSON_2"),
    ],
)
def test_names(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write bob.ray+x@mail.example.com.", "write EMAIL_1."),
        ("see https://evil.example/x?q=1 now", "see LINK_1 now"),
        ("see www.evil.example now", "see LINK_1 now"),
        ("evil.com/x and evil.com", "LINK_1 and LINK_2"),
        ("javascript:alert(1)", "LINK_1"),
        ("at 10.0.0.1:8080/x", "at LINK_1"),
        ("node.js, z.B., 3.5, e.g. this", "node.js, z.B., 3.5, e.g. this"),
        ("<@U12AB> <!channel> <at>Bob</at>", "PERSON_2 PERSON_3 PERSON_4"),
        ("ask @somebody.else", "ask PERSON_2"),
        ("call +49 170 1234567 or (030) 123 4567", "call CODE_1 or CODE_2"),
        ("on 2026-11-28 at 12:30, 10 000 000", "on 2026-11-28 at 12:30, 10 000 000"),
        ("sk-abcdEFGH12345678abcd", "CODE_1"),
        ("internationalisation-of-everything", "internationalisation-of-everything"),
        ("4111111111111111", "CODE_1"),
    ],
)
def test_mentions_addresses_numbers_and_keys(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "forged",
    [
        "PERSON_3",
        "PERSON_1",
        "person_2",
        "LINK_1",
        "Email_12",
        "CODE_",
        "PERSON _ 2",
        "P E R S O N _ 1",
        "P.E.R.S.O.N_1",
        "PER\u200bSON_2",
        "\uff30\uff25\uff32\uff33\uff2f\uff2e\uff3f\uff14",
        "PERSON__2",
    ],
)
def test_nobody_can_forge_a_token(forged: str) -> None:
    masked = Masker(NAMES, "Anna Schmidt").mask(f"ask {forged} about it")
    assert masked.text == "ask CODE_1 about it"
    assert put_back(masked) == masked.original


def test_a_name_has_the_same_token_in_all_of_a_person_s_answers() -> None:
    masker = Masker(NAMES, "Anna Schmidt")
    assert masker.mask("Bob and Will Rose").text == "PERSON_2 and PERSON_3"
    assert masker.mask("with Will, no Bob, Anna").text == "with PERSON_3, no PERSON_2, PERSON_1"
    assert Masker(NAMES, "Bob Ray").mask("Bob and Anna").text == "PERSON_1 and PERSON_2"


def test_the_first_name_comes_back() -> None:
    masker = Masker(NAMES, "Anna Schmidt")
    assert masker.restore("PERSON_1 asks. PERSON_12 stays.") == "Anna asks. PERSON_12 stays."
    assert Masker(NAMES, r"\1 Nobody").restore("PERSON_1's") == r"\1's"


def test_a_touched_token_widens_to_all_it_stands_for() -> None:
    masked = Masker(NAMES, "Anna Schmidt").mask("Ask Bob Ray now")
    start = masked.text.index("RSON")
    assert masked.original[slice(*masked.original_of(start, start + 2))] == "Bob Ray"
    assert masked.original[slice(*masked.original_of(0, len(masked.text)))] == masked.original
    now = masked.text.index("now")
    assert masked.original[slice(*masked.original_of(now, now + 3))] == "now"


BITS = (*PEOPLE, "Bobs", "bob@x.example", "evil.com/x", "PERSON_2", "<@U1>", "I", "use", "it", ". ")
BITS += ("\n", "é", "e\u0301", "\u200b", "+49 170 1234567", "\ufb01", "don't", "O'", "-", "von")
NAMED = st.lists(st.sampled_from(BITS), max_size=12).map(" ".join)


@settings(max_examples=60)
@given(NAMED | st.text(max_size=60))
@example("Bob\u0301 PERSON_2 \ufb01 Bob")
def test_masking_takes_nothing_away(text: str) -> None:
    masked = Masker(NAMES, "Anna Schmidt").mask(text)
    assert masked.original == text
    assert put_back(masked) == text
    assert all(one.end <= two.start for one, two in pairwise(masked.pieces))
    assert all(TOKEN.fullmatch(masked.text[each.start : each.end]) for each in masked.pieces)


@settings(max_examples=60)
@given(NAMED)
def test_no_name_is_left_and_no_token_but_our_own(text: str) -> None:
    masked = Masker(NAMES, "Anna Schmidt").mask(text)
    spans = [(each.start, each.end) for each in masked.pieces]
    assert [
        found.span() for found in TOKEN.finditer(masked.text) if found.span() not in spans
    ] == []
    rest = re.sub(r"\w+_\d+", " ", fold(masked.text).text).casefold()
    for name in ("anna", "schmidt", "bob", "bobs", "ray", "müller", "brien", "berg", "tanaka"):
        assert name not in re.findall(r"[^\W\d_]+", rest)


@settings(max_examples=60)
@given(NAMED, st.data())
def test_places_lead_back(text: str, data: st.DataObject) -> None:
    """Whatever part of the masked text is taken, the original of it holds its every letter."""
    masked = Masker(NAMES, "Anna Schmidt").mask(text)
    start = data.draw(st.integers(0, len(masked.text)))
    end = data.draw(st.integers(start, len(masked.text)))
    first, last = masked.original_of(start, end)
    assert 0 <= first <= last <= len(text)
    outside = "".join(
        letter
        for at, letter in enumerate(masked.text[start:end], start)
        if not any(each.start <= at < each.end for each in masked.pieces)
    )
    taken = iter(text[first:last])
    assert all(letter in taken for letter in outside)


def test_a_long_people_list_is_read_in_no_time() -> None:
    letters = [
        f"{n:05d}".translate(str.maketrans("0123456789", "abcdefghij")) for n in range(10**5)
    ]
    names = [f"{one} Fam{one[::-1]} Müller" for one in letters]
    began = time.process_time()
    book = NameBook.of(names)
    assert time.process_time() - began < 2, "half a second on a quiet machine"
    assert len(book.words) == 2 * len(names) + 3


@pytest.mark.parametrize(
    "part", ["a", "a.", "P_", "a@", "<@", "0 ", "a-", "P E R S O N ", "x.com "]
)
def test_a_long_answer_is_masked_in_no_time(part: str) -> None:
    began = time.process_time()
    mask(part * (40_000 // len(part)))
    assert time.process_time() - began < 5, "a tenth of a second on a quiet machine"


def test_words_of_the_book() -> None:
    assert {"anna", "lena", "jose", "josé", "mueller", "brien"} <= NAMES.words
    assert "o" not in NAMES.words
    assert SUBJECT == "PERSON_1"
