"""A plugin of pytest that notes which lines of the product each test reaches, and for how long.

Every process of a run leaves one file in the folder named by MUTANTS_REACH.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import types
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.changes import ROOT

FOLDER = "MUTANTS_REACH"
PRODUCT = f"{ROOT / 'wainwright'}/"
LONGEST = 15.0  # seconds of tests for one change
_TOOL = sys.monitoring.COVERAGE_ID


@dataclass
class Reach:
    """`tests` by file and line; `seconds` of the processor by test."""

    tests: dict[str, dict[int, set[str]]]
    seconds: dict[str, float]

    def of(self, file: str, lines: range) -> set[str]:
        by_line = self.tests.get(file, {})
        return set().union(*(by_line.get(line, ()) for line in lines))

    def of_words(self, words: tuple[str, ...], texts: dict[str, list[str]]) -> set[str]:
        """Who reaches a line in which one of these words stands."""
        word = re.compile(rf"\b({'|'.join(words)})\b")
        found: set[str] = set()
        for file, lines in texts.items():
            for number, line in enumerate(lines, 1):
                if words and word.search(line):
                    found |= self.of(file, range(number, number + 1))
        return found

    def named_for(self, file: str) -> set[str]:
        return {test for test in self.seconds if f"/test_{Path(file).stem}.py" in test}

    def worth_asking(self, tests: set[str], file: str) -> list[str]:
        """The quickest first, as long as there is time. Those of the file's own area, which more
        often notice, go before others that are ten times as quick, and those named for it first."""
        own, named = f"tests/{file.split('/')[1]}/", self.named_for(file)

        def rank(test: str) -> tuple[float, str]:
            likely = 100 if test in named else 10 if test.startswith(own) else 1
            return self.seconds[test] / likely, test

        chosen, seconds = [], 0.0
        for test in sorted(tests, key=rank):
            if seconds + self.seconds[test] < LONGEST:
                chosen.append(test)
                seconds += self.seconds[test]
        return chosen

    def patience(self, tests: list[str]) -> int:
        """Seconds after which tests that usually take far less are believed to hang."""
        return 60 + int(10 * sum(self.seconds[test] for test in tests))


def read(folder: Path) -> Reach:
    reach = Reach(defaultdict(lambda: defaultdict(set)), {})
    for part in folder.glob("*.json"):
        for test, (seconds, lines) in json.loads(part.read_text()).items():
            reach.seconds[test] = seconds
            for file, number in lines:
                reach.tests[file][number].add(test)
    return reach


_reached: set[tuple[str, int]] = set()
_noted: dict[str, tuple[float, list[tuple[str, int]]]] = {}
_compiled: list[dict[Any, Any]] = []


def _on_line(code: types.CodeType, line: int) -> object:
    if code.co_filename.startswith(PRODUCT):
        _reached.add((code.co_filename, line))
    return sys.monitoring.DISABLE  # until the next test


def pytest_sessionstart() -> None:
    sys.monitoring.use_tool_id(_TOOL, "reach")
    sys.monitoring.register_callback(_TOOL, sys.monitoring.events.LINE, _on_line)


def pytest_collection_finish() -> None:
    """Has it noted which prepared questions are built, for each test to build them anew: who only
    asks what another test built before reaches its lines all the same."""
    from wainwright.core.prepared import Prepared

    build = Prepared._compile

    def noted(question: Prepared[Any], shape: dict[str, Any]) -> Any:
        _compiled.append(question._compiled)
        return build(question, shape)

    Prepared._compile = noted  # type: ignore[method-assign]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    while _compiled:
        _compiled.pop().clear()
    _reached.clear()
    sys.monitoring.restart_events()
    sys.monitoring.set_events(_TOOL, sys.monitoring.events.LINE)
    began = time.process_time()  # however busy the machine is
    try:
        return (yield)
    finally:
        took = time.process_time() - began
        sys.monitoring.set_events(_TOOL, sys.monitoring.events.NO_EVENTS)
        _noted[item.nodeid] = took, [(file[len(f"{ROOT}/") :], n) for file, n in _reached]


def pytest_sessionfinish() -> None:
    if _noted:
        (Path(os.environ[FOLDER]) / f"{os.getpid()}.json").write_text(json.dumps(_noted))
