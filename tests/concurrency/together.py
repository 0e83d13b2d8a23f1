"""Running the same thing at the same moment in several threads, each with its own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from wainwright.core.tenancy import TEST, scope


def together(account_id: int, *acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, in their order; all of them start together."""
    barrier = threading.Barrier(len(acts), timeout=20)
    results: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            with scope(account_id, TEST):
                results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(index, act), daemon=True)
        for index, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
