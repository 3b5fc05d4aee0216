"""`touchpoint people sync`: whose account is whose on a chat platform."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from uuid import UUID

    from rich.console import Console

    from bot.bootstrap import Built
    from bot.domain.organisation import Installation
    from bot.services.match_accounts import Account, AccountsPreview
    from bot.settings.slack import SlackSettings
    from bot.slack.api import SlackApi

_SHOWN = 30


class Platform(Enum):
    SLACK = "slack"
    TEAMS = "teams"


def sync(
    platform: Annotated[Platform, typer.Argument(help="Whose; in Teams people are met.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Yes, also where many would lose their account.")
    ] = False,
) -> None:
    """Match the accounts of a chat platform to the people list, by e-mail.

    It never adds people. Guests, people of other companies, bots and deactivated accounts are
    never written to. Time zone and language of an account win over the people list, as they
    follow whoever travels. Running it again changes nothing; `touchpoint run` does it each night.

    Exit codes: 0 done; 1 many would lose their account; 2 the platform or the database can't be
    used.

    Example: touchpoint people sync slack --dry-run
    """
    import asyncio

    if platform is Platform.TEAMS:
        raise _met_instead()
    asyncio.run(_sync(dry_run=dry_run, confirmed=yes))


def _met_instead() -> Exception:
    from bot.cli.faults import NotReady

    return NotReady(
        "nothing is synced in Teams: each person is met when the app is installed for them, or "
        "when they first write to it. `touchpoint people reach` names those who weren't yet; "
        "docs/teams.md says how to install it for everybody"
    )


async def _sync(*, dry_run: bool, confirmed: bool) -> None:
    from bot.cli.office import opened
    from bot.cli.screen import console
    from bot.settings import read_environment

    environment = read_environment()
    slack = _configured(environment.slack)
    async with opened(environment) as built, _api(slack) as api:
        await _refuse_without_people(built)
        task = _Sync(built, slack, api, console())
        await (task.preview() if dry_run else task.apply(confirmed=confirmed))


def _configured(slack: SlackSettings | None) -> SlackSettings:
    from bot.cli.faults import NotReady

    if slack is None:
        raise NotReady(
            "Slack is not configured: set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN for Socket Mode or "
            "SLACK_SIGNING_SECRET for HTTP; docs/slack.md says where they come from"
        )
    return slack


@asynccontextmanager
async def _api(slack: SlackSettings) -> AsyncIterator[SlackApi]:
    from bot.slack.api import SlackApi

    api = SlackApi(slack.api_url)
    try:
        yield api
    finally:
        await api.close()


async def _refuse_without_people(built: Built) -> None:
    """Before minutes are spent on reading a directory."""
    from bot.services.sync_accounts import NOBODY, AccountsRefused

    if not await built.uow.read(lambda tx: tx.people.count()):
        raise AccountsRefused(NOBODY)


@dataclass(frozen=True, slots=True)
class _Sync:
    """One workspace on its way."""

    built: Built
    slack: SlackSettings
    api: SlackApi
    out: Console

    async def preview(self) -> None:
        from bot.services.sync_accounts import plan_accounts
        from bot.slack.sync import look_up

        token = self.slack.bot_token
        found = await look_up(self.api, self.built.uow, token, self.built.organisation.id)
        accounts = await self._read(found)
        closed = await self._closed(found)
        preview = await plan_accounts(self.built.uow, found, accounts, closed=closed)
        self._show(found, preview)
        if preview.losses_to_confirm:
            self.out.print(f"It would ask first: {preview.losses_to_confirm}.")
        self.out.print("A dry run: nothing was changed.")

    async def apply(self, *, confirmed: bool) -> None:
        from bot.cli.screen import working
        from bot.services.sync_accounts import plan_accounts, sync_accounts

        found = await self._introduced()
        accounts = await self._read(found)
        uow, closed = self.built.uow, await self._closed(found)
        preview = await plan_accounts(uow, found, accounts, closed=closed)
        self._show(found, preview)
        self._ask(preview, confirmed=confirmed)
        with working("Matching accounts"):
            await sync_accounts(
                uow,
                self.built.kit.calendar,
                found,
                accounts,
                now=self.built.clock.now(),
                actor="cli",
                closed=closed,
                confirm_losses=True,
            )
        if not preview.is_empty:
            self.out.print("Done.")

    async def _introduced(self) -> Installation:
        """The workspace, kept as an installation. Raises NotReady or SlackTrouble."""
        from bot.cli.faults import NotReady
        from bot.slack.installations import Installations, introduce
        from bot.slack.sync import look_up

        uow, clock, organisation = self.built.uow, self.built.clock, self.built.organisation
        await look_up(self.api, uow, self.slack.bot_token, organisation.id)
        told = await introduce(
            self.api,
            uow,
            Installations(uow, self.slack.bot_token, clock),
            organisation_id=organisation.id,
            now=clock.now(),
        )
        if told.installation is None:
            raise NotReady("Slack did not say which workspace the token is for; run it again")
        return told.installation

    async def _read(self, found: Installation) -> list[Account]:
        import asyncio

        from bot.cli.screen import working
        from bot.slack.directory import read_directory

        with working(f"Reading the people of {found.name or 'Slack'}") as shows:
            return await read_directory(
                self.api,
                self.slack.bot_token,
                found,
                wait=asyncio.sleep,
                told=lambda count: shows(f"{count:,} accounts read"),
            )

    async def _closed(self, found: Installation) -> set[UUID]:
        """The token of the environment speaks for one workspace; others it was for are closed."""
        rows = await self.built.uow.read(lambda tx: tx.organisations.installations("slack"))
        return {row.id for row in rows if row.external_id != found.external_id}

    def _show(self, found: Installation, preview: AccountsPreview) -> None:
        from bot.cli.screen import plural, table

        where = found.name or found.external_id
        if preview.is_empty:
            self.out.print(f"Nothing changes in {where}.")
        lines = list(_lines(preview))
        if lines:
            self.out.print(table("", ("what", "who", "details"), lines[:_SHOWN]))
        if len(lines) > _SHOWN:
            self.out.print(f"... and {len(lines) - _SHOWN:,} more.")
        people = plural(preview.people, "person", "people")
        self.out.print(
            f"{preview.connected_after:,} of {people} connected in {where}; "
            f"{len(preview.connected) + len(preview.returned):,} new, "
            f"{len(preview.barred):,} lose their account, {len(preview.moved):,} have another one, "
            f"{len(preview.relocated):,} have another time zone or language."
        )
        self._notes(preview)

    def _notes(self, preview: AccountsPreview) -> None:
        from bot.cli.screen import plural

        if preview.without:
            self.out.print(
                f"{plural(len(preview.without), 'person', 'people')} can't be reached here, listed "
                "above as without: give them an account with the address of the people list, or "
                "correct the list."
            )
        if preview.elsewhere:
            count = plural(preview.elsewhere, "person keeps", "people keep")
            self.out.print(f"{count} getting messages on another platform.")
        if preview.strangers:
            count = plural(preview.strangers, "account matches", "accounts match")
            self.out.print(f"{count} nobody on the people list.")

    def _ask(self, preview: AccountsPreview, *, confirmed: bool) -> None:
        """Raises Refused where many would lose theirs and nobody says that this is right."""
        import sys

        from bot.cli.faults import Refused

        question = preview.losses_to_confirm
        if not question or confirmed:
            return
        if sys.stdin.isatty() and typer.confirm(f"{question}.\nIs it right?", err=True):
            return
        raise Refused(f"{question} with --yes. Nothing was changed.")


def _lines(preview: AccountsPreview) -> Iterator[tuple[str, str, str]]:
    """Those who lose something first: they are what one must not overlook."""
    from bot.cli.reasons import why

    losing = {each.email for each in preview.barred}
    yield from (("loses", each.email, why(each.reason)) for each in preview.barred)
    others = [each for each in preview.without if each.email not in losing]
    yield from (("without", each.email, why(each.reason)) for each in others)
    yield from (("connects", email, "") for email in preview.connected)
    yield from (("is back", email, "") for email in preview.returned)
    yield from (("has another account", email, "") for email in preview.moved)
    for moved in preview.relocated:
        details = ", ".join(each for each in (moved.time_zone, moved.locale) if each)
        yield "zone, language", moved.email, details
