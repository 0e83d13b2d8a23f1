"""What a long-lived process does to stay small and quick."""

from __future__ import annotations

import contextlib
import ctypes
import gc

_ARENA_MAX = -8  # mallopt's M_ARENA_MAX
POOLS = 2


def share_pools() -> None:
    """Lets all threads allocate from two pools: glibc gives each its own, and none gives back.

    Say it before threads start; a forked process inherits it. Other C libraries know no such pools.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, POOLS)


def keep_what_is_loaded() -> None:
    """What is loaded stays: looking it through for garbage took a sixth of every page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
