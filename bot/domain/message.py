"""Neutral messages: a small tree that every platform renders in its own way.

All texts are plain: a renderer escapes them for its platform, so nothing a person typed can
become markup, a link or a mention.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    BODY = "body"
    STRONG = "strong"
    MUTED = "muted"


class Look(StrEnum):
    PRIMARY = "primary"
    DEFAULT = "default"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    tone: Tone = Tone.BODY


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, unchanged. `note` says what they answer and what changed."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Divider:
    pass


@dataclass(frozen=True, slots=True)
class Button:
    """`action` names the use case, `value` its argument (opaque ids only, never an answer)."""

    label: str
    action: str
    value: str = ""
    look: Look = Look.DEFAULT


@dataclass(frozen=True, slots=True)
class Buttons:
    items: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Rating:
    """Five buttons from `low` to `high`; a press sends `action` with `value` and the number."""

    label: str
    action: str
    value: str
    points: tuple[Option, ...]
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One button per option; a press sends `action` with `value` and the option."""

    label: str
    action: str
    value: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class TextInput:
    """A field of a form. `error` stands beside it when the last submission was refused."""

    name: str
    label: str
    value: str = ""
    multiline: bool = True
    max_length: int = 3000
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceInput:
    """One of several options (radio buttons, a select), `chosen` being an option's value."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str = ""
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class DateInput:
    """A calendar day, ISO 8601 (`2026-03-02`), in the reader's own time zone."""

    name: str
    label: str
    value: str = ""
    minimum: str = ""
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class TimeInput:
    """A time of day, `HH:MM` in 24 hours; the words around it say whose time zone counts."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A small line chart; `text` says the same in words, for readers and for fallbacks."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares in whole percent, a bar each; `text` says the same in words.

    `shares` has one value, from 0 to 100, for every label; they need not be parts of one whole.
    """

    title: str
    labels: tuple[str, ...]
    shares: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = (
    Heading
    | Text
    | Link
    | Quote
    | Divider
    | Buttons
    | Rating
    | Choice
    | TextInput
    | ChoiceInput
    | DateInput
    | TimeInput
    | Chart
    | Bars
    | Table
)


@dataclass(frozen=True, slots=True)
class Message:
    """What lands in a person's conversation. `text` is the notification and the plain fallback."""

    kind: str
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Shown at once, over the conversation or in place of what was pressed, to be read and closed.

    `again` is the action and value that draw it anew, for a platform that keeps it open while its
    buttons change what it shows; both are empty where none of them does. `covers`: it was asked
    for from a form, which stays below it with whatever was typed there.
    """

    title: str
    blocks: tuple[Block, ...]
    close: str
    again: tuple[str, str] = ("", "")
    covers: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A panel that can be sent: its fields come back to `action` with `value`."""

    title: str
    action: str
    value: str
    blocks: tuple[Block, ...]
    submit: str
    close: str


View = Panel | Form


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answers at once; losing it does no harm. `notice` is a short text.

    `confirms`: the notice only repeats what the conversation shows as well, so that a platform
    that closes the form by itself may leave it out. Behind a command it is always shown, as the
    person may be looking at another conversation.
    """

    view: View | None = None
    notice: str = ""
    confirms: bool = False
