"""The form in which a cadence is made or changed, as a neutral view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.domain.cadence import CadenceKind
from bot.domain.message import (
    Block,
    ChoiceInput,
    DateInput,
    Form,
    Option,
    Text,
    TextInput,
    TimeInput,
    Tone,
)
from bot.domain.phrases import (
    LAST_DAY_OF_EVERY_MONTH,
    ORDINALS,
    WEEKDAYS,
    Unfit,
    parse_every,
)
from bot.domain.recurrence import Unit
from bot.services import change_words
from bot.services.admin_act import AdminAct
from bot.services.audience_options import KEPT, offered_audiences
from bot.services.cadence_fields import ANY_DAY, LONGEST_TEXT, offered_packs
from bot.services.cadence_templates import FIRST_NAME, TEMPLATES
from bot.services.standing import MOST_TEAMS, Standing
from prompts.guides import load_guides
from prompts.nudge import check_nudge

OFTEN = ("week", "2 weeks", "3 weeks", "4 weeks", "month", "2 months", "3 months")
_REMINDERS = ("0", "1", "2")


def templates(act: AdminAct, *, wrong: bool = False) -> Form:
    """What a new cadence should begin as."""
    said = act.say("cadence_form")
    options = tuple(Option(key, said[f"template_{key}"]) for key in TEMPLATES)
    error = said["error_not_offered"] if wrong else ""
    choice = ChoiceInput(
        "template",
        said["template_label"],
        options,
        options[0].value,
        hint=said["template_hint"],
        error=error,
    )
    return Form(
        title=said["new_title"],
        action="admin_new_submit",
        value="",
        blocks=(choice,),
        submit=said["next"],
        close=said["cancel"],
    )


def edit(act: AdminAct, found: Standing, notice: str = "") -> Form:
    """The form as `found` stands, with what is wrong beside each field."""
    said = act.say("cadence_form")
    lead = (Text(notice, Tone.STRONG),) if notice else ()
    return Form(
        title=said["new_title" if found.current is None else "change_title"],
        action="admin_edit_submit",
        value=str(replace(found.proposal, fields={})),
        blocks=(*lead, *_Fields(act, found).blocks()),
        submit=said["show_preview"],
        close=said["cancel"],
    )


class _Fields:
    def __init__(self, act: AdminAct, found: Standing) -> None:
        self.act = act
        self.found = found
        self.said = act.say("cadence_form", first_name=FIRST_NAME)

    def blocks(self) -> Iterator[Block]:
        kind = self.found.base.kind
        yield self._line("title")
        if kind is CadenceKind.CHECK_IN:
            yield self._choice("pack", self._packs(), hint="pack_hint")
        if self.found.base.guide is not None:
            yield self._choice("guide", self._guides(), hint="guide_hint")
        elif kind is CadenceKind.NUDGE:
            yield self._text()
        many = len(self.found.around.teams) >= MOST_TEAMS
        hint = "many_teams" if many else "audience_hint"
        yield self._choice("audience", self._audiences(), hint=hint)
        yield self._choice("every", self._often())
        yield self._choice("on", self._days(), hint="on_hint")
        value, error = self._value("at"), self._error("at")
        yield TimeInput("at", self.said["at"], value, self.said["at_hint"], error)
        if kind is CadenceKind.CHECK_IN:
            yield self._line("closes", hint="closes_hint")
            yield self._choice("reminders", self._reminders())
            yield self._line("round", hint="round_hint")
        if kind is CadenceKind.STAY_INTERVIEW:
            yield self._line("days", hint="days_hint")
            yield self._line("months", hint="months_hint")
        yield DateInput(
            "since",
            self.said["since"],
            self._value("since"),
            hint=self.said["since_hint"],
            error=self._error("since"),
        )

    def _value(self, name: str) -> str:
        return self.found.fields.get(name, "")

    def _error(self, name: str) -> str:
        code = self.found.errors.get(name)
        if code is None:
            return ""
        quiet = self.found.around.policy.quiet
        said = self.act.say(
            "cadence_form",
            shuts=f"{quiet.start:%H:%M}",
            opens=f"{quiet.end:%H:%M}",
            complaint=check_nudge(self._value("text")) or "",
        )
        return said[f"error_{code}"]

    def _line(self, name: str, hint: str = "") -> TextInput:
        return TextInput(
            name,
            self.said[name],
            self._value(name),
            multiline=False,
            hint=self.said[hint] if hint else "",
            error=self._error(name),
        )

    def _text(self) -> TextInput:
        longest = max(LONGEST_TEXT, len(self.found.base.text or ""))
        return TextInput(
            "text",
            self.said["text"],
            self._value("text"),
            max_length=longest,
            hint=self.said["text_hint"],
            error=self._error("text"),
        )

    def _choice(self, name: str, options: Iterable[Option], hint: str = "") -> ChoiceInput:
        return ChoiceInput(
            name,
            self.said[name],
            tuple(options),
            self._value(name),
            hint=self.said[hint] if hint else "",
            error=self._error(name),
        )

    def _packs(self) -> Iterator[Option]:
        """Those on offer, and the one that is asked now even where it isn't."""
        packs = self.found.around.packs
        offered = offered_packs(packs)
        current = packs.get(self.found.base.pack or "")
        if current is not None and current not in offered:
            offered.append(current)
        for pack in offered:
            name, count = pack.name(self.act.person.locale), len(pack.questions)
            said = self.act.say("cadence_form", name=name, count=count)
            yield Option(pack.key, said["pack_option"])

    def _guides(self) -> Iterator[Option]:
        """All there are, and the one in use even where it is no longer there."""
        known, current = load_guides(), self.found.base.guide or ""
        for key in dict.fromkeys((*known, current)):
            found = known.get(key)
            yield Option(key, found.title(self.act.person.locale) if found else key)

    def _audiences(self) -> Iterator[Option]:
        base, teams = self.found.base, self.found.around.teams
        of_team = "team_managers" if base.for_managers else "team"
        for value, audience in offered_audiences(base, teams).items():
            said = self.act.say("cadence_form", team=next(iter(audience.teams), ""))
            yield Option(value, said[f"for_{of_team if audience.teams else value}"])
        if self.found.fields["audience"] == KEPT or self._keeps():
            audience_words = change_words.audience(self.act, self.found.base)
            said = self.act.say("cadence_form", audience=audience_words)
            yield Option(KEPT, said["for_kept"])

    def _keeps(self) -> bool:
        """Whether the cadence's own audience is none of those a form can say."""
        offered = offered_audiences(self.found.base, self.found.around.teams).values()
        return self.found.base.audience not in offered

    def _often(self) -> Iterator[Option]:
        for phrase in dict.fromkeys((*OFTEN, self._value("every"))):
            try:
                every = parse_every(phrase)
            except Unfit:
                continue
            plural = "" if every.interval == 1 else "s"
            said = self.act.say("cadence_form", count=every.interval)
            yield Option(phrase, said[f"every_{every.unit.value}{plural}"])

    def _days(self) -> Iterator[Option]:
        """All that `parse_on` reads: weekdays, such as the first Monday, and days of the month."""
        names = [self.said[f"weekday_{number}"] for number in range(len(WEEKDAYS))]
        if self.found.base.recurrence.unit is Unit.DAY:
            yield Option(ANY_DAY, self.said["on_day"])
        for day, name in zip(WEEKDAYS, names, strict=True):
            yield Option(day, self.act.say("cadence_form", weekday=name)["on_week"])
        for ordinal in ORDINALS:
            nth = self.said[f"nth_{ordinal}"]
            for day, name in zip(WEEKDAYS, names, strict=True):
                said = self.act.say("cadence_form", nth=nth, weekday=name)
                yield Option(f"{ordinal} {day}", said["on_nth"])
        for number in range(1, LAST_DAY_OF_EVERY_MONTH + 1):
            said = self.act.say("cadence_form", count=number)
            yield Option(str(number), said["on_month"])

    def _reminders(self) -> Iterator[Option]:
        yield Option(_REMINDERS[0], self.said["reminders_none"])
        for number in _REMINDERS[1:]:
            yield Option(number, self.act.say("cadence_form", count=number)["reminders_option"])
