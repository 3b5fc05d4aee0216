"""The four weeks of the sample company, judged by everybody's screens."""

from __future__ import annotations

import re
from collections import Counter
from datetime import time

from bot.demo.script import Deed
from bot.domain.message import Heading, Text
from bot.domain.packs import parent_of
from prompts.library import load_packs
from scheduling.calendar import WorkCalendar
from tests.journeys.sample_weeks import WEEKS, Lived
from tests.journeys.words import words

CHOSEN = {
    question.words("en").text
    for pack in ("ai_capacity", "ai_clarity")
    for question in load_packs()[pack].questions
}
"""Questions that are answered with an option or a number: no words that could be quoted."""

GIVEN_AWAY = ("skip", "paus", "declin", "opt", "ignor", "snooz", "remind", "not for me", "answered")
"""Parts of words that would tell a manager why somebody shared nothing."""


def test_everybody_was_asked_and_many_answered(lived: Lived) -> None:
    """What the other tests judge is there: everybody heard of it, and in every week somebody
    answered."""
    assert {seen.who.email for seen in lived.seen} == set(lived.people)
    assert sum(len(own) for own in lived.own.values()) > 60
    deeds = {turn.does for turn in lived.turns}
    assert deeds == set(Deed)


def test_some_are_asked_further_and_answer(lived: Lived) -> None:
    """Whoever tries the demo sees a follow-up question, and what became of it."""
    pack = load_packs()["ai_check_in"]
    follow_ups = {pack.question(key).words("en").text for key in pack.keys if parent_of(key)}
    answered = [own for answers in lived.own.values() for own in answers]
    said = {own.text for own in answered if own.question in follow_ups}
    script = [turn.answers.items() for turn in lived.turns]
    written = {answer.text for given in script for key, answer in given if parent_of(key)}
    assert len(said) >= 3
    assert said <= written


def test_nobody_is_asked_twice_for_a_week(lived: Lived) -> None:
    """A check-in begins once for everybody, and again only for those who put it off. With the
    monthly one, a week has two at most.
    """
    put_off = {(t.person, t.week) for t in lived.turns if t.does is Deed.SNOOZES}
    begun = Counter((s.who.email, s.week, s.check_in) for s in lived.seen if s.begins)
    for (email, week, check_in), times in begun.items():
        most = 1 + ((email, week) in put_off) if check_in else 2
        assert times <= most, (email, week, check_in)
    assert max(Counter((email, week) for email, week, _ in begun).values()) == 2


def test_nobody_is_prompted_more_often_than_the_cap(lived: Lived) -> None:
    """At most four prompts a person and week, reminders among them, and at most two reminders."""
    prompts = Counter((seen.who.email, seen.week) for seen in lived.seen if seen.is_prompt)
    assert max(prompts.values()) <= 4
    reminders = Counter(
        (seen.who.email, seen.week) for seen in lived.seen if seen.is_prompt and not seen.begins
    )
    assert max(reminders.values()) <= 2


def test_nobody_is_disturbed(lived: Lived) -> None:
    """Prompts, nudges and summaries come between 8:00 and 18:00 of a local working day."""
    calendar = WorkCalendar()
    for seen in lived.seen:
        if seen.is_prompt or seen.message.kind in {"nudge", "summary"}:
            assert time(8) <= seen.local.time() < time(18), seen
            assert calendar.is_working_day(seen.who.country, seen.local.date()), seen


def test_what_was_typed_is_kept_word_for_word(lived: Lived) -> None:
    """Every text somebody typed or filled in stands under My answers, unless they took it back or
    changed it."""
    gone = {
        line
        for turn in lived.turns
        for key, answer in turn.answers.items()
        if answer.undo or (turn.edit and key in turn.edit.texts)
        for line in answer.bubbles
    }
    edits = {text for turn in lived.turns if turn.edit for text in turn.edit.texts.values()}
    everything = [own.text for answers in lived.own.values() for own in answers]
    assert edits & set(everything)
    gone |= edits  # of questions that were not asked that week, too
    for email, inbound in lived.acts:
        kept = [line for own in lived.own[email] for line in own.text.split("\n")]
        given = [inbound.text] if inbound.text else []
        given += [v for name, v in inbound.fields.items() if name.startswith("text:") and v]
        for text in given:
            for line in text.split("\n"):
                assert line in kept or line in gone, (email, line)


def test_what_was_taken_back_is_nowhere(lived: Lived) -> None:
    """An answer that was undone stands in nobody's My answers and in no summary."""
    undone = [a for turn in lived.turns for a in turn.answers.values() if a.undo and a.bubbles]
    assert undone
    everything = "\n".join(
        [own.text for answers in lived.own.values() for own in answers]
        + [words(panel) for panels in lived.details.values() for panel in panels]
        + [words(message) for thread in lived.threads.values() for message in thread]
    )
    for answer in undone:
        assert answer.bubbles[0] not in everything


