"""The pace of what Teams limits apart from a tenant's posts: a conversation."""

from __future__ import annotations

from bot.domain.pace import Pace

IN_CONVERSATION = (Pace(interval_ms=600, burst=4), Pace(interval_ms=2_100, burst=30))
"""Teams takes 7 calls in a second into one conversation, 8 in two, 60 in 30 and 1,800 in an hour
(learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit): with these it is never more
than 5, 7, 44 and 1,744, and who answers quickly still sees at once what came of it.
"""
