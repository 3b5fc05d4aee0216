"""One promise as one of the two sees it: its text, what is asked about it, and its buttons.

Pure: whoever shows a promise, in a message or a panel, opens it by `opened` and puts these blocks
where they belong. The buttons work wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.message import Block, Button, Buttons, Look, Quote, Text, Tone
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.promise import Promise, Says
from bot.services.pairs import pair_of, text_of
from prompts.words import Said, Words


@dataclass(frozen=True, slots=True)
class PromiseShown:
    """`text` is opened from the reader's own copy. `page` is the page of the panel that it stands
    on, which its buttons draw anew; "" in a message.
    """

    words: Words
    reader: Person
    other: Person
    promise: Promise
    text: str
    page: str = ""

    @property
    def is_mine(self) -> bool:
        """Whether the reader promised it."""
        return self.promise.author_id == self.reader.id

    @property
    def is_employee(self) -> bool:
        return self.promise.employee_id == self.reader.id

    @property
    def says(self) -> Says | None:
        """What the reader said of it."""
        return self.promise.side(self.reader.id).says

    def say(self) -> Said:
        """The words about this promise, in the reader's own locale."""
        return self.words.say(
            "promise",
            self.reader.locale,
            self.reader.time_zone,
            mine=self.is_mine,
            first=self.other.first_name,
            name=self.other.name,
            due=self.promise.due_on,
        )

    def quote(self) -> Quote:
        """The promise, with who made it and by when."""
        return Quote(self.text, self.say()["by"])

    def reminder(self) -> tuple[Block, ...]:
        """For the one who promised, before it is due."""
        said = self.say()
        return Text(said["due"]), Quote(self.text), self._only_two()

    def question(self) -> tuple[Block, ...]:
        """Whether it happened, with who sees the answer before it is given."""
        said = self.say()
        who_reads = said["ask_employee" if self.is_employee else "ask_manager"]
        return (
            Text(said["ask"]),
            Quote(self.text),
            Text(who_reads, Tone.MUTED),
            Buttons(self.answers()),
        )

    def answers(self) -> tuple[Button, ...]:
        said = self.say()
        return tuple(self._button(said[each.value], "promise_says", each.value) for each in Says)

    def answered(self) -> tuple[Block, ...]:
        """What the reader said, and what that leads to; the question where they said nothing, or
        not yet and were asked again.
        """
        if self.says is None or self.promise.side(self.reader.id).is_asked_anew:
            return self.question()
        return Quote(self.text, self.say()["by"]), *self.outcome()

    def outcome(self) -> tuple[Block, ...]:
        """The same without the text. After the employee's no: may the manager be told?"""
        said = self.say()
        change = self._button(said["change"], "promise_unsay", look=Look.QUIET)
        if self.is_employee and self.promise.asks_to_raise:
            ask = Text(f"{said['said_no']} {said['raise']}")
            yes = self._button(said["raise_yes"], "promise_raise", "yes")
            no = self._button(said["raise_no"], "promise_raise", "no")
            return ask, Buttons((yes, no, change))
        return Text(said[self._code()], Tone.MUTED), Buttons((change,))

    def _code(self) -> str:
        told = self.promise.may_raise
        if self.is_employee and self.says is Says.NO and told is not None:
            return "raised_yes" if told else "raised_no"
        return f"said_{self.says.value}" if self.says else "ask"

    def in_panel(self, now: datetime) -> tuple[Block, ...]:
        """As it stands among others: its author can take it back, either can say how it went, and
        no or not yet only after the day it is due.
        """
        if self.says is Says.NO:
            return self.quote(), *self.outcome()
        said, items = self.say(), self.answers()
        if now.astimezone(self.reader.zone).date() <= self.promise.due_on:
            items = items[:1]
        if self.is_mine:
            take_back = self._button(said["take_back"], "promise_withdraw", look=Look.QUIET)
            items = (*items, take_back)
        return self.quote(), Buttons(items)

    def difference(self) -> tuple[Block, ...]:
        """For the manager, where the employee agreed: that they differ, and nobody's answer. To a
        manager who never said how it went no difference is told, as there is none yet.
        """
        block = "differ" if self.promise.manager.says is not None else "worth_talking"
        return self.quote(), Text(self.say()[block])

    def taken_back(self) -> tuple[Block, ...]:
        """What is left of it."""
        return (Text(self.say()["taken_back"], Tone.MUTED),)

    def _only_two(self) -> Text:
        return Text(self.say()["only_two"], Tone.MUTED)

    def _button(
        self, label: str, action: str, argument: str = "", look: Look = Look.DEFAULT
    ) -> Button:
        return Button(label, action, f"{self.promise.id}:{argument}:{self.page}", look)


def opened(
    tx: Tx,
    vault: Vault,
    words: Words,
    reader: Person,
    promise: Promise,
    now: datetime,
    page: str = "",
) -> PromiseShown | None:
    """A promise for one of the two, whose key the vault holds; None where either may not read it
    any more at `now` (aware UTC), or where the reader's copy is gone.
    """
    pair = pair_of(tx, promise, now)
    if pair is None or reader.id not in (promise.employee_id, promise.manager_id):
        return None
    text = text_of(vault, promise, reader.id)
    if text is None:
        return None
    return PromiseShown(words, reader, pair.other(reader), promise, text, page)
