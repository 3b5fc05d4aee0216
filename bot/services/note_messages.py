"""Short answers of the bot and an organisation's own nudges."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.cadence import CadenceSpec
from bot.domain.message import Block, Button, Buttons, Look, Message, Text
from bot.services.guide_view import invitation
from bot.services.scene import Composed, Drop, Scene
from prompts.guides import load_guides
from prompts.words import render_nudge

_BUTTONS = {
    "open_my_answers": ("my_answers", "my_answers"),
    "link_made": ("my_data", "my_data"),
    "open_my_data": ("my_data", "my_data"),
    "follow_ups_off": ("my_data", "my_data"),
    "open_who_reads": ("who_reads", "who_reads"),
    "open_pause": ("open_pause", "pause"),
    "help": ("my_answers", "my_answers"),
    "declined": ("start", "start_again"),
    "erased_everything": ("start", "start_again"),
    "not_taking_part": ("start", "start_again"),
    "start_first": ("start", "start"),
    "paused": ("resume", "resume"),
    "paused_rest": ("resume", "resume"),
    "skipped_rest": ("my_answers", "my_answers"),
    "nothing_open": ("my_answers", "my_answers"),
    "open_later": ("open_later", "later"),
    "open_agenda": ("pair", "agenda"),
    "open_promise": ("promise_open", "promise"),
    "open_form": ("open_form", "form"),
    "not_sure": ("open_form", "form"),
    "typed_edited": ("open_form", "change"),
    "typed_deleted": ("open_form", "change"),
    "home_now_slack": ("home_here", "home_here"),
    "home_now_teams": ("home_here", "home_here"),
}


def note(scene: Scene) -> Composed:
    """The words for a code, with the one button that helps there."""
    facts = scene.delivery.facts
    moment = datetime.fromisoformat(facts["moment"]) if "moment" in facts else None
    said = scene.say(
        "note",
        moment=moment,
        first_name=scene.person.first_name,
        help_contact=scene.policy.help_contact,
    )
    text = said[facts["code"]]
    blocks: tuple[Block, ...] = (Text(text),)
    if facts["code"] in _BUTTONS:
        action, label = _BUTTONS[facts["code"]]
        button = Button(said[f"button_{label}"], action, facts.get("check_in", ""), Look.QUIET)
        blocks = (*blocks, Buttons((button,)))
    notified = said["for_you"] if facts["code"] == "help_contact" else text
    return Composed(Message("note", notified, blocks))


def nudge(scene: Scene) -> Composed:
    """The organisation's own text, filled with the few facts it may use, or a guide."""
    facts = scene.delivery.facts
    revision = scene.tx.cadences.revisions([UUID(facts["revision"])]).get(UUID(facts["revision"]))
    if revision is None:
        raise Drop("gone")
    if revision.spec.guide is not None:
        return _guide(scene, revision.spec)
    text = render_nudge(
        revision.spec.text or "",
        scene.person.locale,
        first_name=scene.person.first_name,
        company=scene.policy.company,
        period=facts["period"],
    )
    return Composed(Message("nudge", text, (Text(text),)))


def _guide(scene: Scene, spec: CadenceSpec) -> Composed:
    guide = load_guides().get(spec.guide or "")
    if guide is None:
        raise Drop("gone")
    return Composed(Message("nudge", spec.title, invitation(scene.words, scene.person, guide)))
