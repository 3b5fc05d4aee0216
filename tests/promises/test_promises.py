"""The ten promises that docs/privacy.md prints for employees, a test each.

Each is short and goes through the real thing. What lies behind a promise in depth (crashes with
real processes, attacks on figures, every cell of the access matrix) is named where it is proved.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.domain.inbound import InboundKind
from bot.domain.message import Form
from bot.domain.people import Role
from bot.domain.policy import Expectations, Policy
from bot.services.expire import expire
from bot.settings import load_configuration
from tests.harness import ROOT
from tests.integration.own_pages import own_pages
from tests.journeys.ai_office import ANA, BEN, Open, both_share
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.surfaces import Local
from tests.journeys.survey_company import counted, everybodys, question
from tests.journeys.test_expectations import rules
from tests.journeys.words import pressable, quotes, words
from tests.journeys.world import World
from tests.promises.conftest import CADENCES, PEOPLE, Company

SCORES = ("score", "sentiment", "mood", "burnout risk", "attrition", "ranking", "rank ", "flight")
WEEK = "2026-03-06 15:05"


async def shares(world: World, who: str, text: str, rating: str = "4") -> None:
    """Answers the check-in's form: a rating and words for the manager."""
    form = await world.opens(who, "open_form")
    await world.submits(who, form, {"text:clear": text, "rating:clear": rating})


async def test_promise_1_readers_are_named_before_and_never_more_after(company: Company) -> None:
    """Ana reads Mara's name before she answers. A new manager, a former one and an HR admin read
    nothing of it later, whatever their role becomes. (Every cell: tests/access. AI is named as
    Mara is: test_ai_told.py.)
    """
    world = await company()
    await world.starts("ana")
    before = await world.sees("ana")
    assert "Mara, your manager, can read your answers" in before
    assert await world.my_words("ana") == []
    await shares(world, "ana", "kestrel")
    await world.changes(ana="tom")
    world.rows["ben"] = replace(world.rows["ben"], role=Role.HR_ADMIN)
    await world.people_are(*world.rows.values())
    await world.until(WEEK)
    for who in ("tom", "mara", "ben"):
        assert "kestrel" not in await world.can_read(who), who
    assert "4/5\nkestrel" in await world.my_words("ana")


async def test_promise_2_an_acknowledged_answer_survives(company: Company) -> None:
    """The process goes down right after the acknowledgement, with nothing else done.

    (Killed by SIGKILL at every point: tests/integration/test_slack_faults_answers.py.)
    """
    world = await company()
    await world.starts("ana")
    form = await world.opens("ana", "open_form")
    given = {"text:clear": "kestrel", "rating:clear": "4"}
    await world.send(
        "ana", InboundKind.FORM, send=False, action=form.action, value=form.value, fields=given
    )
    await world.restart()
    assert await world.my_words("ana") == ["4/5\nkestrel"]


async def test_promise_3_a_prompt_arrives_once(company: Company) -> None:
    """Every act delivered three times, a restart in between, hours without a process: one welcome
    and one check-in a week. (Killed while Slack answers: test_slack_faults_delivery.py.)
    """
    world = await company()
    world.deliveries = 3
    await world.starts("ana")
    await shares(world, "ana", "kestrel")
    await world.restart()
    await world.down_until("2026-03-10 12:00")
    await world.until("2026-03-10 18:00")
    assert world.prompts("ana") == ["2026-03-03 10:00", "2026-03-10 12:00"]
    came = world.prompts("ben")
    assert len(came) == len(set(came))


async def test_promise_4_no_score_no_ranking_and_silence_is_one_thing(company: Company) -> None:
    """Ben says no, Cem never answers, Dan keeps his words to himself: to Mara they are one line.
    Ana's rating is shown as she gave it.
    """
    world = await company((*PEOPLE, Someone("dan", manager="mara")))
    await world.starts("ana", "dan")
    await world.press("ben", "decline")
    await shares(world, "ana", "kestrel", "2")
    await shares(world, "dan", "heron", "1")
    await world.press_under("dan", "1/5\nheron", "only_me")
    await world.until(WEEK)
    [details] = await world.details("mara")
    assert "Ben, Cem, and Dan: nothing shared this week." in words(details)
    read = (await world.can_read("mara")).lower()
    assert [each for each in SCORES if each in read] == []
    assert "2 of 5" in read or "2/5" in read


async def test_promise_5_every_sentence_about_a_person_leads_to_their_words(
    company: Company,
) -> None:
    """Whoever a summary names can be read behind its button, and what it quotes is theirs."""
    world = await company()
    await world.starts("ana", "ben")
    said = {"ana": "The kestrel plan is late. Who decides?", "ben": "The heron budget is fine."}
    for who, text in said.items():
        await shares(world, who, text)
    await world.until(WEEK)
    [summary] = world.arrived("mara", "summary")
    assert "summary_details" in [action for _, action, _ in pressable(summary.message.blocks)]
    [details] = await world.details("mara")
    verbatim = [quote.text for quote in quotes(details.blocks)]
    assert sorted(verbatim) == sorted(said.values())
    for quote in quotes(summary.message.blocks):
        assert any(quote.text.rstrip("…") in text for text in said.values())
    for who in said:
        assert who.capitalize() in words(details)
    assert "Cem" not in words([b for b in summary.message.blocks if "?" in words(b)])


async def test_promise_6_no_ai_is_called_that_nobody_set_up(company: Company) -> None:
    """As it is delivered no AI is connected or named, and a summary says so. (Which answers one may
    get: test_ai_told.py. That no test reaches for the network at all: tests/network.py.)
    """
    assert load_configuration(ROOT / "app.yaml").policy.ai.label == ""
    world = await company()
    assert (world.built.kit.ai, world.built.kit.chooser) == (None, None)
    await world.starts("ana")
    await shares(world, "ana", "kestrel")
    await world.until(WEEK)
    assert "without AI" in world.arrived("mara", "summary")[-1].words


