"""Teams' connector: one call, one answer. What became of a call is judged here, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

from aiohttp import (
    ClientSession,
    ClientTimeout,
)
from botbuilder.schema import (
    Activity,
    ConversationParameters,
    ConversationResourceResponse,
    ResourceResponse,
)
from botframework.connector.auth import ConnectorFactory
from yarl import URL

from bot.teams import serialise
from bot.teams.answers import ConnectorError, Fate, failed, judged, text
from bot.teams.registration import LOCAL
from bot.teams.tokens import Tokens, TokenTrouble

__all__ = ["Connector", "ConnectorError", "Connectors", "Conversations", "Fate", "is_safe"]

PATIENCE = timedelta(seconds=10)
"""How long one call may take: well within a delivery's lease."""

CONNECTING = timedelta(seconds=5)
NO_TOKEN = "no_token"  # noqa: S105 - a code
_MOST_CONNECTORS = 1_000
_REFUSED = 401


class Connectors(ConnectorFactory):  # type: ignore[misc]  # the SDK ships no types
    """The connectors of all service URLs, over one session. Nothing is tried twice here: delivery
    decides. (Where a kept connection has broken, aiohttp repeats updates and deletions, of which a
    repeat changes nothing.)
    """

    def __init__(self, tokens: Tokens, *, patience: timedelta = PATIENCE) -> None:
        self._tokens = tokens
        self._patience = patience
        self._session: ClientSession | None = None
        self._connectors: dict[str, Connector] = {}

    async def create(self, service_url: str, audience: str) -> Connector:  # noqa: ARG002 - the SDK's
        """The connector of a service URL, made once.

        Raises ConnectorError (NOT_SENT) for an address that no token may be sent to.
        """
        found = self._connectors.get(service_url)
        if found is None:
            if not is_safe(service_url):
                raise ConnectorError(Fate.NOT_SENT, "bad_service_url")
            if len(self._connectors) >= _MOST_CONNECTORS:
                self._connectors.clear()
            proxy = _proxy(service_url)
            found = Connector(_Calls(self._open(), self._tokens, service_url, proxy))
            self._connectors[service_url] = found
        return found

    async def close(self) -> None:
        """Close the connections; a repeat changes nothing."""
        session, self._session = self._session, None
        self._connectors.clear()
        if session is not None:
            await session.close()

    def _open(self) -> ClientSession:
        """Made with the first call: a session belongs to the loop that runs then."""
        if self._session is None:
            total, connecting = self._patience.total_seconds(), CONNECTING.total_seconds()
            self._session = ClientSession(timeout=ClientTimeout(total, sock_connect=connecting))
        return self._session


def is_safe(service_url: str) -> bool:
    """Whether a token may go there: encrypted, or to this machine."""
    try:
        parts = urlsplit(service_url)
        local = parts.hostname in LOCAL
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and local)


class Connector:
    """What botbuilder's adapter asks of a connector client."""

    def __init__(self, calls: _Calls) -> None:
        self.conversations = Conversations(calls)


class Conversations:
    """Methods by the SDK's names, with its order of arguments. All raise ConnectorError."""

    def __init__(self, calls: _Calls) -> None:
        self._calls = calls

    async def send_to_conversation(
        self, conversation_id: str, activity: Activity
    ) -> ResourceResponse:
        """The id is empty where Teams took the activity and told none."""
        path = _path(conversation_id, "activities")
        return _resource(await self._calls.call("POST", path, serialise.activity(activity), "id"))

    async def reply_to_activity(
        self, conversation_id: str, activity_id: str, activity: Activity
    ) -> ResourceResponse:
        """As `send_to_conversation`, under another activity."""
        path = _path(conversation_id, "activities", activity_id)
        return _resource(await self._calls.call("POST", path, serialise.activity(activity), "id"))

    async def update_activity(
        self, conversation_id: str, activity_id: str, activity: Activity
    ) -> ResourceResponse:
        path = _path(conversation_id, "activities", activity_id)
        return _resource(await self._calls.call("PUT", path, serialise.activity(activity)))

    async def delete_activity(self, conversation_id: str, activity_id: str) -> None:
        await self._calls.call("DELETE", _path(conversation_id, "activities", activity_id))

    async def create_conversation(
        self, parameters: ConversationParameters
    ) -> ConversationResourceResponse:
        """Opens a personal conversation; a repeat answers the same one."""
        body = serialise.conversation(parameters)
        data = await self._calls.call("POST", "v3/conversations", body, "id")
        activity, conversation = text(data, "activityId") or None, text(data, "id")
        return ConversationResourceResponse(activity_id=activity, id=conversation)

    async def get_member(self, conversation_id: str, member_id: str) -> Mapping[str, Any]:
        """Somebody in a conversation, as Teams describes them."""
        return await self._calls.call(
            "GET", _path(conversation_id, "members", member_id), None, "id"
        )


@dataclass(frozen=True, slots=True)
class _Calls:
    """The calls of one service URL."""

    session: ClientSession
    tokens: Tokens
    service_url: str
    proxy: str | None

    async def call(
        self, method: str, path: str, body: bytes | None = None, needed: str = ""
    ) -> Mapping[str, Any]:
        """What Teams answered; `needed` names what an answer must hold. Raises ConnectorError."""
        token = await self._token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with self.session.request(
                method,
                self._url(path),
                data=body,
                headers=headers,
                allow_redirects=False,  # it would take the message, and the token, elsewhere
                proxy=self.proxy,
            ) as response:
                return await judged(response, needed)
        except ConnectorError as error:
            if error.status == _REFUSED:
                self.tokens.forget(token)
            raise
        except Exception as error:
            raise failed(error) from None

    def _url(self, path: str) -> URL:
        # Ids are quoted already, and a slash in one is no separator.
        return URL(f"{self.service_url.rstrip('/')}/{path}", encoded=True)

    async def _token(self) -> str:
        try:
            return await self.tokens.bearer()
        except TokenTrouble as trouble:
            code = NO_TOKEN if trouble.is_refusal else trouble.code
            raise ConnectorError(Fate.NOT_SENT, code) from None


def _proxy(service_url: str) -> str | None:
    """As the environment says; nothing of this machine's own goes through one."""
    parts = urlsplit(service_url)
    if parts.hostname in LOCAL or proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


def _path(conversation_id: str, *parts: str) -> str:
    return "/".join(
        ("v3/conversations", *(quote(each, safe="") for each in (conversation_id, *parts)))
    )


def _resource(data: Mapping[str, Any]) -> ResourceResponse:
    return ResourceResponse(id=text(data, "id"))
