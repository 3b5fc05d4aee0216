"""The pace that a platform's new lane begins with."""

from bot.domain.pace import Pace

PACES = {
    "local": Pace(),
    "slack": Pace(interval_ms=200, burst=20),
    "teams": Pace(interval_ms=25, burst=5),
}
"""The pace a platform's new lane begins with; the others share the default.

Slack lets a workspace post several hundred messages a minute: 300, and 20 at once. Teams
lets an app send 50 a second into a tenant (learn.microsoft.com, "Rate limiting for bots").
"""
