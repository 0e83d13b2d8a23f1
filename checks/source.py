"""Reading the package's Python source as trees, with names resolved through its imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "wainwright"


@dataclass(frozen=True)
class Source:
    path: Path
    place: str  # the path from the project's root, as people write it

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), self.place)

    @cached_property
    def imported(self) -> dict[str, str]:
        """The full name behind each imported one: `dt` -> `datetime.datetime`."""
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    names[alias.asname or whole] = whole
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return names

    def full_name(self, node: ast.AST) -> str:
        """`timezone.now` -> `django.utils.timezone.now`; empty for what is no dotted name."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            before = self.full_name(node.value)
            return f"{before}.{node.attr}" if before else ""
        return ""

    def at(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        return f"{self.place}:{node.lineno}"


def sources(root: Path, under: str = PACKAGE) -> Iterator[Source]:
    for path in sorted((root / under).rglob("*.py")):
        yield Source(path, path.relative_to(root).as_posix())
