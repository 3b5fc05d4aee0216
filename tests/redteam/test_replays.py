"""Requests that were overheard: sent again as they were, later, altered, or by somebody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.integration.slack_office import SlackOffice, slack_office
from tests.servers.slack import Ack
from tests.servers.slack.http_mode import encoded, signature

together = pytest.mark.asyncio(loop_scope="module")
LATER = timedelta(minutes=6)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackOffice]:
    """One company for all of this file; each test is about somebody else's requests."""
    async with slack_office(tmp_path_factory.mktemp("replays")) as opened:
        yield opened


class Overheard:
    """The bytes of one request, with the signature and the time that it came with."""

    def __init__(self, office: SlackOffice, ack: Ack) -> None:
        self.office = office
        self.body, self.kind = encoded(ack.delivery)
        self.timestamp = str(int(office.world.now.timestamp()))
        self.signature = signature(office.slack.signing_secret, self.timestamp, self.body)

    async def again(self, body: bytes | None = None, *, timestamp: str = "") -> int:
        """Sends it with its old signature; the status, once all that it causes has happened."""
        ack = await self.office.slack.http.post(
            self.body if body is None else body,
            self.kind,
            timestamp=timestamp or self.timestamp,
            headers={"X-Slack-Signature": self.signature},
        )
        return (await self.office.did(ack)).status


@together
async def test_what_was_taken_back_stays_gone(office: SlackOffice) -> None:
    """Ana's words, her *Undo*, and her words again, byte for byte: nothing comes back."""
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    said = Overheard(office, await office.did(await ana.types("kestrel")))
    await office.world.wait()
    assert (await office.recorded())["ana"] == ["kestrel"]
    await office.did(await ana.presses("Undo"))
    for _ in range(3):
        assert await said.again() == 200
    assert (await office.recorded())["ana"] == []
    assert not await office.world.kept_versions("ana")


@together
async def test_what_was_kept_to_oneself_stays_so(office: SlackOffice) -> None:
    """The form that shared it is sent again after *Only for me*: it is shared with nobody."""
    ben = office.user("ben")
    await office.did(await ben.presses("Start"))
    await office.did(await ben.presses("Answer all in a form"))
    sent = Overheard(office, await office.did(await ben.submits({"How is work?": "heron"})))
    await office.world.press_under("ben", "heron", "only_me")
    for _ in range(3):
        assert await sent.again() == 200
    assert (await office.recorded())["ben"] == ["heron"]
    [quote] = await office.world.my_quotes("ben")
    assert quote.text == "heron"
    assert "Only you can read it" in str((await office.world.my_answers("ben")).blocks)


@together
async def test_no_stays_no(office: SlackOffice) -> None:
    """*Start*, then *Not for me*, then that *Start* once more."""
    mara = office.user("mara")
    start = Overheard(office, await office.did(await mara.presses("Start")))
    await office.runs(mara, "stop")
    before = (await office.world.person("mara")).participation
    assert before.value == "declined"
    assert await start.again() == 200
    assert (await office.world.person("mara")).participation is before


@together
async def test_altered_or_late_it_is_refused(office: SlackOffice) -> None:
    """Every single byte is signed, and so is the time; minutes later it is worth nothing."""
    helena = office.user("helena")
    said = Overheard(office, await office.did(await helena.types("plover")))
    for place in (0, len(said.body) // 2, len(said.body) - 1):
        altered = bytearray(said.body)
        altered[place] ^= 1
        assert await said.again(bytes(altered)) == 401
    assert await said.again(said.body + b" ") == 401
    assert await said.again(timestamp=str(int(said.timestamp) + 1)) == 401
    told = list(helena.texts)
    office.world.clock.set(office.world.now + LATER)
    assert await said.again() == 401
    assert helena.texts == told
