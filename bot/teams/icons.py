"""Touchpoint's mark for Teams: two speech shapes that touch at a point, drawn as PNG files.

Sizes and colours: learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

COLOUR = "#1f3a4d"
COLOUR_SIZE = 192
OUTLINE_SIZE = 32

Pixel = tuple[int, int, int, int]

_GROUND: Pixel = (0x1F, 0x3A, 0x4D, 255)
_FIRST: Pixel = (0xFF, 0xFF, 0xFF, 255)
_SECOND: Pixel = (0x7F, 0xC4, 0xC9, 255)
_CLEAR_WHITE: Pixel = (255, 255, 255, 0)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGBA = struct.pack(">BBBBB", 8, 6, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A rounded box with one sharp corner at (x, y), the point of speech.

    It lies to the left of that point and above it where `side` is -1, to the right and below
    where it is 1. Units are pixels, y goes down.
    """

    x: float
    y: float
    side: int
    width: float
    height: float
    radius: float

    def distance(self, x: float, y: float) -> float:
        """How far outside of the edge; negative inside."""
        across, down = (x - self.x) * self.side, (y - self.y) * self.side
        half_w, half_h = self.width / 2, self.height / 2
        from_x, from_y = across - half_w, down - half_h
        radius = 0.0 if from_x < 0 and from_y < 0 else self.radius
        over_x, over_y = abs(from_x) - half_w + radius, abs(from_y) - half_h + radius
        outside = hypot(max(over_x, 0.0), max(over_y, 0.0))
        return min(max(over_x, over_y), 0.0) + outside - radius


def colour() -> bytes:
    """192 x 192 pixels, full colour; the mark stands in the middle of it."""
    middle = COLOUR_SIZE / 2
    first = _Shape(middle, middle, -1, 60, 56, 27)
    second = _Shape(middle, middle, 1, 60, 56, 27)

    def pixel(x: float, y: float) -> Pixel:
        under = _over(_GROUND, _FIRST, _covered(first.distance(x, y)))
        return _over(under, _SECOND, _covered(second.distance(x, y)))

    return _png(COLOUR_SIZE, pixel)


def outline() -> bytes:
    """32 x 32 pixels, white lines on nothing."""
    middle, line = OUTLINE_SIZE / 2, 1.0
    first = _Shape(middle, middle, -1, 14, 12, 6)
    second = _Shape(middle, middle, 1, 14, 12, 6)

    def pixel(x: float, y: float) -> Pixel:
        inside = (shape.distance(x, y) for shape in (first, second))
        covered = max(_covered(abs(each + line) - line) for each in inside)
        return (*_CLEAR_WHITE[:3], round(255 * covered))

    return _png(OUTLINE_SIZE, pixel)


def _covered(distance: float) -> float:
    """How much of a pixel at that distance from an edge lies within, from 0 to 1."""
    return min(max(0.5 - distance, 0.0), 1.0)


def _over(under: Pixel, paint: Pixel, covered: float) -> Pixel:
    r, g, b = (round(u + (p - u) * covered) for u, p in zip(under[:3], paint[:3], strict=True))
    return (r, g, b, 255)


def _png(size: int, pixel: Callable[[float, float], Pixel]) -> bytes:
    """PNG (W3C), eight bits for each of red, green, blue and how far it covers."""
    rows = (
        b"\0" + bytes(part for x in range(size) for part in pixel(x + 0.5, y + 0.5))
        for y in range(size)
    )
    header = struct.pack(">II", size, size) + _RGBA
    pixels = zlib.compress(b"".join(rows), 9)
    parts = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
