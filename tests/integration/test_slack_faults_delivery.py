"""Faults over Slack, with real processes: what is queued arrives once, whatever Slack does.

The numbers are those of the table of faults that the product promises to stand. How each answer of
Slack is judged is tested in `test_slack_delivery.py`, under a moved clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.demo_office import count_in
from tests.integration.slack_company import EVERYBODY, REPORTS, account, people_are
from tests.integration.slack_process import (
    HISTORY,
    OPEN,
    POST,
    SENT,
    SKIPPED,
    UNSENT,
    Office,
    slack_office,
    soon,
    until,
)
from tests.servers.slack import Call, Fault

NOBODY_LISTENS = "http://127.0.0.1:9/api/"


@pytest.mark.parametrize("away", ["hangs", "unreachable"])
async def test_killed_before_it_was_sent(tmp_path: Path, away: str) -> None:
    """Fault 3: the message is queued and Slack has none of it; the next process sends it, once."""
    async with slack_office(tmp_path) as office:
        await office.due("ana")
        if away == "hangs":
            office.slack.fails(OPEN, Fault.HANG_BEFORE)
        variables = {"SLACK_API_URL": NOBODY_LISTENS} if away == "unreachable" else {}
        async with office.running(**variables) as first:
            if away == "hangs":
                await office.hangs()
            else:
                await queued(office)
            await first.killed()
        assert office.slack.posts() == []
        await arrives_once(office)


async def queued(office: Office) -> None:
    """Waits until a message is in the queue."""

    async def found() -> int:
        return await count_in(office.built, *UNSENT)

    await until(found)


async def arrives_once(office: Office) -> None:
    """The next process, when the lease of the killed one is over."""
    office.slack.faults.release()
    await office.time_passes()
    async with office.running() as running:
        await office.asked("ana")
        await office.all_sent()
        await running.stopped()
    assert len(office.slack.posts("Ana")) == 1
    assert await office.counts() == {(SENT, ""): 1}


@pytest.mark.parametrize("fault", [Fault.HANG_BEFORE, Fault.HANG_AFTER])
async def test_killed_while_slack_answers(tmp_path: Path, fault: Fault) -> None:
    """Fault 4: Slack may have accepted it, and we could not commit that. It is looked up by the id
    it carries, and sent again only where the history lacks it.
    """
    async with slack_office(tmp_path) as office:
        await office.due("ana")
        office.slack.fails(POST, fault)
        async with office.running() as first:
            await office.hangs()
            await first.killed()
        assert len(office.slack.posts()) == int(fault.accepts)
        await arrives_once(office)
        assert len(office.slack.called(HISTORY)) == 1
        assert len(office.slack.called(POST)) == 2 - int(fault.accepts)


LOST = (
    Fault.RESET_BEFORE,
    Fault.RESET_AFTER,
    Fault.HANG_AFTER,
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.UNAVAILABLE_BEFORE,
    Fault.UNAVAILABLE_AFTER,
    Fault.TIMEOUT_BEFORE,
    Fault.TIMEOUT_AFTER,
)


async def test_answers_that_say_nothing(tmp_path: Path) -> None:
    """Faults 6 and 8: a reset or a time-out after the POST, 500, 503 and 408, before Slack accepted
    the message or after: the running process looks each up, and everybody has it once.
    """
    async with slack_office(tmp_path) as office:
        await office.due(*REPORTS)
        for name, fault in zip(REPORTS, LOST, strict=True):
            office.slack.fails(POST, fault, channel=office.user(name).channel)
        hung = office.user(REPORTS[LOST.index(Fault.HANG_AFTER)]).channel
        async with office.running() as running:
            await soon(lambda: hung in (c.arguments["channel"] for c in looked_up(office)))
            office.slack.faults.release()
            await office.asked(*REPORTS)
            await office.all_sent()
            await running.stopped()
        assert len(looked_up(office)) == len(LOST)
        for name, fault in zip(REPORTS, LOST, strict=True):
            tried = [c for c in office.slack.called(POST) if account(name)[1:] in str(c.arguments)]
            assert len(tried) == 2 - int(fault.accepts), fault
        assert await office.counts() == {(SENT, ""): len(REPORTS)}
        office.nothing_came_twice()


def looked_up(office: Office) -> list[Call]:
    return office.slack.called(HISTORY)


async def test_a_history_that_can_not_be_read(tmp_path: Path) -> None:
    """Faults 4, 6 and 8: it proves nothing, so that nothing is sent again, by this process or the
    next; the message is looked up until the history is there, and `touchpoint status` counts it
    among those on their way.
    """
    async with slack_office(tmp_path) as office:
        await office.due("ana")
        office.slack.fails(POST, Fault.RESET_AFTER)
        office.slack.fails(HISTORY, *["internal_error"] * 50)
        async with office.running() as first:
            await soon(lambda: office.slack.called(HISTORY))
            await first.stopped()
        _, said = await office.status()
        assert "Messages: 1 ready." in said
        await office.time_passes()
        async with office.running() as second:
            await soon(lambda: len(office.slack.called(HISTORY)) == 2)
            await second.stopped()
        office.slack.faults.planned.clear()
        await arrives_once(office)
        assert len(office.slack.called(POST)) == 1


async def test_slack_asks_for_a_break(tmp_path: Path) -> None:
    """Fault 7: after a 429 the message is sent once, and never early, by the next process either:
    the break is kept in the database.
    """
    wait = timedelta(seconds=6)
    async with slack_office(tmp_path) as office:
        await office.due("ana")
        office.slack.fails(POST, Fault.RATE_LIMITED, retry_after=6)
        async with office.running() as first:
            await soon(lambda: office.slack.called(POST))
            await first.stopped()
        async with office.running():
            await office.asked("ana")
            await office.all_sent()
        refused, taken = office.slack.called(POST)
        assert taken.at - refused.at >= wait
        assert len(office.slack.posts()) == 1


async def test_down_for_two_hours_and_for_three_days(tmp_path: Path) -> None:
    """Fault 13: what is two hours late is sent, once; what is three days late is skipped, with a
    reason that `touchpoint status` shows.
    """
    late, too_late = REPORTS[:3], REPORTS[3:]
    async with slack_office(tmp_path) as office:
        await office.due(*late, since=timedelta(hours=2))
        await office.due(*too_late, since=timedelta(days=3))
        for _ in range(2):
            async with office.running() as running:
                await office.asked(*late)
                await office.all_sent()
                await running.stopped()
        assert len(office.slack.posts()) == len(late)
        code, said = await office.status()
        assert code == 0
        assert "6 skipped" in said
        assert "6 too late" in said


async def test_the_token_is_refused(tmp_path: Path) -> None:
    """Fault 20: the workspace pauses and says so in the log, the metrics and the status; answers
    are kept all the same, and a new token sends what waits, once.
    """
    async with slack_office(tmp_path) as office:
        await office.due("ana", "ben")
        async with office.running() as first:
            await office.asked("ana", "ben")
            office.slack.token_error = "token_revoked"
            assert (await office.user("ana").types("kestrel")).acknowledged
            await soon(lambda: any("token_revoked" in line for line in first.log))

            async def told() -> bool:
                return PAUSED in await first.get("/metrics")

            await until(told)
            await first.stopped()
        await it_says_so(office)
        async with office.running() as same_token:  # it starts, hears people, and waits
            assert (await office.user("ben").types("heron")).acknowledged
            await same_token.stopped()
        assert office.receipts("ana") == office.receipts("ben") == []
        office.slack.token_error, office.slack.bot_token = "", "xoxb-4242-new"
        await it_goes_on(office, "ana", "ben")
        assert await office.words("ana") == ["kestrel"]
        assert await office.words("ben") == ["heron"]


PAUSED = 'touchpoint_lane_paused{platform="slack",reason="token_refused"} 1.0'


async def it_says_so(office: Office) -> None:
    code, said = await office.status()
    assert code == 1
    assert "Slack workspace Touchpoint Tests is paused" in said
    assert "Set a new SLACK_BOT_TOKEN" in said


async def it_goes_on(office: Office, *names: str) -> None:
    """The next process has a token that Slack takes: everybody's receipt arrives, once."""
    await office.time_passes()
    async with office.running() as running:
        await soon(lambda: all(office.receipts(name) for name in names))
        await office.all_sent()
        await running.stopped()
    assert [len(office.receipts(name)) for name in names] == [1] * len(names)
    office.nothing_came_twice()


