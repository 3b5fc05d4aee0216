"""*Your data*: what is kept about a person, to look at, to take along, and to have deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from bot.domain.erasure import Erased, Erasure
from bot.domain.inbound import Inbound
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Link,
    Look,
    Panel,
    Reply,
    Text,
    Tone,
)
from bot.domain.people import Person
from bot.domain.policy import Ai
from bot.domain.ports.unit_of_work import Tx
from bot.services import erase_forms, personal_links, who_reads
from bot.services.act import Act
from bot.services.kit import Kit
from prompts.words import Said, Words

ACTION, COPY, AI = "my_data", "my_data_copy", "my_data_ai"
OFF, ON = "off", "on"


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The panel with everything a person can do about their own data."""
    return Reply(_Panel(kit, act, inbound).panel())


def switch_ai(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Switches AI off or on for the person's own answers; the button says which, so that a repeat
    changes nothing.
    """
    if inbound.value in (OFF, ON):
        set_ai(act.tx, act.person, off=inbound.value == OFF, now=act.now)
    fresh = replace(act, person=act.tx.people.get(act.person.id) or act.person)
    return show(kit, fresh, inbound)


def set_ai(tx: Tx, person: Person, *, off: bool, now: datetime) -> None:
    """now: aware UTC. Switched off again, it keeps the moment at which it first was. Noted as what
    people take back is: a restored copy must not switch it on.
    """
    if off != (person.ai_off_at is not None):
        tx.people.set_ai_off(person.id, now if off else None)
        what = Erased.AI_OFF if off else Erased.AI_ON
        tx.erasures.add([Erasure(uuid4(), person.id, what, person.id, now)])


@dataclass(frozen=True, slots=True)
class AiSwitch:
    """Whether AI reads a person's answers, and the button that changes it (OFF or ON)."""

    text: str
    label: str
    to: str


def ai_switch(words: Words, person: Person, ai: Ai) -> AiSwitch:
    """ai: the one that is set up, if any."""
    given = {"provider": ai.provider, "host": ai.host}
    said = words.say("my_data", person.locale, person.time_zone, **given)
    is_off = person.ai_off_at is not None
    if ai.label:
        text = said["ai_off" if is_off else "ai_on"]
    else:
        text = said["ai_none_off" if is_off else "ai_none"]
    label = said["switch_on" if is_off else "switch_off"]
    return AiSwitch(text, label, ON if is_off else OFF)


def copy(kit: Kit, act: Act, _: Inbound) -> Reply:
    """A link to the person's own page, good for one opening; shown here and kept nowhere."""
    if not kit.web.origin:
        return Reply(_without_link(kit, act))
    return Reply(_with_link(kit, act))


def _say(kit: Kit, act: Act, **facts: object) -> Said:
    person = act.person
    given = {"company": act.policy.company}
    return kit.words.say("my_data", person.locale, person.time_zone, **(given | facts))


def _without_link(kit: Kit, act: Act) -> Panel:
    said = _say(kit, act)
    buttons = (
        Button(said["my_answers"], "my_answers", look=Look.QUIET),
        Button(said["back"], ACTION, look=Look.QUIET),
    )
    return Panel(said["link_title"], (Text(said["no_link"]), Buttons(buttons)), said["close"])


def _with_link(kit: Kit, act: Act) -> Panel:
    made = personal_links.make(act.tx, act.person, act.now)
    said = _say(kit, act, address=kit.web.personal())
    blocks = (
        Text(said["link_text"]),
        Link(said["link"], kit.web.personal(made.secret)),
        Text(said["code_text"], Tone.MUTED),
        Text(made.code, Tone.STRONG),
        Buttons((Button(said["back"], ACTION, look=Look.QUIET),)),
    )
    return Panel(said["link_title"], blocks, said["close"])


class _Panel:
    def __init__(self, kit: Kit, act: Act, inbound: Inbound) -> None:
        self._kit = kit
        self._act = act
        self._installation = inbound.installation_id

    def panel(self) -> Panel:
        said = self._say()
        blocks = (
            Text(said["intro"], Tone.MUTED),
            *self._reading(said),
            *self._copy(said),
            *self._ai(said),
            *self._kept(said),
            *self._erase(said),
        )
        return Panel(said["title"], blocks, said["close"], (ACTION, ""))

    def _say(self, **facts: object) -> Said:
        return _say(self._kit, self._act, **facts)

    def _reading(self, said: Said) -> Iterator[Block]:
        yield Heading(said["reading"])
        yield Text(said["reading_text"])
        reads = who_reads.button(self._kit.words, self._act.person)
        mine = Button(said["my_answers"], "my_answers")
        yield Buttons((replace(reads, look=Look.DEFAULT), mine))

    def _copy(self, said: Said) -> Iterator[Block]:
        yield Divider()
        yield Heading(said["copy"])
        yield Text(said["copy_text"])
        address = self._kit.web.files.get(self._installation)
        if address is None:
            yield Buttons((Button(said["copy_button"], COPY),))
            return
        for kind in ("html", "json"):
            yield Link(said[f"copy_{kind}"], address(self._act.person.id, kind))

    def _ai(self, said: Said) -> Iterator[Block]:
        switch = ai_switch(self._kit.words, self._act.person, self._act.policy.ai)
        yield Divider()
        yield Heading(said["ai"])
        yield Text(switch.text)
        yield Buttons((Button(switch.label, AI, switch.to),))

    def _kept(self, said: Said) -> Iterator[Block]:
        yield Divider()
        yield Heading(said["kept"])
        act = self._act
        yield Text(who_reads.kept_line(self._kit.words, act.tx, act.policy, act.person))

    def _erase(self, said: Said) -> Iterator[Block]:
        yield Divider()
        yield Heading(said["erase"])
        yield Text(said["erase_text"])
        yield Buttons((Button(said["erase_button"], erase_forms.EVERYTHING),))