def spoken(text: str) -> str:
    """The words of an answer, without the pressed rating that My answers puts above them."""
    return re.sub(r"\A[1-5]/5[^\n]*\n?", "", text)


def test_every_shared_answer_reaches_the_right_manager_once(lived: Lived) -> None:
    """What somebody shares stands in exactly one summary of their own manager, word for word; what
    was narrowed in none. Only what was edited may stand in an earlier one too."""
    edits = [(turn, key) for turn in lived.turns if turn.edit for key in turn.edit.texts]
    before = {turn.answers[key].text for turn, key in edits if key in turn.answers}
    before |= {turn.edit.texts[key] for turn, key in edits if turn.edit}
    for email, manager in lived.managers.items():
        if manager is None:
            continue
        told = Counter(lived.told(manager).get(lived.people[email].name, []))
        mine = [own for own in lived.own[email] if own.question not in CHOSEN]
        given = [spoken(own.text) for own in mine if own.shared]
        shared = Counter(text for text in given if text)
        assert shared - told == Counter(), email
        extra = [text for text in told - shared if text not in before]
        assert extra == [], email


def test_saved_time_is_summed_for_each_manager(lived: Lived) -> None:
    """The hours that a manager's people told them stand in the last summary, as their sum."""
    hours = next(q for q in load_packs()["ai_capacity"].questions if q.key == "hours_saved")
    asked = hours.words("en").text
    for manager in {m for m in lived.managers.values() if m}:
        told = [
            float(own.text)
            for email, boss in lived.managers.items()
            if boss == manager
            for own in lived.own[email]
            if own.shared and own.question == asked
        ]
        last = [s.message for s in lived.of(manager) if s.message.kind == "summary"][-1]
        line = f"{sum(told):.0f} hours in a week, as {len(told)} people told you"
        assert line in words(last), manager


def test_managers_see_their_own_people_alone(lived: Lived) -> None:
    """A manager's summaries quote the manager's reports and nobody else, and no words that
    somebody else's report typed stand anywhere a manager can look."""
    for manager in {m for m in lived.managers.values() if m}:
        reports = {e for e, m in lived.managers.items() if m == manager}
        assert set(lived.told(manager)) <= {lived.people[email].name for email in reports}
    for email, panels in lived.details.items():
        shown = "\n".join(words(message) for message in [*panels, *lived.threads[email]])
        for other, answers in lived.own.items():
            if other == email or lived.managers[other] == email:
                continue
            for own in answers:
                line = max(own.text.split("\n"), key=len)
                assert len(line) < 30 or line not in shown, (email, other)


def test_narrowed_answers_reach_nobody(lived: Lived) -> None:
    """Somebody keeps an answer to themselves, and it stands in no summary."""
    mine = [
        (email, own) for email, answers in lived.own.items() for own in answers if not own.shared
    ]
    with_manager = [(e, own) for e, own in mine if lived.managers[e]]
    assert with_manager
    for email, own in with_manager:
        told = lived.told(str(lived.managers[email])).get(lived.people[email].name, [])
        assert own.text not in told, email


def test_silence_is_named_in_one_way_alone(lived: Lived) -> None:
    """Whoever shared nothing in a week, for whatever reason, is on the one line "nothing shared",
    and no summary says anything else about silence."""
    for manager in {m for m in lived.managers.values() if m}:
        reports = [e for e, m in lived.managers.items() if m == manager]
        assert len(lived.details[manager]) == WEEKS
        for panel in lived.details[manager]:
            quoted = {b.text for b in panel.blocks if isinstance(b, Heading)}
            lines = [b.text for b in panel.blocks if isinstance(b, Text)]
            silent = "".join(line for line in lines if line.endswith("nothing shared this week."))
            for email in reports:
                person = lived.people[email]
                assert (person.name in quoted) != (person.first_name in silent), person.name
        own_words = [b for p in lived.details[manager] for b in p.blocks if isinstance(b, Text)]
        said = [b.text for b in own_words if "Last time" not in b.text]
        summaries = [s.message for s in lived.of(manager) if s.message.kind == "summary"]
        said += [b.text for m in summaries for b in m.blocks if isinstance(b, Text)]
        for text in said:
            assert not any(part in text.lower() for part in GIVEN_AWAY), text


def test_whoever_declined_is_left_alone(lived: Lived) -> None:
    """After *Not for me* nothing comes but the one reply."""
    declined = [turn.person for turn in lived.turns if turn.does is Deed.DECLINES]
    assert declined
    for email in declined:
        kinds = [seen.message.kind for seen in lived.of(email)]
        assert kinds[-1] == "note"
        assert set(kinds[:-1]) <= {"welcome"}
