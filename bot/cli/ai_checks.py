"""What `touchpoint check` looks at where a model is connected or named in app.yaml."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from bot.cli.findings import Finding, Verdict

if TYPE_CHECKING:
    from bot.domain.policy import Ai
    from bot.settings.ai import AiSettings

_REMEDIES = {
    "timeout": "it did not answer within 20 seconds; take a smaller model or one that thinks less "
    "(TOUCHPOINT_AI_EFFORT), or look whether the server is busy",
    "unavailable": "it can't be reached or answers with an error; check the network, the firewall, "
    "TOUCHPOINT_AI_URL and, for https, HTTPS_PROXY",
    "busy": "it takes no more calls for now (429); raise the limit of your account, or lower "
    "TOUCHPOINT_AI_AT_ONCE",
    "set_up": "it refuses the call; check TOUCHPOINT_AI_URL, TOUCHPOINT_AI_KEY, the model's name "
    "in TOUCHPOINT_AI_MODEL, and that the account has money left; the log has the status",
    "cut_off": "its answer came to no end; set TOUCHPOINT_AI_EFFORT=low for a reasoning model",
}
_WRONG_FORM = (
    "it does not answer in the form that was asked for; take a model that knows structured outputs"
)
_WANTING_KEYS = ("openai.com", "azure.com", "azure.us", "azure.cn")
_SAMPLE = {"example": "What is an example?", "next": "What comes next?"}


async def ai_findings(given: AiSettings | None, policy: Ai | None) -> AsyncIterator[Finding]:
    """policy: the AI that people are told of; None where nothing can be read of it."""
    for finding in _agreement(given, policy):
        yield finding
    if given is None:
        return
    if not given.key and given.host.endswith(_WANTING_KEYS):
        said = f"TOUCHPOINT_AI_KEY is not set, and {given.host} wants one"
        yield Finding(Verdict.BAD, "AI model", said)
    else:
        yield await _asked(given)


def _agreement(given: AiSettings | None, policy: Ai | None) -> list[Finding]:
    """AI is used only where people are told of the very host that the connection leads to."""
    told = policy.label if policy is not None else ""
    if given is None and not told:
        said = "not configured; docs/ai.md says how to connect a model"
        return [Finding(Verdict.NOTE, "AI", said)]
    if given is None:
        said = f"people are told of {told}, but TOUCHPOINT_AI_MODEL is not set: none is used"
        return [Finding(Verdict.NOTE, "AI", said)]
    if policy is not None and not told:
        said = f"app.yaml names none, so none is used; add ai: with provider and host: {given.host}"
        return [Finding(Verdict.NOTE, "AI", said)]
    if policy is not None and policy.host != given.host:
        said = (
            f"people are told of {told}, but TOUCHPOINT_AI_URL leads to {given.host}: none is "
            "used; correct the address, or ai.host in app.yaml (people are told anew then)"
        )
        return [Finding(Verdict.BAD, "AI", said)]
    return []


async def _asked(given: AiSettings) -> Finding:
    """Asks for a choice, with made-up words: it shows key, model and form in one."""
    from bot.domain.ports.chooser import Choosing
    from bot.domain.ports.writer import NotWritten
    from bot.llm.openai_model import Model
    from bot.llm.openai_request import Connection
    from bot.llm.openai_rest import Pace

    model = Model.at(Connection(**asdict(given), host=given.host), replace(Pace(), for_choice=20))
    where = f"{given.model} at {given.host}"
    try:
        chosen = await model.chooser.choose(Choosing("", "How was it?", "Fine.", _SAMPLE))
    except NotWritten as failed:
        remedy = _REMEDIES.get(failed.reason, _WRONG_FORM)
        return Finding(Verdict.BAD, "AI model", f"{where}: {remedy}")
    finally:
        await model.close()
    said = f"{where} answers in the form that is asked for ({chosen.tokens:,} tokens for this test)"
    return Finding(Verdict.GOOD, "AI model", said)
