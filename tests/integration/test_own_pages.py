"""The pages under /you: who gets in, and that nobody else ever does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.message import Panel
from bot.domain.people import Participation
from bot.services import personal_links
from bot.services.personal_links import Refusal
from tests.integration.own_pages import ORIGIN, OwnPages, own_pages
from tests.journeys.conftest import on_postgres
from tests.journeys.words import words
from tests.servers.postgres import Server

FORGED = "A" * 43
ACTS = ("export.json", "export.html", "ai", "erase", "leave")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[OwnPages]:
    async with own_pages(tmp_path) as opened:
        yield opened


async def test_from_the_chat_to_a_copy_of_everything(pages: OwnPages) -> None:
    """Slack's modal gives a link; it opens Ana's page once; both files hold what Ana said."""
    await pages.world.answers("ana", "quokka words", "numbat words")
    visitor = pages.visitor()
    address, code = await pages.link("ana")
    assert address.startswith(f"{ORIGIN}/you/")
    assert code[4] == "-"
    page = await visitor.opens(address)
    assert "Ana, this page is yours alone" in page.text
    assert "2 answers of yours, in 1 check-in" in page.text
    assert "Mara, your manager, can read what you answer" in page.text
    told = await visitor.post("/you/export.json", {"token": page.token})
    assert (
        told.headers["Content-Disposition"] == 'attachment; filename="touchpoint-2026-03-03.json"'
    )
    collected = json.loads(told.text)
    said = [v["text"] for answer in collected["answers"] for v in answer["versions"]]
    assert said == ["quokka words", "numbat words"]
    assert len(collected["records"]["links"]) == 1
    shown = await visitor.post("/you/export.html", {"token": page.token})
    assert "quokka words" in shown.text
    assert shown.headers["Content-Disposition"].startswith("attachment")


async def test_looking_at_a_link_never_opens_it(pages: OwnPages) -> None:
    """Previews of links fetch them: that names nobody, and uses nothing up."""
    address, code = await pages.link("ana")
    path = address.removeprefix(ORIGIN)
    for method in ("HEAD", "GET", "GET"):
        page = await pages.visitor().get(path, method)
        assert page.status == 200
        assert "Ana" not in page.text
        assert code not in page.text
    found = await pages.world.built.uow.read(lambda tx: tx.links.of_person(pages.world.ids["ana"]))
    assert [link.used_at for link in found] == [None]
    assert "this page is yours alone" in (await pages.visitor().opens(address)).text


async def test_a_link_opens_once(pages: OwnPages) -> None:
    address, code = await pages.link("ana")
    path = address.removeprefix(ORIGIN)
    second = pages.visitor()
    waiting = await second.get(path)
    first = pages.visitor()
    await first.opens(address)
    late = await second.post(path, {"token": waiting.token})
    assert late.status == 410
    assert not await second.is_in()
    assert (await second.get(path)).status == 410
    assert (await second.types(code)).status == 422
    assert await first.is_in()


async def test_a_link_is_good_for_15_minutes(pages: OwnPages) -> None:
    address, code = await pages.link("ana")
    visitor = pages.visitor()
    page = await visitor.get(address.removeprefix(ORIGIN))
    await pages.world.wait(timedelta(minutes=15))
    late = await visitor.post(address.removeprefix(ORIGIN), {"token": page.token})
    assert late.status == 410
    assert (await visitor.types(code)).status == 422
    assert not await visitor.is_in()


async def test_a_newer_link_ends_the_one_before(pages: OwnPages) -> None:
    first, _ = await pages.link("ana")
    second, _ = await pages.link("ana")
    visitor = pages.visitor()
    assert (await visitor.get(first.removeprefix(ORIGIN))).status == 410
    assert "yours alone" in (await visitor.opens(second)).text


@pytest.mark.parametrize("path", [f"/you/{FORGED}", "/you/short", "/you/../you/x", "/you/erase/x"])
async def test_a_forged_address_opens_nothing(pages: OwnPages, path: str) -> None:
    visitor = pages.visitor()
    page = await visitor.get("/you")
    assert (await visitor.get(path)).status in (404, 410)
    assert (await visitor.post(path, {"token": page.token})).status in (404, 405, 410)
    assert not await visitor.is_in()


async def test_the_code_opens_the_page_in_ones_own_browser(pages: OwnPages) -> None:
    """In whatever case and with whatever between its letters, once."""
    _, code = await pages.link("ana")
    visitor = pages.visitor()
    opened = await visitor.types(f" {code.lower().replace('-', ' ')} ")
    assert (opened.status, opened.headers["Location"]) == (303, "/you")
    assert await visitor.is_in()
    again = await pages.visitor().types(code)
    assert again.status == 422
    assert "No data opens with that code" in again.text


async def test_five_wrong_codes_a_minute_and_no_more(pages: OwnPages) -> None:
    """From all browsers together, and a restart forgets nothing. Right ones wait too: else whoever
    guesses would learn which is right."""
    _, code = await pages.link("ana")
    for number in range(5):
        assert (await pages.visitor().types(f"WRNG-{number}222")).status == 422
    slow = await pages.visitor().types(code)
    assert (slow.status, slow.headers["Retry-After"]) == (429, "60")
    await pages.world.restart()
    async with pages.serving():
        assert (await pages.visitor().types(code)).status == 429
        await pages.world.wait(timedelta(seconds=61))
        visitor = pages.visitor()
        assert (await visitor.types(code)).status == 303
        assert await visitor.is_in()


async def test_a_session_ends_by_itself_and_on_leaving(pages: OwnPages) -> None:
    visitor = await pages.enters("ana")
    page = await visitor.get("/you")
    await pages.world.wait(timedelta(minutes=15))
    late = await visitor.post("/you/export.json", {"token": page.token})
    assert (late.status, late.headers["Location"]) == (303, "/you")
    assert "Nobody is in here now" in (await visitor.get("/you")).text
    other = await pages.enters("ben")
    kept = dict(other.cookies)
    left = await other.post("/you/leave", {"token": (await other.get("/you")).token})
    assert left.headers["Location"] == "/you/left"
    other.cookies = kept  # a browser that keeps the cookie all the same
    assert not await other.is_in()


async def test_nobody_acts_in_somebody_elses_session(pages: OwnPages) -> None:
    """Ben's form, sent with Ana's cookie, does nothing; and everybody gets their own data alone."""
    await pages.world.answers("ana", "quokka words", "numbat words")
    await pages.world.answers("ben", "bilby words", "dunnart words")
    ana, ben = await pages.enters("ana"), await pages.enters("ben")
    token = (await ben.get("/you")).token
    for act in ACTS:
        refused = await ana.post(f"/you/{act}", {"token": token, "sure": "yes", "ai": "off"})
        assert refused.status == 403, act
    assert (await pages.world.person("ana")).ai_off_at is None
    assert await pages.world.my_words("ana") == ["numbat words", "quokka words"]
    told = await ben.post("/you/export.json", {"token": token})
    assert "bilby words" in told.text
    assert "quokka words" not in told.text


@pytest.mark.parametrize("token", [None, "", "altered", "é" * 9])
async def test_without_the_pages_own_token_nothing_is_done(
    pages: OwnPages, token: str | None
) -> None:
    visitor = await pages.enters("ana")
    given = {"sure": "yes", "ai": "off"} | ({} if token is None else {"token": token})
    for act in ACTS:
        assert (await visitor.post(f"/you/{act}", given)).status == 403, act
    address, code = await pages.link("ben")
    for path, more in ((address.removeprefix(ORIGIN), {}), ("/you/code", {"code": code})):
        assert (await pages.visitor().post(path, given | more)).status == 403
    assert (await pages.world.person("ana")).ai_off_at is None
    assert "yours alone" in (await pages.visitor().opens(address)).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "", "Sec-Fetch-Site": ""},
        {"Origin": "http://touchpoint.fernweh.example", "Sec-Fetch-Site": ""},
        {"Host": "evil.example"},
        {"Host": "touchpoint.fernweh.example:8443"},
    ],
)
async def test_forms_of_other_sites_and_names_are_refused(
    pages: OwnPages, headers: dict[str, str]
) -> None:
    visitor = await pages.enters("ana")
    given = {"token": (await visitor.get("/you")).token, "sure": "yes", "ai": "off"}
    for act in ACTS:
        assert (await visitor.post(f"/you/{act}", given, **headers)).status == 403, act
    assert await visitor.is_in()
    person = await pages.world.person("ana")
    assert (person.ai_off_at, person.participation) == (None, Participation.STARTED)
    if "Host" in headers:
        assert (await visitor.get("/you", **headers)).status == 403


async def test_a_browser_that_says_its_origin_needs_no_more(pages: OwnPages) -> None:
    """Such as those from before Fetch Metadata."""
    visitor = await pages.enters("ana")
    given = {"token": (await visitor.get("/you")).token, "ai": "off"}
    older = {"Origin": ORIGIN, "Sec-Fetch-Site": ""}
    assert (await visitor.post("/you/ai", given, **older)).status == 303
    assert (await pages.world.person("ana")).ai_off_at is not None


async def test_whoever_leaves_is_out_at_once(pages: OwnPages) -> None:
    """Their open page shows nothing more, and a link that waits opens nothing."""
    visitor = await pages.enters("ana")
    token = (await visitor.get("/you")).token
    address, code = await pages.link("ana")
    await pages.world.leaves("ana")
    assert not await visitor.is_in()
    gone = await visitor.post("/you/export.json", {"token": token})
    assert (gone.status, gone.headers["Location"]) == (303, "/you")
    assert (await pages.visitor().get(address.removeprefix(ORIGIN))).status == 410
    assert (await pages.visitor().types(code)).status == 422


async def test_so_is_whoever_loses_their_account(pages: OwnPages) -> None:
    """Deactivated in Slack, while the people list still has them."""
    visitor = await pages.enters("ana")
    address, _ = await pages.link("ana")
    identity = await pages.world.built.uow.read(
        lambda tx: tx.people.home_identity(pages.world.ids["ana"])
    )
    assert identity is not None
    barred = replace(identity, barred="deactivated")
    await pages.world.built.uow.write(lambda tx: tx.people.update_identities([barred]))
    assert not await visitor.is_in()
    assert (await pages.visitor().get(address.removeprefix(ORIGIN))).status == 410


async def test_every_page_is_kept_from_caches_frames_and_referrers(pages: OwnPages) -> None:
    visitor = pages.visitor()
    address, _ = await pages.link("ana")
    looked = [await visitor.get(path) for path in ("/you", address.removeprefix(ORIGIN), "/you/x")]
    inside = await visitor.opens(address)
    file = await visitor.post("/you/export.html", {"token": inside.token})
    refused = await visitor.post("/you/ai", {"token": "x"})
    for answer in [*looked, inside, file, refused]:
        headers = answer.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "noindex" in headers["X-Robots-Tag"]
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_the_cookies_are_out_of_reach(pages: OwnPages) -> None:
    visitor = pages.visitor()
    address, _ = await pages.link("ana")
    path = address.removeprefix(ORIGIN)
    page = await visitor.get(path)
    opened = await visitor.post(path, {"token": page.token})
    for cookie in (*page.set_cookies, *opened.set_cookies):
        assert cookie.startswith("__Host-touchpoint-"), cookie
        for part in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
            assert part in cookie, cookie
        assert "Domain" not in cookie
    assert any("Max-Age=900" in cookie for cookie in opened.set_cookies)


async def test_the_session_before_is_not_the_one_after(pages: OwnPages) -> None:
    """A cookie put into somebody's browser beforehand opens nothing once they are in."""
    visitor = pages.visitor()
    visitor.cookies["__Host-touchpoint-you"] = visitor.cookies["__Host-touchpoint-form"] = "planted"
    await visitor.opens((await pages.link("ana"))[0])
    assert "planted" not in visitor.cookies.values()
    other = pages.visitor()
    other.cookies["__Host-touchpoint-you"] = "planted"
    assert not await other.is_in()


