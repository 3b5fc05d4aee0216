"""*Prepare*: everything for one 1:1 on one page, for the manager alone."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.inbound import Inbound
from bot.domain.message import Block, Button, Buttons, Divider, Look, Panel, Reply, Text, Tone
from bot.domain.people import Person
from bot.services import meeting_forms, pair_panel
from bot.services.act import Act
from bot.services.kit import Kit
from bot.services.pair_actions import looking
from bot.services.pairs import pair_with
from bot.services.told import Telling

ACTION = "one_to_one"
STARTERS = 3


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Ways to begin from what this report shared, then what stands between the two.

    The value is the report's id; whoever doesn't report to this person is nobody here.
    """
    pair = pair_with(act.tx, act.person, inbound.value, act.now)
    if pair is None or pair.manager.id != act.person.id:
        return Reply(notice=meeting_forms.say(kit, act)["gone"])
    report = pair.employee
    telling = Telling(
        act.tx, act.vault, kit.words, act.policy, act.person, act.now, how="displayed"
    )
    between = pair_panel.panel(looking(kit, act), pair)
    blocks = (*_beginning(kit, act, telling, report), Divider(), *between.blocks)
    act.tx.read_log.add(telling.readings)
    said = meeting_forms.say(kit, act, name=report.first_name)
    return Reply(Panel(said["with"], blocks, said["close"], (ACTION, str(report.id))))


def _beginning(kit: Kit, act: Act, telling: Telling, report: Person) -> Iterator[Block]:
    said = meeting_forms.say(kit, act, name=report.first_name)
    yield Text(said["starters"], Tone.STRONG)
    yield from telling.starters(report.id, STARTERS)
    yield Text(telling.written_by(), Tone.MUTED)
    change = Button(said["days"], "one_to_one_set", str(report.id), Look.QUIET)
    yield Buttons((change,))
