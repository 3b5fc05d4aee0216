"""What a summary's buttons open: pages of what stands behind it, with permission asked anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.message import Button, Buttons, Panel, Reply, Text, Tone
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services.act import is_uuid
from bot.services.kit import Kit
from bot.services.paging import Page, Section, number_in, paged
from bot.services.summary_facts import SummaryView, opened, people_of
from prompts.words import Said


@dataclass(frozen=True, slots=True)
class Opened:
    """A summary as its manager may read it at `now` (aware UTC); the vault holds both sides."""

    kit: Kit
    tx: Tx
    vault: Vault
    manager: Person
    view: SummaryView
    now: datetime

    def say(self, **facts: object) -> Said:
        manager = self.manager
        return self.kit.words.say("summary_details", manager.locale, manager.time_zone, **facts)


@dataclass(frozen=True, slots=True)
class Pages:
    """A panel: what turns its pages, the block of words that is its title, and what it shows."""

    action: str
    title: str
    sections: Callable[[Opened], Iterable[Section]]


async def show(kit: Kit, manager: Person, value: str, now: datetime, pages: Pages) -> Reply:
    """One page for the summary's own manager.

    value: the summary's id, and after a colon the page (from 0) where it isn't the first; a page
    that is not there is the first. Each display is logged for the answers on that page alone.
    """
    summary_id, _, number = value.partition(":")

    def people(tx: Tx) -> set[UUID]:
        found = tx.summaries.get(UUID(summary_id)) if is_uuid(summary_id) else None
        mine = found is not None and found.manager_id == manager.id
        return people_of(tx, found, now) if found and mine else set()

    readable = await kit.uow.read(people)
    if not readable:
        return Reply(notice=kit.words.say("note", manager.locale, manager.time_zone)["gone"])
    vault = await kit.keys.vault({*readable, manager.id})

    def run(tx: Tx) -> Panel | None:
        found = tx.summaries.get(UUID(summary_id))
        if found is None or people_of(tx, found, now) - readable:
            return None
        view = opened(tx, vault, found, now)
        drawn = Opened(kit, tx, vault, manager, view, now)
        parts = paged(pages.sections(drawn))
        index = number_in(number) if number_in(number) < len(parts) else 0
        tx.read_log.add(view.readings(manager.id, "displayed", now, parts[index].answers))
        return _panel(drawn, pages, parts, index)

    shown = await kit.uow.write(run)
    if shown is None:
        return await show(kit, manager, value, now, pages)
    return Reply(shown)


def _panel(drawn: Opened, pages: Pages, parts: Sequence[Page], index: int) -> Panel:
    said = drawn.say(number=index + 1, count=len(parts))
    blocks = list(parts[index].blocks)
    if len(parts) > 1:
        turning = _turning(f"{drawn.view.summary.id}", pages.action, said, index, len(parts))
        blocks += [turning, Text(said["page"], Tone.MUTED)]
    return Panel(said[pages.title], tuple(blocks), said["close"])


def _turning(summary_id: str, action: str, said: Said, index: int, count: int) -> Buttons:
    items: list[Button] = []
    if index:
        items.append(Button(said["previous"], action, f"{summary_id}:{index - 1}"))
    if index + 1 < count:
        items.append(Button(said["next_people"], action, f"{summary_id}:{index + 1}"))
    return Buttons(tuple(items))
