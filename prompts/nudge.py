"""The text of an organisation's own nudge: a template that can reach three words and no more."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from prompts.formats import candidates, reader

ALLOWED = frozenset({"first_name", "company", "period"})
"""What a nudge may name."""

FILTERS = frozenset({"upper", "lower", "title"})
"""What a nudge may do to a name."""

MAX_NUDGE = 2000
"""Longest nudge in characters: a nudge is a reminder, not a newsletter."""

_SAMPLE = {"first_name": "Ana", "company": "Example", "period": "March"}
_NAMES = ", ".join(sorted(ALLOWED))
_REMEDY = f"write plain text, {{{{ first_name }}}} and its like ({_NAMES}), or {{% if period %}}"
_PLAIN = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)


class NudgeRefused(ValueError):
    """The text isn't one a nudge may have. The message names the construct and the remedy."""


def check_nudge(template: str) -> str | None:
    """What is wrong with the text of a nudge and how to mend it; None where it is fine."""
    if not template.strip():
        return "the text is empty: write what people should read"
    if len(template) > MAX_NUDGE:
        return f"the text has {len(template)} characters: shorten it to {MAX_NUDGE} at most"
    try:
        refused = _first_complaint(_sandbox().parse(template))
        if refused is None and not _compiled(template).render(_SAMPLE).strip():
            return "the text can come out empty: write words outside {% if %} too"
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {(error.message or '').rstrip('.')}; {_REMEDY}"
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return f"it is nested too deeply; {_REMEDY}"
    return refused


def render_nudge(
    template: str, locale: str, *, first_name: str, company: str, period: str | dt.date
) -> str:
    """The text with the facts put in; a date is written as `locale` has it.

    Raises NudgeRefused for a text `check_nudge` refuses.
    """
    refused = check_nudge(template)
    if refused is not None:
        raise NudgeRefused(refused)
    facts = {"first_name": first_name, "company": company, "period": _worded(period, locale)}
    return _compiled(template).render(facts).strip()


def _worded(period: str | dt.date, locale: str) -> str:
    if isinstance(period, dt.date):
        return reader(candidates(locale)[0], locale, "UTC").date(period)
    return period


def _first_complaint(tree: nodes.Template) -> str | None:
    for node in tree.find_all(nodes.Node):
        complaint = _complaint(node)
        if complaint is not None:
            return f"line {node.lineno}: {complaint}"
    return None


def _complaint(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name) and node.name not in ALLOWED:
        return f'unknown name "{node.name}"; a nudge knows {_NAMES}'
    if isinstance(node, nodes.Filter):
        return _complaint_of_filter(node)
    if isinstance(node, (nodes.Name, *_PLAIN)):
        return None
    return f"{_construct(node)} is not allowed in a nudge; {_REMEDY}"


def _complaint_of_filter(node: nodes.Filter) -> str | None:
    if node.name not in FILTERS:
        return f'unknown filter "{node.name}"; a nudge knows {", ".join(sorted(FILTERS))}'
    if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return f'the filter "{node.name}" takes no arguments; write | {node.name}'
    return None


def _construct(node: nodes.Node) -> str:
    for kind, name in _CONSTRUCTS.items():
        if isinstance(node, kind):
            return name
    return f'the construct "{type(node).__name__.lower()}"'


_CONSTRUCTS: dict[type[nodes.Node] | tuple[type[nodes.Node], ...], str] = {
    nodes.Getattr: "an attribute (a dot)",
    nodes.Getitem: "a subscript (square brackets)",
    nodes.Call: "a call (round brackets)",
    (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends): "taking in another file",
    nodes.Block: "a block",
    (nodes.Macro, nodes.CallBlock): "a macro",
    nodes.For: "a loop",
    (nodes.Assign, nodes.AssignBlock): "setting a name",
    nodes.Test: 'a test ("is")',
    (nodes.BinExpr, nodes.UnaryExpr, nodes.Concat): "a calculation",
    nodes.FilterBlock: "a filter around text",
    (nodes.List, nodes.Tuple, nodes.Dict): "a list",
}


@lru_cache(maxsize=1)
def _sandbox() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return _sandbox().from_string(template)
