"""The only source of chance for public ids and signing secrets: the system's, or a simulation's."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_source: Callable[[int], bytes] = secrets.token_bytes


def token_bytes(count: int) -> bytes:
    """So many bytes that nobody can guess."""
    return _source(count)


@contextmanager
def drawn_from(source: Callable[[int], bytes]) -> Iterator[None]:
    """Draws from another source meanwhile. For simulations only: what it draws can be repeated."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
