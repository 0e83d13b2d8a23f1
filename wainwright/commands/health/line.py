from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """What was found about one thing, and what to do if it is unsafe."""

    about: str
    text: str
    unsafe: bool = False
