"""Whom a cadence is for, as the options of a form."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.domain.cadence import Audience, CadenceSpec

KEPT = "kept"
"""The audience stays as it is: app.yaml can say more than a form offers."""


def offered_audiences(spec: CadenceSpec, teams: tuple[str, ...]) -> dict[str, Audience]:
    """Whom a form lets one choose, by the option's value: managers alone where it is for them."""
    managers = spec.for_managers
    everyone = {} if managers else {"everyone": Audience(everyone=True)}
    of_teams = {_team_value(team): Audience(teams=(team,), managers=managers) for team in teams}
    return {**everyone, "managers": Audience(managers=True), **of_teams}


def audience_value(spec: CadenceSpec, teams: tuple[str, ...]) -> str:
    """The option that says the cadence's own audience, or KEPT."""
    wanted = _folded(spec.audience)
    offered = offered_audiences(spec, teams)
    return next((v for v, audience in offered.items() if _folded(audience) == wanted), KEPT)


def _folded(audience: Audience) -> Audience:
    return replace(audience, teams=tuple(team.casefold() for team in audience.teams))


def _team_value(team: str) -> str:
    """An opaque value: a team's name may be longer than an option's value can be."""
    return f"team-{hashlib.sha256(team.casefold().encode()).hexdigest()[:12]}"
