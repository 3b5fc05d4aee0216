"""Socket Mode: frames and envelopes of any shape are passed over, and the connection goes on."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.slack_office import slack_office

FRAMES = (
    "",
    "null",
    "[]",
    "7",
    "{",
    "kestrel",
    "{}",
    '{"type":"events_api"}',
    '{"type":"nobody_knows","envelope_id":null,"payload":{}}',
    '{"type":7,"envelope_id":"e","payload":{}}',
    '{"type":"events_api","envelope_id":"e","payload":null}',
    '{"type":"events_api","envelope_id":"e","payload":["kestrel"]}',
    '{"type":"interactive","envelope_id":"e","payload":"kestrel"}',
    json.dumps({"type": "events_api", "envelope_id": "e", "payload": {"type": "event_callback"}}),
    '{"type":"events_api","envelope_id":"e","payload":' + '{"a":' * 500 + "1" + "}" * 501,
)


async def test_frames_of_any_shape_break_nothing(tmp_path: Path) -> None:
    """After each of them an act is heard as before, over the same connection."""
    async with slack_office(tmp_path, socket=True) as office:
        ana, link = office.user("ana"), office.slack.link
        ever = link.ever
        for number, frame in enumerate(FRAMES):
            await link.sends_raw(frame)
            ack = await office.did(await ana.types("help"))
            assert ack.acknowledged, frame
            assert len([t for t in ana.texts if t.startswith("I ask a few")]) == number + 1
        assert link.ever == ever
        assert office.is_clean("kestrel"), office.log.getvalue()


async def test_what_is_no_payload_is_acknowledged_and_passed_over(tmp_path: Path) -> None:
    """Slack would only send it again."""
    async with slack_office(tmp_path, socket=True) as office:
        ana = office.user("ana")
        before = ana.shown
        for kind in ("events_api", "interactive", "slash_commands", "nobody_knows"):
            for payload in ({}, "kestrel", {"type": "block_actions", "actions": [7]}):
                ack = await office.interacts(payload, kind)  # type: ignore[arg-type]  # on purpose
                assert ack.acknowledged, (kind, payload)
        assert ana.shown == before
        assert office.is_clean("kestrel")
