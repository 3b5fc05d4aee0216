"""What HR admins do on a platform. The role is asked each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta

from bot.domain.inbound import Inbound
from bot.domain.local_time import local_instant
from bot.domain.message import Block, DateInput, Divider, Form, Heading, Panel, Reply, Table
from bot.domain.people import Person, Role
from bot.domain.ports.unit_of_work import Tx
from bot.services import admin_cadences, audit_panel, preview_blocks
from bot.services.admin_act import AdminAct
from bot.services.kit import Kit
from bot.services.manage_cadence import pause_everything
from bot.services.preview import Preview, preview
from bot.services.preview_blocks import WEEKS

LONGEST = timedelta(days=366)


async def handle(kit: Kit, person: Person, inbound: Inbound, now: datetime) -> Reply:
    """One act of an HR admin; from anybody else it changes nothing and shows nothing."""
    act = AdminAct(kit, person, now, inbound)
    if person.role is not Role.HR_ADMIN:
        return Reply(notice=act.say("admin")["not_allowed"])
    return await ACTIONS[inbound.action](act)


async def _preview(act: AdminAct) -> Reply:
    found = await preview(act.kit.uow, act.kit.calendar, act.now, WEEKS)
    said = act.say("preview", weeks=WEEKS)
    blocks: list[Block] = [_load(act, found), *preview_blocks.over_cap(act, found)]
    for cadence in found.cadences:
        blocks += [Divider(), Heading(cadence.spec.title), *preview_blocks.groups(act, cadence)]
    return Reply(Panel(said["preview_title"], tuple(blocks), said["close"]))


def _load(act: AdminAct, found: Preview) -> Block:
    said = act.say("preview")
    rows = tuple(
        (act.say("preview", day=day)["day"], str(sum(kinds.values())))
        for day, kinds in sorted(found.load.items())
    )
    return Table(said["load"], (said["date"], said["messages"]), rows)


async def _open_pause(act: AdminAct) -> Reply:
    return Reply(_pause_form(act, ""))


def _pause_form(act: AdminAct, error: str) -> Form:
    said = act.say("admin")
    day = DateInput(
        "until",
        said["pause_label"],
        value=(act.today + timedelta(days=7)).isoformat(),
        minimum=(act.today + timedelta(days=1)).isoformat(),
        hint=said["pause_hint"],
        error=said[f"error_{error}"] if error else "",
    )
    return Form(said["pause_title"], "admin_pause_submit", "", (day,), said["pause"], said["close"])


async def _pause(act: AdminAct) -> Reply:
    given = act.inbound.fields.get("until", "")
    try:
        day = date.fromisoformat(given.strip())
    except ValueError:
        return Reply(_pause_form(act, "not_a_date"))
    if not act.today < day <= act.today + LONGEST:
        return Reply(_pause_form(act, "out_of_range"))
    until = local_instant(day, time.min, act.person.zone)
    await _set_pause(act, until)
    return Reply(notice=act.say("admin", moment=until)["paused_until"])


async def _resume(act: AdminAct) -> Reply:
    await _set_pause(act, None)
    return Reply(notice=act.say("admin")["resumed"])


async def _set_pause(act: AdminAct, until: datetime | None) -> None:
    def write(tx: Tx) -> None:
        if not act.is_repeat(tx):
            pause_everything(tx, until, author=act.author, now=act.now)

    await act.kit.uow.write(write)


ACTIONS: Mapping[str, Callable[[AdminAct], Awaitable[Reply]]] = {
    "admin_preview": _preview,
    "admin_pause": _open_pause,
    "admin_pause_submit": _pause,
    "admin_resume": _resume,
    "admin_audit": audit_panel.show,
    **admin_cadences.ACTIONS,
}
