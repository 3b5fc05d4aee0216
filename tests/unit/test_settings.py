"""The environment: defaults, every bad variable named with its remedy, no secret shown."""

import os
from pathlib import Path

import pytest

from bot.settings import ConfigurationError, load_settings, read_environment, unknown_variables
from tests.harness import OURS

APP_YAML = """
company: {name: Fernweh Maps, time_zone: Europe/Berlin}
cadences: {}
"""


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith(OURS)]:
        monkeypatch.delenv(name)


def complaints() -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_environment()
    return str(caught.value)


def test_with_nothing_set_everything_lies_in_one_data_folder() -> None:
    found = read_environment()
    assert found.database_url == "sqlite:///touchpoint-data/touchpoint.db"
    assert found.keys_url == "sqlite:///touchpoint-data/touchpoint-keys.db"
    assert found.master_key is None
    assert found.master_key_file == Path("touchpoint-data/master.key")
    assert (found.data_folder, found.config) == (Path("touchpoint-data"), Path("app.yaml"))
    assert (found.host, found.port) == ("127.0.0.1", 8321)
    assert (found.log_level, found.log_format) == ("info", "console")


def test_keys_and_master_key_follow_a_sqlite_file_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOUCHPOINT_DATABASE_URL", f"sqlite:///{tmp_path}/mine.db")
    found = read_environment()
    assert found.database_file == tmp_path / "mine.db"
    assert found.keys_url == f"sqlite:///{tmp_path}/touchpoint-keys.db"
    assert found.master_key_file == tmp_path / "master.key"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_holds_both_and_no_file_is_assumed(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("TOUCHPOINT_DATABASE_URL", f"{scheme}://tp:hush@db.example/touchpoint")
    found = read_environment()
    assert found.database_url == "postgresql+psycopg://tp:hush@db.example/touchpoint"
    assert found.keys_url == found.database_url
    assert found.master_key_file is None
    assert found.data_folder is None
    assert found.database_file is None


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHPOINT_DATABASE_URL", "postgresql://tp:hush@db.example/touchpoint")
    monkeypatch.setenv("TOUCHPOINT_KEYS_URL", "postgresql://tp:hush@keys.example/touchpoint")
    monkeypatch.setenv("TOUCHPOINT_MASTER_KEY", "hush+hush+hush")
    found = read_environment()
    assert found.master_key == "hush+hush+hush"
    assert "hush" not in repr(found) + found.shown_database_url
    assert "db.example" in found.shown_database_url


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Touchpoint.example.com/", "https://touchpoint.example.com"),
        ("https://touchpoint.example.com:443", "https://touchpoint.example.com"),
        ("https://touchpoint.example.com:8443", "https://touchpoint.example.com:8443"),
        ("http://127.0.0.1:8321", "http://127.0.0.1:8321"),
        ("http://[::1]:8321/", "http://[::1]:8321"),
    ],
)
def test_the_address_of_the_pages_is_kept_as_browsers_name_an_origin(
    monkeypatch: pytest.MonkeyPatch, given: str, origin: str
) -> None:
    monkeypatch.setenv("TOUCHPOINT_WEB_URL", given)
    assert read_environment().web_url == origin


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHPOINT_PORT", "")
    monkeypatch.setenv("TOUCHPOINT_DATABASE_URL", "")
    assert read_environment().port == 8321


