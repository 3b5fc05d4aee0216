"""What a service answers at once, put in the place of the card that was pressed.

Nothing of it is a message, so that panels and forms leave no trace in the chat; all of it is
harmless if lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.layout import INPUTS
from bot.domain.message import (
    Block,
    ChoiceInput,
    Form,
    Panel,
    Reply,
    View,
)
from bot.domain.people import Person, Role
from bot.domain.ports.clock import Clock
from bot.services.home import home
from bot.services.kit import Kit
from bot.services.move_home import ACTION as HOME_HERE
from bot.services.move_home import elsewhere_for
from bot.services.showing import showing
from bot.teams import surfaces
from bot.teams.values import NOTHING, Forged, Frame, Opened, Pressed, Verb
from bot.teams.words import HOME, opener, opens

Card = dict[str, Any]
CarryOut = Callable[[Inbound], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Acted:
    """One act on a card: by whom, which, and as what it is carried out. `ref` names the message
    that the card stands in.
    """

    person: Person
    pressed: Pressed
    inbound: Inbound
    ref: str


class Kept(Exception):  # names what the person may be told
    """The card stays as it is. The message names the line of teams_replies.j2."""


class NotKnown(Kept):
    """Nothing is known, or not yet, of the message whose card asks by itself."""

    def __init__(self) -> None:
        super().__init__("not_known")


class TooFull(Kept):
    """What was typed in the form below would be lost."""

    def __init__(self) -> None:
        super().__init__("too_full")


class Screen:
    """Draws what takes a card's place. Each raises TooFull where a panel would cover more than its
    buttons can carry, and Forged for a command that does more than open something.
    """

    def __init__(self, kit: Kit, clock: Clock) -> None:
        self._kit = kit
        self._clock = clock

    async def after(self, acted: Acted, reply: Reply, carry_out: CarryOut) -> Card:
        """The card after a press or a sent form."""
        if reply.view is not None:
            return _drawn(reply.view, _frame(acted, reply.view))
        frame, below = acted.pressed.frame, _under(acted)
        if reply.notice and not reply.confirms:
            led = replace(frame, opened=_opened(acted), below=below)
            return self.notice(acted.person, reply.notice, led)
        if below != NOTHING:
            return await self._again(acted, below, carry_out)
        if frame.command and _opened(acted) == NOTHING:
            return await self._closed(acted, carry_out)
        return await self.root(acted, carry_out)

    async def back(self, acted: Acted, carry_out: CarryOut) -> Card:
        """What lies below: the form that a panel covers, with what was typed there; the panel that
        a form was opened from; the message itself; or, below what a command opened, its card.
        """
        frame = acted.pressed.frame
        if frame.below != NOTHING:
            return await self._again(acted, frame.below, carry_out)
        if frame.command and frame.opened == NOTHING:
            return await self._closed(acted, carry_out)
        return await self.root(acted, carry_out)

    async def show(self, acted: Acted) -> Card:
        """The message as it is now, asked for by the card. Raises NotKnown."""
        message = await showing(self._kit, acted.person.id, acted.ref, self._clock.now())
        if message is None:
            raise NotKnown
        return surfaces.message(message).card

    async def root(self, acted: Acted, carry_out: CarryOut) -> Card:
        """The message as it is now, or what its command opens."""
        frame = acted.pressed.frame
        if frame.command:
            return await self.run(acted, frame.command, carry_out)
        if frame.is_alone:
            return self._last(acted, "done")
        try:
            return await self.show(acted)
        except NotKnown:
            return await self._of_no_message(acted)

    async def _of_no_message(self, acted: Acted) -> Card:
        """A card that was said at once, or whose message isn't known or has gone."""
        source, person = acted.inbound, acted.person
        line = await elsewhere_for(self._kit, source.installation_id, source.external_id)
        if line is not None:
            return surfaces.message(line, refreshes=False).card
        if acted.pressed.action == HOME_HERE:
            said = self._kit.words.say("elsewhere", person.locale, person.time_zone)
            return surfaces.leading_home(said["here"], self._say(person)["home_title"])
        return self._last(acted, "moved_on")

    def _last(self, acted: Acted, code: str) -> Card:
        """A line where nothing else can be shown, with the way to Home."""
        said = self._say(acted.person)
        line = "closed" if acted.pressed.verb is Verb.BACK else code
        return surfaces.leading_home(said[line], said["home_title"])

    async def run(self, acted: Acted, words: str, carry_out: CarryOut) -> Card:
        """What stands behind a command's card."""
        frame = Frame(command=words)
        if words == HOME:
            blocks = await home(self._kit, acted.person.id, self._clock.now())
            return surfaces.home(blocks, frame)
        reply = await self._opening(acted, words, carry_out)
        if reply.view is not None:
            return _drawn(_filled(reply.view, acted.pressed.frame.typed), _at(reply.view, frame))
        return self.notice(acted.person, reply.notice, frame)

    async def _opening(self, acted: Acted, words: str, carry_out: CarryOut) -> Reply:
        """What a command answers that only opens something, checked anew: cards are forged."""
        if not opens(words, acted.person.locale):
            raise Forged("no command that only opens something")
        source, kind = acted.inbound, InboundKind.COMMAND
        return await carry_out(
            replace(source, kind=kind, text=words, action="", value="", pressed="", fields={})
        )

    async def _closed(self, acted: Acted, carry_out: CarryOut) -> Card:
        """The command's card as it was sent: its title is that of what it opens."""
        words = acted.pressed.frame.command
        if words == HOME:
            return self.stub(acted.person, words)
        reply = await self._opening(acted, words, carry_out)
        title = reply.view.title if reply.view else words.capitalize()
        return self.stub(acted.person, words, title)

    def sent(self, person: Person, words: str, view: View) -> Card:
        """The card that is sent for a typed command. A form with what stood behind the command is
        sent itself: whatever opened it again would carry those words out again.
        """
        opening = opener(words, person.locale)
        if not opening or (isinstance(view, Form) and not opens(words, person.locale)):
            return _drawn(view, Frame(is_alone=True))
        return self.stub(person, opening, view.title)

    def stub(self, person: Person, words: str, title: str = "") -> Card:
        """A command's card as it stands in the chat: it says nothing of what it opens."""
        said = self._say(person)
        return surfaces.stub(title or said["home_title"], words, said["open"])

    def help(self, person: Person) -> str:
        """The words that work here."""
        said = self._say(person)
        is_hr = person.role is Role.HR_ADMIN
        return f"{said['help']}\n{said['help_hr']}" if is_hr else said["help"]

    def notice(self, person: Person, text: str, frame: Frame) -> Card:
        """A short text, with a way back."""
        return surfaces.notice(text, frame, self._say(person)["back"])

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
        frame = acted.pressed.frame
        bottom = Frame(command=frame.command, is_alone=frame.is_alone)
        if reply.view is None:
            top = replace(acted, pressed=replace(acted.pressed, frame=bottom))
            return await self.root(top, carry_out)
        view = _filled(reply.view, frame.typed)
        return _drawn(view, _at(view, replace(bottom, opened=below)))

    def _say(self, person: Person) -> Mapping[str, str]:
        return self._kit.words.say("teams_replies", person.locale, person.time_zone)


def _drawn(view: View, frame: Frame) -> Card:
    """A form anew each time it is drawn, so that sending this one twice is one act."""
    if isinstance(view, Form):
        return surfaces.view(view, replace(frame, nonce=token_hex(8)))
    if frame.typed and not surfaces.bears(view, frame):
        raise TooFull
    return surfaces.view(view, frame)


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
    base = Frame(opened=_opened(acted), command=frame.command, is_alone=frame.is_alone)
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
    if not isinstance(block, INPUTS) or block.name not in typed:
        return block
    given = typed[block.name]
    return (
        replace(block, chosen=given)
        if isinstance(block, ChoiceInput)
        else replace(block, value=given)
    )
