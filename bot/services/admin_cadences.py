"""HR admins and single cadences: new, change, preview, save, undo, pause, test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.domain.message import Panel, Reply
from bot.domain.organisation import CadenceRevision
from bot.domain.ports.unit_of_work import Tx
from bot.services import admin_home, cadence_form, sample_message
from bot.services.admin_act import AdminAct
from bot.services.cadence_fields import Fields
from bot.services.cadence_history import history, way_back
from bot.services.cadence_review import review
from bot.services.cadence_templates import TEMPLATES
from bot.services.manage_cadence import ChangedMeanwhile, pause, revise
from bot.services.memberships import sync_plans
from bot.services.proposal import Proposal
from bot.services.standing import Standing, stand


async def _new(act: AdminAct) -> Reply:
    return Reply(cadence_form.templates(act))


async def _begin(act: AdminAct) -> Reply:
    """The form of a new cadence, filled as the chosen template says."""
    key = act.inbound.fields.get("template", "")
    if key not in TEMPLATES:
        return Reply(cadence_form.templates(act, wrong=True))
    return await _form(act, Proposal(template=key))


async def _change(act: AdminAct) -> Reply:
    current = await act.kit.uow.read(lambda tx: _current(tx, act.inbound.value))
    if current is None:
        return _gone(act)
    return await _form(act, Proposal(key=current.spec.key, revision=current.id))


async def _edit_again(act: AdminAct) -> Reply:
    """*Back* from the preview: the form with everything that was put in."""
    proposal = Proposal.parse(act.inbound.value)
    return await _form(act, proposal) if proposal else _gone(act)


async def _form(act: AdminAct, proposal: Proposal) -> Reply:
    found = await act.kit.uow.read(lambda tx: stand(tx, act, proposal))
    return _as_it_stands(act, found) if found else _gone(act)


async def _submit(act: AdminAct) -> Reply:
    """The preview of what was put in; nothing is saved yet."""
    proposal = Proposal.parse(act.inbound.value)
    return await _look(act, proposal, act.inbound.fields) if proposal else _gone(act)


async def _back_to(act: AdminAct) -> Reply:
    """The preview of an earlier revision's content as the newest one."""
    revision_id = act.inbound.value
    proposal = await act.kit.uow.read(lambda tx: way_back(tx, revision_id))
    return await _look(act, proposal) if proposal else _gone(act)


async def _look(act: AdminAct, proposal: Proposal, given: Fields | None = None) -> Reply:
    found = await act.kit.uow.read(lambda tx: stand(tx, act, proposal, given))
    if found is None:
        return _gone(act)
    if found.stale or found.spec is None:
        return _as_it_stands(act, found)
    if not found.changes_something:
        return _nothing_to_save(act, found)
    return Reply(await review(act, found, found.spec))


def _as_it_stands(act: AdminAct, found: Standing) -> Reply:
    notice = ""
    if found.stale:
        said = act.say("cadence_form")
        notice = act.say("cadence_form", name=found.changed_by or said["someone"])[
            "changed_meanwhile"
        ]
    return Reply(cadence_form.edit(act, found, notice))


def _nothing_to_save(act: AdminAct, found: Standing) -> Reply:
    if found.proposal.back_to is not None:
        return Reply(notice=act.say("cadence_change")["nothing_to_change"])
    return Reply(cadence_form.edit(act, found, act.say("cadence_form")["nothing_changed"]))


class _NotSaved(Exception):
    """Takes the transaction back: the proposal has to be looked at again."""


@dataclass(frozen=True, slots=True)
class _Saved:
    """`cadence_id` is None for a new cadence whose saving was delivered again."""

    title: str
    is_new: bool
    cadence_id: UUID | None


async def _save(act: AdminAct) -> Reply:
    """Writes the revision, once, if it may still be written as it was shown."""
    proposal = Proposal.parse(act.inbound.value)
    if proposal is None:
        return _gone(act)
    try:
        saved = await act.kit.uow.write(lambda tx: _write(tx, act, proposal))
    except (_NotSaved, ChangedMeanwhile):
        return await _not_saved(act, proposal)
    only = None if saved.cadence_id is None else [saved.cadence_id]
    await sync_plans(act.kit.uow, act.kit.calendar, act.now, only)
    said = act.say("cadence_change", name=saved.title)
    return Reply(notice=said["created" if saved.is_new else "saved"])


