"""What an invoke is answered with (learn.microsoft.com, "Universal Actions for Adaptive Cards")."""

from __future__ import annotations

from typing import Any

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import ActivityTypes

from bot.teams.serialise import Once

CARD = "application/vnd.microsoft.card.adaptive"
FAILED = "application/vnd.microsoft.error"
TOLD = "application/vnd.microsoft.activity.message"

Body = dict[str, Any]


def shown(card: dict[str, Any]) -> Body:
    """The card takes the place of the one that was pressed, for whoever pressed it."""
    return {"statusCode": 200, "type": CARD, "value": card}


def told(text: str) -> Body:
    """A line beside the card, which stays with what stands in its fields."""
    return {"statusCode": 200, "type": TOLD, "value": text}


def unknown(text: str) -> Body:
    """The card stays as it is, as nothing is known of its message."""
    return {"statusCode": 404, "type": FAILED, "value": {"code": "NotFound", "message": text}}


def refusal(text: str) -> Body:
    """Nothing that could be pressed again."""
    return {"statusCode": 400, "type": FAILED, "value": {"code": "BadRequest", "message": text}}


def failure(text: str) -> Body:
    """Not acknowledged: it can be pressed again."""
    return {"statusCode": 500, "type": FAILED, "value": {"code": "Busy", "message": text}}


async def answer(context: TurnContext, body: Body) -> None:
    """Ends the turn with that answer; the HTTP status is about the activity, not about the act."""
    response = InvokeResponse(status=200, body=body)
    await context.send_activity(Once(type=ActivityTypes.invoke_response, value=response))
