"""What a service answers at once, put in the place of the card that was pressed.

Nothing of it is a message, so that panels and forms leave no trace in the chat; all of it is
harmless if lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import (
    Block,
    ChoiceInput,
    DateInput,
    Form,
    Panel,
    Reply,
    TextInput,
    TimeInput,
    View,
)
from bot.domain.people import Person
from bot.domain.ports.clock import Clock
from bot.services.home import home
from bot.services.kit import Kit
from bot.services.move_home import ACTION as HOME_HERE
from bot.services.move_home import elsewhere_for
from bot.services.showing import showing
from bot.teams import surfaces
from bot.teams.values import NOTHING, Frame, Opened, Pressed

Card = dict[str, Any]
CarryOut = Callable[[Inbound], Awaitable[Reply]]
HOME = "home"
_FIELDS = (TextInput, ChoiceInput, DateInput, TimeInput)


@dataclass(frozen=True, slots=True)
class Acted:
    """One act on a card: by whom, which, and as what it is carried out. `ref` names the message
    that the card stands in.
    """

    person: Person
    pressed: Pressed
    inbound: Inbound
    ref: str


class Screen:
    """Draws what takes a card's place."""

    def __init__(self, kit: Kit, clock: Clock) -> None:
        self._kit = kit
        self._clock = clock

    async def after(self, acted: Acted, reply: Reply, carry_out: CarryOut) -> Card:
        """The card after a press or a sent form."""
        if reply.view is not None:
            return surfaces.view(reply.view, _frame(acted, reply.view))
        below = _under(acted)
        if reply.notice and not reply.confirms:
            frame = replace(acted.pressed.frame, opened=_opened(acted), below=below)
            return self.notice(acted.person, reply.notice, frame)
        if below != NOTHING:
            return await self._again(acted, below, carry_out)
        return await self.root(acted, carry_out)

    async def back(self, acted: Acted, carry_out: CarryOut) -> Card:
        """What lies below: the form that a panel covers, with what was typed there; the panel that
        a form was opened from; the message itself; or, below what a command opened, its card.
        """
        frame = acted.pressed.frame
        if frame.below != NOTHING:
            return await self._again(acted, frame.below, carry_out)
        if frame.command and frame.opened == NOTHING:
            return self.stub(acted.person, frame.command)
        return await self.root(acted, carry_out)

    async def root(self, acted: Acted, carry_out: CarryOut) -> Card:
        """The message as it is now, or what its command opens."""
        words = acted.pressed.frame.command
        if words:
            return await self.run(acted, words, carry_out)
        message = await showing(self._kit, acted.person.id, acted.ref, self._clock.now())
        if message is None:
            return await self._of_no_message(acted)
        return surfaces.message(message).card

    async def _of_no_message(self, acted: Acted) -> Card:
        """A card that was said at once, or whose message has gone."""
        source, person = acted.inbound, acted.person
        line = await elsewhere_for(self._kit, source.installation_id, source.external_id)
        if line is not None:
            return surfaces.message(line).card
        came = acted.pressed.action == HOME_HERE
        locale, zone = person.locale, person.time_zone
        said = self._kit.words.say("elsewhere", locale, zone) if came else self._say(person)
        return self.notice(person, said["here" if came else "moved_on"], Frame(), back="")

    async def run(self, acted: Acted, words: str, carry_out: CarryOut) -> Card:
        """What stands behind a command's card."""
        frame = Frame(command=words)
        if words == HOME:
            blocks = await home(self._kit, acted.person.id, self._clock.now())
            return surfaces.home(blocks, frame)
        inbound = replace(acted.inbound, kind=InboundKind.COMMAND, text=words, action="", value="")
        reply = await carry_out(inbound)
        if reply.view is not None:
            return surfaces.view(reply.view, _at(reply.view, frame))
        return self.notice(acted.person, reply.notice, frame)

    def stub(self, person: Person, words: str, title: str = "") -> Card:
        """A command's card as it stands in the chat: it says nothing of what it opens."""
        said = self._say(person)
        return surfaces.stub(title or said["home_title"], words, said["open"])

    def notice(self, person: Person, text: str, frame: Frame, back: str | None = None) -> Card:
        """A short text, with a way back."""
        label = self._say(person)["back"] if back is None else back
        return surfaces.notice(text, frame, label)

    async def _again(self, acted: Acted, below: Opened, carry_out: CarryOut) -> Card:
        action, value, pressed = below
        inbound = replace(
            acted.inbound,
            kind=InboundKind.PRESS,
            action=action,
            value=value,
            pressed=pressed,
            fields={},
        )
        reply = await carry_out(inbound)
        command = acted.pressed.frame.command
        if reply.view is None:
            top = replace(acted, pressed=replace(acted.pressed, frame=Frame(command=command)))
            return await self.root(top, carry_out)
        view = _filled(reply.view, acted.pressed.frame.typed)
        return surfaces.view(view, _at(view, Frame(opened=below, command=command)))

    def _say(self, person: Person) -> Mapping[str, str]:
        return self._kit.words.say("teams_replies", person.locale, person.time_zone)


def _under(acted: Acted) -> Opened:
    """What a closed form or a read notice leads back to."""
    frame = acted.pressed.frame
    if acted.inbound.kind is InboundKind.PRESS and any(frame.again):
        return (*frame.again, "")
    return frame.below


def _opened(acted: Acted) -> Opened:
    """The press that led here: this one, or the one that drew the form that was sent."""
    pressed = acted.pressed
    if acted.inbound.kind is InboundKind.PRESS:
        return pressed.action, pressed.value, pressed.pressed
    return pressed.frame.opened


def _frame(acted: Acted, shown: View) -> Frame:
    """Where a view stands that the act opened."""
    frame = acted.pressed.frame
    base = Frame(opened=_opened(acted), command=frame.command)
    if isinstance(shown, Panel) and shown.covers:
        return replace(base, below=frame.opened, typed=dict(acted.pressed.fields))
    if isinstance(shown, Form):
        return replace(base, below=_under(acted))
    return _at(shown, base)


def _at(shown: View, frame: Frame) -> Frame:
    return replace(frame, again=shown.again) if isinstance(shown, Panel) else frame


def _filled(view: View, typed: Mapping[str, str]) -> View:
    """A form with what was typed there before."""
    if not isinstance(view, Form) or not typed:
        return view
    return replace(view, blocks=tuple(_with(block, typed) for block in view.blocks))


def _with(block: Block, typed: Mapping[str, str]) -> Block:
    if not isinstance(block, _FIELDS) or block.name not in typed:
        return block
    given = typed[block.name]
    return (
        replace(block, chosen=given)
        if isinstance(block, ChoiceInput)
        else replace(block, value=given)
    )
