"""The paths of named routes, by the short way: a page holds a hundred links."""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

# Prefix and routes of the request being answered, None outside of requests; Django's own way of
# asking for them is slow.
answering: ContextVar[tuple[str, str | None] | None] = ContextVar("answering", default=None)

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def _plain(arg: Any) -> bool:
    return isinstance(arg, str) and _PLAIN.fullmatch(arg) is not None


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The path of a named route, with the business's prefix of the request being answered."""
    if not kwargs and all(map(_plain, args)):
        prefix, urlconf = answering.get() or (get_script_prefix(), get_urlconf())
        pattern = _pattern(name, len(args), prefix, urlconf)
        if pattern is not None:
            return pattern.format(*args)
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=2000)
def _pattern(name: str, count: int, prefix: str, urlconf: str | None) -> str | None:
    """The route's path with {} for each argument; reversing every link anew is slow.

    None for a route that takes no plain words.
    """
    marks = [f"mk_{number}0mark" for number in range(count)]
    try:
        path = reverse(name, args=marks or None)
    except NoReverseMatch:
        return None
    for mark in marks:
        path = path.replace(mark, "{}", 1)
    return path
