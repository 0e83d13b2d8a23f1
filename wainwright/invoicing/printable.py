"""Makes any text fit for print: visible, of bounded length, and able to break at a line's end."""

from __future__ import annotations

import re

# Control characters, and marks that turn the reading direction and so let a name pose as another.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_BROKEN = re.compile(r"[\ud800-\udfff]")

_LONG_WORD = re.compile(r"\S{31,}")
_BREAKS_AFTER = re.compile(r"(?<=[@./_?&=-])(?=\w)|(?<=[^\W_]{16})(?=[^\W_])")
_CHANCE = "\u200b"


def phrase(text: str, limit: int) -> str:
    """One line's worth of text: white space folded, longer than `limit` ends in an ellipsis."""
    return _breakable(_cut(" ".join(_visible(text).split()), limit))


def paragraph(text: str, limit: int) -> str:
    """Like `phrase`, but keeps the breaks between lines."""
    lines = (" ".join(line.split()) for line in _visible(text).splitlines())
    return _breakable(_cut("\n".join(lines).strip(), limit))


def _visible(text: str) -> str:
    return _BROKEN.sub("\ufffd", _UNPRINTABLE.sub("", text))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _breakable(text: str) -> str:
    """Lets a word too long for a column break: after a mark of an address, or anywhere at need."""
    return _LONG_WORD.sub(lambda word: _every_16(word[0]), text)


def _every_16(word: str) -> str:
    pieces = _BREAKS_AFTER_MARK.split(word)
    return _CHANCE.join(piece[i : i + 16] for piece in pieces for i in range(0, len(piece), 16))
