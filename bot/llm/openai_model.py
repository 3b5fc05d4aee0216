"""One connected model, in the two parts it plays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.llm.openai_chooser import OpenAiChooser
from bot.llm.openai_client import OpenAiClient
from bot.llm.openai_request import Connection
from bot.llm.openai_rest import Pace
from bot.llm.openai_writer import OpenAiWriter
from prompts.lexicon import load_lexicons


@dataclass(frozen=True, slots=True)
class Model:
    """Both share one client, and so its limits. Nothing is opened before the first call."""

    client: OpenAiClient
    writer: OpenAiWriter
    chooser: OpenAiChooser

    @classmethod
    def at(
        cls,
        connection: Connection,
        pace: Pace | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> Model:
        """pace, monotonic: see OpenAiClient; for those who can't wait as long."""
        client = OpenAiClient(connection, pace, monotonic)
        return cls(client, OpenAiWriter(client, load_lexicons()), OpenAiChooser(client))

    async def close(self) -> None:
        await self.client.close()
