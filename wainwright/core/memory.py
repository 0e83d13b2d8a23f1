"""What a long-lived process does to stay small and quick."""

from __future__ import annotations

import contextlib
import ctypes
import gc

_ARENA_MAX = -8  # mallopt's M_ARENA_MAX

# Other C libraries know neither pools nor trimming; there it stays as it is.
_where_glibc_is = contextlib.suppress(OSError, AttributeError)


def share_pool() -> None:
    """Lets all threads allocate from one pool: glibc gives each its own, and none gives back.

    Python lets one thread run at a time, so they seldom meet there. Say it before threads start; a
    forked process inherits it.
    """
    with _where_glibc_is:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def keep_what_is_loaded() -> None:
    """What is loaded stays: looking it through for garbage took a sixth of every page. What only
    the loading needed goes back to the system.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    with _where_glibc_is:
        ctypes.CDLL(None).malloc_trim(0)
