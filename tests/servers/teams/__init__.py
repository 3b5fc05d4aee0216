"""Teams on loopback, both ways: the connector's REST, and what Teams sends to an application.

A test names the people, serves Teams, and lets the application run against it:

    people = [Account("0a1d...", "Ida Berg", email="ida@example.com")]
    async with serving(TeamsServer(people, clock=clock)) as teams:
        settings = TeamsSettings(teams.app, TENANT, secret=SECRET, tenants=(TENANT,),
                                 openid_url=teams.openid_url, login_url=teams.login_url,
                                 service_url=teams.service_url)
        teams.calls_at("http://127.0.0.1:3978/api/messages")
        ida = teams.user("Ida")                          # by id, "29:..." id, name or e-mail
        await ida.installs()                             # two activities, as Teams sends them
        ack = await ida.types("All well")                # signed, answered: ack.status
        await ida.presses("Write it all at once")        # the card that answers takes its place
        await ida.submits("Send", {"How is work?": "Good"})
        assert ida.shown[-1] == "Thank you" and not ida.trouble
        teams.fails("post", Fault.RATE_LIMITED, Fault.RESET_AFTER, who="Ida")
        teams.posts("Ida")                               # what was accepted, cards too

Cards and activities are checked (`checks`): what Teams would refuse, or its clients could not
show, is refused. `teams.keys` makes tokens, bad ones too, and `teams.login` gives the application
its own, over TLS; `teams.deliveries.post` sends any bytes with any headers.
"""

from tests.servers.slack.clock import Clock, WallClock
from tests.servers.teams.deliveries import Ack, Delivery
from tests.servers.teams.faults import Call, Fault
from tests.servers.teams.hands import User
from tests.servers.teams.keys import Keys, rsa_key
from tests.servers.teams.login import COMMON, SCOPE, SECRET, Login
from tests.servers.teams.messages import Accepted, Message, Seen
from tests.servers.teams.people import APP, BOT, OTHER_TENANT, TENANT, Account
from tests.servers.teams.server import TeamsServer, serving
from tests.servers.teams.state import Conversation

__all__ = [
    "APP",
    "BOT",
    "COMMON",
    "OTHER_TENANT",
    "SCOPE",
    "SECRET",
    "TENANT",
    "Accepted",
    "Account",
    "Ack",
    "Call",
    "Clock",
    "Conversation",
    "Delivery",
    "Fault",
    "Keys",
    "Login",
    "Message",
    "Seen",
    "TeamsServer",
    "User",
    "WallClock",
    "rsa_key",
    "serving",
]
