"""What a proposed change would do, shown before it is saved: the same figures as afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain.cadence import CadenceSpec
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Form,
    Heading,
    Look,
    Quote,
    Table,
    Text,
    Tone,
)
from bot.domain.organisation import CadenceRevision
from bot.services import change_words, preview_blocks
from bot.services.admin_act import AdminAct
from bot.services.preview import Preview, preview
from bot.services.preview_blocks import WEEKS
from bot.services.preview_cadence import CadencePreview
from bot.services.standing import Standing

_DAYS = 28
"""Rows of the table: a day each. A table holds 100 rows in Slack."""


async def review(act: AdminAct, found: Standing, spec: CadenceSpec) -> Form:
    """The preview of `spec` with *Save* and *Back*. Writes nothing."""
    current = await act.kit.uow.read(lambda tx: tx.cadences.current())
    looked = await preview(
        act.kit.uow, act.kit.calendar, act.now, WEEKS, specs=_with(current, spec)
    )
    said = act.say("cadence_change")
    return Form(
        title=said["review_title"],
        action="admin_save",
        value=str(found.proposal),
        blocks=tuple(_Review(act, found, spec, looked).blocks()),
        submit=said["save"],
        close=said["close"],
    )


def _with(current: Sequence[CadenceRevision], spec: CadenceSpec) -> list[CadenceSpec]:
    """All cadences as they would be; a paused one as if it ran, or there were nothing to see."""
    others = [revision.spec for revision in current if revision.spec.key != spec.key]
    return [*others, replace(spec, paused=False)]


class _Review:
    def __init__(self, act: AdminAct, found: Standing, spec: CadenceSpec, looked: Preview) -> None:
        self.act = act
        self.found = found
        self.spec = spec
        self.looked = looked
        self.own = next(c for c in looked.cadences if c.spec.key == spec.key)

    def say(self, block: str, **facts: object) -> str:
        return self.act.say("cadence_change", **facts)[block]

    def blocks(self) -> Iterator[Block]:
        yield Heading(self.spec.title)
        yield from self._changes()
        yield Divider()
        yield Heading(self.say("who_gets_it", weeks=WEEKS))
        yield from self._figures(self.own)
        yield from preview_blocks.groups(self.act, self.own)
        yield from preview_blocks.over_cap(self.act, self.looked)
        yield Buttons((self._back(),))

    def _back(self) -> Button:
        undoes = self.found.proposal.back_to is not None
        action = "admin_history" if undoes else "admin_edit_again"
        value = self.spec.key if undoes else str(self.found.proposal)
        return Button(self.say("back"), action, value, Look.QUIET)

    def _changes(self) -> Iterator[Block]:
        current = self.found.current
        if current is None:
            line = change_words.line(self.act, self.spec, self.own.people + self.own.later)
            yield Text(self.say("new", line=line))
            yield from map(Text, change_words.particulars(self.act, self.spec))
        else:
            packs = self.found.around.packs
            for line in change_words.changes(self.act, current.spec, self.spec, packs):
                yield Text(line)
        if self.spec.text and (current is None or current.spec.text != self.spec.text):
            yield Quote(self.spec.text, self.act.say("cadence")["field_text"])
        if self.spec.paused:
            yield Text(self.say("is_paused"), Tone.STRONG)

    def _figures(self, own: CadencePreview) -> Iterator[Block]:
        if not own.messages:
            yield Text(self.say("nobody"))
        else:
            yield Text(self.say("headline", count=own.people, messages=own.messages))
        if own.later:
            yield Text(self.say("later", count=own.later), Tone.MUTED)
        if own.load:
            yield self._load(own)

    def _load(self, own: CadencePreview) -> Table:
        header = (self.say("date"), self.say("this_one"), self.say("all"))
        rows = tuple(
            (
                self.act.say("preview", day=day)["day"],
                f"{messages:,}",
                f"{sum(self.looked.load[day].values()):,}",
            )
            for day, messages in list(own.load.items())[:_DAYS]
        )
        return Table(self.say("load"), header, rows)