def test_case_of_the_log_level_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHPOINT_LOG_LEVEL", "WARNING")
    assert read_environment().log_level == "warning"


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("TOUCHPOINT_PORT", "eighty", "1 to 65535"),
        ("TOUCHPOINT_PORT", "70000", "1 to 65535"),
        ("TOUCHPOINT_HOST", "http://here/", "such as 127.0.0.1"),
        ("TOUCHPOINT_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("TOUCHPOINT_LOG_FORMAT", "xml", "console or json"),
        ("TOUCHPOINT_WEB_URL", "http://touchpoint.example.com", "https://host"),
        ("TOUCHPOINT_WEB_URL", "https://touchpoint.example.com/here", "without a path"),
        ("TOUCHPOINT_WEB_URL", "https://hush:hush@touchpoint.example.com", "https://host"),
        ("TOUCHPOINT_WEB_URL", "https://touch point.example.com", "https://host"),
        ("TOUCHPOINT_WEB_URL", "https://host:port", "https://host"),
        ("TOUCHPOINT_WEB_URL", "touchpoint.example.com", "https://host"),
        ("TOUCHPOINT_DATABASE_URL", "mysql://u:hush@h/db", "sqlite:///folder"),
        ("TOUCHPOINT_DATABASE_URL", "nonsense hush", "sqlite:///folder"),
        ("TOUCHPOINT_DATABASE_URL", "postgresql://u:hush@h:port/db", "sqlite:///folder"),
        ("TOUCHPOINT_DATABASE_URL", "postgresql://u:hush@h", "sqlite:///folder"),
        ("TOUCHPOINT_DATABASE_URL", "sqlite://", "sqlite:///folder"),
        ("TOUCHPOINT_DATABASE_URL", "sqlite:///:memory:", "sqlite:///folder"),
        ("TOUCHPOINT_KEYS_URL", "oracle://u:hush@h/db", "sqlite:///folder"),
        ("TOUCHPOINT_KEYS_URL", "sqlite:///touchpoint-data/touchpoint.db", "backup of their own"),
    ],
)
def test_each_bad_variable_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    monkeypatch.setenv(name, value)
    said = complaints()
    assert said.startswith(f"{name}  ")
    assert remedy in said.split("→")[1]
    assert "hush" not in said


def test_all_bad_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHPOINT_PORT", "x")
    monkeypatch.setenv("TOUCHPOINT_LOG_FORMAT", "x")
    assert len(complaints().splitlines()) == 2


def test_a_misspelt_variable_is_reported_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHPOINT_DATABSE_URL", "postgresql://u:hush@h/db")
    monkeypatch.setenv("TOUCHPOINT_CHROMIUM", "/usr/bin/chromium")
    monkeypatch.setenv("TOUCHPOINT_REQUIRE_ALL", "1")
    monkeypatch.setenv("TOUCHPOINT_PORT", "1234")
    (warning,) = unknown_variables()
    assert warning.field == "TOUCHPOINT_DATABSE_URL"
    assert warning.remedy == "did you mean TOUCHPOINT_DATABASE_URL?"
    assert "hush" not in warning.said("")


def test_so_is_one_of_a_platform_but_not_what_other_tools_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TEAMS_TENNANT_ID", "SLACK_TOKEN", "SLACK_WEBHOOK_URL", "TEAMS_HOOK"):
        monkeypatch.setenv(name, "hush")
    told = {each.field: each.remedy for each in unknown_variables()}
    assert told == {
        "SLACK_TOKEN": "did you mean SLACK_BOT_TOKEN?",
        "TEAMS_TENNANT_ID": "did you mean TEAMS_TENANT_ID?",
    }
    assert not any("hush" in each.said("") for each in unknown_variables())


def test_settings_join_the_environment_and_the_file_it_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ours.yaml").write_text(APP_YAML, encoding="utf-8")
    monkeypatch.setenv("TOUCHPOINT_CONFIG", str(tmp_path / "ours.yaml"))
    found = load_settings()
    assert found.environment.config == tmp_path / "ours.yaml"
    assert found.configuration.policy.company == "Fernweh Maps"


def test_a_configuration_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOUCHPOINT_CONFIG", str(tmp_path / "none.yaml"))
    with pytest.raises(ConfigurationError, match=r"none\.yaml  there is no such file"):
        load_settings()
    monkeypatch.setenv("TOUCHPOINT_CONFIG", str(tmp_path))
    with pytest.raises(ConfigurationError, match="can't be read"):
        load_settings()