@pytest.mark.parametrize("event", ["tokens_revoked", "app_uninstalled"])
async def test_slack_tells_that_the_app_is_gone(tmp_path: Path, event: str) -> None:
    """Fault 20: the same, where Slack's event comes before anything was refused."""
    async with slack_office(tmp_path) as office:
        await office.due("ana")
        async with office.running() as first:
            await office.asked("ana")
            assert (await office.slack.sends_event({"type": event})).acknowledged
            assert (await office.user("ana").types("kestrel")).acknowledged
            await soon(lambda: any("took the app's access away" in line for line in first.log))
            await first.stopped()
        assert office.receipts("ana") == []
        await it_says_so(office)
        await it_goes_on(office, "ana")
        assert await office.words("ana") == ["kestrel"]


async def test_somebody_is_gone_by_the_time_it_is_sent(tmp_path: Path) -> None:
    """Fault 21: Ana's account is deactivated and Ben leaves the people list after their messages
    were queued. Both are cancelled with the reason; Cem's arrives.
    """
    async with slack_office(tmp_path) as office:
        await office.due("ana", "ben", "cem")
        office.slack.fails(OPEN, *["internal_error"] * 50)
        async with office.running() as first:
            await soon(lambda: len(office.slack.called(OPEN)) == 3)
            await first.stopped()
        office.slack.faults.planned.clear()
        office.slack.change(replace(office.user("ana").member, deleted=True))
        await people_are(office.built, [name for name in EVERYBODY if name != "ben"])
        await office.time_passes()
        async with office.running() as second:
            await soon(lambda: office.slack.posts("Cem"))
            await office.all_sent()
            await second.stopped()
        assert [post.user for post in office.slack.posts()] == [account("cem")]
        assert await office.counts() == {
            (SENT, ""): 1,
            (SKIPPED, "deactivated"): 1,
            (SKIPPED, "left"): 1,
        }
