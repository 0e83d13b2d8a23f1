"""Makes any text fit for print: visible, of bounded length, and able to break at a line's end."""

from __future__ import annotations

import re

# Control characters, and marks that turn the reading direction and so let a name pose as another.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_BROKEN = re.compile(r"[\ud800-\udfff]")

# A word that may not fit a column, and where in it a line may end: after a mark that parts an
# address, else every 16 characters, but never before a combining mark.
_LONG_WORD = re.compile(r"\S{31,}")
_STRETCH = re.compile(r"[^\s@./_?&=-]{0,15}[@./_?&=-](?=\w)|\S{16}(?=[\w!-~])")
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
    return _LONG_WORD.sub(lambda word: _STRETCH.sub(rf"\g<0>{_CHANCE}", word[0]), text)
