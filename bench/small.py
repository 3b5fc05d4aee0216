"""The small steps inside every message: words, seals and the next due moment."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jinja2 import Environment

from bench.measure import Ratio, in_turn, times
from bench.world import START, Worlds
from bot.services.due import next_of
from prompts.words import shipped_words
from scheduling.calendar import WorkCalendar

_BERLIN = ZoneInfo("Europe/Berlin")
_TEXT = b"The summaries save me an hour a day; the code review suggestions do not help yet."
_BARE = "Hello {{ first_name }}, {{ count }} questions until {{ closes }}."


async def render(worlds: Worlds) -> AsyncIterator[Ratio]:
    """The opening of a check-in in the reader's words, dates and plurals."""
    del worlds
    words, bare = shipped_words(), Environment(autoescape=True).from_string(_BARE)
    closes = START + timedelta(days=5)
    facts = {"first_name": "Mara", "count": 3, "closes": closes, "last_day": closes}

    def ours() -> str:
        return words.say("opening", "en", "Europe/Berlin", company="Bench", **facts)["opening"]

    both = await in_turn(5, times(500, ours), times(500, lambda: bare.render(facts)))
    yield Ratio("render", both[0] * 2e3, both[1] * 2e3, "us a message", "a bare Jinja2 template")


async def seal(worlds: Worlds) -> AsyncIterator[Ratio]:
    """An answer sealed and opened under a person's key."""
    world = await worlds.of(100)
    person, row = uuid4(), uuid4()
    vault = await world.built.kit.keys.vault([person])
    cipher, context = AESGCM(secrets.token_bytes(32)), bytes(100)

    def ours() -> bytes:
        return vault.open(person, row, "bench", vault.seal(person, row, "bench", _TEXT))

    def bare() -> bytes:
        nonce = secrets.token_bytes(12)
        return cipher.decrypt(nonce, cipher.encrypt(nonce, _TEXT, context), context)

    both = await in_turn(5, times(1000, ours), times(1000, bare))
    yield Ratio("seal_and_open", both[0] * 1e3, both[1] * 1e3, "us an answer", "bare AES-GCM")


async def next_due(worlds: Worlds) -> AsyncIterator[Ratio]:
    """When a cadence comes next for somebody in Berlin, holidays considered."""
    world = await worlds.of(100)
    spec = next(c for c in world.configuration.cadences if c.key == "ai-check-in")
    working = WorkCalendar().for_country("DE")

    def bare() -> datetime:
        local = START.astimezone(_BERLIN) + timedelta(days=7)
        return local.replace(hour=10, minute=0).astimezone(UTC)

    ours = times(1000, lambda: next_of(spec, _BERLIN, START, working))
    both = await in_turn(5, ours, times(1000, bare))
    yield Ratio("next_due", both[0] * 1e3, both[1] * 1e3, "us a moment", "zoneinfo alone")
