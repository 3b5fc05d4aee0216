"""Weeks of one person, for whoever words them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from bot.domain.check_in import Value
from bot.domain.masking import NameBook
from bot.domain.ports.writer import AiWriter, NotWritten
from bot.domain.summary import PersonWeek, SharedAnswer
from bot.llm.openai_rest import Pace

ANA = UUID(int=1)
NAMES = ("Ana Silva", "Marta Lopez", "Jonas Becker")
COPILOT = "I use Copilot for unit tests mostly. Which data may I put in?"
QUICK = Pace(patience=0.4, for_choice=0.4, pause=0.01)
"""For providers that never answer."""

SOON = Pace(pause=0.01)
"""For all others: a busy machine must not make a time-out of them."""


class Monotonic:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def answer(
    text: str = COPILOT,
    key: str = "use",
    rating: int | None = None,
    before: Value | None = None,
    subject: UUID = ANA,
) -> SharedAnswer:
    return SharedAnswer(
        answer_id=uuid4(),
        version_id=uuid4(),
        subject_id=subject,
        question_key=key,
        pack_revision_id=UUID(int=2),
        value=Value(text=text, rating=rating),
        answered_at=datetime(2026, 3, 3, 10, tzinfo=UTC),
        period="2026-W10",
        previous=before,
    )


def week(*answers: SharedAnswer) -> PersonWeek:
    """Ana's, with a question and prepared starters for each answer."""
    given = answers or (answer(),)
    keys = [each.question_key for each in given]
    return PersonWeek(
        subject_id=ANA,
        first_name="Ana",
        locale="en",
        answers=given,
        questions={key: f"What about {key}?" for key in keys},
        starters={key: {"any": "What would help?", "question": "Who knows?"} for key in keys},
        name="Ana Silva",
        names=NameBook.of(NAMES),
    )


async def failure(writer: AiWriter, of: PersonWeek | None = None) -> NotWritten:
    """What `write` raises."""
    try:
        part = await writer.write(of or week())
    except NotWritten as found:
        return found
    raise AssertionError(f"written all the same: {part}")


def item(text: str, *evidence: tuple[str, str]) -> dict[str, object]:
    """A claim or a starter as a model gives it, resting on (alias, quote)."""
    return {"text": text, "evidence": [{"answer": a, "quote": q} for a, q in evidence]}


GOOD_CLAIM = item(
    "PERSON_1 uses Copilot for unit tests and asks which data may go in",
    ("a1", "I use Copilot for unit tests mostly."),
    ("a1", "Which data may I put in?"),
)
GOOD_STARTER = item("Which data would help you first?", ("a1", "Which data may I put in?"))
GOOD = {"claims": [GOOD_CLAIM], "starters": [GOOD_STARTER]}
"""What a model may say of `COPILOT`."""
