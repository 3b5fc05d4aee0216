"""The local Slack server answers Slack's own client as Slack does: the Web API and its faults."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.integration.slack_server_clients import (
    METADATA,
    PEOPLE,
    SECOND,
    Hand,
    home,
    modal,
    refused,
    section,
    slack_and_client,
)
from tests.servers.slack import BOT, BOT_USER, GENERAL, Fault, Member
from tests.servers.slack.payloads import new_response_url


async def test_arguments_come_by_query_form_and_json() -> None:
    async with slack_and_client() as (slack, client):
        token = {"token": slack.bot_token}
        by_query = await client.api_call("users.info", http_verb="GET", params={"user": "U0IDA"})
        by_form = await client.api_call("users.info", data={"user": "U0IDA"})
        by_json = await client.api_call("users.info", json={"user": "U0IDA"})
        assert by_query["user"] == by_form["user"] == by_json["user"]
        async with aiohttp.ClientSession() as bare:
            url = f"{slack.api_url}auth.test"
            for answer in (bare.get(url, params=token), bare.post(url, data=token)):
                async with answer as response:
                    told = await response.json()
                    assert (told["user_id"], told["bot_id"]) == (BOT_USER, BOT)
            async with bare.post(
                url, data="[1]", headers={"Content-Type": "application/json"}
            ) as r:
                assert (await r.json())["error"] == "json_not_object"
        blocks = json.dumps([section("By form")])
        await client.api_call(
            "chat.postMessage", data={"channel": "U0IDA", "text": "By form", "blocks": blocks}
        )
        assert slack.user("Ida").shown == ["By form"]


async def test_tokens_and_scopes_are_checked() -> None:
    async with slack_and_client(scopes=("chat:write", "im:write")) as (slack, client):
        assert (await client.auth_test()).headers["X-OAuth-Scopes"] == "chat:write,im:write"
        with refused("missing_scope") as told:
            await client.users_list()
        assert (told["needed"], told["provided"]) == ("users:read", "chat:write,im:write")
        with refused("unknown_method"):
            await client.api_call("chat.shout")
        with refused("invalid_auth"):
            await client.auth_test(token="xoxb-other")
        with refused("not_allowed_token_type"):
            await client.apps_connections_open(app_token=slack.bot_token)
        assert (await client.apps_connections_open(app_token=slack.app_token))["url"][:5] == "ws://"
        client.token = None
        with refused("not_authed"):
            await client.api_call("auth.test")
        client.token, slack.token_error = slack.bot_token, "token_revoked"
        with refused("token_revoked"):
            await client.auth_test()
    assert [c.outcome for c in slack.called("auth.test")][-2:] == ["not_authed", "token_revoked"]


async def test_direct_messages_open_once_and_for_people_alone() -> None:
    async with slack_and_client() as (slack, client):
        first = await client.conversations_open(users="U0IDA")
        again = await client.conversations_open(users="U0IDA")
        assert first["channel"]["id"] == again["channel"]["id"] == slack.user("Ida").channel
        assert again["already_open"]
        for user, error in (
            ("U0NOBODY", "user_not_found"),
            ("U0LEFT", "user_disabled"),
            ("USLACKBOT", "cannot_dm_bot"),
            (BOT_USER, "cannot_dm_bot"),
        ):
            with refused(error):
                await client.conversations_open(users=user)
        unreachable = ("D0MAX", "U0LEFT", "U0FAR", BOT_USER)
        refusals = [(GENERAL, "not_in_channel"), *((u, "channel_not_found") for u in unreachable)]
        for channel, error in refusals:
            with refused(error):
                await client.chat_postMessage(channel=channel, text="Hello")


async def test_messages_are_posted_changed_and_removed() -> None:
    """A text alone takes the blocks away; metadata stays unless it is given anew."""
    async with slack_and_client() as (slack, client):
        posted = await client.chat_postMessage(
            channel="U0IDA", text="First", blocks=[section("*First*")], metadata=METADATA
        )
        where = {"channel": posted["channel"], "ts": posted["ts"]}
        ida = slack.user("ida@example.com")
        assert (ida.texts, ida.shown) == (["First"], ["*First*"])
        await client.chat_update(**where, text="Second")
        assert (ida.texts, ida.shown) == (["Second"], ["Second"])
        await client.chat_postEphemeral(channel=posted["channel"], user="U0IDA", text="Only you")
        assert ida.texts == ["Second", "Only you"]
        await client.chat_delete(**where)
        assert ida.texts == ["Only you"]
        with refused("message_not_found"):
            await client.chat_update(**where, text="Third")
        kinds = [(a.operation, a.user, a.metadata) for a in slack.accepted]
    assert kinds == [
        ("post", "U0IDA", METADATA),
        ("update", "U0IDA", METADATA),
        ("ephemeral", "U0IDA", None),
        ("delete", "U0IDA", METADATA),
    ]


async def test_what_slack_would_refuse_is_refused() -> None:
    async with slack_and_client() as (slack, client):
        chart = {
            "type": "data_visualization",
            "title": "Mood",
            "chart": {
                "type": "line",
                "axis_config": {"categories": ["W1"]},
                "series": [{"name": "Team", "data": [{"label": "W1", "value": 3}]}],
            },
        }
        for blocks, error in (
            ([section("x")] * 51, "invalid_blocks"),
            ([section("")], "invalid_blocks"),
            ([section("x" * 2900)] * 4, "msg_blocks_too_long"),
            ("no list", "invalid_blocks_format"),
            ([1], "invalid_blocks_format"),
            ([{"type": {}}], "invalid_blocks"),
        ):
            with refused(error):
                await client.api_call(
                    "chat.postMessage", json={"channel": "U0IDA", "text": "x", "blocks": blocks}
                )
        with refused("no_text"):
            await client.api_call("chat.postMessage", json={"channel": "U0IDA"})
        with refused("msg_too_long"):
            await client.chat_postMessage(channel="U0IDA", text="x" * 40_001)
        with refused("invalid_metadata_format"):
            await client.chat_postMessage(channel="U0IDA", text="x", metadata={"event_type": "x"})
        with refused("invalid_arguments") as told:
            await client.views_publish(user_id="U0IDA", view=home(""))
        assert told["response_metadata"]["messages"][0].startswith("[ERROR]")
        await client.chat_postMessage(channel="U0IDA", text="Mood: 3", blocks=[chart])
        slack.charts_supported = False
        with refused("invalid_blocks"):
            await client.chat_postMessage(channel="U0IDA", text="Mood: 3", blocks=[chart])
        assert len(slack.posts()) == 1


async def test_history_pages_backwards_and_tells_metadata_when_asked() -> None:
    """Timestamps rise though the clock stands still; limits in time count as Slack counts them."""
    async with slack_and_client() as (slack, client):
        stamps = []
        for number in range(5):
            metadata = METADATA | {"event_payload": {"id": str(number)}}
            posted = await client.chat_postMessage(
                channel="U0IDA", text=f"m{number}", metadata=metadata
            )
            stamps.append(posted["ts"])
        assert stamps == sorted(set(stamps))
        where = posted["channel"]
        newest = client.conversations_history(channel=where, limit=2, include_all_metadata=True)
        pages = [
            [message["metadata"]["event_payload"]["id"] for message in page["messages"]]
            async for page in await newest
        ]
        assert pages == [["4", "3"], ["2", "1"], ["0"]]
        bare = await client.conversations_history(channel=where)
        assert [m["text"] for m in bare["messages"]] == ["m4", "m3", "m2", "m1", "m0"]
        assert not bare["has_more"]
        assert "metadata" not in bare["messages"][0]
        limits = {"channel": where, "oldest": stamps[1], "latest": stamps[3]}
        between = await client.conversations_history(**limits)
        assert [m["text"] for m in between["messages"]] == ["m2"]
        within = await client.conversations_history(**limits, inclusive=True)
        assert [m["text"] for m in within["messages"]] == ["m3", "m2", "m1"]
        slack.history_forgets = 2
        late = await client.conversations_history(channel=where)
        assert [m["text"] for m in late["messages"]] == ["m2", "m1", "m0"]
        slack.history_page_cap = 1
        assert (await client.conversations_history(channel=where, limit=100))["has_more"]
        with refused("invalid_cursor"):
            await client.conversations_history(channel=where, cursor="nonsense")


async def test_people_are_listed_by_pages_with_what_the_scopes_allow() -> None:
    async with slack_and_client() as (slack, client):
        members = []
        async for page in await client.users_list(limit=3, include_locale=True):
            assert len(page["members"]) <= 3
            members += page["members"]
        found = {m["id"]: m for m in members}
        assert list(found) == ["USLACKBOT", BOT_USER, *(m.id for m in PEOPLE)]
        assert found["U0MAX"]["tz_offset"] == 9 * 3600
        assert (found["U0MAX"]["locale"], found["U0MAX"]["profile"]["email"]) == (
            "ja-JP",
            "max@example.com",
        )
        assert "tz" not in found["U0LEFT"]
        assert found["U0GUEST"]["is_restricted"]
        assert found["U0FAR"]["is_stranger"]
        assert (found["USLACKBOT"]["is_bot"], found[BOT_USER]["is_bot"]) == (False, True)
        by_email = await client.users_lookupByEmail(email="Ida@Example.com")
        assert by_email["user"]["id"] == "U0IDA"
        with refused("users_not_found"):
            await client.users_lookupByEmail(email="lea@example.com")
        slack.scopes = ("users:read",)
        assert "email" not in (await client.users_info(user="U0IDA"))["user"]["profile"]
        slack.change(Member("U0NEW", "New Person"))
        assert (await client.users_info(user="U0NEW"))["user"]["real_name"] == "New Person"


async def test_a_trigger_opens_one_view_within_three_seconds() -> None:
    """A view that is refused costs no trigger."""
    wall = Hand()
    async with slack_and_client(wall=wall) as (slack, client):
        trigger = slack.workspace.new_trigger("U0IDA")
        with refused("invalid_arguments"):
            await client.views_open(trigger_id=trigger, view=modal("x" * 25))
        opened = await client.views_open(trigger_id=trigger, view=modal("One"))
        assert opened["view"]["id"] == opened["view"]["root_view_id"]
        with refused("exchanged_trigger_id"):
            await client.views_open(trigger_id=trigger, view=modal("Two"))
        with refused("invalid_trigger_id"):
            await client.views_open(trigger_id="1.2.3", view=modal("Two"))
        late = slack.workspace.new_trigger("U0IDA")
        wall.moment += 3 * SECOND + timedelta(milliseconds=1)
        with refused("expired_trigger_id"):
            await client.views_open(trigger_id=late, view=modal("Two"))
        for title in ("Two", "Three"):
            trigger = slack.workspace.new_trigger("U0IDA")
            await client.views_push(trigger_id=trigger, view=modal(title))
        with refused("push_limit_reached"):
            trigger = slack.workspace.new_trigger("U0IDA")
            await client.views_push(trigger_id=trigger, view=modal("Four"))
        assert [view.title for view in slack.user("Ida").modals] == ["One", "Two", "Three"]


async def test_views_are_replaced_by_id_and_guarded_by_their_hash() -> None:
    async with slack_and_client() as (slack, client):
        ida = slack.user("Ida")
        trigger = slack.workspace.new_trigger("U0IDA")
        view = modal("One", external_id="form-1")
        opened = (await client.views_open(trigger_id=trigger, view=view))["view"]
        await client.views_update(view_id=opened["id"], view=view | modal("Two"))
        assert ida.modal is not None
        assert ida.modal.title == "Two"
        await client.views_update(external_id="form-1", view=view | modal("Three"))
        with refused("hash_conflict"):
            await client.views_update(view_id=opened["id"], hash=opened["hash"], view=view)
        with refused("not_found"):
            await client.views_update(view_id="V0", view=view)
        first = (await client.views_publish(user_id="U0IDA", view=home("Hello")))["view"]
        await client.views_publish(user_id="U0IDA", view=home("Anew"), hash=first["hash"])
        with refused("hash_conflict"):
            await client.views_publish(user_id="U0IDA", view=home("Late"), hash=first["hash"])
        assert ida.home is not None
        assert ida.home.shown == "Anew"


@pytest.mark.parametrize(
    ("fault", "status", "arrives"),
    [
        (Fault.RATE_LIMITED, 429, False),
        (Fault.ERROR_BEFORE, 500, False),
        (Fault.ERROR_AFTER, 500, True),
        (Fault.UNAVAILABLE_BEFORE, 503, False),
        (Fault.UNAVAILABLE_AFTER, 503, True),
        (Fault.TIMEOUT_BEFORE, 408, False),
        (Fault.TIMEOUT_AFTER, 408, True),
        ("fatal_error", 200, False),
    ],
)
async def test_a_planned_fault_strikes_once(
    fault: Fault | str, status: int, *, arrives: bool
) -> None:
    async with slack_and_client() as (slack, client):
        slack.fails("chat.postMessage", fault, retry_after=7)
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="U0IDA", text="Hello")
        assert caught.value.response.status_code == status
        if fault is Fault.RATE_LIMITED:
            assert caught.value.response.headers["Retry-After"] == "7"
        assert slack.user("Ida").texts == ["Hello"] * arrives
        await client.chat_postMessage(channel="U0IDA", text="Again")
        assert slack.user("Ida").texts[-1] == "Again"
        outcomes = [call.outcome for call in slack.called("chat.postMessage")]
    assert outcomes == [fault.value if isinstance(fault, Fault) else fault, "ok"]


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.RESET_AFTER])
async def test_a_reset_may_hide_that_the_message_arrived(fault: Fault) -> None:
    async with slack_and_client() as (slack, client):
        slack.fails("chat.postMessage", fault, channel="U0IDA")
        await client.chat_postMessage(channel="U0MAX", text="Another channel")
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="U0IDA", text="Hello")
        assert slack.user("Ida").texts == ["Hello"] * fault.accepts


@pytest.mark.parametrize("fault", [Fault.HANG_BEFORE, Fault.HANG_AFTER])
async def test_a_request_hangs_until_it_is_released_or_given_up(fault: Fault) -> None:
    async with slack_and_client() as (slack, client):
        slack.fails("chat.postMessage", fault, fault)
        given_up = asyncio.ensure_future(client.chat_postMessage(channel="U0IDA", text="Hello"))
        await slack.faults.hanging.wait()
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        assert slack.user("Ida").texts == ["Hello"] * fault.accepts
        slack.faults.hanging.clear()
        waited = asyncio.ensure_future(client.chat_postMessage(channel="U0MAX", text="Hello"))
        await slack.faults.hanging.wait()
        slack.faults.release()
        (answer,) = await asyncio.gather(waited, return_exceptions=True)
        assert isinstance(answer, SlackApiError) != fault.accepts
        assert slack.user("Max").texts == ["Hello"] * fault.accepts
        slack.fails("auth.test", Fault.SLOW, seconds=0.01)
        assert (await client.auth_test())["ok"]


async def test_a_channel_takes_a_message_a_second_where_that_is_enforced() -> None:
    clock = Hand()
    async with slack_and_client(clock=clock, enforces_rate=True) as (slack, client):
        await client.chat_postMessage(channel="U0IDA", text="One")
        await client.chat_postMessage(channel="U0MAX", text="Another channel")
        with refused("ratelimited"):
            await client.chat_postMessage(channel=slack.user("Ida").channel, text="Two")
        clock.moment += SECOND
        await client.chat_postMessage(channel="U0IDA", text="Three")
        assert slack.user("Ida").texts == ["One", "Three"]


async def test_a_response_address_takes_five_answers_in_thirty_minutes() -> None:
    wall = Hand()
    async with slack_and_client(wall=wall) as (slack, client):
        await client.chat_postMessage(channel="U0IDA", text="Question")
        ida = slack.user("Ida")
        where = (slack.workspace, slack.url, ida.id, ida.channel)
        hook = AsyncWebhookClient(new_response_url(*where, ida.dm[0]), retry_handlers=[])
        await hook.send(text="Only you")
        await hook.send(text="All", response_type="in_channel")
        await hook.send(text="Answered", replace_original=True)
        assert ida.texts == ["Answered", "Only you", "All"]
        assert [message.ephemeral_to for message in ida.dm] == ["", "U0IDA", ""]
        await hook.send(text="", delete_original=True)
        await hook.send(text="Fifth")
        assert (await hook.send(text="Sixth")).status_code == 404
        assert ida.texts == ["Only you", "All", "Fifth"]
        late = AsyncWebhookClient(new_response_url(*where, None), retry_handlers=[])
        wall.moment += timedelta(minutes=31)
        assert (await late.send(text="Late")).status_code == 404
