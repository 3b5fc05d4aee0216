"""Fields that no form has: whatever somebody adds to a request, only what was offered counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.message import Form
from bot.domain.ports.unit_of_work import Tx
from storage.engine import open_engine
from storage.tables.conversation import AnswerAudienceRow, AnswerReaderRow
from tests.integration.slack_office import SlackOffice, slack_office
from tests.servers.slack import payloads

together = pytest.mark.asyncio(loop_scope="module")
EVERYTHING = {
    "audience": "manager",
    "audience:work": "self",
    "audience_kind": "everyone",
    "readers": "helena",
    "counted": "true",
    "person_id": "helena",
    "organisation_id": "1",
    "role": "hr_admin",
    "state": "done",
    "closes_at": "2027-01-01",
    "retention_days": "1",
    "group_minimum": "1",
    "comment_minimum": "1",
    "confirmed_impact_assessment": "yes",
    "confirmed_works_council": "yes",
    "text:nobody_asks": "heron",
    "text:work.person_id": "helena",
    "__class__": "x",
}
"""Whatever would matter if it were taken over."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackOffice]:
    async with slack_office(tmp_path_factory.mktemp("extra")) as opened:
        yield opened


async def submits(office: SlackOffice, who: str, extra: dict[str, str]) -> int:
    """Sends the form on top of the screen as Slack would, with more fields than it has."""
    user = office.user(who)
    assert user.modal is not None
    sent = payloads.submission(office.slack.workspace, user.member, user.modal)
    values = sent["view"]["state"]["values"]
    for name, text in extra.items():
        values[f"field.{name}"] = {f"field.{name}": {"type": "plain_text_input", "value": text}}
    sent = dict(extra) | sent
    sent["view"] = dict(extra) | sent["view"]
    return (await office.interacts(sent)).status


def audiences(office: SlackOffice) -> list[tuple[str, object, bool]]:
    """Kind, reader and whether it is counted, of every answer there is."""
    audience, reader = AnswerAudienceRow.__table__, AnswerReaderRow.__table__
    query = select(audience.c.kind, reader.c.person_id, audience.c.counted).outerjoin_from(
        audience, reader, reader.c.audience_id == audience.c.id
    )
    engine = open_engine(office.world.environment.database_url)
    try:
        with engine.connect() as connection:
            return [
                (kind, person, bool(counted)) for kind, person, counted in connection.execute(query)
            ]
    finally:
        engine.dispose()


@together
async def test_an_answer_goes_to_whom_was_shown(office: SlackOffice) -> None:
    """Two texts for Ana's own manager, whatever else the form says."""
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    await office.did(await ana.presses("Answer all in a form"))
    await ana.fills("How is work?", "kestrel")
    before = await office.world.person("ana")
    assert await submits(office, "ana", EVERYTHING) == 200
    await office.world.wait()
    assert (await office.recorded())["ana"] == ["kestrel"]
    assert (await office.recorded())["helena"] == []
    assert audiences(office) == [("manager", office.world.ids["mara"], False)]
    assert await office.world.person("ana") == before


@together
async def test_settings_are_not_set_by_the_way(office: SlackOffice) -> None:
    """An HR admin's form for a cadence changes that cadence alone, and nobody's role."""

    def read(tx: Tx) -> object:
        return tx.organisations.policy(), tx.people.roster()

    before = await office.world.built.uow.read(read)
    reply = await office.world.act("helena", "admin_change", "pulse")
    assert isinstance(reply.view, Form)
    own = {"audience"}  # the form does have that one
    more = {n: text for n, text in EVERYTHING.items() if ":" not in n and n not in own}
    review = await office.world.submits("helena", reply.view, more | {"at": "11:30"})
    assert isinstance(review.view, Form), review
    await office.world.submits("helena", review.view, more)
    assert await office.world.built.uow.read(read) == before
    revisions = await office.world.built.uow.read(lambda tx: tx.cadences.history("pulse"))
    first, last = revisions[0].spec, revisions[-1].spec
    assert last != first
    recurrence = replace(first.recurrence, at=last.recurrence.at)
    assert last == replace(first, recurrence=recurrence)


@together
async def test_an_event_says_no_more_than_who_typed_what(office: SlackOffice) -> None:
    """Names of our own fields in Slack's event are nothing."""
    ben = office.user("ben")
    await office.did(await ben.presses("Start"))
    ours = {"person_id": "x", "external_id": "UANA", "action": "decline", "kind": "press"}
    await office.did(await ben.types("plover", **ours, fields={"text:work": "heron"}))
    await office.world.wait()
    recorded = await office.recorded()
    assert (recorded["ben"], recorded["ana"]) == (["plover"], ["kestrel"])
