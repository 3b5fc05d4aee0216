"""The weekly summary's short version: one phone screen, details behind a button."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Heading,
    Look,
    Message,
    Quote,
    Text,
    Tone,
)
from bot.domain.reclaimed import Reclaimed
from bot.domain.summary import PLAIN, SharedAnswer, Starter, excerpt, shortened
from bot.services import team_choices
from bot.services.kept_promises import kept_line
from bot.services.promise_blocks import PromiseShown
from bot.services.promised import promised
from bot.services.reclaimed_time import guide_button, reclaimed_in, told
from bot.services.scene import Composed, Drop, Scene
from bot.services.summary_facts import PersonView, SummaryView, opened
from bot.services.summary_results import counted_since
from bot.services.team_choices import chosen_in
from bot.services.trend_chart import trend_chart

CHANGES_SHOWN = 4
"""Moves named for each question; the others stand in the details."""

STARTERS_SHOWN = 2
"""One fewer beside what takes as much room, so that it stays one phone screen."""

CLAIMS_SHOWN, CHOICES_SHOWN, PROMISES_SHOWN = 3, 1, 2
"""Sentences, one a person; questions with how often each option was chosen; promises."""

WORDS_SHOWN = 90
"""Characters of a quote, and of a promise."""

CATEGORIES_SHOWN = 3
"""Of where reclaimed time went, the most frequent; all stand in the details."""

POINTS_FOR_A_LINE = 3


def summary(scene: Scene) -> Composed:
    """Who shared something, what changed, what to ask next. A quiet week is two lines."""
    view = _opened(scene)
    if not view.shared and not view.silent:
        raise Drop("not_a_manager")
    message = _message(scene, view)
    return Composed(message, readings=view.readings(scene.person.id, "delivered", scene.now))


def redraw(scene: Scene) -> Composed:
    """The same message as things stand now; one line where nothing of it is this manager's to read
    any more. What changed since is shown, and logged, for the first time.
    """
    view = _opened(scene)
    if not view.shared and not view.silent:
        said = scene.say("summary", week_end=view.summary.created_at)
        line = Text(said["nothing_left"], Tone.MUTED)
        return Composed(Message("summary", said["title"], (Heading(said["title"]), line)))
    drafted = {version for part in view.summary.parts for version in part.versions}
    new = {a.answer_id for p in view.shared for a in p.answers if a.version_id not in drafted}
    readings = view.readings(scene.person.id, "delivered", scene.now, new)
    return Composed(_message(scene, view), readings=readings)


def _opened(scene: Scene) -> SummaryView:
    stored = scene.tx.summaries.get(UUID(scene.delivery.facts["summary"]))
    if stored is None or stored.manager_id != scene.person.id:
        raise Drop("gone")
    return opened(scene.tx, scene.vault, stored, scene.now)


def _message(scene: Scene, view: SummaryView) -> Message:
    """Its text, which a locked phone or a shared screen shows, says nothing of who shared."""
    said = scene.say("summary", week_end=view.summary.created_at)
    title = said["title"]
    if not view.shared:
        kept = kept_line(scene, view.summary)
        quiet = (Heading(title), Text(said["quiet"]), *kept, Text(said["quiet_next"], Tone.MUTED))
        return Message("summary", title, (*quiet, *counted_since(scene, view.summary)))
    names = [view.called(v.person) for v in view.shared]
    lead = scene.say("summary", names=names)["shared"]
    blocks: list[Block] = [Heading(title), Text(lead), *kept_line(scene, view.summary)]
    claims = _in_short(scene, view)
    blocks += [*claims, *_changed(scene, view, with_chart=not claims)]
    time = reclaimed_in(view)
    counted = counted_since(scene, view.summary)
    promises = _promised(scene, view, PROMISES_SHOWN - bool(counted))
    blocks += _team(scene, view, time, 0 if counted else CHOICES_SHOWN)
    advised = time is not None and time.mostly_more_of_the_same
    crowded = advised or bool(counted) or bool(claims and promises)
    starters = _starters(scene, view, STARTERS_SHOWN - crowded, is_short=bool(claims))
    blocks += [*starters, *promises]
    buttons = _buttons(scene, view, is_worded=bool(claims), is_advised=advised)
    foot = Text(_written_by(scene, view), Tone.MUTED)
    return Message("summary", title, (*blocks, buttons, *counted, foot))


def _in_short(scene: Scene, view: SummaryView) -> list[Block]:
    """Of those whose answers moved most what a model wrote first, or else how their longest
    answer begins: whoever has words stands here. Nothing where no model wrote anything.
    """
    if not any(person.written.claims for person in view.shared):
        return []
    worded = (person for person in sorted(view.shared, key=_weight) if _own_words(person))
    lines = [Text(_line(scene, view, person)) for person in islice(worded, CLAIMS_SHOWN)]
    return [Text(scene.say("summary")["claims_heading"], Tone.STRONG), *lines]


def _line(scene: Scene, view: SummaryView, person: PersonView) -> str:
    name, first = view.called(person.person), person.person.first_name
    if person.written.claims:
        sentence = person.written.claims[0].text
        return name + sentence.removeprefix(first) if sentence.startswith(first) else sentence
    quote = shortened(_own_words(person), WORDS_SHOWN)
    return scene.say("summary", name=name, words=quote)["said"]


def _own_words(person: PersonView) -> str:
    answer = person.longest
    return answer.value.text if answer else ""


def _changed(scene: Scene, view: SummaryView, *, with_chart: bool) -> list[Block]:
    lines = [Text(line) for line in _changes(scene, view)]
    if not lines:
        return []
    heading = Text(scene.say("summary")["changed_heading"], Tone.STRONG)
    return [heading, *lines, *(_chart(scene, view) if with_chart else ())]


def _team(scene: Scene, view: SummaryView, time: Reclaimed | None, most: int) -> list[Block]:
    """What they chose, in at most so many questions, and the time they reclaimed, counted."""
    words, reader = scene.words, scene.person
    chosen = chosen_in(view)[:most]
    lines: list[Block] = [team_choices.line_of(words, reader, each) for each in chosen]
    lines += told(words, reader, view, time, CATEGORIES_SHOWN) if time else ()
    heading = Text(scene.say("summary")["team_heading"], Tone.STRONG)
    return [heading, *lines] if chosen else lines


def _promised(scene: Scene, view: SummaryView, most: int) -> list[Block]:
    to = {person.person.id for person in view.shared} | {person.id for person in view.silent}
    found = promised(scene.tx, scene.vault, scene.words, scene.person, to, scene.now)
    lines = [_promise(scene, view, shown) for shown in found[:most]]
    heading = Text(scene.say("summary")["promised_heading"], Tone.STRONG)
    return [heading, *lines] if lines else []


def _promise(scene: Scene, view: SummaryView, shown: PromiseShown) -> Text:
    text, name = shortened(shown.text, WORDS_SHOWN), view.called(shown.other)
    due, today = shown.promise.due_on, scene.now.astimezone(scene.person.zone).date()
    said = scene.say("summary", name=name, due=due, promise=text)
    return Text(said["promised_late" if due < today else "promised"])


def _buttons(scene: Scene, view: SummaryView, *, is_worded: bool, is_advised: bool) -> Buttons:
    said, summary_id = scene.say("summary"), str(view.summary.id)
    items = [Button(said["details"], "summary_details", summary_id, Look.PRIMARY)]
    if is_worded:
        items.append(Button(said["rests"], "summary_rests", summary_id))
    if is_advised:
        items.append(guide_button(scene.words, scene.person))
    return Buttons(tuple(items))


def _written_by(scene: Scene, view: SummaryView) -> str:
    """As it was when it was drafted, for the whole: it holds whoever's part a model wrote."""
    summary = view.summary
    provider = scene.tx.organisations.policy_at(summary.created_at).ai.provider
    dropped = sum(person.written.dropped for person in view.shared)
    said = scene.say("summary", provider=provider or summary.writer, dropped=dropped)
    if summary.writer != PLAIN:
        return said["written_by_ai"]
    return said["written_without_ai" if provider else "written_by_rules"]


