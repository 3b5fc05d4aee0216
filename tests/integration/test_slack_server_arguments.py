"""The local Slack server takes any arguments: what it answers is Slack's, never its own mistake."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.slack_server_clients import home, slack_and_client
from tests.servers.slack import BOT
from tests.servers.slack.web_api import METHODS

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["U0IDA", "D0IDA", BOT, "modal", "home", "NaN", "1e999"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "blocks", "text", "title"]), inner)
    ),
    max_leaves=5,
)
NAMES = (
    *("channel", "ts", "text", "blocks", "metadata", "user", "thread_ts"),
    *("cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata"),
    *("users", "email", "bot", "include_locale", "return_im"),
    *("view", "trigger_id", "view_id", "external_id", "hash", "user_id"),
)
GIVEN = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)


@given(st.lists(st.tuples(st.sampled_from(sorted(METHODS)), GIVEN), min_size=5, max_size=30))
@settings(max_examples=15)
async def test_no_arguments_break_the_server(calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Whatever comes, the answer is Slack's: a 500 of the server's own would pass for a fault."""
    async with slack_and_client() as (slack, client):
        await client.chat_postMessage(channel="U0IDA", text="Hello")
        await client.views_publish(user_id="U0IDA", view=home("Hello"))
        assert client.session is not None
        for method, arguments in calls:
            token = slack.app_token if method.startswith("apps.") else slack.bot_token
            headers = {"Authorization": f"Bearer {token}"}
            url = slack.api_url + method
            async with client.session.post(url, headers=headers, json=arguments) as response:
                assert (response.status, "ok" in await response.json()) == (200, True)
