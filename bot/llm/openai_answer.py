"""Reads a chat completion: how it ended, what it says, what it cost. Whoever sent it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.ports.writer import NotWritten

_log = logging.getLogger(__name__)

_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)
_ENDED = {"length": "cut_off", "content_filter": "refused"}
_MOST_TOKENS = 10_000_000
"""More than that a provider can't have meant."""

Count = Annotated[int, Field(ge=0, le=_MOST_TOKENS)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, as text, and what it cost in tokens."""

    text: str
    sent: int
    received: int

    @property
    def tokens(self) -> int:
        return self.sent + self.received


class Form(BaseModel):
    """What a model was asked to fill in: nothing else may stand in it, and nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: Count
    completion_tokens: Count


class _Completion(BaseModel):
    choices: Annotated[list[_Choice], Field(min_length=1)]


class _Billed(BaseModel):
    usage: _Usage


def read_completion(body: bytes, estimated: int, most: int) -> Answer:
    """The text of a completion that came to its end.

    estimated, most: what was sent and what was allowed, in tokens, for providers that tell no
    usage. Raises NotWritten, which holds what it cost.
    """
    received = min(tokens_of(body), most)
    usage = _usage(body) or _Usage(prompt_tokens=estimated, completion_tokens=received)
    cost = usage.prompt_tokens + usage.completion_tokens
    try:
        choice = _Completion.model_validate_json(body).choices[0]
    except ValidationError:
        raise unusable("wrong_form", cost) from None
    if choice.message.refusal:
        raise unusable("refused", cost)
    if choice.finish_reason in _ENDED:
        raise unusable(_ENDED[choice.finish_reason], cost)
    text = choice.message.content or ""
    if not text.strip():
        raise unusable("empty", cost)
    return Answer(text, usage.prompt_tokens, usage.completion_tokens)


T = TypeVar("T", bound=Form)


def read_form(form: type[T], answer: Answer) -> T:
    """What the model filled in. Marks for code around it are allowed: local models write them.

    Raises NotWritten.
    """
    fenced = _FENCE.fullmatch(answer.text)
    try:
        return form.model_validate_json(fenced[1] if fenced else answer.text)
    except ValidationError:
        raise unusable("wrong_form", answer.tokens) from None


def unusable(reason: str, tokens: int) -> NotWritten:
    """What to raise for an answer that came and can't be used; the log has the reason alone."""
    _log.warning("the model's answer can't be used", extra={"code": reason})
    return NotWritten(reason, tokens)


def tokens_of(text: str | bytes) -> int:
    """About how many tokens that is, rather more than fewer: three bytes each."""
    size = len(text if isinstance(text, bytes) else text.encode())
    return size // 3 + 1


def _usage(body: bytes) -> _Usage | None:
    try:
        return _Billed.model_validate_json(body).usage
    except ValidationError:
        return None
