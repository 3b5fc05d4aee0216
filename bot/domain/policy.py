"""An organisation's rules that hold for every cadence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from bot.domain.early_signs import EarlySigns
from bot.domain.local_time import QuietHours


class QuestionsFor(StrEnum):
    """Who reads what people find unclear about the AI expectations: the named leader in both cases.

    GROUP: without names, and only once enough people asked (`comment_minimum`). LEADER: each with
    the name of whoever asked.
    """

    GROUP = "group"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Expectations:
    """The company's AI expectations as app.yaml gives them; text, url or both may be empty.

    `leader` is the e-mail address of whoever answers questions about them; where it is empty,
    nothing can be asked.
    """

    text: str = ""
    url: str = ""
    leader: str = ""
    questions: QuestionsFor = QuestionsFor.GROUP

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.text and not self.url


@dataclass(frozen=True, slots=True)
class Ai:
    """The AI that may word summaries, as people are told of it before they answer.

    provider: its name as people read it, "" where none is used. host: where their words go; AI is
    used only where the connection really leads there. daily_tokens: what one workspace may spend
    in a day of the organisation's own zone.
    """

    provider: str = ""
    host: str = ""
    daily_tokens: int = 200_000

    @property
    def label(self) -> str:
        """Who gets the words and where, as it is kept with each answer; "" where nobody does."""
        return f"{self.provider} ({self.host})" if self.provider else ""


@dataclass(frozen=True, slots=True)
class Policy:
    """`weekly_cap` counts prompts a person gets in a local week, reminders among them.

    `page_url` is the company's own page about privacy, "" where there is none. `follow_up_days`
    after a promise was due both people are asked how it went. Retention is in days, for single
    packs by their key; group results need at least `group_minimum` people, comments
    `comment_minimum`. `team_results`: employees see those of their own team.
    `asks_follow_ups`: after a very short answer, or a question, one more question may come.
    """

    company: str = "Your company"
    time_zone: str = "UTC"
    country: str | None = None
    locale: str = "en"
    quiet: QuietHours = field(default_factory=lambda: QuietHours(time(18), time(8)))
    weekly_cap: int = 4
    expectations: Expectations = field(default_factory=Expectations)
    help_contact: str = ""
    page_url: str = ""
    group_minimum: int = 5
    comment_minimum: int = 10
    team_results: bool = False
    retention_days: int = 365
    retention_by_pack: Mapping[str, int] = field(default_factory=dict)
    follow_up_days: int = 14
    ai: Ai = field(default_factory=Ai)
    early_signs: EarlySigns = field(default_factory=EarlySigns)
    asks_follow_ups: bool = True

    @property
    def shortest_kept(self) -> timedelta:
        """How long the answers are kept that go first."""
        return timedelta(days=min([self.retention_days, *self.retention_by_pack.values()]))

    def kept_for(self, pack: str) -> timedelta:
        """How long answers to this pack are kept after their check-in closed."""
        return timedelta(days=self.retention_by_pack.get(pack, self.retention_days))


def policy_changes_refused(
    old: Policy, new: Policy, answers_exist: bool
) -> tuple[tuple[str, str, str], ...]:
    """What `new` may not change, as (field, problem, remedy); empty where all is well.

    Once answers exist, the sizes below which results stay hidden may rise but never fall: they
    were promised to the people who answered.
    """
    if not answers_exist:
        return ()
    return tuple(
        (
            f"privacy.{name}",
            f"{getattr(new, name)} is below {getattr(old, name)}, which was promised",
            f"keep {getattr(old, name)} or raise it",
        )
        for name in ("group_minimum", "comment_minimum")
        if getattr(new, name) < getattr(old, name)
    )
