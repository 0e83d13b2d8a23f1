"""Nobody but core/clock.py asks what time it is, so that a moved clock moves everything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from checks.source import PACKAGE, Source, sources

CLOCK = f"{PACKAGE}/core/clock.py"
OTHER_CLOCKS = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "django.db.models.functions.Now",
    "django.utils.timezone.localdate",
    "django.utils.timezone.now",
    "time.time",
    "time.time_ns",
}
CLOCKS_OF_FIELDS = {"auto_now", "auto_now_add"}


def problems(root: Path) -> Iterator[str]:
    for source in sources(root):
        if source.place != CLOCK:
            yield from _asked(source)


def _asked(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.keyword) and node.arg in CLOCKS_OF_FIELDS:
            yield f"{source.at(node)}: {node.arg} is a clock of its own; store clock.now()"
        elif isinstance(node, ast.Attribute | ast.Name):
            name = source.full_name(node)
            if name in OTHER_CLOCKS:
                yield f"{source.at(node)}: {name} is another clock; use core.clock"
