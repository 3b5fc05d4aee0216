"""What `touchpoint check` looks at beyond this machine: the chats and the model."""

from __future__ import annotations

from bot.bootstrap import Built
from bot.cli.ai_checks import ai_findings
from bot.cli.findings import Finding
from bot.cli.slack_checks import slack_findings
from bot.cli.teams_checks import teams_findings
from bot.domain.organisation import Configuration
from bot.domain.policy import Ai
from bot.settings import Environment


async def outside_findings(
    environment: Environment, built: Built | None, configuration: Configuration | None
) -> list[Finding]:
    """built: None where there is no database; configuration: None where app.yaml is wrong."""
    found = [finding async for finding in slack_findings(environment.slack, built)]
    found += [finding async for finding in teams_findings(environment, built)]
    in_force = await _in_force(built)
    in_file = configuration.policy.ai if configuration is not None else None
    return found + [each async for each in ai_findings(environment.ai, in_force, in_file)]


async def _in_force(built: Built | None) -> Ai | None:
    """The AI that people are told of; None where there is no database to ask."""
    if built is None:
        return None
    return await built.uow.read(lambda tx: tx.organisations.policy().ai)
