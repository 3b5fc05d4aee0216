"""`touchpoint retention`: what is too old goes, now instead of within a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.policy import Policy
    from bot.services.expire import PackRetention
    from bot.settings import Environment


def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go, and delete nothing.")
    ] = False,
) -> None:
    """Delete for good what is older than `privacy.retention_days` of app.yaml allows.

    The service does so by itself every day. For each pack this shows how long answers are kept,
    and how many check-ins are older; figures about few people are not told. Messages that were
    sent stay as they are.

    Exit codes: 0 done; 2 the database can't be used.

    Example: touchpoint retention --dry-run
    """
    import asyncio

    from bot.settings import read_environment

    asyncio.run(_run(read_environment(), dry_run=dry_run))


async def _run(environment: Environment, *, dry_run: bool) -> None:
    from bot.cli.office import opened
    from bot.cli.screen import console, working
    from bot.services.expire import expire, overview

    async with opened(environment) as built:
        now, out = built.clock.now(), console()
        policy = await built.uow.read(lambda tx: tx.organisations.policy())
        _show(await overview(built.kit, now), policy)
        if dry_run:
            out.print("A dry run: nothing was deleted.")
            return
        with working("Deleting"):
            gone = await expire(built.kit, now)
    out.print("Done." if gone else "Done. There was nothing to delete.")


def _show(found: Sequence[PackRetention], policy: Policy) -> None:
    from bot.cli.screen import console, table

    header = ("questions", "kept for", "older check-ins", "the oldest closed on")
    rows = [_row(each, policy.group_minimum) for each in found]
    console().print(table("", header, rows))


def _row(found: PackRetention, minimum: int) -> tuple[str, str, str, str]:
    """A figure about few people would say who answered, and when."""
    expiring = found.expiring
    count, oldest = f"{expiring.check_ins:,}", ""
    if 0 < expiring.people < minimum:
        count = f"of fewer than {minimum} people"
    elif expiring.oldest is not None:
        oldest = f"{expiring.oldest:%Y-%m-%d}"
    return found.pack, f"{found.days:,} days", count, oldest
