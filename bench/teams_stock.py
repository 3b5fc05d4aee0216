"""botbuilder as it comes: its adapter with its own authentication, credentials and clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity, ConversationReference
from botframework.connector.auth import (
    AuthenticationConstants,
    CallerIdConstants,
    MicrosoftAppCredentials,
    PasswordServiceClientCredentialFactory,
)
from msal import ConfidentialClientApplication

from bench.teams_stub import Teams
from tests.servers.teams import APP, SECRET, TENANT

_SCOPE = AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE


def adapter(teams: Teams) -> CloudAdapter:
    """Of an app whose keys and tokens come from the stub."""
    configuration = SimpleNamespace(
        TO_CHANNEL_FROM_BOT_LOGIN_URL=f"{teams.login_url}/{TENANT}",
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE=_SCOPE,
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER=AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=teams.openid_url,
        TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL=teams.openid_url,
        OAUTH_URL=AuthenticationConstants.OAUTH_URL,
        CALLER_ID=CallerIdConstants.public_azure_channel,
    )
    credentials = _Credentials(APP, SECRET, TENANT)
    return CloudAdapter(
        ConfigurationBotFrameworkAuthentication(configuration, credentials_factory=credentials)
    )


class _Credentials(PasswordServiceClientCredentialFactory):  # type: ignore[misc]  # untyped SDK
    """Its own, but for msal's question to Microsoft whether the token service is known: it asks
    that for no address of Microsoft's, and there is no network here.
    """

    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool
    ) -> MicrosoftAppCredentials:
        made = await super().create_credentials(
            app_id, oauth_scope, login_endpoint, validate_authority
        )
        made.get_access_token = _fetching(made)
        return made


def _fetching(made: MicrosoftAppCredentials) -> Callable[[], str]:
    def fetch() -> str:
        made.app = made.app or ConfidentialClientApplication(
            made.microsoft_app_id,
            made.microsoft_app_password,
            authority=made.oauth_endpoint,
            instance_discovery=False,
        )
        return str(MicrosoftAppCredentials.get_access_token(made))

    return fetch


def application(teams: Teams, path: str) -> web.Application:
    """A bot that answers each invoke and does nothing. `CloudAdapter.process` would write the
    answer twice, so that it stands in for that.
    """
    stock = adapter(teams)

    async def receive(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        header = request.headers["Authorization"]
        given = await stock.process_activity(header, activity, _nothing)
        return web.json_response(given.body, status=given.status)

    app = web.Application()
    app.router.add_post(path, receive)
    return app


async def _nothing(context: TurnContext) -> None:
    body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ""}
    answer = InvokeResponse(status=200, body=body)
    await context.send_activity(Activity(type="invokeResponse", value=answer))


def sender(teams: Teams) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Posts one message by a proactive turn."""
    stock = adapter(teams)

    async def send(payload: dict[str, Any]) -> None:
        given = Activity().deserialize(payload)
        reference = ConversationReference(
            channel_id="msteams",
            service_url=teams.service_url,
            conversation=given.conversation,
            user=given.recipient,
            bot=given.from_property,
        )
        said = Activity(type="message", summary=given.summary, attachments=given.attachments)

        async def turn(context: TurnContext) -> None:
            await context.send_activity(said)

        await stock.continue_conversation(reference, turn, APP)

    return send
