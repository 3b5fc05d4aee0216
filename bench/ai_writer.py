"""A person's part worded by a model, and the names that are taken out before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from openai import AsyncOpenAI

from bench.eval.weeks import load_weeks
from bench.measure import Ratio, call, in_turn
from bench.world import Worlds
from bot.domain.masking import NameBook
from bot.domain.ports.writer import NotWritten
from bot.llm.openai_model import Model
from tests.servers.model.server import serving

_WEEKS, _NAMES = 12, 100_000


async def word_with_model(worlds: Worlds) -> AsyncIterator[Ratio]:
    """Masked, asked, checked and put back; a local server answers at once."""
    del worlds
    found = [each.person for each in load_weeks() if each.person.locale == "en"]
    async with serving() as server:
        model = Model.at(server.connection)
        weeks = [week for week in found if model.writer.most_tokens(week)][:_WEEKS]
        bare = AsyncOpenAI(base_url=server.connection.url, api_key=server.connection.key)

        async def ours() -> None:
            for week in weeks:
                with suppress(NotWritten):
                    await model.writer.write(week)

        async def reference() -> None:
            for asked in sent:
                await bare.chat.completions.create(**asked.body)

        await ours()
        sent = list(server.asked)
        both = [took / len(weeks) * 1e3 for took in await in_turn(5, ours, reference)]
        await bare.close()
        await model.close()
    yield Ratio("ai-part", *both, "ms a person", "the same calls by the bare openai package")


async def names(worlds: Worlds) -> AsyncIterator[Ratio]:
    """The names of a large people list, as each run of summaries needs them once."""
    del worlds
    given = [f"Vorname{number} Familie{number % 7_919}" for number in range(_NAMES)]
    steps = call(lambda: NameBook.of(given)), call(lambda: {n.casefold() for n in given})
    book, plain = (took * 1e3 for took in await in_turn(3, *steps))
    yield Ratio("ai-names", book, plain, "ms for 100,000 people", "a set of the same names")