def _write(tx: Tx, act: AdminAct, proposal: Proposal) -> _Saved:
    """Raises _NotSaved, with nothing kept, where it must be looked at again."""
    found = stand(tx, act, proposal)
    if found is None:
        raise _NotSaved
    current = found.current
    cadence_id = current.cadence_id if current else None
    if act.is_repeat(tx) or not found.changes_something:
        return _Saved(found.fields["title"], current is None, cadence_id)
    if found.stale or found.spec is None:
        raise _NotSaved
    action = "cadence.change" if current else "cadence.add"
    made = revise(
        tx,
        found.spec,
        current,
        action="cadence.undo" if proposal.back_to else action,
        author=act.author,
        now=act.now,
        pack=found.pack,
    )
    return _Saved(made.spec.title, current is None, made.cadence_id)


async def _not_saved(act: AdminAct, proposal: Proposal) -> Reply:
    if proposal.back_to is not None:
        return await _history(act, proposal.key, act.say("cadence_change")["changed_meanwhile"])
    return await _form(act, proposal)


async def _show_history(act: AdminAct) -> Reply:
    return await _history(act, act.inbound.value)


async def _history(act: AdminAct, key: str, notice: str = "") -> Reply:
    panel = await history(act, key, notice)
    return Reply(panel) if panel else _gone(act)


def _pause(*, paused: bool) -> Callable[[AdminAct], Awaitable[Reply]]:
    """*Pause* or *Resume* of one cadence: at once, as the other one takes it back."""

    async def run(act: AdminAct) -> Reply:
        key = act.inbound.value

        def write(tx: Tx) -> CadenceRevision | None:
            if _current(tx, key) is not None and not act.is_repeat(tx):
                pause(tx, key, paused=paused, author=act.author, now=act.now)
            return _current(tx, key)

        current = await act.kit.uow.write(write)
        if current is None:
            return _gone(act)
        await sync_plans(act.kit.uow, act.kit.calendar, act.now, [current.cadence_id])
        said = act.say("admin", name=current.spec.title)
        return Reply(notice=said["one_paused" if current.spec.paused else "one_resumed"])

    return run


async def _test(act: AdminAct) -> Reply:
    """Sends the cadence's message to the admin alone."""
    key = act.inbound.value

    def write(tx: Tx) -> CadenceRevision | None:
        current = _current(tx, key)
        if current is not None and not act.is_repeat(tx):
            cause = act.inbound.inbound_id
            tx.queue.enqueue([sample_message.queued(act.person, current, cause, act.now)])
        return current

    if await act.kit.uow.write(write) is None:
        return _gone(act)
    return Reply(notice=act.say("admin")["test_sent"])


async def _test_pressed(act: AdminAct) -> Reply:
    return Reply(notice=act.say("sample")["pressed"])


async def _more(act: AdminAct) -> Reply:
    """The cadences from the one numbered `value` on; Home has no room for very many."""
    value = act.inbound.value
    start = int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else 0  # noqa: PLR2004  # digits
    said = act.say("admin")
    blocks = await admin_home.cadence_blocks(act.kit, act.person, act.now, start)
    if not blocks:
        return Reply(notice=said["no_cadences"])
    return Reply(Panel(said["more_title" if start else "list_title"], blocks, said["close"]))


def _current(tx: Tx, key: str) -> CadenceRevision | None:
    return next((r for r in tx.cadences.current() if r.spec.key == key), None)


def _gone(act: AdminAct) -> Reply:
    return Reply(notice=act.say("admin")["gone"])


ACTIONS: Mapping[str, Callable[[AdminAct], Awaitable[Reply]]] = {
    "admin_new": _new,
    "admin_new_submit": _begin,
    "admin_change": _change,
    "admin_edit_submit": _submit,
    "admin_edit_again": _edit_again,
    "admin_save": _save,
    "admin_history": _show_history,
    "admin_back_to": _back_to,
    "admin_pause_one": _pause(paused=True),
    "admin_resume_one": _pause(paused=False),
    "admin_test": _test,
    sample_message.PRESSED: _test_pressed,
    "admin_more": _more,
}
