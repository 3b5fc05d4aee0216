"""Real payloads with anything in them changed: harmless, whatever comes, over both ways in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.slack_office import SlackOffice, slack_office
from tests.servers.slack import Message, payloads
from tests.servers.slack.elements import elements

Payload = dict[str, Any]
EXAMPLES = 150
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**18),
    st.text(max_size=8),
    st.sampled_from(["UBEN", "UNOBODY", "home", "modal", "button", "\ud800", "\x00", "9" * 400]),
    st.sampled_from([[], {}, [[]], {"id": 7}, {"id": []}, [None], {"values": {"x": {"x": 1}}}]),
)


def paths(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload."""
    items = found.items() if isinstance(found, dict) else enumerate(found)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*path, key))


def changed(payload: Payload, path: tuple[Any, ...], value: Any, *, gone: bool) -> Payload:
    """A copy with one place changed or taken out."""
    copied = deepcopy(payload)
    where: Any = copied
    for key in path[:-1]:
        where = where[key]
    if gone:
        del where[path[-1]]
    else:
        where[path[-1]] = value
    return copied


async def samples(office: SlackOffice) -> list[tuple[str, Payload]]:
    """One payload of each kind, none of which has been sent."""
    workspace, ana = office.slack.workspace, office.user("ana")
    await office.did(await ana.presses("Start"))
    await office.did(await ana.presses("Answer all in a form"))
    assert ana.modal is not None
    ts = workspace.ticker.next
    message = next(m for m in reversed(ana.dm) if m.buttons)
    skip = next(e for e in elements(message.blocks) if e.label == "Skip this question")
    url = ana._response_url(message.channel, message)
    typed = Message(ana.channel, str(ts()), ana.id, "kestrel")
    edited = Message(ana.channel, str(ts()), ana.id, "heron", edited=str(ts()))
    return [
        ("events_api", payloads.event(workspace, payloads.written(typed))),
        ("events_api", payloads.event(workspace, payloads.changed(edited, typed, str(ts())))),
        (
            "events_api",
            payloads.event(workspace, payloads.opened(ana.member, ana.channel, "home", None, "1")),
        ),
        (
            "interactive",
            payloads.on_message(workspace, ana.member, message, ana._action(skip), url),
        ),
        (
            "interactive",
            payloads.shortcut(workspace, ana.member, "agenda_open", typed, url),
        ),
        ("interactive", payloads.submission(workspace, ana.member, ana.modal)),
        (
            "slash_commands",
            payloads.command(workspace, ana.member, "/touchpoint", "next", ana.channel, url),
        ),
    ]


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
def test_no_changed_payload_does_harm(tmp_path: Path, socket: bool) -> None:
    """Acknowledged or refused, never a 5xx; nothing in the log but codes; and what Ana said is
    nobody's but hers.
    """
    with asyncio.Runner() as runner:
        opening = slack_office(tmp_path, socket=socket)
        office = runner.run(opening.__aenter__())
        try:
            offered = runner.run(samples(office))

            @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
            @given(st.data())
            def harmless(data: st.DataObject) -> None:
                kind, payload = data.draw(st.sampled_from(offered))
                path = data.draw(st.sampled_from(list(paths(payload))))
                sent = changed(payload, path, data.draw(ODD), gone=data.draw(st.booleans()))
                ack = runner.run(office.slack.deliveries.send(kind, sent))
                runner.run(office.surface.ears.settled())
                assert ack.status in (200, 400), path

            harmless()
            runner.run(office.world.settle())
            recorded = runner.run(office.recorded())
            assert not any(said for who, said in recorded.items() if who != "ana")
            assert office.is_clean("kestrel", "heron"), office.log.getvalue()
        finally:
            runner.run(opening.__aexit__(None, None, None))
