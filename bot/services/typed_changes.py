"""Typed messages that somebody edits or deletes in the chat: said plainly that the answer stays.

What was recorded can't follow, as several messages may make one answer. Whoever changes one would
otherwise believe that the manager reads the new words.
"""

from __future__ import annotations

from bot.services.act import Act
from bot.services.answering import is_editable


def edited(act: Act) -> None:
    """Leads to the form, where the answer itself can be changed."""
    _point_to_the_answer(act, "typed_edited")


def deleted(act: Act) -> None:
    """Leads to where the answer itself can be taken back."""
    _point_to_the_answer(act, "typed_deleted")


def _point_to_the_answer(act: Act, code: str) -> None:
    """Silent where no answer is kept, or none that the message could have been part of."""
    newest = next(iter(act.tx.answers.of_person(act.person.id, limit=1)), None)
    check_in = act.tx.check_ins.get(newest.check_in_id) if newest else None
    if check_in is not None and is_editable(act, check_in):
        act.note(code, check_in=str(check_in.id))
