"""Templates, markup and mentions in whatever people and companies write: they stay plain words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.message import Form
from bot.domain.organisation import Configuration
from bot.domain.packs import AudienceKind, Pack, Question, QuestionKind, Wording
from bot.domain.people import Role
from bot.domain.policy import Policy
from bot.services.manage_cadence import apply
from bot.services.people_file import PersonRow
from tests.access.company import eyes_in
from tests.access.eyes import Eyes, LocalEyes, SlackEyes, serving_page
from tests.integration.test_slack_bad_input import marked
from tests.journeys.conftest import SURFACES, prepared
from tests.journeys.given import BERLIN, Someone, check_in, nudge, weekly_summary
from tests.journeys.hr_admins import changes, errors_of
from tests.journeys.world import World

together = pytest.mark.asyncio(loop_scope="module")
SUM, PRODUCT = "{{ 7919 * 104729 }}", "829348951"
REACHES = "{{ self.__class__.__mro__ }}{% for x in range(9) %}loop{% endfor %}{# gone #}"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)> &amp; <!channel> <@UBEN> *b*"
EVIL = f"{SUM} {REACHES} {MARKUP}"
PARTS = (SUM, "{{ self.__class__.__mro__ }}", "{# gone #}")
RUN = (PRODUCT, "looploop", "class 'jinja2", "TemplateReference")
"""What would stand there if one of them were carried out."""


@dataclass(frozen=True)
class Evil(Someone):
    """Somebody whose name on the people list is an attack."""

    def row(self, line: int) -> PersonRow:
        return replace(super().row(line), name=f"{self.name.capitalize()} {SUM} {MARKUP[:60]}")


PEOPLE = (
    Evil("mara"),
    Evil("ana", manager="mara", team=SUM),
    Evil("ines", role=Role.HR_ADMIN),
)
PACK = Pack(
    "evil",
    {"en": f"Pack {SUM}"},
    (
        Question(
            "work",
            QuestionKind.TEXT_AND_RATING,
            AudienceKind.MANAGER,
            {"en": Wording(f"Work? {EVIL}", low=SUM, high=SUM)},
        ),
    ),
)
POLICY = Policy(
    company=f"Fernweh {EVIL}", time_zone=BERLIN, country="DE", weekly_cap=9, help_contact=EVIL
)
CADENCES = (check_in(pack="evil", reminders=0, title=f"Pulse {SUM}"), weekly_summary(), nudge())


@asynccontextmanager
async def lived(folder: Path, platform: str) -> AsyncIterator[Eyes]:
    """Ana answers with an attack; Mara gets it in her summary."""
    surface = SURFACES[platform]()
    world = await World.open(prepared(folder), PEOPLE, (), policy=POLICY, surface=surface)
    try:
        given = Configuration(POLICY, (PACK,), CADENCES)
        await apply(world.built.uow, world.built.kit.calendar, given, author="hr", now=world.now)
        await world.until("2026-03-03 10:05")
        await world.starts("ana")
        form = await world.opens("ana", "open_form")
        await world.submits("ana", form, {"text:work": EVIL, "rating:work": "2"})
        await world.until("2026-03-06 15:05")
        if (eyes := eyes_in(world, surface)) is not None:
            yield eyes
            return
        await world.built.uow.write(lambda tx: tx.organisations.set_demo_now(world.now))
    finally:
        await world.close()
    async with serving_page(world) as eyes:
        yield eyes


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=list(SURFACES))
async def eyes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Eyes]:
    async with lived(tmp_path_factory.mktemp(request.param), request.param) as opened:
        yield opened


@together
async def test_nothing_anybody_wrote_is_carried_out(eyes: Eyes) -> None:
    """Names, teams, a company, a pack's wording, a cadence's title and an answer are shown as they
    were written, to the person, the manager and the HR admin.
    """
    for who in ("ana", "mara", "ines"):
        shown = await eyes.everything(who)
        assert [each for each in RUN if each in shown] == [], who
        assert SUM in shown, who
    for who in ("ana", "mara"):
        shown = await eyes.everything(who)
        assert [each for each in PARTS if each not in shown] == [], who


@together
@pytest.mark.parametrize("eyes", ["local"], indirect=True)
async def test_no_markup_reaches_the_page(eyes: LocalEyes) -> None:
    for who in ("ana", "mara", "ines"):
        pages = [
            await eyes._get(eyes._page(who)),
            await eyes._get(f"{eyes._page(who)}/home"),
            await eyes._post(who, {"press": "my_answers "}),
            await eyes._get("/local"),
        ]
        for page in pages:
            assert "<script>alert" not in page
            assert "<img src=x" not in page
        assert any("&lt;script&gt;alert" in page for page in pages), who


@together
@pytest.mark.parametrize("eyes", ["slack"], indirect=True)
async def test_nobody_is_pinged(eyes: SlackEyes) -> None:
    """In no text in which Slack would look for a mention does one stand."""
    for who in ("ana", "mara", "ines"):
        user = eyes.user(who)
        await user.opens_home()
        await eyes.surface.ears.settled()
        drawn: list[Any] = [m.blocks for m in user.dm if m.is_bots]
        drawn += [{"type": "mrkdwn", "text": m.text} for m in user.dm if m.is_bots]
        drawn.append(user.home.blocks if user.home else [])
        for text in marked(drawn):
            assert not any(each in text for each in ("<!channel", "<@UBEN", "<script")), text


@together
@pytest.mark.parametrize("eyes", ["slack"], indirect=True)
@pytest.mark.parametrize(
    "text",
    [
        "{{ first_name.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ config }}",
        "{% for i in range(10 ** 9) %}x{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{{ first_name | attr('__class__') }}",
        "{{ 9 ** 9 ** 9 }}",
        "{" * 1400,
    ],
)
async def test_an_hr_admins_own_text_reaches_three_words_alone(eyes: SlackEyes, text: str) -> None:
    """Refused in the form, with a reason; what goes out stays what it was."""
    form = await changes(eyes.world, "note", text=text)
    assert isinstance(form, Form)
    assert errors_of(form).get("text")
    revisions = await eyes.world.built.uow.read(lambda tx: tx.cadences.history("note"))
    assert [r.spec.text for r in revisions] == [nudge().text]
