"""The local page as somebody reads it: words, buttons and fields out of its HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"area", "br", "circle", "hr", "img", "input", "line", "link", "meta", "rect"})
Fields = dict[str, str]


@dataclass(eq=False)
class Node:
    """An element; texts stand among its children."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    parent: Node | None = None

    @property
    def text(self) -> str:
        """What is read, without what stands on buttons and in fields."""
        parts = [each if isinstance(each, str) else each.text for each in self.children]
        return "" if self.tag in ("button", "textarea", "select", "script") else " ".join(parts)

    @property
    def lines(self) -> str:
        """The same with single spaces."""
        return " ".join(self.text.split())

    @property
    def label(self) -> str:
        """What stands on a button, or in an option or a caption: of a rating, the number."""
        number = self.first(lambda node: node.attrs.get("class") == "number")
        inner = (number or self).children
        words = [each if isinstance(each, str) else each.text for each in inner]
        return " ".join(" ".join(words).split())

    def all(self, wanted: Callable[[Node], bool]) -> Iterator[Node]:
        """Every element inside that is wanted, from the top."""
        for child in self.children:
            if isinstance(child, Node):
                if wanted(child):
                    yield child
                yield from child.all(wanted)

    def first(self, wanted: Callable[[Node], bool]) -> Node | None:
        return next(self.all(wanted), None)

    def has(self, name: str) -> bool:
        """Whether it has that class."""
        return name in self.attrs.get("class", "").split()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self._here = Node("root")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self._here)
        self._here.children.append(node)
        if tag not in _VOID:
            self._here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._here.children.append(Node(tag, {n: v or "" for n, v in attrs}, parent=self._here))

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self._here
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self._here = node.parent

    def handle_data(self, data: str) -> None:
        self._here.children.append(data)


def read(html: str) -> Node:
    """The tree of a page or of a part of one."""
    reader = _Reader()
    reader.feed(html)
    return reader.root


def buttons(within: Node) -> list[Node]:
    """What can be pressed: not what merely closes or sends the dialog."""
    return list(within.all(lambda n: n.tag == "button" and n.attrs.get("name", "") != ""))


def posted_by(button: Node, page: Node) -> Fields:
    """What the browser sends for that button: its form's hidden fields and itself."""
    wanted = button.attrs.get("form")
    form = page.first(lambda n: n.attrs.get("id") == wanted) if wanted else _form_around(button)
    assert form is not None
    return hidden(form) | {button.attrs["name"]: button.attrs.get("value", "")}


def _form_around(node: Node) -> Node | None:
    above = node.parent
    while above is not None and above.tag != "form":
        above = above.parent
    return above


def hidden(form: Node) -> Fields:
    """The hidden fields of a form, the buttons' own forms left aside."""
    found = form.all(lambda n: n.tag == "input" and n.attrs.get("type") == "hidden")
    return {node.attrs["name"]: node.attrs.get("value", "") for node in found}


def shown_fields(form: Node) -> Fields:
    """What the form's fields hold as they stand."""
    fields: Fields = {}
    for node in form.all(lambda n: n.attrs.get("name", "").startswith("f.")):
        name, value = node.attrs["name"], node.attrs.get("value", "")
        if node.tag == "textarea":
            fields[name] = "".join(c for c in node.children if isinstance(c, str)).removeprefix(
                "\n"
            )
        elif node.tag == "select":
            fields[name] = _selected(node)
        elif node.attrs.get("type") != "radio" or "checked" in node.attrs:
            fields[name] = value
        else:
            fields.setdefault(name, "")
    return fields


def _selected(select: Node) -> str:
    options = list(select.all(lambda n: n.tag == "option"))
    chosen = [option for option in options if "selected" in option.attrs] or options[:1]
    return chosen[0].attrs["value"] if chosen else ""


def fill(form: Node, label: str, value: str) -> Fields:
    """The field under that label, with `value`: an option goes by what is read or by its value.

    Raises LookupError where the form has no such field or option.
    """
    for field_ in form.all(lambda n: n.has("field")):
        caption = field_.first(lambda n: n.tag in ("legend", "label") and not n.has("option"))
        if caption is not None and caption.label == label:
            return _filled(field_, value)
    raise LookupError(f"no field {label!r}")


def _filled(field_: Node, value: str) -> Fields:
    inputs = list(field_.all(lambda n: n.attrs.get("name", "").startswith("f.")))
    name = inputs[0].attrs["name"]
    if inputs[0].attrs.get("type") == "radio":
        options = [
            (node.attrs["value"], node.parent.label if node.parent else "") for node in inputs
        ]
    elif inputs[0].tag == "select":
        found = inputs[0].all(lambda n: n.tag == "option")
        options = [(node.attrs["value"], node.label) for node in found]
    else:
        return {name: value}
    matching = [given for given, label in options if value in (given, label)]
    if not matching:
        raise LookupError(f"no option {value!r} among {options}")
    return {name: matching[0]}
