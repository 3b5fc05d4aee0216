"""What HR admins do on a platform: look ahead, pause the company. The role is asked each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.inbound import Inbound
from bot.domain.local_time import local_instant
from bot.domain.message import (
    Block,
    DateInput,
    Divider,
    Form,
    Heading,
    Panel,
    Reply,
    Table,
    Text,
    Tone,
)
from bot.domain.people import Person, Role
from bot.services.kit import Kit
from bot.services.manage_cadence import pause_company
from bot.services.preview import Preview, preview
from bot.services.preview_cadence import CadencePreview
from prompts.words import Said

WEEKS = 4
LONGEST = timedelta(days=366)
LINES = 4
"""Groups of people shown for each cadence; the rest is one line."""


@dataclass(frozen=True, slots=True)
class _Admin:
    kit: Kit
    person: Person
    inbound: Inbound
    now: datetime

    def say(self, **facts: object) -> Said:
        return self.kit.words.say("admin", self.person.locale, self.person.time_zone, **facts)


async def handle(kit: Kit, person: Person, inbound: Inbound, now: datetime) -> Reply:
    """One act of an HR admin; from anybody else it changes nothing and shows nothing."""
    admin = _Admin(kit, person, inbound, now)
    if person.role is not Role.HR_ADMIN:
        return Reply(notice=admin.say()["not_allowed"])
    return await ACTIONS[inbound.action](admin)


async def _preview(admin: _Admin) -> Reply:
    found = await preview(admin.kit.uow, admin.kit.calendar, admin.now, WEEKS)
    said = admin.say(weeks=WEEKS)
    blocks: list[Block] = [_load(admin, found)]
    if found.over_cap:
        blocks.append(Text(admin.say(count=found.over_cap, cap=found.weekly_cap)["over_cap"]))
    for cadence in found.cadences:
        blocks += _cadence(admin, cadence)
    return Reply(Panel(said["preview_title"], tuple(blocks), said["close"]))


def _load(admin: _Admin, found: Preview) -> Block:
    said = admin.say()
    rows = tuple(
        (admin.say(day=day)["day"], str(sum(kinds.values())))
        for day, kinds in sorted(found.load.items())
    )
    return Table(said["load"], (said["date"], said["messages"]), rows)


def _cadence(admin: _Admin, cadence: CadencePreview) -> list[Block]:
    blocks: list[Block] = [Divider(), Heading(cadence.spec.title)]
    largest = sorted(cadence.groups, key=lambda g: -g.people)
    for group in largest[:LINES]:
        moments = group.moments[:3]
        said = admin.kit.words.say(
            "admin",
            admin.person.locale,
            group.zone,
            count=group.people,
            place=group.zone.split("/")[-1].replace("_", " "),
            moments=moments,
            more=len(group.moments) - len(moments),
        )
        blocks.append(Text(said["group"]))
    if len(largest) > LINES:
        rest = sum(g.people for g in largest[LINES:])
        blocks.append(Text(admin.say(count=rest)["more_groups"], Tone.MUTED))
    for left in cadence.left_out:
        said = admin.say(count=left.people, examples=list(left.examples))
        reason = f"reason_{left.reason}"
        told = said[reason] if reason in said else left.reason.replace("_", " ")
        line = admin.say(count=left.people, reason=told, examples=list(left.examples))["left_out"]
        blocks.append(Text(line, Tone.MUTED))
    return blocks


async def _open_pause(admin: _Admin) -> Reply:
    return Reply(_pause_form(admin, ""))


def _pause_form(admin: _Admin, error: str) -> Form:
    said = admin.say()
    today = admin.now.astimezone(admin.person.zone).date()
    day = DateInput(
        "until",
        said["pause_label"],
        value=(today + timedelta(days=7)).isoformat(),
        minimum=(today + timedelta(days=1)).isoformat(),
        hint=said["pause_hint"],
        error=said[f"error_{error}"] if error else "",
    )
    return Form(said["pause_title"], "admin_pause_submit", "", (day,), said["pause"], said["close"])


async def _pause(admin: _Admin) -> Reply:
    given = admin.inbound.fields.get("until", "")
    today = admin.now.astimezone(admin.person.zone).date()
    try:
        day = date.fromisoformat(given.strip())
    except ValueError:
        return Reply(_pause_form(admin, "not_a_date"))
    if not today < day <= today + LONGEST:
        return Reply(_pause_form(admin, "out_of_range"))
    until = local_instant(day, time.min, admin.person.zone)
    author = str(admin.person.id)
    await pause_company(admin.kit.uow, until, author=author, now=admin.now)
    return Reply(notice=admin.say(moment=until)["paused_until"])


async def _resume(admin: _Admin) -> Reply:
    author = str(admin.person.id)
    await pause_company(admin.kit.uow, None, author=author, now=admin.now)
    return Reply(notice=admin.say()["resumed"])


ACTIONS: Mapping[str, Callable[[_Admin], Awaitable[Reply]]] = {
    "admin_preview": _preview,
    "admin_pause": _open_pause,
    "admin_pause_submit": _pause,
    "admin_resume": _resume,
}
