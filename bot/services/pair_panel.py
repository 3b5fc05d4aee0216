"""The panel *You and NAME*: the agenda and the open promises of two people, the same for both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.agenda import AgendaItem
from bot.domain.between import Between
from bot.domain.message import Block, Button, Buttons, Look, Panel, Quote, Reply, Text, Tone
from bot.domain.one_to_one import Meeting
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.promise import Promise
from bot.services.meeting_notes import SHOWN, last_meetings, may_see, notes_for
from bot.services.paging import MOST_BLOCKS, Piece, Section, paged
from bot.services.pairs import Pair, counterparts, pair_with, readable, text_of
from bot.services.promise_blocks import PromiseShown
from prompts.words import Said, Words

_NAMES_A_ROW = 10


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who looks at what they have with others, at `now` (aware UTC); the vault holds their
    key.
    """

    tx: Tx
    vault: Vault
    words: Words
    reader: Person
    now: datetime

    def say(self, other: Person | None = None, **facts: object) -> Said:
        """Words in the reader's own locale, about the other one."""
        names = {"first": other.first_name, "name": other.name} if other else {}
        return self.words.say(
            "pair", self.reader.locale, self.reader.time_zone, **{**names, **facts}
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands open between two people, as one of them may read it: texts with their items."""

    agenda: list[tuple[AgendaItem, str]] = field(default_factory=list)
    promises: list[tuple[Promise, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.agenda and not self.promises


def standing(looking: Looking, pair: Pair) -> Standing:
    """What both of them can read now."""
    tx, ids = looking.tx, (pair.employee.id, pair.manager.id)
    agenda = readable(tx, tx.agenda.of_pair(*ids), pair.manager.id, looking.now)
    promises = readable(tx, tx.promises.of_pair(*ids), pair.manager.id, looking.now)
    return _opened(looking, agenda, promises)


def earlier(looking: Looking) -> Standing:
    """What the reader alone can read any more: open things with somebody who managed them."""
    tx, me = looking.tx, looking.reader.id
    agenda = [i for i in tx.agenda.open_of_pairs(me) if _is_left_alone(looking, i)]
    promises = [p for p in tx.promises.open_of_pairs(me) if _is_left_alone(looking, p)]
    return _opened(looking, agenda, promises)


def _is_left_alone(looking: Looking, item: Between) -> bool:
    is_employee = item.employee_id == looking.reader.id
    return is_employee and not readable(looking.tx, [item], item.manager_id, looking.now)


def _opened(
    looking: Looking, agenda: Sequence[AgendaItem], promises: Sequence[Promise]
) -> Standing:
    me, found = looking.reader.id, Standing()
    for item in agenda:
        if (text := text_of(looking.vault, item, me)) is not None:
            found.agenda.append((item, text))
    for promise in promises:
        shows = promise.is_open_for(me) or (promise.asks_to_raise and promise.employee_id == me)
        if shows and (text := text_of(looking.vault, promise, me)) is not None:
            found.promises.append((promise, text))
    return found


def panel(looking: Looking, pair: Pair, page: int = 0, changed: tuple[Block, ...] = ()) -> Panel:
    """One page of it. `changed` says what the reader just did, with a way back if there is one."""
    other = pair.other(looking.reader)
    said = looking.say(other)
    drawn = _Drawn(looking, other, str(page))
    sections = [
        Section("", (Piece((Text(said["only_two"], Tone.MUTED), *changed, drawn.adding())),)),
        *drawn.sections(standing(looking, pair)),
        *_noted(looking, pair),
    ]
    if looking.reader.id == pair.employee.id:
        sections += earlier_sections(looking)
    blocks = _page(looking, sections, page, str(other.id))
    return Panel(said["title"], blocks, said["close"], ("pair", f"{other.id}:{page}"))


def _noted(looking: Looking, pair: Pair) -> list[Section]:
    """What the two noted of their last 1:1s, the same for both; each reads their own copy."""
    pieces = _notes(looking, last_meetings(looking.tx, pair.manager.id, pair.employee.id))
    return [Section(looking.say()["noted"], tuple(pieces))] if pieces else []


def _notes(looking: Looking, meetings: Iterable[Meeting]) -> list[Piece]:
    return [
        Piece((Quote(text, looking.say(moment=meeting.state_at)["noted_on"]),))
        for meeting in meetings
        if may_see(looking.tx, meeting, looking.reader.id, looking.now)
        and (text := notes_for(looking.vault, meeting, looking.reader.id)) is not None
    ]


def show_any(looking: Looking, page: int = 0) -> Reply:
    """The panel with the only person there is, a list to choose from, or what is left."""
    found = counterparts(looking.tx, looking.reader, looking.now)
    if len(found) > 1:
        return Reply(people(looking, found))
    only = str(found[0].id) if found else ""
    pair = pair_with(looking.tx, looking.reader, only, looking.now)
    if pair is not None:
        return Reply(panel(looking, pair))
    left = earlier_panel(looking, page)
    return Reply(left) if left else Reply(notice=looking.say()["nobody"])


def earlier_panel(looking: Looking, page: int = 0) -> Panel | None:
    """For somebody without a manager: what only they can read any more; None where that is
    nothing.
    """
    sections = earlier_sections(looking)
    if not sections:
        return None
    said = looking.say()
    return Panel(said["title_earlier"], _page(looking, sections, page, ""), said["close"])


def earlier_sections(looking: Looking) -> list[Section]:
    found, noted, said = earlier(looking), _noted_before(looking), looking.say()
    if found.is_empty and not noted:
        return []
    read = Piece((Text(said["earlier_read"], Tone.MUTED),))
    pieces = [_alone(looking, item, text) for item, text in (*found.agenda, *found.promises)]
    return [Section(said["earlier"], (read, *pieces, *noted))]


def _noted_before(looking: Looking) -> list[Piece]:
    """The last notes with somebody who managed the reader then."""
    tx, now = looking.tx, looking.now
    found = tx.meetings.noted_of(looking.reader.id)
    before = [m for m in found if not may_see(tx, m, m.manager_id, now)]
    return _notes(looking, before[:SHOWN])


def _alone(looking: Looking, item: Between, text: str) -> Piece:
    other = looking.tx.people.get(item.manager_id)
    said = looking.say(other, moment=item.created_at)
    mine = item.author_id == looking.reader.id
    blocks: list[Block] = [Quote(text, said["by_you" if mine else "by_other"])]
    if mine:
        action = "promise_withdraw" if isinstance(item, Promise) else "agenda_withdraw"
        blocks.append(Buttons((Button(said["take_out"], action, f"{item.id}::0", Look.QUIET),)))
    return Piece(tuple(blocks))


def _page(looking: Looking, sections: list[Section], page: int, value: str) -> tuple[Block, ...]:
    """A page that isn't there any more gives the last one."""
    pages = paged(sections)
    number, said = min(page, len(pages) - 1), looking.say()
    turns: list[Button] = []
    if number + 1 < len(pages):
        turns.append(Button(said["more"], "pair", f"{value}:{number + 1}", Look.QUIET))
    if number:
        turns.append(Button(said["back"], "pair", f"{value}:0", Look.QUIET))
    return (*pages[number].blocks, *((Buttons(tuple(turns)),) if turns else ()))


@dataclass(frozen=True, slots=True)
class _Drawn:
    looking: Looking
    other: Person
    page: str

    def adding(self) -> Buttons:
        said, value = self.looking.say(), str(self.other.id)
        add = Button(said["add"], "agenda_open", value, Look.PRIMARY)
        return Buttons((add, Button(said["promise"], "promise_open", value)))

    def sections(self, found: Standing) -> Iterator[Section]:
        said = self.looking.say()
        agenda = [self._item(item, text) for item, text in found.agenda]
        yield Section(said["agenda"], tuple(agenda or self._none(said["agenda_empty"])))
        promises = [self._promise(promise, text) for promise, text in found.promises]
        yield Section(said["promises"], tuple(promises or self._none(said["promises_empty"])))

    def _none(self, text: str) -> tuple[Piece]:
        return (Piece((Text(text, Tone.MUTED),)),)

    def _item(self, item: AgendaItem, text: str) -> Piece:
        mine = item.author_id == self.looking.reader.id
        said = self.looking.say(self.other, moment=item.created_at)
        value = f"{item.id}::{self.page}"
        buttons = [Button(said["done"], "agenda_done", value)]
        if mine:
            buttons.append(Button(said["take_out"], "agenda_withdraw", value, Look.QUIET))
        note = said["by_you" if mine else "by_other"]
        return Piece((Quote(text, note), Buttons(tuple(buttons))))

    def _promise(self, promise: Promise, text: str) -> Piece:
        looking = self.looking
        shown = PromiseShown(looking.words, looking.reader, self.other, promise, text, self.page)
        return Piece(shown.in_panel(looking.now))


def people(looking: Looking, offered: Sequence[Person], page: int = 0) -> Panel:
    """The list to choose a person from."""
    said = looking.say()
    rows = [offered[start : start + _NAMES_A_ROW] for start in range(0, len(offered), _NAMES_A_ROW)]
    room = MOST_BLOCKS - 2
    pages = [rows[start : start + room] for start in range(0, len(rows), room)] or [[]]
    number = min(page, len(pages) - 1)
    blocks: list[Block] = [Text(said["people"], Tone.MUTED)]
    blocks += [Buttons(tuple(Button(p.name, "pair", str(p.id)) for p in r)) for r in pages[number]]
    if number + 1 < len(pages):
        more = Button(said["more"], "pair_people", str(number + 1), Look.QUIET)
        blocks.append(Buttons((more,)))
    return Panel(said["people_title"], tuple(blocks), said["close"])
