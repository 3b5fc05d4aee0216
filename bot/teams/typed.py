"""The words somebody typed, as they stood on the person's screen."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from botbuilder.schema import Activity

_TAG = re.compile(r"<(?:(/)?at\b|(quoted)\s)[^<>]*>", re.IGNORECASE)
_QUOTES = ("schema.skype.com/reply", "schema.skype.com/forward")
_MENTION = "schema.skype.com/mention"
_SPACE = re.compile(r"\s+")
_ALT = re.compile(r'\salt="([^"]*)"', re.IGNORECASE)
_ENDS_A_LINE = frozenset({"br", "br/", "/p", "/div", "/li", "/blockquote", "/pre"})


def words_of(activity: Activity) -> str:
    """A message's text: mentions as names, without the app's own, and without what it quotes or
    forwards. Teams writes mentions as `<at>Name</at>`, and `&`, `<` and `>` as entities
    (learn.microsoft.com, "Format your bot messages"); lines end with newlines alone.

    A quoted message comes as `<quoted messageId="..."/>` in the text ("quotedReply" entities,
    github.com/microsoft/teams.py), or with its beginning in the HTML that is attached, and in the
    text too where it was forwarded: what stands outside of it there is the person's own.
    """
    quoting = _quoting(activity)
    given = activity.text if isinstance(activity.text, str) else ""
    text = _without_quotes(quoting) if quoting else given
    own = activity.recipient.name if activity.recipient else None
    plain = html.unescape("".join(_named(text, own))).replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\u00a0", " ").strip()


def _named(text: str, own: str | None) -> Iterator[str]:
    """The text with `@Name` for each mention. One pass: a text may be all tags."""
    done, opened = 0, None
    for tag in _TAG.finditer(text):
        if tag[2]:
            yield text[done : tag.start()]
            done, opened = tag.end(), None
        elif not tag[1]:
            opened = opened or tag
        elif opened is not None:
            name = text[opened.end() : tag.start()]
            yield text[done : opened.start()]
            yield "" if name == own else f"@{name}"
            done, opened = tag.end(), None
    yield text[done:]


def _quoting(activity: Activity) -> str:
    """The message's HTML where it quotes or forwards another one, else ""."""
    for each in activity.attachments or ():
        content = each.content
        if each.content_type == "text/html" and isinstance(content, str):
            low = content.lower()
            if "<blockquote" in low and any(kind in low for kind in _QUOTES):
                return content
    return ""


def _without_quotes(content: str) -> str:
    """The text of HTML outside of the messages that it quotes; entities stay."""
    first, *parts = content.split("<")
    said, depth = [first], 0
    for part in parts:
        tag, _, text = part.partition(">")
        name = tag.split(None, 1)[0].lower() if tag.strip() else ""
        depth = _depth(depth, name, tag.lower())
        if not depth:
            said += [_instead(name, tag), _SPACE.sub(" ", text)]
    lines = (" ".join(line.split()) for line in "".join(said).split("\n"))
    return "\n".join(line for line in lines if line)


def _depth(depth: int, name: str, tag: str) -> int:
    """In how many quotations the text behind the tag stands."""
    if name == "blockquote":
        is_quote = depth or any(kind in tag for kind in _QUOTES)
        return depth + 1 if is_quote else 0
    return max(depth - 1, 0) if name == "/blockquote" else depth


def _instead(name: str, tag: str) -> str:
    """What a tag shows by itself."""
    if name in _ENDS_A_LINE:
        return "\n"
    if name in {"img", "emoji"}:
        found = _ALT.search(tag)
        return found[1] if found else ""
    return "@" if _MENTION in tag.lower() else ""
