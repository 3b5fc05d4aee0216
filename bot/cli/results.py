"""`touchpoint results`: what was counted of a survey, as an HR admin may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.domain.people import Person
    from bot.domain.ports.unit_of_work import Tx
    from bot.services.results import SurveyLine, SurveyResult
    from bot.settings import Environment

VIEWED = "results.viewed"
"""The audit log's entry: who asked, of which survey, of which unit."""

_NAMED = 5


def results(
    asks: Annotated[
        str, typer.Option("--as", metavar="EMAIL", help="The HR admin who asks; it is audited.")
    ],
    survey: Annotated[
        str | None,
        typer.Option(
            metavar="KEY/PERIOD", help="Such as clarity/2026-W34; the newest if left out."
        ),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(metavar="EMAIL", help="The manager of a unit; everybody if left out."),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, a line for each option.")] = False,
) -> None:
    """Show the results of a survey that has closed: shares of answers in groups, never a person's.

    What may not be shown, as a group is too small or its answers too alike, is not kept at all.

    Exit codes: 0 shown; 1 refused, or there is no such survey or unit; 2 the database can't be
    used.

    Example: touchpoint results --as hr@example.com --unit manager@example.com
    """
    import asyncio

    from bot.cli.result_tables import print_csv, print_result
    from bot.cli.screen import console
    from bot.settings import read_environment

    found, lines = asyncio.run(_found(read_environment(), asks, survey, unit))
    if found is None:
        typer.echo("No survey has been counted yet: each is once it has closed for everybody.")
    elif csv:
        print_csv(found)
    else:
        print_result(console(), found, lines)


async def _found(
    environment: Environment, asks: str, survey: str | None, unit: str | None
) -> tuple[SurveyResult | None, Sequence[SurveyLine]]:
    from bot.cli.office import opened

    async with opened(environment) as built:
        now = built.clock.now()
        return await built.uow.write(lambda tx: _read(tx, asks, survey, unit, now))


def _read(
    tx: Tx, asks: str, survey: str | None, unit: str | None, now: datetime
) -> tuple[SurveyResult | None, Sequence[SurveyLine]]:
    from bot.cli.faults import Refused
    from bot.services.results import result, surveys_for

    reader = _hr_admin(tx, asks)
    lines = surveys_for(tx, reader, now)
    if survey is None and not lines:
        return None, ()
    line = _chosen(lines, survey)
    unit_id = _person(tx, unit, "--unit").id if unit else reader.organisation_id
    found = result(tx, reader, line.id, unit_id, now)
    if found is None:
        raise Refused(
            f"--unit: nobody below {unit} was asked in {line.key}: name a manager of that time, or "
            "leave --unit out for everybody"
        )
    tx.audit.append(
        actor=str(reader.id), action=VIEWED, target=str(line.id), detail=str(unit_id), at=now
    )
    return found, lines


def _hr_admin(tx: Tx, email: str) -> Person:
    from bot.cli.faults import Refused
    from bot.domain.people import Role

    person = _person(tx, email, "--as")
    if person.role is not Role.HR_ADMIN or not person.active:
        raise Refused(
            f"--as: {email} is not an HR admin: results of groups are for those with the role "
            "hr_admin on the people list"
        )
    return person


def _person(tx: Tx, email: str, option: str) -> Person:
    from bot.cli.faults import Refused
    from bot.domain.phrases import nearest

    wanted = email.strip().lower()
    found = tx.people.by_email([wanted]).get(wanted)
    if found is not None:
        return found
    near = nearest(wanted, [entry.email for entry in tx.people.roster()])
    remedy = f"did you mean {near}?" if near else "name somebody who is on the people list"
    raise Refused(f"{option}: nobody has the address {email}: {remedy}")


def _chosen(lines: Sequence[SurveyLine], survey: str | None) -> SurveyLine:
    from bot.cli.faults import Refused
    from bot.domain.phrases import nearest

    if survey is None:
        return lines[0]
    for line in lines:
        if line.key == survey:
            return line
    near = nearest(survey, [line.key for line in lines])
    known = ", ".join(line.key for line in lines[:_NAMED]) or "none yet"
    remedy = f"did you mean {near}?" if near else f"there are {known}"
    raise Refused(f"--survey: no survey {survey} has been counted: {remedy}")
