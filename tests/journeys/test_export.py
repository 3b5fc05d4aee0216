"""A person's export: everything about them, and nothing that is somebody else's."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, or_, select

from bot.domain.message import Form
from bot.domain.people import Person
from bot.services import export
from storage.engine import open_engine
from storage.own_records import LEFT_OUT, RECORDS
from storage.tables import metadata
from tests.journeys.conftest import OpenWorld, prepared
from tests.journeys.given import Someone, at, check_in, one_to_ones, weekly_summary
from tests.journeys.on_teams import OnTeams
from tests.journeys.test_expectations import NAMES, SECOND, all_ask, applies, reads
from tests.journeys.test_expectations import company as of_expectations
from tests.journeys.test_one_to_ones import company as of_one_to_ones
from tests.journeys.test_one_to_ones import set_rhythm
from tests.journeys.test_pairs import adds, promises
from tests.journeys.test_pairs import company as of_pairs
from tests.journeys.words import pressable
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
CADENCES = [check_in(reminders=0), weekly_summary(), one_to_ones()]
HOSTILE = "<script>alert(1)</script> </blockquote><img src=x onerror=alert(1)> {{ 7*7 }} &amp; <b>"
SECTIONS = {
    "format": str,
    "version": int,
    "made_at": str,
    "company": str,
    "you": dict,
    "answers": list,
    "check_ins": list,
    "summaries_about_you": list,
    "promises": list,
    "agenda": list,
    "notes": list,
    "questions": list,
    "messages_here": list,
    "shown_to_you": list,
    "records": dict,
}
"""Of version 1. Whoever changes one of these raises the version."""


async def company(open_world: OpenWorld) -> World:
    """Tuesday, 10:05: Ana and Ben have started."""
    world = await open_world([MARA, ANA, BEN], CADENCES)
    await world.until("2026-03-03 10:05")
    await world.starts("ana", "ben")
    return world


async def exported(world: World, who: str) -> dict[str, Any]:
    """The file for other programs, read again."""
    collected = await export.export(world.built.kit, world.ids[who], world.now)
    found: dict[str, Any] = json.loads(export.to_json(collected))
    return found


async def page(world: World, who: str) -> str:
    collected = await export.export(world.built.kit, world.ids[who], world.now)
    return export.to_html(world.built.kit.words, collected).decode()


class _Tags(HTMLParser):
    """What a browser would make of a page: its elements, and its words."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]

    def handle_data(self, data: str) -> None:
        self.words += data


async def test_answers_come_with_every_wording_and_reader(open_world: OpenWorld) -> None:
    """What was said, changed, taken back and narrowed, who could read it, and who was shown it."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await world.until("2026-03-06 18:00")
    await world.press_under("ana", "heron words", "only_me")
    await world.press_under("ana", "kestrel words", "undo")
    told = await exported(world, "ana")
    first, second = told["answers"]
    [gone] = first["versions"]
    assert (gone["text"], gone["taken_back"], gone["current"]) == (None, True, False)
    [kept] = second["versions"]
    assert (kept["text"], kept["taken_back"], kept["current"]) == ("heron words", False, True)
    assert [audience["kind"] for audience in second["audiences"]] == ["manager", "self"]
    assert second["audiences"][0]["readers"] == ["Mara"]
    assert {each["to"] for each in second["shown"]} == {"Mara"}
    [about] = told["summaries_about_you"]
    assert about["manager"] == "Mara"
    assert "kestrel" not in json.dumps(told["answers"] + told["summaries_about_you"])


async def test_what_somebody_switched_off_is_in_it(open_world: OpenWorld) -> None:
    """Each switch that is kept of a person, with the moment since which it is off."""
    world = await company(open_world)
    for switch in ("my_data_ai", "my_data_signs", "follow_ups"):
        await world.act("ana", switch, "off")
    you = (await exported(world, "ana"))["you"]
    kept = [field.name for field in fields(Person) if field.name.endswith("_off_at")]
    told = [name for name, since in you.items() if name.endswith("_off_since") and since]
    assert (len(kept), len(told)) == (3, 3), "one of them is kept and not exported"


async def test_nothing_that_others_said_is_in_it(open_world: OpenWorld) -> None:
    """Mara was shown what Ana and Ben said: her file says whose and when, and no word of it; what
    Ana said is in Ana's file and in nobody else's."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await world.answers("ben", "plover words", "grebe words")
    await adds(world, "ana", "mara", "bunting topic")
    await world.until("2026-03-06 18:00")
    assert await world.details("mara")
    mara, ana, ben = [json.dumps(await exported(world, who)) for who in ("mara", "ana", "ben")]
    assert not [word for word in ("kestrel", "heron", "plover", "grebe") if word in mara]
    assert {each["of"] for each in json.loads(mara)["shown_to_you"]} == {"Ana", "Ben"}
    assert "bunting topic" in mara
    assert "kestrel words" in ana
    assert not [word for word in ("plover", "grebe") if word in ana]
    assert not [word for word in ("kestrel", "heron", "bunting", '"Ana') if word in ben]
    assert not [word for word in ("kestrel", "plover") if word in await page(world, "mara")]


