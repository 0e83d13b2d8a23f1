"""A plugin of pytest that, instead of running the tests, tries changes on them.

The product is loaded and the database made once; each change is tried in a fork that plants it and
runs the tests it was given, until one fails. The changes come as JSON in the file named by
MUTANTS_TASKS, one answer goes as a line into the pipe numbered by MUTANTS_ANSWERS.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from django.db import connections

from tests import environment
from tests.mutants.changes import changes_of
from tests.mutants.planting import Loaded, NeedsImport

TASKS, ANSWERS = "MUTANTS_TASKS", "MUTANTS_ANSWERS"
KILLED, SURVIVED, NEEDS_IMPORT, BROKEN = range(4)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    tasks = json.loads(Path(os.environ[TASKS]).read_text())
    items = {item.nodeid: item for item in session.items}
    loaded = Loaded({file for file, *_ in tasks})
    _make_database(session.items)
    fresh = Path(shutil.copytree(environment.DATA, f"{environment.DATA}-fresh"))
    try:
        for file, number, tests, seconds in tasks:
            chosen = [*(items[test] for test in tests), session.items[0]]
            answer = _in_a_fork(loaded, file, number, chosen, seconds)
            os.write(int(os.environ[ANSWERS]), f"{file}:{number}:{answer}\n".encode())
            shutil.rmtree(environment.DATA)
            shutil.copytree(fresh, environment.DATA)
    finally:
        shutil.rmtree(fresh)
    return True


def _make_database(items: Sequence[pytest.Item]) -> None:
    """Sets one test up and takes it down: what is made for the whole session stays."""
    bare = {"request", "django_db_setup", "_django_db_helper", "_django_db_marker"}
    needs = [item for item in items if item.get_closest_marker("django_db")]
    first = min(needs, key=lambda item: len(set(getattr(item, "fixturenames", ())) - bare))
    first.ihook.pytest_runtest_setup(item=first)
    first.ihook.pytest_runtest_teardown(item=first, nextitem=items[0])
    connections.close_all()


def _in_a_fork(
    loaded: Loaded, file: str, number: int, tests: Sequence[pytest.Item], seconds: int
) -> int:
    child = os.fork()
    if child == 0:
        answer = BROKEN
        try:
            os.setsid()
            signal.alarm(seconds)
            loaded.plant(file, changes_of(file)[number])
            answer = KILLED  # also by what breaks the run of the tests itself
            if _all_pass(tests):
                answer = SURVIVED
        except NeedsImport:
            answer = NEEDS_IMPORT
        finally:
            os._exit(answer)
    try:
        _, status = os.waitpid(child, 0)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # with what it started
    # What hangs is noticed by whoever waits for it.
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else KILLED


def _all_pass(tests: Sequence[pytest.Item]) -> bool:
    """Runs them but the last, which only says that the session goes on."""
    for test, following in pairwise(tests):
        reports = runtestprotocol(test, log=False, nextitem=following)
        if any(report.failed for report in reports):
            return False
    return True
