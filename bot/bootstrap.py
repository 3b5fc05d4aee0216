"""The only place where everything is joined."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from bot.adapters import model_of, slack_of, teams_of
from bot.domain.organisation import Installation, Organisation
from bot.domain.people import Identity, Person
from bot.domain.ports.clock import Clock
from bot.domain.ports.messenger import Messenger
from bot.services.kit import Kit
from bot.services.web_address import WebAddress
from bot.settings import Environment

if TYPE_CHECKING:
    from bot.llm.openai_model import Model
    from bot.slack.platform import Slack
    from bot.teams.platform import Teams
    from storage.key_store import KeyStore
    from storage.master_keys import MasterKeys
    from storage.unit_of_work import SqlUnitOfWork

LOCAL = "local"

OnReply = Callable[[datetime], None]
Watch = Callable[[Messenger], Messenger]


class NoOrganisation(Exception):
    """The database holds no organisation yet; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Built:
    """Everything joined.

    local: the local page's installation, on a demo database without other platforms only.
    slack: where it is configured, and the database is no demo's; teams likewise, but for a
    playground, which is for demos alone. model: where one is configured.
    """

    environment: Environment
    kit: Kit
    uow: SqlUnitOfWork
    keys: KeyStore
    clock: Clock
    organisation: Organisation
    local: Installation | None
    slack: Slack | None = None
    teams: Teams | None = None
    model: Model | None = None

    async def close(self) -> None:
        """Finishes what was accepted and closes the stores; a repeat changes nothing."""
        if self.slack is not None:
            await self.slack.close()
        if self.teams is not None:
            await self.teams.close()
        if self.model is not None:
            await self.model.close()
        await self.uow.close()
        await self.keys.close()


def prepare(environment: Environment) -> None:
    """Makes or updates both databases and, beside a SQLite file, the master key. Blocks.

    Raises MasterKeyError, DatabaseUrlError, KeyStoreError or StorageUnavailable, each with the
    setting and the remedy in its message.
    """
    from storage.key_store import upgrade_key_store
    from storage.master_key import create_master_key_file
    from storage.migrate import upgrade

    if environment.data_folder is not None:
        environment.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = environment.master_key_file
    beside_database = environment.data_folder is not None and environment.master_key is None
    if beside_database and file is not None and not file.exists():
        create_master_key_file(file)
    upgrade(environment.database_url)
    upgrade_key_store(environment.keys_url)


async def create_organisation(
    environment: Environment, name: str, now: datetime, *, is_demo: bool = False
) -> UUID:
    """Puts the organisation into an empty database, with the local page's installation.

    `now` is aware UTC. An organisation that is there already is left as it is. Returns its id.
    """
    existing = await asyncio.to_thread(_organisation_id, environment)
    if existing is not None:
        return existing
    from storage.engine import open_engine
    from storage.unit_of_work import SqlUnitOfWork

    organisation_id = uuid4()
    uow = SqlUnitOfWork(open_engine(environment.database_url), organisation_id)
    organisation = Organisation(organisation_id, name, is_demo, None, now if is_demo else None)
    local = Installation(uuid4(), organisation_id, LOCAL, LOCAL)
    try:
        await uow.write(lambda tx: tx.organisations.add(organisation, now))
        await uow.write(lambda tx: tx.organisations.add_installation(local, now))
    finally:
        await uow.close()
    return organisation_id


async def build(
    environment: Environment,
    *,
    clock: Clock | None = None,
    on_reply: OnReply | None = None,
    watch: Watch | None = None,
) -> Built:
    """Joins everything over databases that `prepare` made.

    clock: the moved clock of a demo database, or the system's, where none is given.
    on_reply: told when a reply that is due was committed (see SqlUnitOfWork).
    watch: wraps each messenger, for whoever wants to see what goes out.

    Raises NoOrganisation where the database is empty.
    """
    organisation_id = await asyncio.to_thread(_organisation_id, environment)
    if organisation_id is None:
        raise NoOrganisation(
            "the database holds no organisation yet: run `touchpoint people import FILE` first, "
            "or `touchpoint demo` to look around"
        )
    from storage.engine import open_engine
    from storage.key_store import KeyStore
    from storage.unit_of_work import SqlUnitOfWork

    uow = SqlUnitOfWork(open_engine(environment.database_url), organisation_id, on_reply)
    organisation = await uow.read(lambda tx: tx.organisations.get())
    if organisation is None:
        raise NoOrganisation("the database lost its organisation; restore a backup")
    clock = clock or clock_of(organisation)
    read = partial(master_keys_of, environment)
    keys = KeyStore.open(environment.keys_url, organisation_id, read, clock.now)
    local = await uow.read(lambda tx: tx.organisations.installation(LOCAL))
    slack = slack_of(environment, uow, clock)
    teams = teams_of(environment, uow, clock)
    in_earnest = slack is not None or (teams is not None and not teams.registration.playground)
    shown = local if organisation.is_demo and not in_earnest else None
    web = _web(environment, shown)
    chats = [chat.messenger for chat in (slack, teams) if chat is not None]
    model = model_of(environment)
    kit = _kit(uow, keys, clock, chats, watch or (lambda messenger: messenger), web, model)
    return Built(environment, kit, uow, keys, clock, organisation, shown, slack, teams, model)


def _web(environment: Environment, local: Installation | None) -> WebAddress:
    from bot.local.pages import file_address

    files = {local.id: file_address} if local is not None else {}
    return WebAddress(environment.web_url, files)


def _kit(
    uow: SqlUnitOfWork,
    keys: KeyStore,
    clock: Clock,
    chats: Iterable[Messenger],
    watch: Watch,
    web: WebAddress,
    model: Model | None,
) -> Kit:
    from bot.llm.plain_writer import PlainWriter
    from bot.local.messenger import LocalMessenger
    from prompts.words import shipped_words
    from scheduling.calendar import WorkCalendar

    messengers: dict[str, Messenger] = {LOCAL: watch(LocalMessenger(uow, keys, clock))}
    messengers |= {messenger.platform: watch(messenger) for messenger in chats}
    return Kit(
        uow,
        keys,
        shipped_words(),
        WorkCalendar(),
        messengers,
        PlainWriter(),
        web,
        ai=model.writer if model else None,
        chooser=model.chooser if model else None,
    )


def master_keys_of(environment: Environment) -> MasterKeys:
    """The master key in use and those beside it.

    Raises MasterKeyError naming the setting and the remedy.
    """
    from storage.master_keys import load_master_keys

    return load_master_keys(
        environment.master_key,
        environment.master_key_file,
        upcoming=environment.master_key_next,
        former=environment.master_key_former,
    )


def clock_of(organisation: Organisation) -> Clock:
    """A demo database's clock goes on from where it was moved to; all others tell the time."""
    from scheduling.clock import MovedClock, SystemClock

    if organisation.demo_now is None:
        return SystemClock()
    return MovedClock(organisation.demo_now - datetime.now(UTC))


def local_identity(installation_id: UUID) -> Callable[[Person], Identity]:
    """How people are reached on the local page: by their own id."""

    def identity(person: Person) -> Identity:
        own = str(person.id)
        return Identity(uuid4(), person.id, installation_id, LOCAL, own, own)

    return identity


def _organisation_id(environment: Environment) -> UUID | None:
    from storage.engine import open_engine
    from storage.organisations import find_organisation_id

    engine = open_engine(environment.database_url)
    try:
        with engine.connect() as connection:
            return find_organisation_id(connection)
    finally:
        engine.dispose()