async def test_of_a_promise_only_ones_own_side(open_world: OpenWorld) -> None:
    """Ana's *no* stands in her file; nothing in Mara's differs by it."""
    world = await of_pairs(open_world)
    await promises(world, "mara", "ana", "the kestrel budget")
    await world.until("2026-03-24 10:00")
    before = (await exported(world, "mara"))["promises"]
    await world.press("ana", "No")
    assert (await exported(world, "mara"))["promises"] == before
    [mine] = (await exported(world, "ana"))["promises"]
    assert (mine["text"], mine["you_said"], mine["by_you"]) == ("the kestrel budget", "no", False)


async def test_a_former_manager_takes_nothing_along(open_world: OpenWorld) -> None:
    """What stood between the two stays with Ana."""
    world = await of_pairs(open_world)
    await adds(world, "mara", "ana", "the kestrel move")
    await promises(world, "mara", "ana", "the heron budget")
    assert "kestrel" in json.dumps(await exported(world, "mara"))
    await world.changes(ana="tom")
    assert "kestrel" not in json.dumps(await exported(world, "mara"))
    assert "heron" not in json.dumps(await exported(world, "mara"))
    assert "kestrel" in json.dumps(await exported(world, "ana"))


async def test_notes_of_a_meeting_are_in_both_files_and_in_no_third(open_world: OpenWorld) -> None:
    world = await of_one_to_ones(open_world)
    noted = await _noted(world)
    for who in ("ana", "mara"):
        [note] = (await exported(world, who))["notes"]
        assert note["text"] == noted
    assert noted not in json.dumps(await exported(world, "ben"))


async def _noted(world: World) -> str:
    """Ana and Mara had their 1:1, and Mara noted something."""
    await set_rhythm(world, "mara", "ana", rhythm="two_weeks", weekday="1", first="2026-03-03")
    await world.until("2026-03-03 09:30")
    form = await world.opens("mara", "meeting_held")
    await world.submits("mara", form, {"notes": "kestrel agreed"})
    return "kestrel agreed"


async def test_the_leader_does_not_learn_who_asked_without_a_name(open_world: OpenWorld) -> None:
    """Ten people asked without their names, and the leader read it."""
    world = await of_expectations(open_world)
    await applies(world, SECOND)
    await all_ask(world, *NAMES)
    await reads(world)
    told = await exported(world, "lea")
    assert {each["how"] for each in told["shown_to_you"]} == {"unnamed"}
    assert {each["of"] for each in told["shown_to_you"]} == {None}
    [question] = (await exported(world, "ana"))["questions"]
    assert (question["text"], question["reader"]) == ("kestrel of ana", "Lea")
    assert question["with_your_name"] is False


async def test_hostile_words_stay_words(open_world: OpenWorld) -> None:
    """Whatever people typed, the page has no script, no image, no handler, and loads nothing."""
    world = await company(open_world)
    await world.answers("ana", HOSTILE, "fine")
    await adds(world, "ana", "mara", HOSTILE)
    shown = await page(world, "ana")
    read = _Tags(shown)
    assert not {"script", "img", "iframe", "object", "link", "form", "base"} & set(read.tags)
    assert HOSTILE in read.words
    assert "default-src 'none'" in shown
    if isinstance(world.surface, OnTeams):  # the address of Teams' service is kept with the account
        shown = shown.replace(world.surface.teams.service_url, "")
    assert "http" not in shown.replace('http-equiv="Content', "")
    told = await exported(world, "ana")
    assert told["answers"][0]["versions"][0]["text"] == HOSTILE


