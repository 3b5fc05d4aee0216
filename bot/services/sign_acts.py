"""What somebody can do with a note about their own answers.

Nobody else learns of any of it, unless the person adds a topic to the agenda.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.erasure import Erased
from bot.domain.inbound import Inbound
from bot.domain.message import Reply
from bot.services import audience, early_signs, my_data, pair_adding, sign_views
from bot.services.act import Act, split_value
from bot.services.kit import Kit
from bot.services.sign_views import TO_OFF, TO_ON
from bot.services.taken_back import taken_back
from prompts.words import Said


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The note about answers that were given in a form."""
    check_in = act.own_check_in(inbound.value)
    panel = sign_views.panel(kit.words, act, check_in) if check_in else None
    return Reply(panel) if panel else Reply(notice=_say(kit, act)["gone"])


def talk(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The form for the agenda with the manager of this moment. It is empty: words of ours would
    tell whoever reads the topic that it came from such a note.
    """
    manager = audience.current_manager(act.tx, act.person.id, act.now)
    if manager is None or not _is_own(act, inbound.value):
        return Reply(notice=_say(kit, act)["gone"])
    return pair_adding.open_agenda(kit, act, replace(inbound, value=str(manager.id), text=""))


def _is_own(act: Act, value: str) -> bool:
    """False for anything but a question of the person's own check-in: buttons can be forged."""
    check_in_id, key = split_value(value)
    check_in = act.own_check_in(check_in_id)
    return check_in is not None and any(asked.key == key for asked in check_in.questions)


def off(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """No such notes from now on; the one on the screen goes too."""
    _set(act, off=True)
    check_in = act.own_check_in(inbound.value)
    if check_in is not None:
        act.tx.queue.enqueue(early_signs.redraws(act, check_in))
    return Reply(sign_views.switched_off(kit.words, act.person))


def switch(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Under *Your data*, off or on; the button says which, so that a repeat changes nothing."""
    if inbound.value in (TO_OFF, TO_ON):
        _set(act, off=inbound.value == TO_OFF)
    fresh = replace(act, person=act.tx.people.get(act.person.id) or act.person)
    return my_data.show(kit, fresh, inbound)


def _set(act: Act, *, off: bool) -> None:
    """Noted as what people take back is: a restored copy must not switch it on again."""
    if off != (act.person.signs_off_at is not None):
        act.tx.people.set_signs_off(act.person.id, act.now if off else None)
        taken_back(act, Erased.SIGNS_OFF if off else Erased.SIGNS_ON, act.person.id)


def _say(kit: Kit, act: Act) -> Said:
    return kit.words.say("early_sign", act.person.locale, act.person.time_zone)
