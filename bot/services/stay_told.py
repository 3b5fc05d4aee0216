"""What a report reads beforehand of a stay interview, where the manager wants them to know."""

from __future__ import annotations

from uuid import UUID

from bot.domain.message import Button, Buttons, Message, Text, Tone
from bot.domain.one_to_one import COMING
from bot.services.meeting_notes import may_see
from bot.services.scene import Composed, Drop, Scene


def stay_told(scene: Scene) -> Composed:
    """Drop where the interview was held, or is not this manager's to hold any more."""
    meeting = scene.tx.meetings.get(UUID(scene.delivery.facts["meeting"]))
    if meeting is None or meeting.employee_id != scene.person.id or meeting.state not in COMING:
        raise Drop("gone")
    manager = scene.manager
    if manager is None or manager.id != meeting.manager_id:
        raise Drop("not_a_manager")
    if not may_see(scene.tx, meeting, manager.id, scene.now):
        raise Drop("not_a_manager")
    said = scene.say("one_to_one", first=manager.first_name, name=manager.first_name)
    agenda = Button(said["told_agenda"], "agenda_open", str(manager.id))
    blocks = (Text(said["told"]), Buttons((agenda,)), Text(said["only_two"], Tone.MUTED))
    return Composed(Message("note", said["told_notified"], blocks))