async def test_the_format_is_the_documented_one(open_world: OpenWorld) -> None:
    """docs/export.md names every section and kind of record, and the version."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    told = await exported(world, "ana")
    assert {name: type(value) for name, value in told.items()} == SECTIONS
    assert (told["format"], told["version"]) == ("touchpoint-export", 1)
    documented = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    assert "Version 1" in documented
    for name in (*SECTIONS, *told["records"], *told["answers"][0], *told["check_ins"][0]):
        assert f"`{name}`" in documented, name
    for row in (told["you"], told["answers"][0]["versions"][0], told["answers"][0]["audiences"][0]):
        for name in row:
            assert f"`{name}`" in documented, name


async def test_after_erasing_everything_little_is_left(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await adds(world, "ana", "mara", "bunting topic")
    reply = await world.act("ana", "erase_everything")
    assert isinstance(reply.view, Form)
    await world.submits("ana", reply.view, {})
    told = await exported(world, "ana")
    shown = json.dumps(told)
    assert not [word for word in ("kestrel", "heron", "bunting") if word in shown]
    assert all(v["taken_back"] for answer in told["answers"] for v in answer["versions"])
    assert told["summaries_about_you"] == []


# Everything that there is


def people_columns() -> set[tuple[str, str]]:
    """Every column that names a person, by its foreign key or by its name."""
    found = set()
    for table in metadata.tables.values():
        for column in table.columns:
            named = column.name in {"actor", "target"} or column.name.endswith(
                ("person_id", "manager_id", "employee_id", "author_id", "reader_id", "subject_id")
            )
            if named or any(key.column.table.name == "person" for key in column.foreign_keys):
                found.add((table.name, column.name))
    return found - {("person", "id"), ("erasure", "target_id")}


def test_every_column_that_names_people_is_exported_or_left_out_for_a_reason() -> None:
    """A new table can't be forgotten: either its rows are listed, or somebody said why not."""
    listed = {(kind.table.name, kind.whose) for kind in RECORDS}
    assert not listed & set(LEFT_OUT)
    assert listed | set(LEFT_OUT) == people_columns()


ACTS = ["types", "undoes", "narrows", "adds", "promises", "lives", "pauses", "looks", "switches"]


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.sampled_from(["ana", "ben", "mara"])),
        min_size=5,
        max_size=18,
    )
)
def test_what_the_export_lists_is_what_the_database_holds(acts: list[tuple[str, str]]) -> None:
    """Whatever people do: row by row, each one's file lists their rows and no others."""
    asyncio.run(_walk(acts))


async def _walk(acts: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = await World.open(
            prepared(Path(folder)), [MARA, ANA, BEN], CADENCES, at("2026-03-02 09:00")
        )
        try:
            await world.until("2026-03-03 10:05")
            await world.starts("ana", "ben", "mara")
            for number, (act, who) in enumerate(acts):
                await _step(world, act, who, number)
            for who in ("ana", "ben", "mara"):
                _compare(world, who, await exported(world, who))
        finally:
            await world.close()


async def _step(world: World, act: str, who: str, number: int) -> None:
    other = "mara" if who != "mara" else "ana"
    doing: dict[str, Callable[[], Awaitable[object]]] = {
        "types": lambda: world.answers(who, f"word{number}"),
        "undoes": lambda: world.types(who, "undo"),
        "narrows": lambda: _narrows(world, who),
        "adds": lambda: adds(world, who, other, f"topic{number}"),
        "promises": lambda: promises(world, who, other, f"promise{number}"),
        "lives": lambda: world.wait(timedelta(days=2)),
        "pauses": lambda: world.act(who, "resume"),
        "looks": lambda: world.details("mara"),
        "switches": lambda: world.act(who, "my_data_ai", "off" if number % 2 else "on"),
    }
    await doing[act]()


async def _narrows(world: World, who: str) -> None:
    """The newest answer that somebody else could still read, if there is one."""
    panel = await world.my_answers(who)
    for label, does, value in pressable(panel.blocks):
        if does == "only_me" and label:
            await world.act(who, does, value)
            return


def _rows(world: World, table: str, *columns: str, who: UUID) -> list[Mapping[str, Any]]:
    """The rows of a table in which one of these columns is the person."""
    found: Table = metadata.tables[table]
    wanted = or_(*(found.c[name] == _as(found.c[name].name, who) for name in columns))
    engine = open_engine(world.environment.database_url)
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(found).where(wanted)).mappings()]
    finally:
        engine.dispose()


def _as(column: str, who: UUID) -> object:
    return str(who) if column in {"actor", "target"} else who


def _compare(world: World, who: str, told: Mapping[str, Any]) -> None:
    me = world.ids[who]

    def ids(table: str, *columns: str) -> set[str]:
        return {str(row["id"]) for row in _rows(world, table, *columns, who=me)}

    def listed(section: str) -> set[str]:
        return {row["id"] for row in told[section]}

    assert listed("answers") == ids("answer", "person_id")
    assert listed("check_ins") == ids("check_in", "person_id")
    assert listed("promises") == ids("promise", "employee_id", "manager_id")
    assert listed("agenda") == ids("agenda_item", "employee_id", "manager_id")
    assert listed("questions") == ids("expectations_question", "person_id")
    assert listed("summaries_about_you") == ids("summary_part", "subject_id")
    messages = _rows(world, "local_message", "person_id", who=me)
    assert listed("messages_here") == {str(row["id"]) for row in messages if row["sealed"]}
    assert len(told["shown_to_you"]) == len(_rows(world, "read_log", "reader_id", who=me))
    shown = [each for answer in told["answers"] for each in answer["shown"]]
    assert len(shown) == len(_rows(world, "read_log", "person_id", who=me))
    for kind in RECORDS:
        held = _rows(world, kind.table.name, kind.whose, who=me)
        assert len(told["records"][kind.name]) == len(held), kind.name
