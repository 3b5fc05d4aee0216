"""A cadence's revisions: who changed what and when, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from bot.domain.message import Block, Button, Buttons, Divider, Look, Panel, Text, Tone
from bot.domain.organisation import CadenceRevision
from bot.domain.packs import Pack
from bot.domain.ports.unit_of_work import Tx
from bot.services import change_words
from bot.services.act import is_uuid
from bot.services.admin_act import AdminAct
from bot.services.proposal import Proposal
from prompts.library import load_packs

SHOWN = 12
"""Revisions of one panel, 5 blocks each or a few more; a panel holds 100 in Slack."""

_MOST_LINES = 4


async def history(act: AdminAct, key: str, notice: str = "") -> Panel | None:
    """The revisions of a cadence, newest first; None where there is no such cadence."""
    found = await act.kit.uow.read(lambda tx: _History.of(tx, act, key))
    if found is None:
        return None
    said = act.say("cadence_change")
    lead = (Text(notice, Tone.STRONG),) if notice else ()
    return Panel(said["history_title"], (*lead, *found.blocks()), said["close"])


def way_back(tx: Tx, revision_id: str) -> Proposal | None:
    """The proposal that brings back the content of an earlier revision; None for no such one."""
    if not is_uuid(revision_id):
        return None
    found = tx.cadences.revisions([UUID(revision_id)]).get(UUID(revision_id))
    current = next(
        (r for r in tx.cadences.current() if found and r.cadence_id == found.cadence_id), None
    )
    if found is None or current is None:
        return None
    return Proposal(key=current.spec.key, revision=current.id, back_to=found.id)


class _History:
    def __init__(
        self,
        act: AdminAct,
        revisions: Sequence[CadenceRevision],
        names: Mapping[str, str],
        packs: Mapping[str, Pack],
    ) -> None:
        self.act = act
        self.revisions = revisions
        self.names = names
        self.packs = packs

    @classmethod
    def of(cls, tx: Tx, act: AdminAct, key: str) -> _History | None:
        revisions = tx.cadences.history(key)
        if not revisions:
            return None
        people = tx.people.many(UUID(r.author) for r in revisions if is_uuid(r.author))
        names = {str(person_id): person.name for person_id, person in people.items()}
        stored = {revision.pack.key: revision.pack for revision in tx.cadences.current_packs()}
        return cls(act, revisions, names, {**load_packs(), **stored})

    def blocks(self) -> Iterator[Block]:
        pairs = list(zip([None, *self.revisions], self.revisions, strict=False))
        for number, (before, revision) in enumerate(list(reversed(pairs))[:SHOWN]):
            if number:
                yield Divider()
            yield from self._revision(before, revision)
        if len(pairs) > SHOWN:
            said = self.act.say("cadence_change", count=len(pairs) - SHOWN)
            yield Text(said["older"], Tone.MUTED)

    def _revision(
        self, before: CadenceRevision | None, revision: CadenceRevision
    ) -> Iterator[Block]:
        said = self.act.say(
            "cadence_change",
            number=revision.number,
            name=change_words.author(self.act, revision, self.names),
            moment=revision.created_at,
            this_year=self.act.today.year,
        )
        yield Text(said["revision"], Tone.STRONG)
        for line in self._what(before, revision):
            yield Text(line)
        yield from self._buttons(before, revision)

    def _what(self, before: CadenceRevision | None, revision: CadenceRevision) -> list[str]:
        if before is None:
            words = change_words.rule_and_audience(self.act, revision.spec)
            said = self.act.say("cadence_change", line=f"{revision.spec.title}, {words}")
            return [said["created_line"]]
        lines = change_words.changes(self.act, before.spec, revision.spec, self.packs)
        if len(lines) > _MOST_LINES:
            return ["; ".join(lines)]
        return lines or [self.act.say("cadence_change")["no_difference"]]

    def _buttons(
        self, before: CadenceRevision | None, revision: CadenceRevision
    ) -> Iterator[Block]:
        """*Undo* brings back what was before the newest change; the others, themselves."""
        said = self.act.say("cadence_change")
        if revision is not self.revisions[-1]:
            item = Button(said["back_to"], "admin_back_to", str(revision.id), Look.QUIET)
            yield Buttons((item,))
        elif before is not None:
            yield Buttons((Button(said["undo"], "admin_back_to", str(before.id)),))
        else:
            yield Text(said["undo_creation"], Tone.MUTED)
