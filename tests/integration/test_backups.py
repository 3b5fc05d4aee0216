"""Backups: whole, apart and private; and put back only where that can't do harm."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from bot.cli.backup_checks import backup_findings
from sqlalchemy import inspect, text

from bot.bootstrap import build
from bot.cli.faults import NotReady
from bot.cli.findings import Verdict
from bot.cli.office import opened
from bot.domain.erasure import Erased, Erasure
from storage.key_engine import key_engine, writing
from storage.lock import ProcessLock
from storage.set_aside import stamp
from tests.integration.commands import steps
from tests.integration.sealed_office import NOW, SealedOffice, read_all
from tests.servers import postgres

MANY = 200


@pytest.fixture
def office(sealed_office: SealedOffice) -> SealedOffice:
    return sealed_office


def back_up(office: SealedOffice, folder: Path) -> tuple[Path, Path]:
    """Fresh backups of the answers and of the keys."""
    code, said = office.command(
        "backup", str(folder / "answers"), "--keys-to", str(folder / "keys")
    )
    assert code == 0, said
    return max((folder / "answers").glob("t*")), max((folder / "keys").glob("t*"))


def change(folder: Path, **fields: object) -> None:
    """Alters a manifest."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


async def test_a_backup_says_what_it_is_and_is_its_owners_alone(
    office: SealedOffice, tmp_path: Path
) -> None:
    built = await build(office.environment)  # somebody is at work meanwhile
    answers, keys = back_up(office, tmp_path)
    await office.say(built, *office.people)
    await built.close()
    for folder, kind in ((answers, "answers"), (keys, "keys")):
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["kind"] == kind
        assert manifest["organisation"] == str(built.organisation.id)
        assert datetime.fromisoformat(manifest["taken_at"]).tzinfo is not None
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {0o600}
        assert {f.name for f in folder.iterdir()} == {"manifest.json", manifest["file"]}
        assert not list(folder.parent.glob(".*")), "nothing unfinished is left"
    assert office.environment.master_key_file is not None
    secret = office.environment.master_key_file.read_bytes().strip()
    everything = (*answers.iterdir(), *keys.iterdir())
    assert not [f for f in everything if secret in f.read_bytes()]


async def test_a_backup_opens_as_it_was_and_what_came_later_is_kept_aside(
    office: SealedOffice, tmp_path: Path
) -> None:
    answers, keys = back_up(office, tmp_path)
    before = dict(office.said)
    built = await build(office.environment)
    await office.say(built, *office.people)
    await built.close()
    code, said = office.command("restore", str(answers), "--keys-from", str(keys))
    assert code == 1
    assert "add --replace" in said
    assert await office.read() == office.said
    code, said = office.command("restore", str(answers), "--keys-from", str(keys), "--replace")
    assert code == 0, said
    assert said.count("is kept as") == 2
    assert await office.read() == before
    assert office.command("audit", "verify")[0] == 0
    code, said = office.command("audit", "list", "--action", "restore")
    assert "cli" in said


async def test_a_check_warns_where_nobody_backs_up(on_sqlite: SealedOffice, tmp_path: Path) -> None:
    """Only a daily backup deletes the keys in time."""
    assert "backups: none was made yet" in on_sqlite.command("check")[1]
    built = await build(on_sqlite.environment)
    target, now = str(built.organisation.id), built.clock.now()
    for days, warned in ((8, Verdict.NOTE), (6, Verdict.GOOD)):
        at = now - timedelta(days=days)
        await built.uow.write(
            lambda tx, at=at: tx.audit.append(actor="cli", action="backup", target=target, at=at)
        )
        [found] = await backup_findings(built)
        assert found.verdict is warned
        assert f"{at:%Y-%m-%d}" in found.said
    await built.close()
    back_up(on_sqlite, tmp_path)
    assert f"backups: the last one was made on {now:%Y-%m-%d}" in on_sqlite.command("check")[1]


