"""Answers and summary parts as sealed bytes: whole on the way back, or absent."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.check_in import Value
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.summary_store import SummaryPart
from bot.domain.ports.vault import Erased
from bot.domain.summary import Claim, Evidence, Starter, WrittenPart
from bot.services.sealing import PART_FIELD, open_part, open_value, seal_part, seal_value
from storage.master_key import MasterKey
from storage.vault import AesVault, StoredKey, new_wrapped_key

ORGANISATION, ANA, BEN = (UUID(int=n) for n in range(1, 4))
MASTER = MasterKey.of(b"m" * 32)
SECRET = "Nobody must read this in a log"


def key_of(person: UUID) -> StoredKey:
    key_id = uuid4()
    wrapped = new_wrapped_key(MASTER, ORGANISATION, person, key_id)
    return StoredKey(key_id, person, wrapped, active=True)


KEYS = [key_of(ANA), key_of(BEN)]


def vault(*destroyed: UUID) -> AesVault:
    keys = [replace(k, wrapped=None) if k.person in destroyed else k for k in KEYS]
    return AesVault(ORGANISATION, MASTER, {ANA, BEN}, keys)


def stored(sealed: bytes | None, version_id: UUID, person_id: UUID = ANA) -> StoredAnswer:
    now = datetime(2026, 3, 3, tzinfo=UTC)
    return StoredAnswer(
        answer_id=uuid4(),
        version_id=version_id,
        check_in_id=uuid4(),
        person_id=person_id,
        question_key="work",
        pack_revision_id=uuid4(),
        period="2026-W10",
        sequence=1,
        sealed=sealed,
        platform_at=now,
        recorded_at=now,
        audiences=(),
    )


def sealed_answer(value: Value) -> StoredAnswer:
    version_id = uuid4()
    return stored(seal_value(vault(), ANA, version_id, value), version_id)


def sealed_part(part: WrittenPart, texts: Mapping[UUID, str]) -> SummaryPart:
    part_id = uuid4()
    return SummaryPart(part_id, ANA, seal_part(vault(), ANA, part_id, part, texts), tuple(texts))


def quoting(text: str, start: int, length: int, said: str) -> tuple[WrittenPart, dict[UUID, str]]:
    """A part with a starter and a claim that quote from an answer's text, the claim from another
    one too, and what the answers say.
    """
    version_id, other = uuid4(), uuid4()
    quote = text[start : start + length]
    evidence = Evidence(version_id, quote), Evidence(other, "another")
    part = WrittenPart(
        starters=(Starter(said, version_id, quote),),
        writer="a model",
        claims=(Claim(said, evidence),),
        dropped=length,
        prompt="summary-1",
    )
    return part, {version_id: text, other: "another answer"}


values = st.builds(
    Value,
    text=st.text(max_size=300),
    rating=st.none() | st.integers(1, 5),
    choice=st.text(max_size=20),
    number=st.none() | st.integers(0, 9999),
)
quotes = st.builds(
    quoting, st.text(max_size=200), st.integers(0, 100), st.integers(0, 60), st.text(max_size=30)
)


@given(value=values)
def test_a_value_comes_back_whole(value: Value) -> None:
    assert open_value(vault(), sealed_answer(value)) == value


@given(given_=quotes)
def test_a_part_comes_back_whole(given_: tuple[WrittenPart, dict[UUID, str]]) -> None:
    part, texts = given_
    assert open_part(vault(), sealed_part(part, texts), texts) == part


@pytest.mark.parametrize("gone", [0, 1], ids=["of the starter too", "of the claim alone"])
def test_what_may_not_be_quoted_now_takes_what_rests_on_it_along(gone: int) -> None:
    """A claim goes with any of its evidence."""
    part, texts = quoting(SECRET, 0, 6, "Ask.")
    sealed = sealed_part(part, texts)
    left = {key: text for n, (key, text) in enumerate(texts.items()) if n != gone}
    opened = open_part(vault(), sealed, left)
    assert opened == replace(part, claims=(), starters=part.starters if gone else ())


def test_what_was_sealed_before_there_were_claims_still_opens() -> None:
    part_id, version = uuid4(), uuid4()
    body = {"headline": "", "starters": [["Ask.", str(version), 7, 4]], "writer": "plain"}
    raw = vault().seal(ANA, part_id, PART_FIELD, json.dumps(body).encode())
    opened = open_part(vault(), SummaryPart(part_id, ANA, raw, (version,)), {version: SECRET})
    assert opened == WrittenPart(starters=(Starter("Ask.", version, "must"),))


def test_a_part_keeps_no_words_of_an_answer_of_its_own() -> None:
    """Only where they stand: words taken back are gone here too."""
    part, texts = quoting(SECRET, 7, 4, "Ask.")
    sealed = sealed_part(part, texts)
    raw = vault().open(ANA, sealed.id, PART_FIELD, sealed.sealed)
    assert b"must" not in raw
    (starter,) = part.starters
    assert starter.quote == "must"


def test_a_quote_that_the_answer_does_not_hold_is_dropped() -> None:
    made_up = Starter("Ask.", uuid4(), "never said")
    said = Evidence(made_up.version_id, "said")
    half = Claim("Said and never said.", (said, Evidence(made_up.version_id, made_up.quote)))
    part = WrittenPart(starters=(made_up,), claims=(half,))
    texts = {made_up.version_id: "said"}
    assert open_part(vault(), sealed_part(part, texts), texts) == WrittenPart()
    assert open_part(vault(), sealed_part(part, {}), texts) == WrittenPart()


def test_a_claim_without_evidence_is_never_shown() -> None:
    part = WrittenPart(claims=(Claim("Nothing to rest on.", ()),))
    assert open_part(vault(), sealed_part(part, {}), {}) == WrittenPart()


@pytest.mark.parametrize("number", [0, 1])
def test_nought_is_an_answer(number: int) -> None:
    assert open_value(vault(), sealed_answer(Value(number=number))) == Value(number=number)


def test_a_withdrawn_answer_is_absent() -> None:
    assert open_value(vault(), stored(None, uuid4())) is None


def test_what_belongs_to_an_erased_person_is_absent_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer, part = sealed_answer(Value(text=SECRET)), sealed_part(WrittenPart(writer=SECRET), {})
    assert open_value(vault(ANA), answer) is None
    assert open_part(vault(ANA), part, {}) is None
    assert caplog.records == []
    with pytest.raises(Erased):
        seal_value(vault(ANA), ANA, uuid4(), Value(text=SECRET))


def altered(answer: StoredAnswer) -> StoredAnswer:
    assert answer.sealed is not None
    return replace(answer, sealed=answer.sealed[:-1] + bytes([answer.sealed[-1] ^ 1]))


@pytest.mark.parametrize(
    "damage",
    [
        altered,
        lambda answer: replace(answer, version_id=uuid4()),
        lambda answer: replace(answer, person_id=BEN),
        lambda answer: replace(answer, sealed=b""),
        lambda answer: replace(answer, sealed=b"not sealed at all"),
    ],
    ids=["altered", "another row", "another person", "empty", "plain"],
)
def test_a_damaged_answer_is_absent_and_logged_without_its_content(
    caplog: pytest.LogCaptureFixture, damage: Callable[[StoredAnswer], StoredAnswer]
) -> None:
    damaged = damage(sealed_answer(Value(text=SECRET)))
    assert open_value(vault(), damaged) is None
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.__dict__["row"] == str(damaged.version_id)
    assert SECRET not in caplog.text


def test_a_damaged_part_is_absent_and_logged_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    part, texts = quoting(SECRET, 0, 99, SECRET)
    damaged = replace(sealed_part(part, texts), id=uuid4())
    assert open_part(vault(), damaged, texts) is None
    assert len(caplog.records) == 1
    assert SECRET not in caplog.text


def test_one_damaged_row_takes_no_other_with_it() -> None:
    whole, damaged = sealed_answer(Value(rating=4)), altered(sealed_answer(Value(rating=2)))
    same = vault()
    assert open_value(same, damaged) is None
    assert open_value(same, whole) == Value(rating=4)


def test_no_sealed_value_opens_as_a_summary_part() -> None:
    answer = sealed_answer(Value(text=SECRET))
    assert answer.sealed is not None
    assert open_part(vault(), SummaryPart(answer.version_id, ANA, answer.sealed, ()), {}) is None
