"""What the use cases need from outside, put together once in `bot.bootstrap`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.ports.chooser import Chooser
from bot.domain.ports.clock import Calendar
from bot.domain.ports.messenger import Messenger
from bot.domain.ports.unit_of_work import UnitOfWork
from bot.domain.ports.vault import KeyRing
from bot.domain.ports.writer import AiWriter, Writer
from bot.services.web_address import WebAddress
from prompts.words import Words


@dataclass(frozen=True, slots=True)
class Kit:
    """`messengers` by platform name.

    writer: the plain one, which always can. ai, chooser: None where no model is connected.
    ai_failures: calls that came to nothing since this process began, by reason (see `NotWritten`).
    """

    uow: UnitOfWork
    keys: KeyRing
    words: Words
    calendar: Calendar
    messengers: Mapping[str, Messenger]
    writer: Writer
    web: WebAddress = field(default_factory=WebAddress)
    ai: AiWriter | None = None
    chooser: Chooser | None = None
    ai_failures: Counter[str] = field(default_factory=Counter)
