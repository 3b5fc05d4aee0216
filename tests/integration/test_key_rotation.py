"""Keys rotate while everything stays readable, whenever the rotation is killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import LargeBinary, select, text, update
from sqlmodel import col

from bot.bootstrap import build
from storage.engine import open_engine
from storage.key_engine import PersonKey, key_engine, writing
from storage.lock import ProcessLock
from storage.master_key import load_master_key, new_master_key
from storage.master_keys import load_master_keys, put_in_use, upcoming_key
from storage.rotate_master import MasterRotation
from storage.rotate_people import PeopleRotation
from storage.sealed_columns import NOT_A_PERSONS, SEALED
from storage.tables import metadata
from tests.integration.commands import some_of, steps
from tests.integration.sealed_office import FIELD, NOW, PEOPLE, SealedOffice, read_all

MANY = 400
"""More steps than any rotation here has."""


@pytest.fixture
def office(sealed_office: SealedOffice) -> SealedOffice:
    return sealed_office


def key_ids(office: SealedOffice, *, active: bool = True) -> set[str]:
    """Of people's keys: those in use, or those retired."""
    engine = key_engine(office.environment.keys_url)
    is_active = col(PersonKey.retired_at).is_(None)
    with engine.connect() as connection:
        found = connection.execute(
            select(col(PersonKey.id)).where(is_active if active else ~is_active)
        )
        ids = {str(each) for each in found.scalars()}
    engine.dispose()
    return ids


def master_ids(office: SealedOffice) -> set[str]:
    """The master keys that wrap something."""
    engine = key_engine(office.environment.keys_url)
    with engine.connect() as connection:
        found = set(connection.execute(select(col(PersonKey.master_key_id))).scalars())
    engine.dispose()
    return found


def values(office: SealedOffice) -> set[bytes]:
    engine = open_engine(office.environment.database_url)
    with engine.connect() as connection:
        found = set(connection.execute(text("SELECT sealed FROM local_message")).scalars())
    engine.dispose()
    return {bytes(each) for each in found}


def key_file(office: SealedOffice) -> Path:
    assert office.environment.master_key_file is not None
    return office.environment.master_key_file


def test_every_sealed_column_of_a_person_is_known() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.startswith("sealed") and isinstance(column.type, LargeBinary)
    }
    assert {each.name for each in SEALED} | NOT_A_PERSONS == sealed
    assert len({each.name for each in SEALED}) == len(SEALED)


async def test_a_new_master_key_wraps_everything(office: SealedOffice) -> None:
    file = key_file(office)
    before, old = key_ids(office), load_master_key(None, file)
    code, said = office.command("keys", "rotate", "master")
    assert code == 0, said
    new = load_master_key(None, file)
    assert new != old
    assert f"{PEOPLE} keys wrapped by {new.id} in place of {old.id}" in said
    assert str(file) in said
    assert master_ids(office) == {new.id}
    assert key_ids(office) == before, "people's own keys are the same"
    assert load_master_key(None, file.with_name("master.key.former")) == old
    assert not file.with_name("master.key.next").exists()
    assert file.stat().st_mode & 0o777 == 0o600
    assert await office.read() == office.said


async def test_new_keys_of_people_seal_everything_anew(office: SealedOffice) -> None:
    before, sealed = key_ids(office), values(office)
    code, said = office.command("keys", "rotate", "people", "--wait", "0")
    assert code == 0, said
    assert f"{PEOPLE} new keys" in said
    assert f"{len(office.said)} sealed anew" in said
    assert key_ids(office).isdisjoint(before)
    assert key_ids(office, active=False) == before
    assert values(office).isdisjoint(sealed)
    assert await office.read() == office.said


async def test_both_at_once_and_the_audit_log_tells(office: SealedOffice) -> None:
    code, said = office.command("keys", "rotate", "--wait", "0")
    assert code == 0, said
    assert await office.read() == office.said
    code, said = office.command("audit", "list", "--action", "keys.")
    assert code == 0
    for action in ("keys.master", "keys.people_begun", "keys.people "):
        assert action in said
    assert office.command("audit", "verify")[0] == 0


def starts(office: SealedOffice, request: pytest.FixtureRequest) -> Iterator[SealedOffice]:
    """The office as it is now, again and again: killed rotations each begin with it."""
    folder = key_file(office).parent
    kept = folder.with_name(folder.name + "-kept")
    shutil.copytree(folder, kept)
    if office.environment.database_file is None:
        yield from _on_postgres(office, kept, folder, request)
        return
    while True:
        yield office
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)


