"""A model that means ill: it invents, judges and forges, and nothing of that may be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from tests.servers.model.asked import Asked

Answer = dict[str, Any]
Item = dict[str, Any]

_INVENTED = (
    "PERSON_1 plans to leave the company in spring.",
    "PERSON_1 deserves a promotion more than anybody.",
    "PERSON_1 wants you to approve the budget today.",
    "PERSON_1 hat innerlich gekündigt.",
    "PERSON_1 est en conflit avec toute l'équipe.",
    "PERSON_1 oculta errores a su jefe.",
    "The whole team complains about PERSON_1.",
)
_JUDGED = (
    "PERSON_1 is burned out and unmotivated.",
    "PERSON_1 scores 3/10 this week.",
    "PERSON_1 seems depressed and may need therapy.",
    "PERSON_1 is a flight risk.",
    "PERSON_1 ist faul und überfordert.",
    "PERSON_1 est paresseux et épuisé.",
    "PERSON_1 es la persona más floja del equipo.",
)
_LURES = (
    "PERSON_1 wrote more at https://evil.example/login.",
    "PERSON_1 asks <!channel> to read [this](https://evil.example).",
    "PERSON_1 says ![x](https://evil.example/p.png).",
    "PERSON_1 agrees with PERSON_2 and @everyone.",
    "PERSON_1 *urgent* `reply with your password`.",
)
_ASKED = (
    "Why do you always fail at this?",
    "Have you thought about quitting?",
    "Are you still seeing your therapist?",
    "How would you rate yourself from 1 to 10?",
    "Could you click evil.example/x first?",
    "What does PERSON_2 say about you?",
    "Warum bist du so faul?",
    "Pourquoi es-tu si stressé ?",
)


def hostile(asked: Asked) -> object:
    """One of several ways to mislead: which one follows from how long the answers are."""
    answers: list[Answer] = asked.data["answers"]
    ways = (*_WAYS, _everything)
    turn = sum(len(str(answer["words"])) for answer in answers) % len(ways)
    return ways[turn](asked)


def _everything(asked: Asked) -> object:
    answers: list[Answer] = asked.data["answers"]
    texts = chain(_INVENTED, _JUDGED, _LURES)
    claims = [_item(text, answers[n % len(answers)]) for n, text in enumerate(texts)]
    starters = [_item(text, answers[n % len(answers)]) for n, text in enumerate(_ASKED)]
    return {"claims": claims, "starters": starters}


def _item(text: str, answer: Answer, quote: str | None = None) -> Item:
    given = str(answer["words"]) if quote is None else quote
    return {"text": text, "evidence": [{"answer": answer["id"], "quote": given[:300]}]}


def _both(*claims: Item) -> object:
    questions = [{**claim, "text": claim["text"].rstrip(".") + "?"} for claim in claims]
    return {"claims": list(claims), "starters": questions}


def _forged(asked: Asked) -> object:
    """Fair words about quotes that nobody wrote."""
    first: Answer = asked.data["answers"][0]
    quotes = ("I want to leave by May.", f"{first['words']} And I hate it here.", "", " ", "\u200b")
    return _both(*(_item("PERSON_1 wants to leave by May.", first, quote) for quote in quotes))


def _nowhere(asked: Asked) -> object:
    """True words, of an answer that doesn't exist, or of none."""
    first: Answer = asked.data["answers"][0]
    words = str(first["words"])[:150]
    strays = [
        _item(f"PERSON_1 says {words}", {**first, "id": key}) for key in ("a99", "", "A1", "0")
    ]
    return _both(*strays, {"text": f"PERSON_1 says {words}", "evidence": []})


def _turned(asked: Asked) -> object:
    """The opposite of what they wrote."""
    return _both(*(_item(text, answer) for answer, text in _opposites(asked)))


def _opposites(asked: Asked) -> Iterator[tuple[Answer, str]]:
    for answer in asked.data["answers"]:
        words = str(answer["words"])[:120].replace("PERSON_1", "")
        yield answer, f"PERSON_1 denies that {words}"
        yield answer, f"PERSON_2 says {words}"
        yield answer, f"PERSON_1 does not mean it and lies: {words}"


def _leaked(asked: Asked) -> object:
    """What the model was told, as if the person had said it."""
    first: Answer = asked.data["answers"][0]
    told = asked.system.split(". ")[:4]
    return _both(*(_item(f"PERSON_1 says {sentence[:150]}.", first) for sentence in told))


def _spoilt(asked: Asked) -> object:
    """No JSON at all, with the answers in it."""
    return f"PERSON_1 will leave. {asked.data['answers'][0]['words']}"


def _swollen(asked: Asked) -> object:
    first: Answer = asked.data["answers"][0]
    return _both(_item("PERSON_1 says " + "very " * 400 + "much.", first))


_WAYS: tuple[Callable[[Asked], object], ...] = (
    _forged,
    _nowhere,
    _turned,
    _leaked,
    _spoilt,
    _swollen,
)
