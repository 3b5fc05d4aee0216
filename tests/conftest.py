"""Fixtures for every test: databases of its own, a browser, and no network."""

import gc
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.async_api import Browser, Page

from tests import harness, network
from tests.servers import browser, node, postgres

_NEEDS = {"postgres_server": "postgres", "chromium": "browser"}

# A busy machine must not fail a property: only what is found counts, never how long it took.
settings.register_profile("touchpoint", deadline=None, derandomize=True)
settings.load_profile("touchpoint")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Open the run where it starts; keep every process of it off the network."""
    if not _is_worker(config):
        harness.open_run()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: tidily
    network.guard()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind: neither servers nor their files."""
    if not _is_worker(config):
        postgres.stop()
        harness.close_run()


_ON_POSTGRESQL = frozenset(
    {
        "test_delivery_changes",
        "test_delivery_crashes",
        "test_delivery_faults",
        "test_delivery_together",
        "test_meet",
        "test_memberships",
        "test_move_home",
        "test_preview",
        "test_reach",
        "test_slack_changes",
        "test_slack_delivery",
        "test_slack_refusals",
        "test_sync_people",
    }
)
"""Tests of services, which run on SQLite as well; those of the stores always run on both."""

_SLOW_ON_POSTGRESQL = frozenset(
    {
        "test_a_manager_gets_what_visibility_permits_no_more_and_no_less",
        "test_from_nothing_to_a_changed_cadence",
        "test_keys_that_the_master_key_does_not_open_leave_everything_as_it_was",
        "test_killed_at_any_step_a_restore_leaves_the_old_or_the_new_and_can_be_repeated",
        "test_killed_at_any_step_every_row_is_readable_and_a_second_run_finishes",
    }
)
"""The same of single tests: whole commands, killed at each of many steps."""

_SEEN_ON_A_PHONE = frozenset({"answering", "administering", "at_home", "reading_a_summary"})


_SHOWN_ELSEWHERE = frozenset(
    {
        "test_a_message_of_unknown_fate_outlives_a_refused_token",
        "test_check_compares_the_key_store_with_the_master_key",
        "test_more_people_than_a_statement_can_bind",
        "test_more_people_than_one_statement_can_bind",
        "test_a_demo_is_not_for_real_people",
        "test_a_desktop_shuts_nobody_out",
        "test_a_trend_begins_with_the_second_survey",
        "test_it_doesnt_wait_for_ever_for_whoever_puts_it_off",
        "test_it_makes_no_odds_how_many_are_opened_at_a_time",
        "test_it_waits_for_other_time_zones",
        "test_it_waits_for_whoever_put_it_off",
        "test_processes_of_their_own_do_the_same",
        "test_sigterm_under_load",
        "test_status_and_previews_name_no_person_who_answered",
        "test_the_same_behind_a_slash",
        "test_thousands_are_queued_and_claimed_whole",
        "test_weeks_of_surveys_tell_of_groups_alone",
        "test_whatever_people_do",
    }
)
"""What takes long, and whose matter a quicker test covers for every change."""


def _is_deep(item: pytest.Item) -> bool:
    """What runs once more, in another place than the one it runs in for every change.

    Journeys: in Slack, in Teams and on PostgreSQL. The contract: in Slack over HTTP, as Socket Mode
    stands for it; Slack's own tests: over Socket Mode, as HTTP does. Access and attacks: on the
    local page, which is for demos. Services: on PostgreSQL. Accessible pages: those used less.
    """
    name = getattr(getattr(item, "callspec", None), "id", "")
    variant, where, file = set(name.split("-")), set(item.path.parts), item.path.stem
    test = getattr(item, "originalname", "") or ""
    rules = (
        "journeys" in where and variant & {"slack", "teams", "postgresql"},
        "contract" in where and "slack-http" in name,
        file.startswith("test_slack_") and "integration" in where and "socket" in variant,
        where & {"access", "redteam"} and "local" in variant,
        file in _ON_POSTGRESQL and "postgresql" in variant,
        test in _SLOW_ON_POSTGRESQL and "postgresql" in variant,
        "a_phone_shows_it_whole" in test and not variant & _SEEN_ON_A_PHONE,
        file == "test_result_surfaces",
        test in _SHOWN_ELSEWHERE,
    )
    return any(rules)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL or a browser, so that `-m "not browser"` is never wrong; and what
    is deep.
    """
    for item in items:
        if _is_deep(item):
            item.add_marker("deep")
        for fixture, marker in _NEEDS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays to the end: thousands of modules and of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last, and in red, what this machine could not test."""
    skipped = harness.loud_skips(terminalreporter.stats.get("skipped", []))
    for reason, times in skipped.items():
        terminalreporter.write_line(f"NOT TESTED ({times}): {reason}", red=True, bold=True)


@pytest.fixture(autouse=True)
def _offline() -> Iterator[None]:
    network.drain()
    yield
    refused = network.drain()
    assert not refused, f"the test reached for the network: {refused}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'touchpoint.db'}"


@pytest.fixture(scope="session")
def postgres_server() -> postgres.Server:
    """The run's PostgreSQL, for tests that prepare a template of their own."""
    return harness.require(postgres.server)


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database that is this test's alone."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: the test runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{str(request.param).removesuffix('ql')}_url"))


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of the npm packages that package-lock.json pins."""
    return harness.require(node.modules)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that runs."""
    return harness.require(browser.chromium)


@pytest.fixture
async def chromium_browser(chromium: str) -> AsyncIterator[Browser]:
    """A Chromium for this test alone, on the test's own event loop; it takes about a second."""
    async with browser.launched(chromium) as launched:
        yield launched


@pytest.fixture
async def phone(chromium_browser: Browser) -> AsyncIterator[Page]:
    """A page as wide as a phone."""
    async with browser.opened(chromium_browser, browser.PHONE) as page:
        yield page


@pytest.fixture
async def desktop(chromium_browser: Browser) -> AsyncIterator[Page]:
    """A page as wide as a laptop's."""
    async with browser.opened(chromium_browser, browser.DESKTOP) as page:
        yield page
