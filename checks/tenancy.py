"""Views start from queries that know who asks, never from a bare manager."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from checks.source import PACKAGE, sources

MANAGERS = {"objects", "everywhere", "_default_manager", "_base_manager"}


def problems(root: Path) -> Iterator[str]:
    for source in sources(root, f"{PACKAGE}/web"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
                model = source.full_name(node.value).rpartition(".")[2]
                if model[:1].isupper() or node.attr != "objects":
                    yield (
                        f"{source.at(node)}: {model}.{node.attr} is a bare manager;"
                        " start from a function in queries.py"
                    )
