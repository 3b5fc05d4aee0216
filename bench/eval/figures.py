"""Counts what came of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.eval.check import fault_of
from bench.eval.recorded import Recorded
from bench.eval.run import Outcome
from bench.eval.weeks import Fact
from bot.domain.masking import SUBJECT
from bot.domain.summary import Evidence, WrittenPart

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens sent and received, and US dollars for a million of each; None where not known."""

    sent: int
    received: int
    price_sent: float | None = None
    price_received: float | None = None

    @property
    def cost(self) -> float | None:
        """In US dollars."""
        if self.price_sent is None or self.price_received is None:
            return None
        return (self.sent * self.price_sent + self.received * self.price_received) / _MILLION


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    def __str__(self) -> str:
        return f"{self.part} of {self.of}" + (f" ({self.part / self.of:.1%})" if self.of else "")


@dataclass(frozen=True, slots=True)
class Figures:
    """grounded: sentences shown that the checker can't fault. covered: planted facts that come up
    in what the manager gets; covered_plain: in what the plain writer alone makes of it. wrong:
    sentences shown that say what nobody said, where that is known; caught: such as are left out;
    kept: true ones that are shown. seconds: the median, and what 19 of 20 stay under.
    """

    name: str
    weeks: int
    worded: int
    grounded: Share
    faults: tuple[str, ...]
    covered: Share
    covered_plain: Share
    dropped: Mapping[str, int]
    fell_back: Mapping[str, int]
    usage: Usage
    seconds: tuple[float, float]
    wrong: tuple[str, ...] = ()
    caught: Share = field(default=Share(0, 0))
    kept: Share = field(default=Share(0, 0))

    @property
    def sound(self) -> bool:
        """Whether nothing is shown that doesn't hold."""
        return not self.faults and not self.wrong


def figures(
    name: str,
    outcomes: Sequence[Outcome],
    dropped: Mapping[str, int],
    usage: Usage,
    recorded: Mapping[str, Recorded] | None = None,
) -> Figures:
    """dropped: sentences by the reason they were left out for."""
    faults = tuple(_faults(outcomes))
    sentences = sum(len(outcome.sentences) for outcome in outcomes)
    wrong, caught, kept = _against(outcomes, recorded or {})
    return Figures(
        name=name,
        weeks=len(outcomes),
        worded=sum(outcome.part is not None for outcome in outcomes),
        grounded=Share(sentences - len(faults), sentences),
        faults=faults,
        covered=_covered((outcome, outcome.delivered) for outcome in outcomes),
        covered_plain=_covered((outcome, outcome.plain) for outcome in outcomes),
        dropped=dict(Counter(dropped).most_common()),
        fell_back=dict(Counter(o.reason for o in outcomes if o.reason).most_common()),
        usage=usage,
        seconds=_middle_and_late([outcome.seconds for outcome in outcomes]),
        wrong=wrong,
        caught=caught,
        kept=kept,
    )


def _faults(outcomes: Iterable[Outcome]) -> Iterable[str]:
    for outcome in outcomes:
        for text, evidence in outcome.sentences:
            if fault := fault_of(text, evidence, outcome.week):
                yield f"{outcome.week.key}: {text} ({fault})"


def _covered(parts: Iterable[tuple[Outcome, WrittenPart]]) -> Share:
    found = of = 0
    for outcome, part in parts:
        of += len(outcome.week.facts)
        found += sum(_comes_up(fact, part, outcome) for fact in outcome.week.facts)
    return Share(found, of)


def _comes_up(fact: Fact, part: WrittenPart, outcome: Outcome) -> bool:
    """Whether more than half of a fact's words stand in something that is shown."""
    text = outcome.week.text(fact.version_id)
    start = text.find(fact.quote)
    end = start + len(fact.quote)
    for evidence in _shown(part):
        at = text.find(evidence.quote) if evidence.version_id == fact.version_id else -1
        overlap = min(end, at + len(evidence.quote)) - max(start, at)
        if evidence.quote and at >= 0 and overlap * 2 > len(fact.quote):
            return True
    return False


def _shown(part: WrittenPart) -> list[Evidence]:
    claimed = [evidence for claim in part.claims for evidence in claim.evidence]
    return claimed + [Evidence(s.version_id, s.quote) for s in part.starters]


def _against(
    outcomes: Sequence[Outcome], recorded: Mapping[str, Recorded]
) -> tuple[tuple[str, ...], Share, Share]:
    """What is shown of the wrong sentences, and how many of the wrong and true ones there are."""
    wrong: list[str] = []
    wrong_of = kept = kept_of = 0
    for outcome in outcomes:
        if (known := recorded.get(outcome.week.key)) is None:
            continue
        shown = {text for text, _ in outcome.sentences}
        first = outcome.week.person.first_name
        wrong += [each for each in sorted(known.wrong) if each.replace(SUBJECT, first) in shown]
        wrong_of += len(known.wrong)
        kept += sum(each.replace(SUBJECT, first) in shown for each in known.sound)
        kept_of += len(known.sound)
    return tuple(wrong), Share(wrong_of - len(wrong), wrong_of), Share(kept, kept_of)


def _middle_and_late(seconds: Sequence[float]) -> tuple[float, float]:
    """The median, and what 19 of 20 stay under."""
    ordered = sorted(seconds) or [0.0]
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 19 // 20)]
