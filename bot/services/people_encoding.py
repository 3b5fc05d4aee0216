"""The bytes of a people file as text."""

from __future__ import annotations

import codecs

MAX_BYTES = 50 * 1024 * 1024
"""Largest people file. 100,000 people take about 10 MB; memory grows with the file."""

_SAVE = "save it as CSV UTF-8 (in Excel: Save as, CSV UTF-8)"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods are zip files; .xls


class Unreadable(Exception):  # names what the file is, as callers report it
    """A file that is no people file at all; `line` is 0 where it is not about one line."""

    def __init__(self, problem: str, remedy: str, line: int = 0) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.line = line


def too_large() -> Unreadable:
    return Unreadable(
        f"is larger than {MAX_BYTES // 1024**2} MB",
        "remove columns that are not needed, or check that it is the people list",
    )


def decode(raw: bytes) -> str:
    """The text, without a byte order mark.

    Raises Unreadable for anything but UTF-8 and UTF-16 with a mark, and for text with NULs.
    """
    if len(raw) > MAX_BYTES:
        raise too_large()
    if not raw.strip():
        raise Unreadable("is empty", "give a CSV with a header line and one line per person")
    if raw.startswith(_WORKBOOKS):
        raise Unreadable("is a spreadsheet, not a CSV", _SAVE)
    text = _utf_16(raw) if _has_utf_16_mark(raw) else _utf_8(raw)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable("holds NUL bytes", f"{_SAVE}; it may be UTF-16 or no text", line)
    return text


def _has_utf_16_mark(raw: bytes) -> bool:
    return raw.startswith(_UTF_16) and not raw.startswith(codecs.BOM_UTF32_LE)


def _utf_16(raw: bytes) -> str:
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError:
        raise Unreadable("is damaged UTF-16", _SAVE) from None


def _utf_8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable("is not UTF-8 (perhaps Windows-1252 or Latin-1)", _SAVE, line) from None
