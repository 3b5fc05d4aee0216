"""The harness keeps its own promises: empty databases, a working browser, no network."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Error, Page

from tests import network
from tests.accessibility import accessibility_faults
from tests.harness import ROOT
from tests.servers.postgres import Server

_OUTSIDE = "192.0.2.1"  # reserved for documentation (RFC 5737): answers nobody


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_gets_an_empty_database(database_url: str, time: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
        assert sa.inspect(connection).get_table_names() == [], time
        connection.execute(sa.text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()


def test_a_template_is_prepared_once_and_copied(postgres_server: Server) -> None:
    prepared = []

    def prepare(url: str) -> None:
        prepared.append(url)
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE ready (id INTEGER)")

    names = {postgres_server.template("smoke", prepare) for _ in range(2)}
    url = postgres_server.create(names.pop())
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM ready").fetchone() == (0,)
    postgres_server.drop(url)
    assert len(prepared) == 1
    assert not names


@pytest.fixture
async def page_address() -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        body = "<!doctype html><html><title>Loopback</title><img src='x.png'></html>"
        return web.Response(text=body, content_type="text/html")

    application = web.Application()
    application.router.add_get("/", answer)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


async def test_a_browser_opens_a_page_on_a_phones_width(phone: Page, page_address: str) -> None:
    await phone.goto(page_address)
    assert await phone.title() == "Loopback"
    assert await phone.evaluate("innerWidth") == 390


async def test_the_browser_reaches_nothing_else(desktop: Page) -> None:
    for address in (f"http://{_OUTSIDE}/", "http://example.com/"):
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            await desktop.goto(address)


async def test_the_accessibility_check_finds_faults(desktop: Page, page_address: str) -> None:
    await desktop.goto(page_address)
    faults = await accessibility_faults(desktop)
    assert any(fault.startswith("image-alt") for fault in faults)
    assert any(fault.startswith("html-has-lang") for fault in faults)


@pytest.mark.parametrize("host", [_OUTSIDE, "example.com"])
def test_no_test_connects_to_the_network(host: str) -> None:
    with network.expected() as refused, pytest.raises(network.NetworkRefusedError):
        socket.create_connection((host, 80), timeout=1)
    assert len(refused) == 1


def test_the_vendored_front_end_is_what_npm_publishes(node_modules: Path) -> None:
    published = node_modules / "htmx.org"
    vendored = ROOT / "bot" / "local" / "static"
    pairs = [("dist/htmx.min.js", "htmx.min.js"), ("LICENSE", "htmx-LICENSE.txt")]
    for original, copy in pairs:
        assert (vendored / copy).read_bytes() == (published / original).read_bytes(), "make vendor"