async def test_nothing_secret_reaches_the_log(pages: OwnPages) -> None:
    """Neither links, codes, cookies and tokens nor names and answers, at the level debug."""
    await pages.world.answers("ana", "quokka words", "numbat words")
    address, code = await pages.link("ana")
    visitor = pages.visitor()
    secrets = [address.rpartition("/")[2], code, code.replace("-", "")]
    await visitor.types("WRNG-2222")
    page = await visitor.opens(address)
    secrets += [page.token, *visitor.cookies.values()]
    await visitor.post("/you/export.json", {"token": page.token})
    await visitor.post("/you/ai", {"token": page.token + "x"})
    await visitor.get(f"/you/{secrets[0]}")
    await visitor.get(f"/you/{secrets[0]}/more?code={code}")
    text = pages.log.getvalue()
    assert "/you/{secret}" in text
    for secret in [*secrets, "WRNG", "quokka", "Ana", "ana@"]:
        assert secret not in text, secret


async def test_only_hashes_are_kept(pages: OwnPages) -> None:
    address, code = await pages.link("ana")
    visitor = pages.visitor()
    await visitor.opens(address)
    held = pages.world.environment.database_file
    assert held is not None
    kept = b"".join(file.read_bytes() for file in held.parent.glob(f"{held.name}*"))
    for secret in (
        address.rpartition("/")[2],
        code,
        code.replace("-", ""),
        *visitor.cookies.values(),
    ):
        assert secret.encode() not in kept