def _changes(scene: Scene, view: SummaryView) -> Iterator[str]:
    """Self-reported ratings that moved, by question, the largest moves first; then the edits."""
    moved: dict[str, list[tuple[int, str, SharedAnswer]]] = defaultdict(list)
    for person in view.shared:
        for answer in person.answers:
            if answer.rating_change:
                asked = view.question(answer).words(scene.person.locale).text
                move = abs(answer.rating_change)
                moved[asked].append((-move, view.called(person.person), answer))
    for asked, moves in moved.items():
        largest = sorted(moves, key=lambda m: m[:2])
        lines = [_moved(scene, name, answer) for _, name, answer in largest[:CHANGES_SHOWN]]
        more = len(largest) - len(lines)
        yield scene.say("summary", question=asked, moves=lines, more=more)["moves"]
    edited = [view.called(p.person) for p in view.shared if any(a.edited for a in p.answers)]
    if edited:
        yield scene.say("summary", names=edited)["edited"]


def _chart(scene: Scene, view: SummaryView) -> list[Block]:
    """The ratings of whoever's moved most, once they are a line and not only a step."""
    person = min(view.shared, key=_weight)
    largest = max(person.answers, key=lambda answer: abs(answer.rating_change or 0))
    if not largest.rating_change:
        return []
    chart = trend_chart(scene.words, scene.person, view, person, largest, POINTS_FOR_A_LINE)
    return [chart] if chart else []


def _moved(scene: Scene, name: str, answer: SharedAnswer) -> str:
    before = answer.previous.rating if answer.previous else None
    return scene.say("summary", name=name, before=before, now=answer.value.rating)["moved"]


def _starters(scene: Scene, view: SummaryView, most: int, is_short: bool) -> list[Block]:
    """One starter of each of the people whose answers moved most, each with its words."""
    chosen = [person for person in sorted(view.shared, key=_weight) if person.starters]
    blocks: list[Block] = []
    for person in chosen[:most]:
        starter = _starter(person, is_short)
        line = scene.say("summary", name=view.called(person.person), starter=starter.text)
        blocks.append(Text(line["ask"]))
        if starter.quote:
            blocks.append(Quote(shortened(starter.quote, WORDS_SHOWN)))
    if blocks:
        blocks.insert(0, Text(scene.say("summary")["ask_heading"], Tone.STRONG))
    return blocks


def _starter(person: PersonView, is_short: bool) -> Starter:
    """The first that rests on other words than the line *In short*, where there is one."""
    said = {each.quote for claim in person.written.claims[:1] for each in claim.evidence}
    if is_short and not said:
        said = {excerpt(_own_words(person))}
    return next((s for s in person.starters if s.quote not in said), person.starters[0])


def _weight(view: PersonView) -> tuple[int, str]:
    moves = [abs(a.rating_change or 0) for a in view.answers]
    return -max(moves, default=0), view.person.name
