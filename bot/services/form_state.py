"""What a form of answers carries from its opening to its sending."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.domain.check_in import CheckIn, Value
from bot.services.act import is_uuid


@dataclass(frozen=True, slots=True)
class FormState:
    """The check-in, the manager and the AI (as a print) that it named, and a print of each answer
    it was filled with.

    As text it is a few hundred characters, well below the 3,000 that Slack lets a modal carry.
    """

    check_in_id: UUID
    manager_id: UUID | None
    prints: Mapping[str, str]
    ai_print: str = ""

    def __str__(self) -> str:
        prints = ",".join(f"{key}={found}" for key, found in self.prints.items())
        return f"{self.check_in_id}:{self.manager_id or ''}:{prints}:{self.ai_print}"

    def names(self, shown: CheckIn) -> bool:
        """Whether it named those whom this check-in names."""
        named = (self.manager_id, self.ai_print)
        return named == (shown.shown_manager_id, print_of_ai(shown.shown_ai))

    @classmethod
    def parse(cls, text: str) -> FormState | None:
        """None for what no form ever carried: such a value can be forged."""
        check_in_id, _, rest = text.partition(":")
        manager_id, _, rest = rest.partition(":")
        prints, _, ai_print = rest.partition(":")
        if not is_uuid(check_in_id) or (manager_id and not is_uuid(manager_id)):
            return None
        pairs = (pair.partition("=") for pair in prints.split(",") if pair)
        found = {key: shown for key, _, shown in pairs}
        return cls(UUID(check_in_id), UUID(manager_id) if manager_id else None, found, ai_print)


def print_of(value: Value) -> str:
    """Tells whether two answers are the same, without holding either."""
    return _print(repr((value.text, value.rating, value.choice, value.number)))


def print_of_ai(ai: str) -> str:
    """ai: an `Ai.label`; without one there is nothing to tell apart."""
    return _print(ai) if ai else ""


def _print(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def prints_of(values: Mapping[str, Value]) -> dict[str, str]:
    return {key: print_of(value) for key, value in values.items()}
