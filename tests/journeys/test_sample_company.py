"""The four weeks of the sample company, judged by everybody's screens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from bot import bootstrap
from bot.demo import company as sample
from bot.demo.life import live
from bot.demo.player import Player
from bot.demo.screen import Screen
from bot.demo.script import ANSWERING, Deed, Turn
from bot.domain.message import Button, Message, Panel, Quote, Reply
from bot.domain.people import Person
from bot.local.thread import read_thread
from bot.services.act import Act
from bot.services.conversation import handle
from bot.services.my_answers import panel as my_answers
from bot.services.summary_details import show
from bot.settings import load_configuration
from scheduling.calendar import WorkCalendar
from scheduling.clock import SteppedClock
from tests.harness import ROOT
from tests.journeys.conftest import prepared
from tests.journeys.words import pressable, quotes, words

WEEKS = 4
"""What the demo lives by default."""


@dataclass(frozen=True)
class Seen:
    """One message on one screen, with what it became of it."""

    who: Person
    local: datetime
    message: Message

    @property
    def week(self) -> int:
        return (self.local.date() - sample.START).days // 7

    @property
    def begins(self) -> bool:
        """Whether it begins a check-in: a welcome or an offer, but no reminder."""
        return "time for a check-in" in self.message.text or self.message.text.startswith("Hello")


@dataclass(frozen=True)
class Lived:
    """Four weeks, as they look afterwards."""

    people: dict[str, Person]
    managers: dict[str, str]
    turns: tuple[Turn, ...]
    seen: list[Seen]
    threads: dict[str, str]
    details: dict[str, list[Panel]]
    own: dict[str, list[str]]
    saved: list[tuple[str, str]]
