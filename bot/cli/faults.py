"""Errors in a sentence that says what to do."""

from __future__ import annotations

REFUSED = 1
UNUSABLE = 2
STOPPED = 130


class Refused(Exception):
    """Something is to be mended or decided first; nothing was changed."""


class NotReady(Exception):
    """A file or database can't be used as it is; the message names it and the remedy."""


def explained(error: BaseException) -> tuple[int, str]:
    """The exit code and what to say."""
    if isinstance(error, KeyboardInterrupt):
        return STOPPED, "stopped"
    for code, kinds in ((REFUSED, _refusals()), (UNUSABLE, _unusable())):
        if isinstance(error, kinds):
            return code, str(error)
    if type(error).__module__.startswith("sqlalchemy."):
        return UNUSABLE, f"the database can't be used: {str(error).splitlines()[0]}"
    if isinstance(error, OSError) and error.filename:
        return UNUSABLE, f"{error.filename}: {(error.strerror or 'can not be used').lower()}"
    return UNUSABLE, (
        f"this should not happen ({type(error).__name__}). Run the command again with --debug and "
        "report what it shows; it may quote your files, so look it through first."
    )


def _refusals() -> tuple[type[Exception], ...]:
    from bot.services.link_for import LinkRefused
    from bot.services.manage_cadence import ApplyRefused
    from bot.services.sync_accounts import AccountsRefused
    from bot.services.sync_people import ImportRefused

    return Refused, ApplyRefused, ImportRefused, AccountsRefused, LinkRefused


def _unusable() -> tuple[type[Exception], ...]:
    from bot.bootstrap import NoOrganisation
    from bot.demo.company import DemoRefused
    from bot.domain.ports.unit_of_work import StorageUnavailable
    from bot.services.manage_cadence import UnknownCadence
    from bot.services.people_encoding import Unreadable
    from bot.settings import ConfigurationError
    from bot.slack.directory import DirectoryTrouble
    from bot.slack.installations import SlackTrouble
    from bot.slack.manifest import BadAddress
    from bot.teams.manifest import BadAddress as BadTeamsAddress
    from storage.backup import BackupError
    from storage.engine import DatabaseUrlError
    from storage.key_engine import KeyStoreError
    from storage.lock import AlreadyRunning
    from storage.master_key import MasterKeyError
    from storage.pg_tools import PgToolError
    from storage.restore import Busy

    return (
        NotReady,
        AlreadyRunning,
        BackupError,
        BadAddress,
        BadTeamsAddress,
        Busy,
        ConfigurationError,
        DatabaseUrlError,
        DemoRefused,
        DirectoryTrouble,
        KeyStoreError,
        MasterKeyError,
        NoOrganisation,
        PgToolError,
        SlackTrouble,
        StorageUnavailable,
        UnknownCadence,
        Unreadable,
    )
