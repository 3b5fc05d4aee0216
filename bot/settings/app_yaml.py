"""app.yaml -> `Configuration`: every problem of the file at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.domain.cadence import CadenceSpec
from bot.domain.cadence_rules import title_key
from bot.domain.early_signs import EarlySigns as Signs
from bot.domain.local_time import QuietHours
from bot.domain.organisation import Configuration
from bot.domain.packs import Pack
from bot.domain.phrases import suggest
from bot.domain.policy import Policy
from bot.settings.cadence_schema import Cadence, Surroundings
from bot.settings.document import Document, Place, parse_document, read_document
from bot.settings.errors import ConfigurationError, Problem
from bot.settings.explain import domain_problem, explain, pack_problem, unknown_key
from bot.settings.schema import Quiet
from bot.settings.signs_schema import EarlySigns, signs_of
from bot.settings.to_cadence import audience_of, recurrence_of, spec_of
from bot.settings.to_policy import policy_of
from prompts.library import load_packs, parse_pack
from prompts.problems import PackError

_SECTIONS = (
    "company",
    "quiet_hours",
    "limits",
    "promises",
    "ai_expectations",
    "ai",
    "early_signs",
    "follow_ups",
    "privacy",
    "packs",
    "cadences",
)
_ADD = {
    "company": "add it, with name: and time_zone: below it",
    "cadences": "add it, so that something is asked; write {} for none",
}
_LEAST_OPEN_MINUTES = 60
_DAY_MINUTES = 24 * 60
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_Model = TypeVar("_Model", bound=BaseModel)
_T = TypeVar("_T")


def load_configuration(path: Path) -> Configuration:
    """Read and check app.yaml.

    The packs of the result are those its cadences ask from and those the file itself holds, by key.

    Raises ConfigurationError with every problem found, each with its line and remedy.
    """
    return _checked(read_document(path))


def parse_configuration(content: bytes, source: str = "app.yaml") -> Configuration:
    """The same for the bytes of a file; `source` is its name in errors."""
    return _checked(parse_document(content, source))


def _checked(document: Document) -> Configuration:
    reader = _Reader(document, list(document.problems))
    configuration = reader.configuration()
    if reader.problems or configuration is None:
        raise ConfigurationError(document.source, sorted(reader.problems, key=_by_line))
    return configuration


def _by_line(problem: Problem) -> int:
    return problem.line or 0


@dataclass(slots=True)
class _Reader:
    """Reads section by section and goes on after an error, so that all are found."""

    document: Document
    problems: list[Problem] = field(default_factory=list)

    def configuration(self) -> Configuration | None:
        if not isinstance(self.document.data, dict):
            said = "is empty" if self.document.data is None else "is not a mapping"
            self._note((), said, f"begin with company: and add {', '.join(_SECTIONS[1:])}")
            return None
        self._refuse_unknown_sections()
        quiet = self._quiet()
        policy = policy_of(self._section, self.document.data.get("ai") is not None, quiet)
        own = self._own_packs()
        cadences = self._cadences(quiet, own)
        signs = self._early_signs({**load_packs(), **_whole(own)})
        if policy is None:
            return None
        self._refuse_unknown_packs(policy, own)
        policy = replace(policy, early_signs=signs)
        return Configuration(policy, _packs_of(cadences, own), cadences)

    def _refuse_unknown_sections(self) -> None:
        for name in self.document.data:
            if name not in _SECTIONS:
                self._note((name,), *unknown_key(name, list(_SECTIONS)))

    def _refuse_unknown_packs(self, policy: Policy, own: Mapping[str, Pack | None]) -> None:
        known = [*load_packs(), *own]
        for pack in policy.retention_by_pack:
            if pack not in known:
                place: Place = ("privacy", "retention_by_pack", pack)
                self._note(place, "is no question pack", suggest(pack, known))

    def _early_signs(self, packs: Mapping[str, Pack]) -> Signs:
        """Without any where something is wrong with them: the whole file is refused then."""
        given = self._section(EarlySigns, "early_signs", packs)
        for key in given.rules if given else ():
            self._check_key(key, ("early_signs", "rules", key), "clarity-fell")
        return signs_of(given, packs) if given else Signs()

    def _check_key(self, key: str, where: Place, example: str) -> None:
        if not _KEY.fullmatch(key):
            said, remedy = "is not a key", f"use a-z, 0-9, - and _, for example {example}"
            self._note(where, said, remedy)

    def _quiet(self) -> QuietHours | None:
        given = self._section(Quiet, "quiet_hours") if "quiet_hours" in self.document.data else None
        if given is None:
            return None if "quiet_hours" in self.document.data else Policy().quiet
        length = (_minutes(given.end) - _minutes(given.start)) % _DAY_MINUTES or _DAY_MINUTES
        if _DAY_MINUTES - length < _LEAST_OPEN_MINUTES:
            said = f"from {given.start:%H:%M} to {given.end:%H:%M} leaves less than one hour open"
            self._note(("quiet_hours",), said, "shorten it, for example from 18:00 to 08:00")
            return None
        return QuietHours(given.start, given.end)

    def _own_packs(self) -> dict[str, Pack | None]:
        """The organisation's own packs by key; None for one with errors."""
        packs = self._mapping("packs")
        return {key: self._own_pack(key, data) for key, data in packs.items()}

    def _own_pack(self, key: str, data: Any) -> Pack | None:
        where: Place = ("packs", key)
        try:
            pack = parse_pack({"key": key, **data} if isinstance(data, dict) else data, key)
        except PackError as error:
            self.problems += [pack_problem(each, where, self.document) for each in error.problems]
            return None
        if pack.key != key:
            self._note((*where, "key"), f"is {pack.key}, but the pack is named {key}", "remove it")
        if key in load_packs():
            self._note(where, "is the name of a pack that comes with Touchpoint", "rename yours")
            return None
        return pack

    def _cadences(
        self, quiet: QuietHours | None, own: Mapping[str, Pack | None]
    ) -> tuple[CadenceSpec, ...]:
        whole = _whole(own)
        around = Surroundings(
            packs={**load_packs(), **whole},
            broken=own.keys() - whole.keys(),
            quiet=quiet,
        )
        found = self._mapping("cadences", required=True)
        specs = [self._cadence(key, data, around) for key, data in found.items()]
        self._refuse_doubled_titles(found)
        return tuple(spec for spec in specs if spec)

    def _cadence(self, key: str, data: Any, around: Surroundings) -> CadenceSpec | None:
        where: Place = ("cadences", key)
        self._check_key(key, where, "ai-check-in")
        given = self._validated(Cadence, data, where, around)
        if given is None:
            return None
        recurrence = self._tried(partial(recurrence_of, given), where)
        audience = self._tried(partial(audience_of, given), where)
        if recurrence is None or audience is None:
            return None
        return self._tried(partial(spec_of, key, given, recurrence, audience), where)

    def _tried(self, make: Callable[[], _T], where: Place) -> _T | None:
        try:
            return make()
        except ValueError as error:
            self.problems.append(domain_problem(error, where, self.document))
            return None

    def _refuse_doubled_titles(self, cadences: Mapping[str, Any]) -> None:
        seen: dict[str, str] = {}
        for key, data in cadences.items():
            title = data.get("title") if isinstance(data, dict) else None
            if not isinstance(title, str):
                continue
            first = seen.setdefault(title_key(title), key)
            if first != key:
                said = f'"{title}" is the title of {first} too'
                self._note(
                    ("cadences", key, "title"), said, "give each a title people can tell apart"
                )

    def _section(
        self, model: type[_Model], name: str, context: Mapping[str, Pack] | None = None
    ) -> _Model | None:
        data = self.document.data.get(name)
        if name not in self.document.data and name in _ADD:
            self._note((name,), "is missing", _ADD[name])
            return None
        return self._validated(model, {} if data is None else data, (name,), context)

    def _mapping(self, name: str, *, required: bool = False) -> dict[str, Any]:
        data = self.document.data.get(name)
        if required and data is None:
            self._note((name,), "is missing", _ADD[name])
        elif data is not None and not isinstance(data, dict):
            self._note((name,), "is not a mapping", "write each one's key below it, with a colon")
        return data if isinstance(data, dict) else {}

    def _validated(
        self,
        model: type[_Model],
        data: Any,
        where: Place,
        context: Surroundings | Mapping[str, Pack] | None,
    ) -> _Model | None:
        try:
            return model.model_validate(data, context=context)
        except ValidationError as error:
            self.problems.extend(explain(error, model, where, self.document))
            return None

    def _note(self, place: Place, problem: str, remedy: str) -> None:
        self.problems.append(self.document.problem(place, problem, remedy))


def _whole(own: Mapping[str, Pack | None]) -> dict[str, Pack]:
    """Those without errors."""
    return {key: pack for key, pack in own.items() if pack}


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _packs_of(
    cadences: tuple[CadenceSpec, ...], own: Mapping[str, Pack | None]
) -> tuple[Pack, ...]:
    known = {**load_packs(), **own}
    keys = {spec.pack for spec in cadences if spec.pack} | own.keys()
    return tuple(pack for key in sorted(keys) if (pack := known.get(key)))