def _on_postgres(
    office: SealedOffice, kept: Path, folder: Path, request: pytest.FixtureRequest
) -> Iterator[SealedOffice]:
    server = request.getfixturevalue("postgres_server")
    template = office.environment.database_url.rpartition("/")[2].partition("?")[0]
    while True:
        url = server.create(template)
        given = {"database_url": url, "keys_url": url}
        yield SealedOffice(replace(office.environment, **given), office.said, office.people)
        server.drop(url)
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)


@pytest.mark.parametrize("what", ["master", "people"])
async def test_killed_at_any_step_every_row_is_readable_and_a_second_run_finishes(
    office: SealedOffice, request: pytest.FixtureRequest, what: str
) -> None:
    """Row 24 of the faults. Steps are statements that write, commits and changes of files: the
    first, the last, and every fifth on SQLite or ninth on PostgreSQL.
    """
    command = ("keys", "rotate", what, "--wait", "0")
    begun = starts(office, request)
    code, said = next(begun).command(*command, die_at=MANY)
    assert code == 0, said
    stride = 5 if office.environment.database_file else 9
    for die_at, fresh in zip(some_of(steps(said), stride), begun, strict=False):
        assert fresh.command(*command, die_at=die_at)[0] == -9
        assert await fresh.read() == office.said, f"killed at step {die_at}"
        code, said = fresh.command(*command)
        assert code == 0, said
        assert await fresh.read() == office.said, f"killed at step {die_at}, then finished"
        if what == "master":
            assert len(master_ids(fresh)) == 1
        else:
            assert len(key_ids(fresh)) == PEOPLE


async def test_a_running_process_reads_on_while_the_master_key_file_changes(
    office: SealedOffice,
) -> None:
    """It began before there was a new key, and hears of it from the rows."""
    built = await build(office.environment)
    file = key_file(office)
    masters = load_master_keys(None, file)
    new = upcoming_key(file)
    rotation = MasterRotation(office.environment.keys_url, masters, new)
    assert await read_all(built, office.people) == office.said
    assert rotation.run() == PEOPLE
    assert await read_all(built, office.people) == office.said
    put_in_use(file, datetime.now(UTC))
    await office.say(built, *office.people)
    assert await read_all(built, office.people) == office.said
    await built.keys.vault([uuid4()])
    assert master_ids(office) == {new.id}, "new keys are wrapped by the new one at once"
    rotation.close()
    await built.close()


async def test_a_master_key_from_the_environment_is_rotated_by_two_more(
    office: SealedOffice,
) -> None:
    old, new = key_file(office).read_text().strip(), new_master_key()
    key_file(office).unlink()
    given = {"TOUCHPOINT_MASTER_KEY": old}
    code, said = office.command("keys", "rotate", "master", **given)
    assert code == 1
    assert "set TOUCHPOINT_MASTER_KEY_NEXT" in said
    both = replace(office.environment, master_key=old, master_key_next=new)
    running = await build(both)
    code, said = office.command("keys", "rotate", "master", **given, TOUCHPOINT_MASTER_KEY_NEXT=new)
    assert code == 0, said
    assert "TOUCHPOINT_MASTER_KEY_FORMER" in said
    assert master_ids(office) == {load_master_key(new, None).id}
    assert await read_all(running, office.people) == office.said
    await running.keys.vault([uuid4()])
    assert len(master_ids(office)) == 2, "made under the key that is still in use"
    await running.close()
    swapped = {"TOUCHPOINT_MASTER_KEY": new, "TOUCHPOINT_MASTER_KEY_FORMER": old}
    code, said = office.command("keys", "prune", **swapped)
    assert code == 0, said
    assert "TOUCHPOINT_MASTER_KEY_FORMER" in said
    assert master_ids(office) == {load_master_key(new, None).id}
    office.environment = replace(office.environment, master_key=new)
    assert await office.read() == office.said


async def test_an_unknown_master_key_is_refused_before_anything_changes(
    office: SealedOffice,
) -> None:
    kept = master_ids(office)
    wrong = {"TOUCHPOINT_MASTER_KEY": new_master_key()}
    code, said = office.command(
        "keys", "rotate", "master", **wrong, TOUCHPOINT_MASTER_KEY_NEXT=new_master_key()
    )
    assert code == 2
    assert next(iter(kept)) in said
    assert master_ids(office) == kept


