"""Starting again after everything was erased: a new key, on the person's own *Start* alone."""

from __future__ import annotations

from datetime import datetime

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.people import Person
from bot.services import commands
from bot.services.kit import Kit
from bot.services.settle_erasures import settle_erasures
from prompts.library import command_in


async def key_for(kit: Kit, person: Person, inbound: Inbound, now: datetime) -> None:
    """Makes a key for a person whose act starts again and whose key was destroyed.

    First whatever still waits to be destroyed is, so that the new key is not taken for the old.
    """
    if not _starts(person, inbound):
        return
    await settle_erasures(kit, now)
    vault = await kit.keys.vault([person.id])
    if not vault.knows(person.id):
        await kit.keys.renew(person.id, now)


def _starts(person: Person, inbound: Inbound) -> bool:
    if inbound.kind is InboundKind.COMMAND:
        return commands.is_start(inbound.text, person.locale)
    if inbound.kind is InboundKind.TEXT:
        return command_in(inbound.text, person.locale) == "start"
    return inbound.action == "start"
