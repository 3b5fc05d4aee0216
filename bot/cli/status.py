"""`touchpoint status`: how things stand, in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from bot.domain.ports.queue_store import LanePause
    from bot.services.ai_use import AiToday
    from bot.services.status import CadenceStatus, Status
    from bot.settings import Environment


UNSURE = (
    "Some of these may have arrived. They are not sent again by themselves, so that nobody is "
    "asked twice; the next reminder covers what did not arrive."
)


def status() -> None:
    """Show what was sent, what wasn't and why, and what is next. Figures alone, never people.

    Reasons that fewer people share than privacy.group_minimum are one figure, "nothing sent".

    Exit codes: 0 shown; 1 some messages or a workspace need an operator; 2 the database can't be
    used.

    Example: touchpoint status
    """
    import asyncio

    from bot.cli.screen import console
    from bot.settings import read_environment

    found, zone, ai = asyncio.run(_found(read_environment()))
    _Shown(console(), found, zone, ai).print()
    is_held_up = found.organisation.is_held or any(not _passes(p) for p in found.paused)
    if found.needs_operator or found.people.losses_to_confirm or is_held_up:
        raise typer.Exit(1)


async def _found(environment: Environment) -> tuple[Status, ZoneInfo, AiToday | None]:
    from zoneinfo import ZoneInfo

    from bot.bootstrap import NoOrganisation
    from bot.cli.office import opened
    from bot.services.ai_use import ai_today
    from bot.services.status import status as stands

    async with opened(environment) as built:
        found = await stands(built.uow, built.clock.now(), built.kit.messengers)
        policy = await built.uow.read(lambda tx: tx.organisations.policy())
        ai = await ai_today(built.kit, built.clock.now())
    if found is None:
        raise NoOrganisation("the database holds no organisation yet")
    return found, ZoneInfo(policy.time_zone), ai


class _Shown:
    """A status on its way to the screen; moments are in the company's zone."""

    def __init__(
        self, out: Console, found: Status, zone: ZoneInfo, ai: AiToday | None = None
    ) -> None:
        self.ai = ai
        self.out = out
        self.found = found
        self.zone = zone

    def print(self) -> None:
        from bot.cli.screen import table

        self.out.print(self._headline())
        self._held()
        self.out.print(self._people())
        self._unreached()
        self._losses()
        header = ("cadence", "people", "next", "last 4 weeks", "not sent")
        rows = [self._row(cadence) for cadence in self.found.cadences]
        self.out.print(table("", header, rows))
        self.out.print(f"Messages: {_counted(self.found.queue.items())}.")
        self._expectations()
        self._ai()
        if self.found.unsent:
            self.out.print(f"Never sent: {_counted(self.found.unsent.items())}.")
        if self.found.needs_operator:
            self.out.print(f"Need an operator: {_counted(self.found.needs_operator.items())}.")
        if self.found.unsure:
            self.out.print(UNSURE, soft_wrap=True)
        for pause in self.found.paused:
            self.out.print(self._paused(pause))
        self.out.print(f"Next thing due: {self._moment(self.found.next_at)}.")

    def _headline(self) -> str:
        organisation = self.found.organisation
        demo = " (a demo)" if organisation.is_demo else ""
        until = organisation.paused_until
        paused = f", everything paused until {self._moment(until)}" if until else ""
        return f"{organisation.name}{demo}{paused}"

    def _held(self) -> None:
        if at := self.found.organisation.restored_at:
            self.out.print(
                f"Held after a restore on {self._moment(at)}: people get answers, and nothing else "
                "is planned or sent until `touchpoint release`.",
                soft_wrap=True,
            )

    def _people(self) -> str:
        from bot.cli.screen import plural

        people = self.found.people
        parts = [plural(people.active, "person", "people")]
        if people.started is not None:
            parts.append(f"{people.started:,} have started")
        if people.without_platform:
            parts.append(f"{people.without_platform:,} without an account on any platform")
        return ", ".join(parts) + "."

    def _unreached(self) -> None:
        """Why people have no account to be written to, where enough of them share it."""
        if self.found.people.without_platform:
            reasons = _counted(self.found.people.unreached.items())
            told = f": {reasons}" if self.found.people.unreached else ""
            self.out.print(f"Why{told}; `touchpoint people reach` names everybody and the remedy.")

    def _paused(self, pause: LanePause) -> str:
        """What is paused and until when, and what ends it."""
        from bot.slack import pauses as in_slack
        from bot.teams import pauses as in_teams

        is_teams = pause.platform == "teams"
        where = "Microsoft Teams: tenant" if is_teams else "Slack workspace"
        remedies = in_teams.REMEDIES if is_teams else in_slack.REMEDIES
        remedy = remedies.get(pause.reason, pause.reason.replace("_", " "))
        until = self._moment(pause.until)
        return f"{where} {pause.workspace} is paused, next try {until}. {remedy}"

    def _expectations(self) -> None:
        from prompts.words import shipped_words

        if told := self.found.expectations:
            said = shipped_words().say(
                "expectations", "en", number=told.number, sent=told.sent, of=told.of
            )
            self.out.print(said[told.code])

    def _ai(self) -> None:
        from bot.services.ai_words import ai_lines
        from prompts.words import shipped_words

        if self.ai is not None:
            for line in ai_lines(shipped_words(), "en", self.ai):
                self.out.print(line, soft_wrap=True)

    def _losses(self) -> None:
        from bot.cli.screen import plural

        if losing := self.found.people.losses_to_confirm:
            self.out.print(
                f"{plural(losing, 'person', 'people')} would lose their account, and last night's "
                "sync was not applied: look with `touchpoint people sync slack --dry-run`, then "
                "confirm with --yes."
            )

    def _row(self, cadence: CadenceStatus) -> tuple[str, ...]:
        coming = "paused" if cadence.paused else self._moment(cadence.next_due_at)
        return (
            cadence.key,
            f"{cadence.people:,}",
            coming,
            _counted(cadence.recent.items()),
            _counted(cadence.skipped.items()),
        )

    def _moment(self, at: datetime | None) -> str:
        if at is None:
            return "nothing"
        return f"{at.astimezone(self.zone):%a %d %b %Y %H:%M} ({self.zone.key})"


def _passes(pause: LanePause) -> bool:
    """Whether it needs nobody: the platform asked for a break."""
    return pause.reason == "rate_limited"


def _counted(counts: Iterable[tuple[str, int]]) -> str:
    """Such as "12 sent, 3 skipped"."""
    from bot.cli.reasons import short

    said = (f"{count:,} {short(str(what))}" for what, count in counts)
    return ", ".join(said) or "none"