async def test_promise_6_no_ai_call_mixes_two_people_or_names_one(opened: Open) -> None:
    """Where one is connected. (In depth: test_masking.py, test_writers.py.)"""
    office = await both_share(opened)
    said = await office.friday()
    assert "Ana tests the importer with Copilot." in said
    assert len(office.server.asked) == 2
    for asked in office.server.asked:
        assert (ANA[0] in asked.text) != (BEN[0] in asked.text)
        assert not [name for name in ("Ana", "Ben", "Mara") if name in str(asked.body)]
        assert asked.body["store"] is False


async def test_promise_7_without_ai_the_summary_is_on_time(company: Company) -> None:
    world = await company()
    await world.starts("ana")
    await shares(world, "ana", "kestrel")
    await world.until("2026-03-06 18:00")
    assert world.walls("mara", "summary") == ["2026-03-06 15:00"]
    assert "kestrel" in await world.can_read("mara")


async def test_promise_8_small_groups_are_hidden(company: Company) -> None:
    """Four of Max's six people answer: neither he nor HR is shown a figure of his people, and Mia's
    is shown, as taking hers from everybody's leaves more than five. (Attacks on any figures:
    tests/unit/test_group_attacks.py.)
    """
    given = everybodys()
    for name in ("x1", "x2"):
        del given[name]
    world = await counted(partial(company, surface=Local()), given)
    for who in ("max", "ines"):
        hidden = (await question(world, who, "clear", "max")).figure
        assert hidden is None or hidden.rolled_up, who
    shown = (await question(world, "mia", "clear")).figure
    assert shown is not None
    assert not shown.rolled_up
    assert sum(shown.shares.values()) in range(98, 103)


async def test_promise_8_questions_without_names_come_ten_at_a_time(company: Company) -> None:
    """Of nine nothing is shown, not even how many; ten are."""
    staff = [Someone(f"p{n}", "lea") for n in range(10)]
    given = Expectations("Check it.", "", "lea@fernweh.example")
    world = await company((Someone("lea"), *staff), policy=rules(given))
    for someone in staff:
        await world.act(someone.name, "start", send=False)
    await world.settle()
    changed = Expectations("Check what it gives you.", "", "lea@fernweh.example")
    await world.configure(CADENCES, rules(changed))
    await world.wait()
    for number, someone in enumerate(staff):
        shown = [action for _, action, _ in pressable(await world.home("lea"))]
        assert ("expectations_read" in shown) is False, number
        form = await world.opens(someone.name, "expectations_ask")
        await world.submits(someone.name, form, {"text": f"kestrel {number}"})
    reply = await world.press("lea", "expectations_read")
    assert words(reply.view).count("kestrel") == 10
    assert not any(someone.name.capitalize() in words(reply.view) for someone in staff)


async def test_promise_9_everything_can_be_taken_along_and_erased(tmp_path: Path) -> None:
    """Ana gets a link in Slack, takes a copy, and erases everything: her key is gone, Mara's
    summary no longer shows her, and *Start* works again.
    """
    async with own_pages(tmp_path) as pages:
        world = pages.world
        await world.answers("ana", "quokka words", "numbat words")
        await world.until(WEEK)
        assert "quokka" in await world.can_read("mara")
        visitor = pages.visitor()
        page = await visitor.opens((await pages.link("ana"))[0])
        copied = await visitor.post("/you/export.json", {"token": page.token})
        assert "quokka words" in copied.text
        asked = await world.act("ana", "erase_everything", send=False)
        assert isinstance(asked.view, Form)
        await world.submits("ana", asked.view, {})
        await world.wait(timedelta(minutes=3))
        assert "quokka" not in await world.can_read("mara")
        assert await world.kept_versions("ana") == []
        vault = await world.built.kit.keys.vault([world.ids["ana"]])
        assert not vault.knows(world.ids["ana"])
        await world.press("ana", "start")
        assert (await world.person("ana")).participation.value == "started"


async def test_promise_9_answers_expire_on_schedule(company: Company) -> None:
    """Fifteen days after the check-in closed nothing of it is left, where fourteen are set."""
    policy = Policy(
        company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9, retention_days=14
    )
    spec = check_in(pack="kinds", reminders=0, weeks=50)
    world = await company(cadences=(spec, weekly_summary()), policy=policy)
    await world.starts("ana")
    await shares(world, "ana", "kestrel")
    await world.until("2026-03-20 12:00")
    assert await world.kept_versions("ana")
    await world.until("2026-03-26 12:00")
    await expire(world.built.kit, world.now)
    assert await world.kept_versions("ana") == []
    assert await world.my_words("ana") == []
    assert "kestrel" not in str(await world.details("mara"))


async def test_promise_10_every_reading_is_told(company: Company) -> None:
    """By delivery and by display, with the day; and that of a form no message is left."""
    world = await company()
    await world.starts("ana")
    await shares(world, "ana", "kestrel")
    surface = world.surface
    assert isinstance(surface, OnSlack)
    assert "kestrel" not in str([message.blocks for message in surface.user("ana").dm])
    assert "got it" not in words(await world.my_answers("ana"))
    await world.until(WEEK)
    told = words(await world.my_answers("ana"))
    assert "Mara got it in a summary on" in told
    assert "opened it" not in told
    await world.details("mara")
    assert "Mara opened it in the details on" in words(await world.my_answers("ana"))
