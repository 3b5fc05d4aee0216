"""What a preview shows of one cadence: its groups with their moments, and who is left out."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.message import Block, Text, Tone
from bot.services.admin_act import Admin
from bot.services.preview import Preview
from bot.services.preview_cadence import CadencePreview, Group, LeftOut
from bot.services.preview_stay import StayPreview

WEEKS = 4
"""How far a preview looks."""

GROUPS = 4
"""Groups of people shown for each cadence; the rest is one line."""

MOMENTS = 3
UNDATED = 20
"""People without a hire date listed by name; the others are counted."""


def groups(admin: Admin, cadence: CadencePreview) -> Iterator[Block]:
    """Who gets it when, the largest groups first, then who gets nothing and why."""
    largest = sorted(cadence.groups, key=lambda group: -group.people)
    for group in largest[:GROUPS]:
        yield Text(_group(admin, group))
    if len(largest) > GROUPS:
        rest = sum(group.people for group in largest[GROUPS:])
        yield Text(admin.say("preview", count=rest)["more_groups"], Tone.MUTED)
    for left in cadence.left_out:
        yield Text(_left_out(admin, left), Tone.MUTED)
    if cadence.stay is not None:
        yield from _stay(admin, cadence.stay)
    if cadence.spec.for_managers and cadence.spec.is_bundled(manages=True):
        yield Text(admin.say("preview")["bundled"], Tone.MUTED)


def _stay(admin: Admin, stay: StayPreview) -> Iterator[Block]:
    yield Text(admin.say("preview", count=stay.due, weeks=WEEKS)["stay_due"])
    if stay.undated:
        people = [f"{entry.name} ({entry.email})" for entry in stay.undated[:UNDATED]]
        count = len(stay.undated)
        said = admin.say("preview", count=count, people=people, more=count - len(people))
        yield Text(said["undated"])


def over_cap(admin: Admin, found: Preview) -> Iterator[Block]:
    """How many people would get more than a week's most, if there are any."""
    if found.over_cap:
        said = admin.say("preview", count=found.over_cap, cap=found.weekly_cap)
        yield Text(said["over_cap"])


def _group(admin: Admin, group: Group) -> str:
    said = admin.kit.words.say(
        "preview",
        admin.person.locale,
        group.zone,
        count=group.people,
        place=group.zone.split("/")[-1].replace("_", " "),
        examples=group.examples[:1],
        moments=group.moments[:MOMENTS],
        more=len(group.moments) - MOMENTS,
    )
    return said["group"]


def _left_out(admin: Admin, left: LeftOut) -> str:
    said = admin.say("preview", count=left.people, examples=list(left.examples))
    reason = f"reason_{left.reason}"
    told = said[reason] if reason in said else left.reason.replace("_", " ")
    facts = {"count": left.people, "reason": told, "examples": list(left.examples)}
    return admin.say("preview", **facts)["left_out"]
