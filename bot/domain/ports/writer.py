"""Whoever words a person's part of the weekly summary: the plain writer or a model."""

from __future__ import annotations

from typing import Protocol

from bot.domain.summary import PersonWeek, WrittenPart


class Writer(Protocol):
    @property
    def name(self) -> str: ...

    async def write(self, week: PersonWeek) -> WrittenPart:
        """Words one employee's part from that employee's shared answers alone."""
        ...
