"""What is configured -> the adapters for it, each imported only where it is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

from bot.domain.ports.clock import Clock
from bot.settings import Environment

if TYPE_CHECKING:
    from bot.llm.openai_model import Model
    from bot.llm.openai_request import Connection
    from bot.settings.ai import AiSettings
    from bot.slack.platform import Slack
    from bot.teams.platform import Teams
    from storage.unit_of_work import SqlUnitOfWork


def slack_of(environment: Environment, uow: SqlUnitOfWork, clock: Clock) -> Slack | None:
    """Slack with its SDK, which is imported only where it is configured."""
    given = environment.slack
    if given is None:
        return None
    from bot.slack.api import SlackApi
    from bot.slack.installations import Installations
    from bot.slack.messenger import SlackMessenger
    from bot.slack.platform import Slack

    api = SlackApi(given.api_url)
    installations = Installations(uow, given.bot_token, clock)

    async def remember(installation_id: UUID, external_id: str, channel: str) -> None:
        await uow.write(
            lambda tx: tx.people.set_delivery_ref(installation_id, external_id, channel)
        )

    messenger = SlackMessenger(api, installations, clock, remember)
    return Slack(
        api, installations, messenger, given.bot_token, given.app_token, given.signing_secret
    )


def teams_of(environment: Environment, uow: SqlUnitOfWork, clock: Clock) -> Teams | None:
    """Teams with its SDK, which is imported only where it is configured."""
    given = environment.teams
    if given is None:
        return None
    from bot.services.meet import bar
    from bot.teams.adapter import Adapter
    from bot.teams.authentication import Authentication
    from bot.teams.connector import Connectors
    from bot.teams.installations import Installations
    from bot.teams.keys import SigningKeys
    from bot.teams.messenger import TeamsMessenger
    from bot.teams.platform import Teams
    from bot.teams.registration import Registration
    from bot.teams.tokens import Tokens

    registration = Registration(**asdict(given))
    tokens = Tokens(registration)
    signing = SigningKeys(registration.openid_url, clock)
    connectors = Connectors(tokens)
    adapter = Adapter(Authentication(registration, signing, connectors, clock))
    installations = Installations(uow, registration, clock)

    async def stop(installation_id: UUID, external_id: str, reason: str, place: str) -> None:
        await bar(uow, installation_id, external_id, reason, clock.now(), place=place)

    messenger = TeamsMessenger(adapter, installations, clock, stop, registration.app_id)
    return Teams(registration, tokens, signing, connectors, adapter, installations, messenger)


def model_of(environment: Environment) -> Model | None:
    """The model, whose package is imported at its first call."""
    given = environment.ai
    if given is None:
        return None
    from bot.llm.openai_model import Model

    return Model.at(connection_of(given))


def connection_of(given: AiSettings) -> Connection:
    """Where a model is, as bot.llm takes it."""
    from bot.llm.openai_request import Connection

    return Connection(**asdict(given), host=given.host)