async def test_ai_is_switched_off_and_on_for_oneself(pages: OwnPages) -> None:
    visitor = await pages.enters("ana")
    token = (await visitor.get("/you")).token
    for _ in range(2):
        await visitor.post("/you/ai", {"token": token, "ai": "off"})
    first = (await pages.world.person("ana")).ai_off_at
    assert first == pages.world.now
    assert "none shall read your answers" in (await visitor.get("/you")).text
    await visitor.post("/you/ai", {"token": token, "ai": "nonsense"})
    assert (await pages.world.person("ana")).ai_off_at == first
    await visitor.post("/you/ai", {"token": token, "ai": "on"})
    assert (await pages.world.person("ana")).ai_off_at is None
    assert (await pages.world.person("ben")).ai_off_at is None


async def test_erasing_takes_a_tick_and_ends_the_session(pages: OwnPages) -> None:
    await pages.world.answers("ana", "quokka words", "numbat words")
    visitor = await pages.enters("ana")
    page = await visitor.get("/you")
    unsure = await visitor.post("/you/erase", {"token": page.token})
    assert unsure.status == 422
    assert "Please tick the box first" in unsure.text
    assert await pages.world.my_words("ana") == ["numbat words", "quokka words"]
    done = await visitor.post("/you/erase", {"token": page.token, "sure": "yes"})
    assert (done.status, done.headers["Location"]) == (303, "/you/erased")
    told = (await visitor.get("/you/erased")).text
    assert "It is erased" in told
    assert "is being destroyed" in told, "the key store may be away"
    assert await pages.world.my_words("ana") == []
    assert (await pages.world.person("ana")).participation is Participation.DECLINED
    assert not await visitor.is_in()
    repeat = await visitor.post("/you/erase", {"token": page.token, "sure": "yes"})
    assert (repeat.status, repeat.headers["Location"]) == (303, "/you")


