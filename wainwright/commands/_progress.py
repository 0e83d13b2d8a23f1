"""Telling on stderr how far long work has come."""

from __future__ import annotations

import sys

from django.utils.translation import ngettext

from wainwright.core import clock


def and_more(rest: int) -> str:
    """How a list that is cut off ends."""
    return ngettext("and one more", "and %(rest)s more", rest) % {"rest": rest}


class Progress:
    """One line that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._pause = 0.2 if self._live else 5.0
        self._next = clock.monotonic() + self._pause
        self._shown = False

    def tell(self, text: str) -> None:
        if clock.monotonic() < self._next:
            return
        self._next = clock.monotonic() + self._pause
        self._shown = True
        print(
            f"\r{text}\x1b[K" if self._live else text, end=self._end(), file=sys.stderr, flush=True
        )

    def say(self, text: str) -> None:
        """A line that stays."""
        self.close()
        print(text, file=sys.stderr)

    def close(self) -> None:
        if self._live and self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        self._shown = False

    def _end(self) -> str:
        return "" if self._live else "\n"
