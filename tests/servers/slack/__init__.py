"""Slack on loopback, both ways: the Web API, and what Slack sends to an application.

A test names the people, serves the workspace, and lets the application run against `slack.url`,
in this process or in one of its own:

    people = [Member("U0IDA", "Ida Berg", email="ida@example.com")]
    async with serving(SlackServer(people, clock=clock)) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        slack.calls_at("http://127.0.0.1:3000/slack/events")   # HTTP; without it, Socket Mode
        ida = slack.user("Ida")                                # by id, name, handle or e-mail
        ack = await ida.types("All well")                      # signed, answered: ack.status
        assert ack.acknowledged and ida.texts[-1] == "Thanks"
        await ida.presses("Write it all at once")              # trigger ids live three seconds
        await ida.submits({"How is work?": "Good"})            # ida.modal_errors, ida.modals
        slack.fails("chat.postMessage", Fault.RATE_LIMITED, Fault.RESET_AFTER)
        slack.posts("Ida")                                     # what was accepted, metadata too

In Socket Mode wait for the application with `await slack.link.wait()`. Events without an
acknowledgement are delivered again with the next connection, on `await slack.redeliver()`, or by
themselves where `slack.deliveries.retry_delays` are set. Blocks, views and messages are checked
against `tests/servers/slack_limits.py`; what Slack would refuse is refused.

Triggers, response addresses and signed timestamps age by `wall`, which is real time unless a test
gives a clock that it moves. The application has `slack.patience` (3 s) to acknowledge.

Where Slack's documentation is silent: a view opened from within a modal replaces the stack, and
posting to the id of a deactivated person, a bot or a stranger is channel_not_found.
"""

from tests.servers.slack.clock import Clock, WallClock
from tests.servers.slack.deliveries import Ack, Delivery
from tests.servers.slack.faults import Call, Fault
from tests.servers.slack.hands import User
from tests.servers.slack.http_mode import FORM, JSON
from tests.servers.slack.messages import Accepted, Message
from tests.servers.slack.people import APP, BOT, BOT_USER, TEAM, Member
from tests.servers.slack.server import (
    APP_TOKEN,
    BOT_TOKEN,
    SCOPES,
    SIGNING_SECRET,
    SlackServer,
    serving,
)
from tests.servers.slack.views import View
from tests.servers.slack.workspace import GENERAL

__all__ = [
    "APP",
    "APP_TOKEN",
    "BOT",
    "BOT_TOKEN",
    "BOT_USER",
    "FORM",
    "GENERAL",
    "JSON",
    "SCOPES",
    "SIGNING_SECRET",
    "TEAM",
    "Accepted",
    "Ack",
    "Call",
    "Clock",
    "Delivery",
    "Fault",
    "Member",
    "Message",
    "SlackServer",
    "User",
    "View",
    "WallClock",
    "serving",
]