async def test_what_only_takes_forms_leads_back_when_it_is_reloaded(pages: OwnPages) -> None:
    visitor = await pages.enters("ana")
    for act in (*ACTS, "code"):
        answer = await visitor.get(f"/you/{act}")
        assert (answer.status, answer.headers["Location"]) == (303, "/you"), act
    assert await visitor.is_in()


async def test_a_body_that_no_form_has_is_refused(pages: OwnPages) -> None:
    visitor = await pages.enters("ana")
    token = (await visitor.get("/you")).token
    huge = await visitor.post("/you/ai", {"token": token, "ai": "off" * 5000})
    assert huge.status == 413
    assert (await pages.world.person("ana")).ai_off_at is None


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("pg", marks=pytest.mark.postgres)])
async def test_at_the_same_moment_a_link_opens_once_and_each_wrong_code_counts(
    tmp_path: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    """Also where several transactions run side by side."""
    given = None
    if engine == "pg":
        server: Server = request.getfixturevalue("postgres_server")
        given = on_postgres(server, tmp_path)
        request.addfinalizer(lambda: server.drop(given.database_url))
    async with own_pages(tmp_path, environment=given) as pages:
        address, _ = await pages.link("ana")
        secret, kit, now = address.rpartition("/")[2], pages.world.built.kit, pages.world.now
        opened = await asyncio.gather(
            *(personal_links.open_link(kit, secret, now) for _ in range(8))
        )
        assert sum(isinstance(each, str) for each in opened) == 1
        tried = await asyncio.gather(
            *(personal_links.open_code(kit, f"WRNG{number:04}", now) for number in range(20))
        )
        assert tried.count(Refusal.UNKNOWN) == 5
        assert tried.count(Refusal.SLOW) == 15


async def test_while_the_database_is_away_nothing_is_done(
    pages: OwnPages,
) -> None:
    """A page says so, without a trace of the reason."""
    visitor = await pages.enters("ana")
    token = (await visitor.get("/you")).token
    await pages.world.built.uow.close()
    for answer in (
        await visitor.get("/you"),
        await visitor.post("/you/ai", {"token": token, "ai": "off"}),
        await visitor.get(f"/you/{FORGED}"),
    ):
        assert answer.status == 503
        assert "The database can't be reached just now" in answer.text
    await pages.world.restart()
    assert (await pages.world.person("ana")).ai_off_at is None


async def test_without_an_address_slack_says_whom_to_ask(tmp_path: Path) -> None:
    """And there are no such pages."""
    async with own_pages(tmp_path, origin="") as pages:
        reply = await pages.world.act("ana", "my_data_copy", send=False)
        assert isinstance(reply.view, Panel)
        assert "Whoever runs Touchpoint at Fernweh can make you a link" in words(reply.view)
        visitor = pages.visitor()
        visitor.origin = pages.address
        for path in ("/you", f"/you/{FORGED}"):
            assert (await visitor.get(path)).status == 404
