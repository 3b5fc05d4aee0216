"""Hosts: however app.yaml and an address write one, they agree where it is the same."""

from __future__ import annotations

import json
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import ConfigurationError, parse_configuration
from bot.settings.hosts import host_of, parse_host

labels = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=3).map(".".join)
sixes = st.ip_addresses(v=6).map(lambda address: f"[{address}]")
hosts = names | st.ip_addresses(v=4).map(str) | sixes
ports = st.none() | st.integers(1, 65535)


def in_file(host: str) -> str:
    """What app.yaml makes of a host."""
    company = "company: {name: Acme, time_zone: Europe/London}\ncadences: {}\n"
    ai = f"ai: {{provider: Somebody, host: {json.dumps(host)}}}\n"
    return parse_configuration((company + ai).encode()).policy.ai.host


@given(hosts, ports)
def test_one_host_is_written_one_way(host: str, port: int | None) -> None:
    given_ = host if port is None else f"{host}:{port}"
    known = parse_host(given_)
    assert known in (host, given_)
    assert (known == host) is (port in (None, 80, 443))
    assert parse_host(known) == parse_host(given_.upper()) == known
    assert host_of(f"https://{given_}/v1") == host_of(f"https://{given_.upper()}") == known


@given(st.ip_addresses(v=6))
def test_a_long_address_is_shortened(address: IPv6Address) -> None:
    assert parse_host(f"[{address.exploded}]:443") == f"[{address.compressed}]"


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("API.OpenAI.com", "api.openai.com"),
        ("api.openai.com:443", "api.openai.com"),
        (" ollama:11434 ", "ollama:11434"),
        ("my_model:8000", "my_model:8000"),
        ("10.0.0.7:8000", "10.0.0.7:8000"),
        ("[::1]:8000", "[::1]:8000"),
        ("[FD00:0::1]", "[fd00::1]"),
    ],
)
def test_app_yaml_takes_every_usual_way(written: str, host: str) -> None:
    assert in_file(written) == host


@pytest.mark.parametrize(
    "written",
    [
        "https://api.openai.com",
        "api.openai.com/v1",
        "api.openai.com:99999",
        "api.openai.com:many",
        "key@api.openai.com",
        "api.openai.com?x",
        "api.openai.com#x",
        "api openai com",
        "api..openai.com",
        "::1",
        "[::1",
        "[api.openai.com]",
        ":443",
        "bücher.example",
    ],
)
def test_anything_else_is_no_host(written: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is not a host.*such as api\.openai\.com"):
        in_file(written)
