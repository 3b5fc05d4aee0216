"""`touchpoint link`: a way to their own data for somebody who can't reach the chat."""

from __future__ import annotations

from typing import Annotated

import typer


def link(
    email: Annotated[str, typer.Argument(help="Whose data: the address on the people list.")],
) -> None:
    """Make a link to a person's own data, for that person alone.

    Hand it over unopened. It opens once, within 15 minutes; there the person can read who sees
    what, take a copy, switch AI off, or erase everything. You see nothing of it: opening it
    yourself would be noticed, as the audit log holds that it was made and the person is told in
    the chat. It needs TOUCHPOINT_WEB_URL.

    Exit codes: 0 made; 1 refused, with the reason; 2 the database can't be used.

    Example: touchpoint link ana@example.com
    """
    import asyncio

    asyncio.run(_made(email))


async def _made(email: str) -> None:
    from bot.cli.office import opened
    from bot.cli.screen import console
    from bot.services.link_for import link_for
    from bot.settings import read_environment

    out = console()
    async with opened(read_environment()) as built:
        made = await link_for(built.kit, email, built.clock.now())
        address = built.kit.web.personal(made.secret)
        out.print(address, soft_wrap=True)
        out.print(f"or {built.kit.web.personal()} with the code {made.code}", soft_wrap=True)
    out.print(
        "Good once, for 15 minutes. Hand it to the person unopened; they are told of it in the "
        "chat, and the audit log holds that it was made."
    )
