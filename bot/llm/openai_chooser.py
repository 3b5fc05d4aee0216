"""Lets a model pick one of a pack's own follow-up questions. It words nothing."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager

from bot.domain.masking import Masker
from bot.domain.ports.chooser import Choosing, Chosen
from bot.llm.openai_answer import Form, read_form, unusable
from bot.llm.openai_client import OpenAiClient
from bot.llm.openai_request import Task, beginning, closed
from prompts.model_prompts import model_prompt

NONE = "none"
_MOST_CHARACTERS = 1_000
_MOST_TOKENS = 1_000


class ChoiceForm(Form):
    choice: str


class OpenAiChooser:
    """The Chooser port."""

    def __init__(self, client: OpenAiClient) -> None:
        self._client = client
        self._prompt = model_prompt("choose")

    @property
    def host(self) -> str:
        return self._client.host

    def most_tokens(self, choosing: Choosing) -> int:
        """What one choice may cost at most."""
        return self._client.most_tokens(self._task(choosing), urgent=True)

    def place(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """Within it a choice waits for no other call. Raises NotWritten ("busy")."""
        return self._client.place(seconds)

    async def choose(self, choosing: Choosing) -> Chosen:
        """Picks one of the options within seconds, or none of them. Raises NotWritten."""
        patience = self._client.pace.for_choice
        answer = await self._client.ask(self._task(choosing), patience=patience, urgent=True)
        choice = read_form(ChoiceForm, answer).choice
        if choice not in {*choosing.options, NONE}:
            raise unusable("wrong_form", answer.tokens)
        return Chosen(choice if choice in choosing.options else "", answer.tokens)

    def _task(self, choosing: Choosing) -> Task:
        masker = Masker(choosing.names, choosing.name)
        answer, question = (masker.mask(t).text for t in (choosing.answer, choosing.question))
        options = {key: masker.mask(text).text for key, text in choosing.options.items()}
        data = {
            "question": question,
            "answer": beginning(answer, _MOST_CHARACTERS),
            "options": options,
        }
        choice = {"type": "string", "enum": list(dict.fromkeys([*choosing.options, NONE]))}
        told = self._prompt.text(none=NONE)
        given = json.dumps(data, ensure_ascii=False)
        return Task("choice", told, given, closed(choice=choice), _MOST_TOKENS)
