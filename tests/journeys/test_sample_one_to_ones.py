"""The 1:1s, agendas and promises of the sample company, judged by everybody's screens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.demo.pair_script import Becomes, PairScript, Pledge, Side
from bot.domain.message import Message
from bot.domain.promise import Says
from tests.journeys.sample_weeks import Lived
from tests.journeys.words import words


def nudges(lived: Lived, email: str) -> list[Message]:
    return [seen.message for seen in lived.of(email) if seen.message.kind == "nudge"]


def notes(pair: PairScript) -> Iterator[str]:
    """What the two noted of their 1:1s."""
    return (outcome.note for outcome in pair.meetings if outcome.note)


def answered(lived: Lived) -> Iterator[tuple[PairScript, Pledge]]:
    """The promises that come back within the weeks and are answered by both."""
    for pair in lived.pairs:
        for pledge in pair.promises:
            if pledge.manager_says and pledge.report_says:
                yield pair, pledge


def test_managers_get_at_most_one_nudge_a_day(lived: Lived) -> None:
    """Every manager gets some, and nobody two on a day; who manages nobody gets none."""
    days = Counter((s.who.email, s.local.date()) for s in lived.seen if s.message.kind == "nudge")
    assert set(days.values()) == {1}
    assert {email for email, _ in days} == {m for m in lived.managers.values() if m}


def test_the_sample_uses_everything(lived: Lived) -> None:
    """What the other tests judge is there."""
    outcomes = [o for pair in lived.pairs for o in (*pair.meetings, *pair.stay_interviews)]
    assert {outcome.does for outcome in outcomes} == set(Becomes)
    assert {pledge.by for _, pledge in answered(lived)} == set(Side)
    assert {pledge.report_says for _, pledge in answered(lived)} == set(Says)
    pressed = Counter(inbound.action for _, inbound in lived.acts)
    for action in ("one_to_one_submit", "meeting_move_submit", "stay_tell", "promise_raise"):
        assert pressed[action], action
    assert pressed["one_to_one_submit"] == len(lived.pairs)


def test_promises_come_back_to_both(lived: Lived) -> None:
    """Both are asked about the same words, the report in a message of its own; what was answered
    is asked no more."""
    assert list(answered(lived))
    for pair, pledge in answered(lived):
        asked = [s.message for s in lived.of(pair.report) if s.message.kind == "promise_question"]
        assert any(pledge.text in words(message) for message in asked), pledge.text
        told = [m for m in nudges(lived, pair.manager) if pledge.text in words(m)]
        assert any("Did it happen?" in words(message) for message in told), pledge.text
        said = [
            (email, inbound.value.split(":")[1])
            for email, inbound in lived.acts
            if inbound.action == "promise_says" and email in (pair.manager, pair.report)
        ]
        assert (pair.report, str(pledge.report_says)) in said
        assert (pair.manager, str(pledge.manager_says)) in said


def test_a_no_reaches_the_manager_as_a_difference_alone(lived: Lived) -> None:
    """Where the report agreed, the manager is told that the two see it differently, and no more;
    nobody else is told anything."""
    differs = [pair for pair, pledge in answered(lived) if pledge.tells]
    assert differs
    for manager in {m for m in lived.managers.values() if m}:
        told = [m for m in nudges(lived, manager) if "see this differently" in words(m)]
        assert len(told) == sum(pair.manager == manager for pair in differs)


def test_kept_promises_stand_in_the_last_summary(lived: Lived) -> None:
    kept = Counter(
        pair.manager
        for pair, pledge in answered(lived)
        if Says.HAPPENED in (pledge.manager_says, pledge.report_says)
        and Says.NO not in (pledge.manager_says, pledge.report_says)
    )
    assert len(kept) == len({m for m in lived.managers.values() if m})
    for manager in kept:
        summaries = [s.message for s in lived.of(manager) if s.message.kind == "summary"]
        assert "Kept: " in words(summaries[-1])


def test_notes_are_read_by_the_two_alone(lived: Lived) -> None:
    """What two people noted, both read word for word where they meet; nobody else does, and it
    stands in no message and under nobody's Home."""
    everything = {
        email: "\n".join(
            [lived.homes[email], *lived.between.get(email, {}).values()]
            + [words(shown) for shown in [*lived.threads[email], *lived.details[email]]]
        )
        for email in lived.people
    }
    assert [note for pair in lived.pairs for note in notes(pair)]
    for pair in lived.pairs:
        for note in notes(pair):
            assert note in lived.between[pair.manager][pair.report]
            assert note in lived.between[pair.report][pair.manager]
            assert {email for email, all_words in everything.items() if note in all_words} == {
                pair.manager,
                pair.report,
            }


def test_topics_and_promises_are_read_by_the_two_alone(lived: Lived) -> None:
    """Each text stands on the screens of at most those two, wherever they look."""
    for pair in lived.pairs:
        for written in (*pair.agenda, *pair.promises):
            for email in lived.people.keys() - {pair.manager, pair.report}:
                shown = [*lived.between.get(email, {}).values(), lived.homes[email]]
                shown += [words(seen.message) for seen in lived.of(email)]
                shown += [words(panel) for panel in lived.details[email]]
                assert written.text not in "\n".join(shown), (email, written.text)
