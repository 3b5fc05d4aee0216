"""What `touchpoint check` looks at where a model is connected or named in app.yaml."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cli.findings import Finding, Verdict

if TYPE_CHECKING:
    from bot.domain.policy import Ai
    from bot.domain.ports.writer import NotWritten
    from bot.settings.ai import AiSettings

_NO_MONEY = "the account has no money left; top it up, or raise its limit"
_REFUSED = {
    400: "it does not understand the call; take a model that knows structured outputs, and leave "
    "out TOUCHPOINT_AI_EFFORT where the model does not reason",
    401: "it takes TOUCHPOINT_AI_KEY for wrong; set the key of this very provider and project",
    402: _NO_MONEY,
    403: "the key may not use this model; allow it where the key was made, or take another model",
    404: "it knows no such model or address; check TOUCHPOINT_AI_MODEL (on Azure the deployment's "
    "name) and TOUCHPOINT_AI_URL, which ends before /chat/completions",
    429: _NO_MONEY,
}
_REMEDIES = {
    "timeout": "it did not answer within 20 seconds; take a smaller model or one that thinks less "
    "(TOUCHPOINT_AI_EFFORT), or look whether the server is busy",
    "unavailable": "it can't be reached or answers with an error; check the network, the firewall, "
    "TOUCHPOINT_AI_URL and, for https, HTTPS_PROXY",
    "busy": "it takes no more calls for now; raise the limit of your account, or lower "
    "TOUCHPOINT_AI_AT_ONCE",
    "set_up": "it refuses the call; check TOUCHPOINT_AI_URL, TOUCHPOINT_AI_KEY and the model's "
    "name in TOUCHPOINT_AI_MODEL",
    "cut_off": "its answer came to no end; set TOUCHPOINT_AI_EFFORT=low for a reasoning model",
}
_WRONG_FORM = (
    "it does not answer in the form that was asked for; take a model that knows structured outputs"
)
_SAMPLE = {"example": "What is an example?", "next": "What comes next?"}


async def ai_findings(
    given: AiSettings | None, in_force: Ai | None, in_file: Ai | None
) -> AsyncIterator[Finding]:
    """in_force: the AI that people are told of, in_file: the one that app.yaml names; None where
    nothing can be read of it. The model is called unless its host is another than the one named.
    """
    agreed = True
    for finding in _agreement(given, in_force, in_file):
        agreed = agreed and finding.verdict is not Verdict.BAD
        yield finding
    if given is None or not agreed:
        return
    yield _keyless(given) or await _asked(given)


def _agreement(
    given: AiSettings | None, in_force: Ai | None, in_file: Ai | None
) -> Iterator[Finding]:
    """AI is used only where people are told of the very host that the connection leads to."""
    if in_force and in_file and in_file.label != in_force.label:
        yield _waiting(in_file)
    named = in_file if in_file and in_file.label else in_force
    if named and named.label:
        told = in_force is not None and in_force.label == named.label
        who = f"people are told of {named.label}" if told else f"app.yaml names {named.label}"
        yield _compared(who, named, given)
    elif given is None:
        said = "not configured; docs/ai.md says how to connect a model"
        yield Finding(Verdict.NOTE, "AI", said)
    elif named is not None or in_file is not None:
        said = (
            "app.yaml names none, so none is used; add ai: with provider: and "
            f'host: "{given.host}", then run `touchpoint cadence apply`'
        )
        yield Finding(Verdict.NOTE, "AI", said)


def _waiting(in_file: Ai) -> Finding:
    said = (
        f"app.yaml names {in_file.label or 'none'}, which is not in force yet; run "
        "`touchpoint cadence apply`"
    )
    return Finding(Verdict.NOTE, "AI", said)


def _compared(who: str, named: Ai, given: AiSettings | None) -> Finding:
    if given is None:
        said = f"{who}, but TOUCHPOINT_AI_MODEL is not set: none is used"
        return Finding(Verdict.NOTE, "AI", said)
    if named.host == given.host:
        return Finding(Verdict.GOOD, "AI", f"{who}, and TOUCHPOINT_AI_URL leads there")
    said = (
        f"{who}, but TOUCHPOINT_AI_URL leads to {given.host}: none is used while the two differ; "
        "correct the address, or ai.host in app.yaml (people are told anew then)"
    )
    return Finding(Verdict.BAD, "AI", said)


def _keyless(given: AiSettings) -> Finding | None:
    from bot.llm.openai_request import is_openai

    if given.key or not is_openai(given.host):
        return None
    said = f"TOUCHPOINT_AI_KEY is not set, and {given.host} wants one"
    return Finding(Verdict.BAD, "AI model", said)


async def _asked(given: AiSettings) -> Finding:
    """Asks for a choice, with made-up words: it shows key, model and form in one."""
    from bot.adapters import connection_of
    from bot.domain.ports.chooser import Choosing
    from bot.domain.ports.writer import NotWritten
    from bot.llm.openai_model import Model
    from bot.llm.openai_rest import Pace

    model = Model.at(connection_of(given), replace(Pace(), for_choice=20))
    where = f"{given.model} at {given.host}"
    try:
        with _unlogged():
            chosen = await model.chooser.choose(Choosing("", "How was it?", "Fine.", _SAMPLE))
    except NotWritten as failed:
        return Finding(Verdict.BAD, "AI model", f"{where}: {_remedy(failed)}")
    finally:
        await model.close()
    said = f"{where} answers in the form that is asked for ({chosen.tokens:,} tokens for this test)"
    return Finding(Verdict.GOOD, "AI model", said)


def _remedy(failed: NotWritten) -> str:
    remedy = _REMEDIES.get(failed.reason, _WRONG_FORM)
    if failed.reason == "set_up":
        remedy = _REFUSED.get(failed.status, remedy)
    return f"{remedy} (status {failed.status})" if failed.status else remedy


@contextmanager
def _unlogged() -> Iterator[None]:
    """The finding says all that the log would."""
    log = logging.getLogger("bot.llm")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
