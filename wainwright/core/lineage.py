"""Processes that never outlive the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PARENT_DIED = 1  # prctl's PR_SET_PDEATHSIG


def end_with(parent: int, signum: int = signal.SIGKILL) -> None:
    """Sends this process `signum` when its parent (told by its id) dies, however that dies.

    Linux alone can promise it; elsewhere nothing is done.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PARENT_DIED, signum)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signum)
