"""One line of `touchpoint check`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    GOOD = "good"
    BAD = "bad"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check; `said` names the remedy where something is wrong."""

    verdict: Verdict
    subject: str
    said: str