async def test_former_keys_stay_for_29_days_and_stragglers_are_sealed_anew_first(
    office: SealedOffice,
) -> None:
    built = await build(office.environment)
    behind = await built.keys.vault(office.people)  # read before the rotation, used after it
    assert office.command("keys", "rotate", "--wait", "0")[0] == 0
    former = key_ids(office, active=False)
    row, person = uuid4(), office.people[0]
    late = behind.seal(person, row, FIELD, b"late")
    await built.uow.write(
        lambda tx: tx.local_messages.put(
            message_id=row, person_id=person, author="bot", sealed=late, at=NOW
        )
    )
    office.said[row] = b"late"
    await built.close()
    code, said = office.command("keys", "prune")
    assert code == 0, said
    assert "No former key is older" in said
    assert key_ids(office, active=False) == former
    assert await office.read() == office.said
    make_older(office, timedelta(days=29))
    code, said = office.command("keys", "prune")
    assert code == 0, said
    assert f"{PEOPLE} former keys of people deleted" in said
    assert "master.key.former deleted" in said
    assert key_ids(office, active=False) == set()
    assert await office.read() == office.said
    if office.environment.database_file:
        files = list(key_file(office).parent.glob("touchpoint-keys.db*"))
        raw = b"".join(file.read_bytes() for file in files)
        assert not [each for each in former if UUID(each).hex.encode() in raw]


def make_older(office: SealedOffice, by: timedelta) -> None:
    """The rotation was so long ago."""
    engine = key_engine(office.environment.keys_url)
    with writing(engine) as connection:
        retired = update(PersonKey).where(col(PersonKey.retired_at).is_not(None))
        connection.execute(retired.values(retired_at=datetime.now(UTC) - by))
    engine.dispose()
    former = key_file(office).with_name("master.key.former")
    moment = former.stat().st_mtime - by.total_seconds()
    os.utime(former, (moment, moment))


async def test_whoever_was_erased_stays_erased(office: SealedOffice) -> None:
    built = await build(office.environment)
    gone, *others = office.people
    await built.keys.destroy(gone, NOW)
    await built.close()
    code, said = office.command("keys", "rotate", "people", "--wait", "0")
    assert code == 0, said
    assert f"{PEOPLE - 1} new keys" in said
    built = await build(office.environment)
    vault = await built.keys.vault(office.people)
    assert not vault.knows(gone)
    assert all(vault.knows(each) for each in others)
    await built.close()


async def test_erasing_during_a_rotation_destroys_both_keys(office: SealedOffice) -> None:
    rotation = PeopleRotation(
        office.environment.keys_url, await organisation_of(office), datetime.now(UTC)
    )
    master = load_master_key(None, key_file(office))
    gone = office.people[0]
    assert rotation.introduce(master, datetime.now(UTC)) == PEOPLE
    built = await build(office.environment)
    await built.keys.destroy(gone, datetime.now(UTC))
    assert rotation.switch(datetime.now(UTC)) == PEOPLE - 1
    rotation.close()
    engine = key_engine(office.environment.keys_url)
    with engine.connect() as connection:
        theirs = select(col(PersonKey.wrapped)).where(col(PersonKey.person_id) == gone)
        assert set(connection.execute(theirs).scalars()) == {None}
    engine.dispose()
    assert not (await built.keys.vault([gone])).knows(gone)
    await built.close()


async def organisation_of(office: SealedOffice) -> UUID:
    built = await build(office.environment)
    await built.close()
    return built.organisation.id


async def test_a_damaged_key_stops_the_rotation_and_the_others_stay_readable(
    office: SealedOffice,
) -> None:
    old = load_master_key(None, key_file(office))
    hurt, *others = office.people
    engine = key_engine(office.environment.keys_url)
    with writing(engine) as connection:
        theirs = update(PersonKey).where(col(PersonKey.person_id) == hurt)
        connection.execute(theirs.values(wrapped=b"damaged"))
    engine.dispose()
    code, said = office.command("keys", "rotate", "master")
    assert code == 2
    assert str(hurt) in said
    assert "The master key stays" in said
    assert load_master_key(None, key_file(office)) == old
    built = await build(office.environment)
    assert await read_all(built, others)
    await built.close()


async def test_on_sqlite_a_running_process_is_named(on_sqlite: SealedOffice) -> None:
    assert on_sqlite.environment.database_file is not None
    with ProcessLock(on_sqlite.environment.database_file):
        code, said = on_sqlite.command("keys", "rotate")
    assert code == 2
    assert f"pid {os.getpid()}" in said
