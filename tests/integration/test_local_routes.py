"""The local page over HTTP on loopback: who may ask, repeats, and friendly refusals."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.people import Participation
from bot.local.guard import MAX_BODY
from bot.local.thread import read_thread
from tests.integration.local_office import Office, local_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with local_office(tmp_path) as opened:
        yield opened


async def test_everybody_can_be_chosen(office: Office) -> None:
    status, page, _ = await office.get("/local")

    assert status == 200
    rows = await office.built.uow.read(lambda tx: tx.people.roster())
    assert len(rows) >= 15
    assert all(row.name in page and f"/local/as/{row.person_id}" in page for row in rows)


async def test_pages_are_private_and_run_their_own_scripts_alone(office: Office) -> None:
    for path in ("/local", office.page, f"{office.page}/home", "/local/as/nobody"):
        _, _, headers = await office.get(path)

        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "[::1", "a@b:1", ""])
async def test_a_foreign_name_is_refused(office: Office, host: str) -> None:
    """A name that was rebound to this machine must not open the page."""
    status, page, _ = await office.get("/local", Host=host)

    assert status == 403
    assert "Who would you like to be" not in page


async def test_every_loopback_name_works(office: Office) -> None:
    port = office.origin.rpartition(":")[2]

    for name in ("localhost", "127.0.0.1", "[::1]", "LOCALHOST"):
        status, _, _ = await office.get("/local", Host=f"{name}:{port}")
        assert status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_other_sites_can_do_nothing(office: Office, headers: dict[str, str]) -> None:
    fields = {"token": "1", "press": "start"}

    status, _, _ = await office.post(f"{office.page}/act", fields, **headers)

    assert status == 403
    assert await office.participation() is Participation.NEW


async def test_a_press_without_scripts_leads_back_to_the_thread(office: Office) -> None:
    status, _, headers = await office.post(f"{office.page}/act", {"token": "1", "press": "start"})

    assert status == 303
    assert headers["Location"] == f"{office.page}#latest"
    assert await office.participation() is Participation.STARTED


async def test_text_sent_again_with_its_token_is_one_message(office: Office) -> None:
    for token in ("first", "first", "second"):
        await office.post(f"{office.page}/act", {"token": token, "text": "help"})

    texts = await office.texts()
    assert texts.count("help") == 2
    assert len(texts) == 4


async def test_one_token_serves_each_button_of_a_form_once(office: Office) -> None:
    """Two buttons drawn together are two acts; either of them pressed twice is one."""
    for press in ("decline", "start", "decline", "start"):
        await office.post(f"{office.page}/act", {"token": "drawn once", "press": press})

    assert await office.participation() is Participation.STARTED


async def test_a_form_opens_in_the_page_and_shows_its_error(office: Office) -> None:
    _, page, _ = await office.post(f"{office.page}/act", {"token": "1", "press": "open_pause"})
    form = re.search(r'name="form" value="([^"]*)"', page)
    field = re.search(r'name="(f\.[^"]+)"', page)
    assert form
    assert field

    fields = {"token": "2", "form": form.group(1), field.group(1): "2020-01-01"}
    _, refused, _ = await office.post(f"{office.page}/act", fields)

    assert "<dialog" in page
    assert 'aria-invalid="true"' in refused
    assert 'role="alert"' in refused


async def test_only_news_are_sent_to_the_page(office: Office) -> None:
    status, _, _ = await office.get(f"{office.page}/thread")
    assert status == 204

    await office.post(f"{office.page}/act", {"token": "1", "text": "help"})
    status, news, _ = await office.get(f"{office.page}/thread")
    have = re.findall(r'name="have" value="([^"]+)"', news)
    assert status == 200
    assert len(have) == 2

    query = "&".join(f"have={part}" for part in have)
    status, _, _ = await office.get(f"{office.page}/thread?{query}")
    assert status == 204


NOBODY = "/local/as/5067d917-18da-4f91-bee1-6682b58a45d4"


@pytest.mark.parametrize(
    "path",
    [
        "/local/as/nobody",
        NOBODY,
        "/local/as/%00",
        "/local/elsewhere",
        f"{NOBODY}/home",
        "/local/static/../guard.py",
    ],
)
async def test_an_unknown_address_is_answered_kindly(office: Office, path: str) -> None:
    status, page, _ = await office.get(path)

    assert status == 404
    assert "There is nothing at this address" in page


async def test_static_files_are_served_and_no_others(office: Office) -> None:
    for name, status in (("page.css", 200), ("htmx.min.js", 200), ("none.css", 404)):
        found, _, headers = await office.get(f"/local/static/{name}")
        assert (found, headers["Cache-Control"]) == (status, "no-cache")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"press": "start"},
        {"token": "x" * 65, "press": "start"},
        {"token": "1"},
        {"token": "", "text": "hello"},
    ],
)
async def test_a_request_that_lacks_something_is_refused(
    office: Office, fields: dict[str, str]
) -> None:
    status, page, _ = await office.post(f"{office.page}/act", fields)

    assert status == 400
    assert "Something was missing" in page
    assert await office.texts() == []


async def test_an_unknown_action_changes_nothing(office: Office) -> None:
    for press in ("no_such_action", "answer not-an-id", "open_form", "summary_details x", ""):
        status, _, _ = await office.post(f"{office.page}/act", {"token": "1", "press": press})
        assert status in {200, 303}

    assert await office.participation() is Participation.NEW


async def test_forty_thousand_letters_are_answered_by_the_bot(office: Office) -> None:
    text = "ש" * 40_000

    status, _, _ = await office.post(f"{office.page}/act", {"token": "1", "text": text})

    assert status == 303
    assert len(await office.texts()) == 2


async def test_a_body_beyond_reason_is_refused(office: Office) -> None:
    fields = {"token": "1", "text": "a" * (MAX_BODY + 1)}

    status, page, _ = await office.post(f"{office.page}/act", fields)

    assert status == 413
    assert "more than one message can hold" in page
    assert await office.texts() == []


async def test_a_file_instead_of_a_text_is_refused(office: Office) -> None:
    boundary = "b"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="text"; filename="x"\r\n'
        f"Content-Type: text/plain\r\n\r\nhi\r\n--{boundary}--\r\n"
    )
    headers = {
        "Origin": office.origin,
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    async with office.client.post(f"{office.page}/act", data=body, headers=headers) as response:
        assert response.status == 400


async def test_storage_that_is_gone_says_not_saved(office: Office) -> None:
    """Both as a page and as the notice that scripts show; never a traceback."""
    await office.built.uow.close()

    for headers in ({}, {"HX-Request": "true"}):
        status, page, _ = await office.post(
            f"{office.page}/act", {"token": "1", "text": "hello"}, **headers
        )
        assert status == 503
        assert "could not be saved" in page
        assert "Traceback" not in page


async def test_the_clock_moves_once_to_a_moment(office: Office) -> None:
    before = office.built.clock.now()
    to = before + timedelta(hours=1)

    for _ in range(3):
        status, _, _ = await office.post("/local/clock", {"to": to.isoformat()})
        assert status == 303

    moved = office.built.clock.now() - before
    assert timedelta(hours=1) <= moved < timedelta(hours=1, minutes=5)
    kept = await office.built.uow.read(lambda tx: tx.organisations.get())
    assert kept is not None
    assert kept.demo_now == to


@pytest.mark.parametrize("to", ["9999-12-31T00:00:00+00:00", "2027-01-01T00:00:00+00:00"])
async def test_the_clock_does_not_leap_years(office: Office, to: str) -> None:
    before = office.built.clock.now()

    status, page, _ = await office.post("/local/clock", {"to": to}, **{"HX-Request": "true"})

    assert status == 200
    assert "not moved" in page
    assert office.built.clock.now() - before < timedelta(minutes=5)


@pytest.mark.parametrize("to", ["", "tomorrow", "2026-03-03", "2026-03-03T10:00:00"])
async def test_a_moment_that_is_none_is_refused(office: Office, to: str) -> None:
    status, _, _ = await office.post("/local/clock", {"to": to})

    assert status == 400


async def test_a_day_on_the_clock_lives_through_what_is_due(office: Office) -> None:
    """A welcome due at ten in the morning is sent at ten, though the clock moves a day at once."""
    for _ in range(2):
        to = office.built.clock.now() + timedelta(days=1)
        await office.post(f"{office.page}/clock", {"to": to.isoformat()})

    thread = await read_thread(office.built.kit, office.ana)
    local = [bubble.sent_at.astimezone(office.ana.zone) for bubble in thread]
    assert [(at.day, at.hour, at.minute) for at in local] == [(3, 10, 0)]


async def test_everything_is_erased_over_the_page(office: Office) -> None:
    """From the button to the form to the end: she takes part no more, nothing is left of her
    thread, what she types then is kept by nobody, and *Start* gives her a new key."""
    await office.post(f"{office.page}/act", {"token": "1", "press": "start"})
    await office.post(f"{office.page}/act", {"token": "2", "text": "help"})
    press = {"token": "3", "press": "erase_everything"}
    _, page, _ = await office.post(f"{office.page}/act", press)
    assert "goes for good" in page
    assert await office.participation() is Participation.STARTED
    form = re.search(r'name="form" value="([^"]*)"', page)
    assert form
    _, page, _ = await office.post(f"{office.page}/act", {"token": "4", "form": form.group(1)})
    assert "the key to it is being destroyed" in page
    assert await office.participation() is Participation.DECLINED
    assert await office.texts() == []
    status, _, _ = await office.post(f"{office.page}/act", {"token": "5", "text": "kestrel"})
    assert status == 303
    assert await office.texts() == []
    status, home, _ = await office.get(f"{office.page}/home")
    assert status == 200
    assert "Start again" in home
    await office.post(f"{office.page}/act", {"token": "6", "press": "start"})
    await office.post(f"{office.page}/act", {"token": "7", "text": "help"})
    assert "help" in await office.texts()