async def test_keys_and_answers_are_never_in_one_place(
    on_sqlite: SealedOffice, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    for wrong in ([], ["--keys-to", str(place)], ["--keys-to", str(place / "within")]):
        code, said = on_sqlite.command("backup", str(place), *wrong)
        assert code == 1
        assert "belong into backups apart" in said
    assert not place.exists()


async def test_backups_of_keys_go_before_they_are_30_days_old_and_nothing_else_does(
    on_sqlite: SealedOffice, tmp_path: Path
) -> None:
    answers, keys = back_up(on_sqlite, tmp_path)
    now = datetime.now(UTC)
    old, young = keys.with_name("touchpoint-keys-old"), keys.with_name("touchpoint-keys-young")
    other = keys.with_name("touchpoint-keys-of-somebody")
    other.mkdir()
    for copy, days in ((old, 29), (young, 28)):
        shutil.copytree(keys, copy)
        change(copy, taken_at=(now - timedelta(days=days)).isoformat())
    change(answers, taken_at=(now - timedelta(days=400)).isoformat())
    drafts = [keys.with_name(f".touchpoint-keys-{age}.partial") for age in ("old", "young")]
    for draft in drafts:
        shutil.copytree(keys, draft)
    os.utime(drafts[0], (now.timestamp() - 29 * 86_400,) * 2)
    shutil.rmtree(keys)
    answers.rename(answers.with_name("touchpoint-old"))
    code, said = on_sqlite.command("backup", str(answers.parent), "--keys-to", str(keys.parent))
    assert code == 0, said
    assert f"{old} deleted" in said
    assert not old.exists()
    assert young.exists()
    assert [draft.exists() for draft in drafts] == [False, True]
    assert other.exists()
    assert answers.with_name("touchpoint-old").exists()


HARM: tuple[tuple[Callable[[Path, Path], object], int, str], ...] = (
    (lambda a, _: (a / "answers.db").write_bytes(b"x"), 2, "SHA-256"),
    (lambda a, _: (a / "answers.db").unlink(), 2, "not complete"),
    (lambda a, _: (a / "manifest.json").unlink(), 2, "has no manifest.json"),
    (lambda a, _: (a / "manifest.json").write_text("{}"), 2, "can't be read"),
    (lambda a, _: change(a, format=99), 2, "format 99"),
    (lambda a, _: change(a, schema="9999"), 1, "update Touchpoint first"),
    (lambda a, _: change(a, database="postgresql"), 1, "is of postgresql"),
    (lambda a, _: change(a, file="../answers.db"), 2, "not complete"),
    (lambda a, _: change(a, organisation=str(uuid4())), 1, "another organisation"),
    (lambda _, k: change(k, master_key="0" * 16), 1, "wrapped by master key 0000"),
    (lambda _, k: change(k, kind="answers"), 2, "not of the keys"),
    (lambda _, k: shutil.rmtree(k), 2, "no backup"),
)


async def test_a_backup_that_can_not_be_used_changes_nothing(
    on_sqlite: SealedOffice, tmp_path: Path
) -> None:
    kept, folder = back_up(on_sqlite, tmp_path), tmp_path / "office"
    before = {f.name for f in folder.iterdir()}
    for number, (harm, code, said) in enumerate(HARM):
        answers, keys = (tmp_path / f"{number}-{each.name}" for each in kept)
        shutil.copytree(kept[0], answers)
        shutil.copytree(kept[1], keys)
        harm(answers, keys)
        found = on_sqlite.command("restore", str(answers), "--keys-from", str(keys), "--replace")
        assert found[0] == code, found[1]
        assert said in found[1]
    assert {f.name for f in folder.iterdir()} - before <= {"touchpoint.db.lock"}
    assert await on_sqlite.read() == on_sqlite.said


async def test_the_folder_of_all_backups_is_not_one_and_names_those_it_has(
    on_sqlite: SealedOffice, tmp_path: Path
) -> None:
    answers, _ = back_up(on_sqlite, tmp_path)
    code, said = on_sqlite.command("restore", str(answers.parent), "--replace")
    assert code == 2
    assert answers.name in said


async def test_keys_that_the_master_key_does_not_open_leave_everything_as_it_was(
    office: SealedOffice, tmp_path: Path
) -> None:
    """The manifest says otherwise: it is noticed before anything is replaced for good."""
    answers, keys = back_up(office, tmp_path)
    key_file = office.environment.master_key_file
    assert key_file is not None
    kept = key_file.read_text()
    assert office.command("keys", "rotate", "master")[0] == 0
    key_file.with_name("master.key.former").unlink()
    manifest = json.loads((back_up(office, tmp_path / "later")[1] / "manifest.json").read_text())
    change(keys, master_key=manifest["master_key"])
    code, said = office.command("restore", str(answers), "--keys-from", str(keys), "--replace")
    assert code == 2
    assert "TOUCHPOINT_MASTER_KEY_FORMER" in said
    assert await office.read() == office.said
    change(keys, master_key=json.loads((answers / "manifest.json").read_text())["master_key"])
    code, said = office.command(
        "restore",
        str(answers),
        "--keys-from",
        str(keys),
        "--replace",
        TOUCHPOINT_MASTER_KEY_FORMER=kept,
    )
    assert code == 0, said


async def test_a_running_process_is_not_restored_under(
    office: SealedOffice, tmp_path: Path
) -> None:
    answers, _ = back_up(office, tmp_path)
    if office.environment.database_file:
        with ProcessLock(office.environment.database_file):
            code, said = office.command("restore", str(answers), "--replace")
    else:
        built = await build(office.environment)
        await read_all(built, office.people)
        code, said = office.command("restore", str(answers), "--replace")
        await built.close()
    assert code == 2
    assert "stop" in said.lower()
    assert await office.read() == office.said


async def test_a_damaged_database_is_replaced_and_what_could_not_be_asked_is_told(
    on_sqlite: SealedOffice, tmp_path: Path
) -> None:
    answers, _ = back_up(on_sqlite, tmp_path)
    file = on_sqlite.environment.database_file
    assert file is not None
    file.write_bytes(b"not a database" * 1000)
    code, said = on_sqlite.command("restore", str(answers), "--replace")
    assert code == 0, said
    assert "could not be read" in said
    assert await on_sqlite.read() == on_sqlite.said


async def test_killed_at_any_step_a_restore_leaves_the_old_or_the_new_and_can_be_repeated(
    office: SealedOffice, tmp_path: Path
) -> None:
    """What was erased since the backup is readable after none of the kills."""
    answers, keys = back_up(office, tmp_path)
    gone = office.people[0]
    built = await build(office.environment)
    erased = Erasure(uuid4(), gone, Erased.EVERYTHING, gone, NOW)
    await built.uow.write(lambda tx: tx.local_messages.delete_all(gone, NOW))
    await built.uow.write(lambda tx: tx.erasures.add([erased]))
    await built.close()
    command = ("restore", str(answers), "--keys-from", str(keys), "--replace")
    die_at, stride = 1, 5 if office.environment.database_file else 9
    while (ended := office.command(*command, die_at=die_at))[0] == -9:
        await opens_or_refuses(office)
        die_at += stride
    assert ended[0] == 0, ended[1]
    assert 3 < die_at < MANY
    await opens_or_refuses(office)
    last = steps(ended[1])
    assert office.command(*command, die_at=last)[0] == -9, "killed at its very last step"
    await opens_or_refuses(office)
    assert office.command(*command)[0] == 0
    built = await build(office.environment)
    assert not (await built.keys.vault([gone])).knows(gone)
    assert await built.uow.read(lambda tx: tx.local_messages.of_person(gone)) == []
    assert len(await read_all(built, office.people[1:])) == len(office.said) * 6 // 7
    await built.close()


async def opens_or_refuses(office: SealedOffice) -> None:
    """Either nothing can be served, or everybody's words but those of who erased them open."""
    try:
        async with opened(office.environment) as built:
            assert (
                await built.uow.read(lambda tx: tx.local_messages.of_person(office.people[0])) == []
            )
            assert len(await read_all(built, office.people[1:])) == len(office.said) * 6 // 7
    except NotReady:
        assert office.environment.database_file is None, "a file is never half restored"


@pytest.mark.postgres
async def test_pg_dump_that_is_missing_or_older_than_the_server_is_named(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    office = await SealedOffice.found(tmp_path / "office", postgres_server)
    empty = tmp_path / "bin"
    empty.mkdir()
    where = ("backup", str(tmp_path / "a"), "--keys-to", str(tmp_path / "k"))
    code, said = office.command(*where, PATH=str(empty))
    assert code == 2
    assert "postgresql-client" in said
    old = empty / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o700)
    code, said = office.command(*where, PATH=f"{empty}{os.pathsep}{os.environ['PATH']}")
    assert code == 2
    assert "too old" in said
    assert not list((tmp_path / "a").iterdir()), "nothing half made is left"


async def test_what_was_set_aside_with_keys_goes_before_it_is_30_days_old(
    office: SealedOffice, tmp_path: Path
) -> None:
    answers, keys = back_up(office, tmp_path)
    assert office.command("restore", str(answers), "--keys-from", str(keys), "--replace")[0] == 0
    before = datetime.now(UTC) - timedelta(days=29)
    age_copies(office, before)
    left = tmp_path / "office" / "touchpoint-keys.db.restoring-wal"
    left.write_bytes(b"of a restore that was killed")
    code, said = office.command("keys", "prune")
    assert code == 0, said
    assert left.exists(), "it may be under way"
    os.utime(left, (before.timestamp(),) * 2)
    again = office.command("keys", "prune")
    assert again[0] == 0, again[1]
    assert left.exists() == (office.environment.database_file is None)
    assert stamp(before).lower() in said.lower()
    assert "deleted" in said
    assert await office.read() == office.said


def age_copies(office: SealedOffice, at: datetime) -> None:
    """What was set aside was so long ago."""
    if office.environment.database_file:
        (aside,) = office.environment.database_file.parent.glob("touchpoint-keys.db.before*")
        aside.rename(aside.with_name(f"{aside.name.rpartition('-')[0]}-{stamp(at)}"))
        return
    engine = key_engine(office.environment.keys_url)
    with writing(engine) as connection:
        names = inspect(connection).get_schema_names()
        (name,) = [each for each in names if each.startswith("touchpoint_keys_before")]
        later = f"{name.rpartition('-')[0]}-{stamp(at)}".lower()
        connection.execute(text(f'ALTER SCHEMA "{name}" RENAME TO "{later}"'))
    engine.dispose()
