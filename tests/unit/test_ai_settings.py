"""TOUCHPOINT_AI_* variables: each bad one named with its remedy, and no key shown."""

from __future__ import annotations

import os

import pytest

from bot.settings import ConfigurationError, read_environment, unknown_variables
from bot.settings.ai import OPENAI_URL, AiSettings
from tests.harness import OURS


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith(OURS)]:
        monkeypatch.delenv(name)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A model at OpenAI."""
    monkeypatch.setenv("TOUCHPOINT_AI_MODEL", "gpt-5-mini")
    monkeypatch.setenv("TOUCHPOINT_AI_KEY", "sk-hush")
    return monkeypatch


def read() -> AiSettings:
    found = read_environment().ai
    assert found is not None
    return found


def complaints() -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_environment()
    said = str(caught.value)
    assert "hush" not in said
    return said


def test_without_a_model_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_environment().ai is None
    monkeypatch.setenv("TOUCHPOINT_AI_KEY", "sk-hush")
    monkeypatch.setenv("TOUCHPOINT_AI_URL", "https://example.com/v1")
    monkeypatch.setenv("TOUCHPOINT_AI_MODEL", " ")
    assert read_environment().ai is None


@pytest.mark.usefixtures("given")
def test_a_name_and_a_key_are_enough_for_openai() -> None:
    assert read() == AiSettings(OPENAI_URL, "gpt-5-mini", "sk-hush")
    assert read().host == "api.openai.com"
    assert "hush" not in repr(read()) + repr(read_environment())


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.openai.com:443/v1/", "api.openai.com"),
        ("https://acme.openai.azure.com/openai/v1/", "acme.openai.azure.com"),
        ("https://models.example.com:8443/v1", "models.example.com:8443"),
        ("http://127.0.0.1:11434/v1", "127.0.0.1:11434"),
        ("http://localhost/v1", "localhost"),
        ("http://ollama:11434/v1", "ollama:11434"),
        ("http://10.1.2.3:8000/v1", "10.1.2.3:8000"),
        ("http://192.168.0.9:80/v1", "192.168.0.9"),
        ("http://[fd00::1]:8000/v1", "[fd00::1]:8000"),
    ],
)
def test_the_host_is_as_app_yaml_names_it(given: pytest.MonkeyPatch, url: str, host: str) -> None:
    given.setenv("TOUCHPOINT_AI_URL", url)
    assert (read().host, read().url) == (host, url.rstrip("/"))


def test_all_else_may_be_set(given: pytest.MonkeyPatch) -> None:
    given.setenv("TOUCHPOINT_AI_API_VERSION", "2024-10-21")
    given.setenv("TOUCHPOINT_AI_AT_ONCE", "2")
    given.setenv("TOUCHPOINT_AI_EFFORT", "low")
    found = read()
    assert (found.api_version, found.at_once, found.effort) == ("2024-10-21", 2, "low")


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("URL", "http://api.openai.com/v1", "plain http only on this machine"),
        ("URL", "http://8.8.8.8/v1", "plain http only on this machine"),
        ("URL", "http://0.0.0.0:11434/v1", "plain http only on this machine"),
        ("URL", "ftp://ollama/v1", "such as https://api.openai.com/v1"),
        ("URL", "api.openai.com", "such as https://api.openai.com/v1"),
        ("URL", "https://u:hush@example.com/v1", "such as https://api.openai.com/v1"),
        ("URL", "https://example.com/v1?key=hush", "such as https://api.openai.com/v1"),
        ("URL", "https://example.com:port/v1", "such as https://api.openai.com/v1"),
        ("URL", "https://[::1", "such as https://api.openai.com/v1"),
        ("KEY", "sk-hush\nX-Other: 1", "in one line"),
        ("KEY", "sk-hush\N{HORIZONTAL ELLIPSIS}", "plain ASCII"),
        ("MODEL", "gpt 5", "such as gpt-5-mini"),
        ("MODEL", "x" * 121, "such as gpt-5-mini"),
        ("API_VERSION", "2024/10", "such as 2024-10-21"),
        ("AT_ONCE", "0", "from 1 to 64"),
        ("AT_ONCE", "many", "from 1 to 64"),
        ("EFFORT", "lots", "none, minimal, low, medium, high"),
    ],
)
def test_each_bad_variable_is_named_with_its_remedy(
    given: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    given.setenv(f"TOUCHPOINT_AI_{name}", value)
    (line,) = complaints().splitlines()
    assert line.startswith(f"TOUCHPOINT_AI_{name}  ")
    assert remedy in line.split("→")[1]


def test_a_misspelt_one_is_reported_with_the_nearest(given: pytest.MonkeyPatch) -> None:
    given.setenv("TOUCHPOINT_AI_MODELL", "gpt-5-mini")
    (warning,) = unknown_variables()
    assert warning.remedy == "did you mean TOUCHPOINT_AI_MODEL?"
