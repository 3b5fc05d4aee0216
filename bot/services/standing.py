"""A proposal against what is stored now: what it would make, what is wrong, who came first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from bot.domain.cadence import CadenceSpec
from bot.domain.cadence_rules import title_key
from bot.domain.organisation import CadenceRevision
from bot.domain.packs import Pack
from bot.domain.ports.unit_of_work import Tx
from bot.services.act import is_uuid
from bot.services.admin_act import AdminAct
from bot.services.cadence_fields import (
    Errors,
    Faulty,
    Fields,
    Surroundings,
    changed_fields,
    fields_of,
    spec_of,
)
from bot.services.cadence_templates import template
from bot.services.proposal import Proposal
from prompts.library import load_packs

_LONGEST_KEY = 50
MOST_TEAMS = 90
"""A select holds 100 options in Slack."""


@dataclass(frozen=True, slots=True)
class Standing:
    """current: the newest revision of the cadence, None for a new one. base: what the form was
    filled from. fields: all of the form's. spec: what would be saved, None where `errors` say why
    not. stale: somebody made another revision since the form was shown; `changed_by` is that
    person's name, where it is one.
    """

    proposal: Proposal
    current: CadenceRevision | None
    base: CadenceSpec
    around: Surroundings
    fields: Fields
    spec: CadenceSpec | None
    errors: Errors
    stale: bool
    changed_by: str = ""

    @property
    def changes_something(self) -> bool:
        return self.current is None or self.spec != self.current.spec

    @property
    def pack(self) -> Pack | None:
        """The pack it would ask from."""
        return self.around.packs.get(self.spec.pack or "") if self.spec else None


def stand(
    tx: Tx, act: AdminAct, proposal: Proposal, given: Fields | None = None
) -> Standing | None:
    """How `proposal` stands, with the fields of a form that was just sent in place of its own.

    None for a cadence, revision or template that isn't there.
    """
    revisions = tx.cadences.current()
    around = _around(tx, act, revisions)
    existing = (r for r in revisions if r.spec.key == proposal.key and not proposal.template)
    current = next(existing, None)
    base = _base(tx, act, proposal, current, around)
    if base is None:
        return None
    if given is not None:
        proposal = replace(proposal, fields=changed_fields(base, given, around.teams))
    stale = current is not None and current.id != proposal.revision
    if stale and current is not None:  # for `back_to` the earlier revision stays what it was
        base = current.spec if proposal.back_to is None else base
        proposal = replace(proposal, revision=current.id)
    spec, errors = _read(base, proposal, around)
    if spec is not None and current is None:
        spec = replace(spec, key=_free_key(spec.title, {r.spec.key for r in revisions}))
    fields = fields_of(base, around.teams) | dict(proposal.fields)
    changed_by = _author(tx, current) if stale and current is not None else ""
    return Standing(proposal, current, base, around, fields, spec, errors, stale, changed_by)


def _author(tx: Tx, revision: CadenceRevision) -> str:
    person = tx.people.get(UUID(revision.author)) if is_uuid(revision.author) else None
    return person.name if person else ""


def _around(tx: Tx, act: AdminAct, revisions: Iterable[CadenceRevision]) -> Surroundings:
    stored = {revision.pack.key: revision.pack for revision in tx.cadences.current_packs()}
    return Surroundings(
        policy=tx.organisations.policy(),
        packs={**load_packs(), **stored},
        teams=_teams(tx),
        titles={title_key(r.spec.title): r.spec.key for r in revisions},
        today=act.today,
    )


def _teams(tx: Tx) -> tuple[str, ...]:
    """The teams of the people list by name; of very many those with the most people."""
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for entry in tx.people.roster():
        if entry.team:
            folded = entry.team.casefold()
            names.setdefault(folded, entry.team)
            sizes[folded] = sizes.get(folded, 0) + 1
    largest = sorted(sizes, key=lambda folded: (-sizes[folded], folded))[:MOST_TEAMS]
    return tuple(names[folded] for folded in sorted(largest))


def _base(
    tx: Tx,
    act: AdminAct,
    proposal: Proposal,
    current: CadenceRevision | None,
    around: Surroundings,
) -> CadenceSpec | None:
    if proposal.template:
        made = template(proposal.template, act)
        return None if made is None else replace(made, title=_free_title(made.title, around))
    wanted = proposal.back_to or proposal.revision
    found = tx.cadences.revisions([wanted]).get(wanted) if wanted else None
    if found is None or current is None or found.cadence_id != current.cadence_id:
        return None
    return found.spec


def _read(
    base: CadenceSpec, proposal: Proposal, around: Surroundings
) -> tuple[CadenceSpec | None, Errors]:
    if not proposal.fits:
        return None, {"text": "text_too_long"}
    try:
        return spec_of(base, proposal.fields, around), {}
    except Faulty as faulty:
        return None, faulty.errors


def _free_title(title: str, around: Surroundings) -> str:
    """The title, or with a number where another cadence has it."""
    number, free = 1, title
    while title_key(free) in around.titles:
        number += 1
        free = f"{title} {number}"
    return free


def _free_key(title: str, taken: Collection[str]) -> str:
    """What names the cadence for good, made from its first title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_KEY].strip("-") or "cadence"
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free
