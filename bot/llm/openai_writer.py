"""Words a person's part of the summary with a model, and keeps only what rests on their words."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from bot.domain.grounding import (
    LONGEST,
    Given,
    Proposal,
    Sound,
    Unfounded,
    ground_claim,
    ground_starter,
)
from bot.domain.lexicon import Lexicon
from bot.domain.masking import Masker
from bot.domain.ports.writer import NotWritten
from bot.domain.summary import Claim, PersonWeek, SharedAnswer, Starter, WrittenPart
from bot.llm.openai_answer import Answer, Form, read_form
from bot.llm.openai_client import OpenAiClient
from bot.llm.openai_request import Task, beginning, closed
from prompts.model_prompts import model_prompt

MOST = 3
"""Claims, and starters, of one person: more don't fit on a phone's screen."""

MOST_CHECKED = 8
"""Proposals of each kind that are looked at: the others count as left out, so that a model that
says much doesn't keep the processor busy.
"""

MOST_ANSWERS = 12
MOST_CHARACTERS = 3_000
"""Of one answer: whoever writes more is still quoted, from the beginning of it."""

_MARGIN = 500
"""More characters than a sentence has that may be quoted: the last one sent is known to its end."""

_MOST_TOKENS = 2_000


class EvidenceForm(Form):
    answer: Annotated[str, Field(max_length=40)]
    quote: Annotated[str, Field(max_length=2_000)]


class ItemForm(Form):
    text: Annotated[str, Field(max_length=2_000)]
    evidence: Annotated[list[EvidenceForm], Field(max_length=10)]

    def proposal(self, most: int | None = None) -> Proposal:
        """most: how many of its quotes count."""
        counted = self.evidence[:most]
        answers, quotes = (e.answer for e in counted), (e.quote for e in counted)
        return Proposal(self.text, tuple(answers), tuple(quotes))


class SummaryForm(Form):
    claims: Annotated[list[ItemForm], Field(max_length=20)]
    starters: Annotated[list[ItemForm], Field(max_length=20)]


_TEXT = {"type": "string"}
_EVIDENCE = {"type": "array", "items": closed(answer=_TEXT, quote=_TEXT)}
_ITEMS = {"type": "array", "items": closed(text=_TEXT, evidence=_EVIDENCE)}
_SUMMARY = closed(claims=_ITEMS, starters=_ITEMS)


class OpenAiWriter:
    """The AiWriter port. `dropped` counts by code what did not hold since the start."""

    def __init__(self, client: OpenAiClient, lexicons: Mapping[str, Lexicon]) -> None:
        """lexicons: by language."""
        self._client = client
        self._lexicons = lexicons
        self._prompt = model_prompt("summary")
        self.dropped: Counter[str] = Counter()

    @property
    def name(self) -> str:
        return self._client.model

    @property
    def host(self) -> str:
        return self._client.host

    @property
    def prompt(self) -> str:
        """The version of what the model is told."""
        return self._prompt.version

    def most_tokens(self, week: PersonWeek) -> int:
        """What writing this part may cost at most, a second try included; 0 without any words."""
        answers = _worded(week)
        # Tokens for names are about as long as names, and counting needn't take as long as masking.
        words = {alias: each.value.text[:MOST_CHARACTERS] for alias, each in answers.items()}
        task = self._task(answers, words, week.questions)
        return self._client.most_tokens(task) if answers else 0

    def place(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """See `AiWriter.place`."""
        return self._client.place(seconds)

    async def write(self, week: PersonWeek) -> WrittenPart:
        """At least one claim, each with what it rests on. Raises NotWritten."""
        answers = _worded(week)
        if not answers:
            raise NotWritten("empty")
        sent = await asyncio.to_thread(_Sent.of, week, answers)
        answer = await self._client.ask(self._task(answers, sent.words, sent.questions))
        form = read_form(SummaryForm, answer)
        held = await asyncio.to_thread(self._held, form, sent)
        self.dropped += held.dropped
        return self._written(held, answer)

    def _task(
        self,
        answers: Mapping[str, SharedAnswer],
        words: Mapping[str, str],
        questions: Mapping[str, str],
    ) -> Task:
        told = self._prompt.text(most=MOST, longest=LONGEST)
        return Task("summary", told, _data(answers, words, questions), _SUMMARY, _MOST_TOKENS)

    def _held(self, form: SummaryForm, sent: _Sent) -> _Held:
        dropped: Counter[str] = Counter()
        claims = self._sound(ground_claim, [c.proposal() for c in form.claims], sent, dropped)
        asked = [starter.proposal(most=1) for starter in form.starters]
        return _Held(claims, self._sound(ground_starter, asked, sent, dropped), dropped)

    def _written(self, held: _Held, answer: Answer) -> WrittenPart:
        count = held.dropped.total()
        if not held.claims:
            raise NotWritten("too_little", answer.tokens, count)
        return WrittenPart(
            starters=tuple(_starter(each) for each in held.starters),
            writer=self.name,
            claims=tuple(Claim(each.text, each.evidence) for each in held.claims),
            dropped=count,
            prompt=self.prompt,
            tokens=answer.tokens,
        )

    def _sound(
        self, ground: _Ground, proposals: Sequence[Proposal], sent: _Sent, dropped: Counter[str]
    ) -> list[Sound]:
        """The first few that hold, none of them twice; the others are counted by code."""
        found: dict[str, Sound] = {}
        dropped["too_many"] += max(0, len(proposals) - MOST_CHECKED)
        for proposal in proposals[:MOST_CHECKED]:
            try:
                sound = ground(proposal, sent.given, sent.masker, self._lexicons)
            except Unfounded as unfounded:
                dropped[unfounded.code] += 1
            else:
                found.setdefault(sound.text.casefold(), sound)
        return list(found.values())[:MOST]


_Ground = Callable[[Proposal, Mapping[str, Given], Masker, Mapping[str, Lexicon]], Sound]


@dataclass(frozen=True, slots=True)
class _Held:
    """What held of an answer, and by code how many sentences did not."""

    claims: list[Sound]
    starters: list[Sound]
    dropped: Counter[str]


@dataclass(frozen=True, slots=True)
class _Sent:
    """One person's answers as the model gets them, by alias: `words` is what is sent of each.
    questions: by their keys; a company's own may name people.
    """

    masker: Masker
    given: Mapping[str, Given]
    words: Mapping[str, str]
    questions: Mapping[str, str]

    @classmethod
    def of(cls, week: PersonWeek, answers: Mapping[str, SharedAnswer]) -> _Sent:
        masker = Masker(week.names, week.name or week.first_name)
        given, words = {}, {}
        for alias, answer in answers.items():
            whole = answer.value.text
            masked = masker.mask(beginning(whole, MOST_CHARACTERS + _MARGIN))
            is_cut = len(masked.original) < len(whole)
            most = len(masked.text) - _MARGIN if is_cut else len(masked.text)
            given[alias] = Given(answer.version_id, masked)
            words[alias] = beginning(masked.text, min(most, MOST_CHARACTERS))
        questions = {key: masker.mask(text).text for key, text in week.questions.items()}
        return cls(masker, given, words, questions)


def _worded(week: PersonWeek) -> dict[str, SharedAnswer]:
    """The answers with words, by the aliases that the model knows them by."""
    worded = [each for each in week.answers if each.value.text.strip()][:MOST_ANSWERS]
    return {f"a{number}": each for number, each in enumerate(worded, 1)}


def _data(
    answers: Mapping[str, SharedAnswer], words: Mapping[str, str], questions: Mapping[str, str]
) -> str:
    """The user's message: JSON, in which nothing that was typed can pass for structure."""
    rows = [
        _row(alias, answer, words[alias], questions.get(answer.question_key, ""))
        for alias, answer in answers.items()
    ]
    return json.dumps({"answers": rows}, ensure_ascii=False)


def _row(alias: str, answer: SharedAnswer, words: str, question: str) -> dict[str, Any]:
    row = {
        "id": alias,
        "question": question,
        "words": words,
        "rating": answer.value.rating,
        "rating_last_time": answer.previous.rating if answer.previous else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def _starter(sound: Sound) -> Starter:
    (evidence,) = sound.evidence
    return Starter(sound.text, evidence.version_id, evidence.quote)
