"""What a model says: well-meant answers made of what came in, and the envelope round them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.servers.model.asked import Asked

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_SUBJECT = re.compile(r"(I|Ich|Je|Yo)\s+|J['\N{RIGHT SINGLE QUOTATION MARK}]", re.IGNORECASE)

_FRAMES = {
    "i": "What would help with {}?",
    "ic": "Was würde bei {} helfen?",
    "je": "Qu'est-ce qui aiderait pour {} ?",
    "j'": "Qu'est-ce qui aiderait pour {} ?",
    "j\N{RIGHT SINGLE QUOTATION MARK}": "Qu'est-ce qui aiderait pour {} ?",
    "yo": "¿Qué ayudaría con {}?",
}


def obliging(asked: Asked) -> object:
    """What a good model says: one claim and one starter for each of the first three answers, each
    resting on its first sentence; or the first of the options. It holds for answers in English, and
    for others that begin with "I" in their language.
    """
    if asked.kind == "choice":
        return {"choice": next(iter(asked.data["options"]))}
    answers = asked.data["answers"][:3]
    return {
        "claims": [item(f"PERSON_1 {_told(each)}", each) for each in answers],
        "starters": [item(_asked(each), each) for each in answers],
    }


def item(text: str, *answers: dict[str, Any]) -> dict[str, Any]:
    """One claim or starter that rests on the first sentence of each answer."""
    evidence = [{"answer": each["id"], "quote": sentence(each["words"])} for each in answers]
    return {"text": text, "evidence": evidence}


def sentence(words: str) -> str:
    """The first sentence, with the mark it ends with."""
    found = _SENTENCE.search(words)
    return found.group().strip() if found else words


def _told(answer: dict[str, Any]) -> str:
    of_themself = _SUBJECT.match(sentence(answer["words"]))
    return _said(answer) if of_themself else f"says: {_said(answer)}"


def _said(answer: dict[str, Any]) -> str:
    return _SUBJECT.sub("", sentence(answer["words"]), count=1).rstrip(".!?")


def _asked(answer: dict[str, Any]) -> str:
    """Their own question, or one about what their verb is of, or about all of what they said."""
    first = sentence(answer["words"])
    of_themself = _SUBJECT.match(first)
    if first.endswith("?"):
        return first
    if not of_themself:
        return f"What would help with {first[:1].lower()}{first[1:].rstrip('.!')}?"
    thing = _said(answer).partition(" ")[2]
    return _FRAMES[of_themself.group()[:2].strip().lower()].format(thing)


def completion(
    asked: Asked, content: object, number: int, odd: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A chat completion as OpenAI writes it.

    content: text as it is, or anything else as JSON. odd: fields of the choice or of its message
    that are other than usual.
    """
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    message: dict[str, Any] = {
        "role": "assistant",
        "content": text,
        "refusal": None,
        "annotations": [],
    }
    odd = odd or {}
    message |= {name: value for name, value in odd.items() if name in message}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_764_000_000,
        "model": asked.body["model"],
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": odd.get("finish_reason", "stop"),
            }
        ],
        "usage": _usage(json.dumps(asked.body["messages"]), text),
    }


def _usage(sent: str, received: str) -> dict[str, int]:
    """About four characters a token, as English has."""
    prompt, answer = len(sent) // 4, len(received) // 4
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
    }
