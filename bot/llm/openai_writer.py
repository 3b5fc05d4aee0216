"""Words a person's part of the summary with a model, and keeps only what rests on their words."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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

MOST_ANSWERS = 12
MOST_CHARACTERS = 3_000
"""Of one answer: whoever writes more is still quoted, from the beginning of it."""

_MOST_TOKENS = 2_000
_log = logging.getLogger(__name__)


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
        sent = _Sent.of(week)
        return self._client.most_tokens(self._task(week, sent)) if sent.answers else 0

    async def write(self, week: PersonWeek) -> WrittenPart:
        """At least one claim and one starter, each with what it rests on. Raises NotWritten."""
        sent = _Sent.of(week)
        if not sent.answers:
            raise NotWritten("empty")
        answer = await self._client.ask(self._task(week, sent))
        return self._written(sent, answer)

    def _task(self, week: PersonWeek, sent: _Sent) -> Task:
        hint = f"; most likely {week.locale}" if week.locale else ""
        told = self._prompt.text(most=MOST, longest=LONGEST, hint=hint)
        return Task("summary", told, sent.data(week), _SUMMARY, _MOST_TOKENS)

    def _written(self, sent: _Sent, answer: Answer) -> WrittenPart:
        form = read_form(SummaryForm, answer)
        dropped: Counter[str] = Counter()
        claims = self._sound(ground_claim, [c.proposal() for c in form.claims], sent, dropped)
        asked = [starter.proposal(most=1) for starter in form.starters]
        starters = self._sound(ground_starter, asked, sent, dropped)
        self.dropped += dropped
        count = dropped.total()
        _log.info("proposals checked", extra={"dropped": count, "why": dict(dropped)})
        if not claims or not starters:
            raise NotWritten("too_little", answer.tokens, count)
        return WrittenPart(
            starters=tuple(_starter(each) for each in starters),
            writer=self.name,
            claims=tuple(Claim(each.text, each.evidence) for each in claims),
            dropped=count,
            prompt=self.prompt,
            tokens=answer.tokens,
        )

    def _sound(
        self, ground: _Ground, proposals: Sequence[Proposal], sent: _Sent, dropped: Counter[str]
    ) -> list[Sound]:
        """The first few that hold, none of them twice; the others are counted by code."""
        found: dict[str, Sound] = {}
        for proposal in proposals:
            try:
                sound = ground(proposal, sent.given, sent.masker, self._lexicons)
            except Unfounded as unfounded:
                dropped[unfounded.code] += 1
            else:
                found.setdefault(sound.text.casefold(), sound)
        return list(found.values())[:MOST]


_Ground = Callable[[Proposal, Mapping[str, Given], Masker, Mapping[str, Lexicon]], Sound]


@dataclass(frozen=True, slots=True)
class _Sent:
    """One person's answers with words as the model gets them: by alias, without names."""

    masker: Masker
    answers: Mapping[str, SharedAnswer]
    given: Mapping[str, Given]

    @classmethod
    def of(cls, week: PersonWeek) -> _Sent:
        masker = Masker(week.names, week.name or week.first_name)
        worded = [each for each in week.answers if each.value.text.strip()][:MOST_ANSWERS]
        answers = {f"a{number}": each for number, each in enumerate(worded, 1)}
        given = {
            alias: Given(each.version_id, masker.mask(each.value.text))
            for alias, each in answers.items()
        }
        return cls(masker, answers, given)

    def data(self, week: PersonWeek) -> str:
        """The user's message: JSON, in which nothing that was typed can pass for structure."""
        rows = [self._row(alias, week) for alias in self.answers]
        return json.dumps({"answers": rows}, ensure_ascii=False)

    def _row(self, alias: str, week: PersonWeek) -> dict[str, Any]:
        answer = self.answers[alias]
        before = answer.previous.rating if answer.previous else None
        row = {
            "id": alias,
            "question": week.questions.get(answer.question_key, ""),
            "words": beginning(self.given[alias].masked.text, MOST_CHARACTERS),
            "rating": answer.value.rating,
            "rating_last_time": before,
        }
        return {name: value for name, value in row.items() if value is not None}


def _starter(sound: Sound) -> Starter:
    (evidence,) = sound.evidence
    return Starter(sound.text, evidence.version_id, evidence.quote)
