"""Two ways of doing the same thing, timed in turn on the same machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Step = Callable[[], Awaitable[object]]
Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Ratio:
    """`ours` and `reference` are medians in `unit`, which names a time, or a rate where more is
    better; `against` what the reference does.
    """

    name: str
    ours: float
    reference: float
    unit: str
    against: str

    @property
    def value(self) -> float:
        return self.ours / self.reference

    def __str__(self) -> str:
        times = f"{self.ours:.4g}, {self.reference:.4g}, {self.unit}"
        return f"ratio {self.name} {self.value:.2f} ({times})  # against {self.against}"


def call(does: Call) -> Step:
    """A plain function as a step."""

    async def step() -> None:
        does()

    return step


def times(number: int, does: Call) -> Step:
    """A function too short to be timed alone, `number` times."""

    async def step() -> None:
        for _ in range(number):
            does()

    return step


async def seconds(step: Step) -> float:
    """How long one run takes."""
    started = perf_counter()
    await step()
    return perf_counter() - started


async def in_turn(rounds: int, *steps: Step) -> list[float]:
    """The median seconds of each step. They take turns, so that a busy machine is as busy for
    one as for the other.
    """
    runs = [[await seconds(step) for step in steps] for _ in range(rounds)]
    return [median(of_one) for of_one in zip(*runs, strict=True)]
