"""What a person can set, call, hear or plug in is told of in docs/."""

from __future__ import annotations

import argparse
import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

from checks.source import PACKAGE, Source, sources


def problems(root: Path) -> Iterator[str]:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((root / "docs").rglob("*.md"))
    )
    for kind, found in (
        ("setting", settings(root)),
        ("event", events(root)),
        ("command", commands(root)),
        ("gateway", gateways(root)),
        ("room", rooms(root)),
    ):
        seen: set[str] = set()
        for place, name, pattern in found:
            if name not in seen and not re.search(pattern, text, re.IGNORECASE):
                seen.add(name)
                yield f"{place}: the {kind} {name} is mentioned nowhere in docs/"


Found = Iterator[tuple[str, str, str]]  # place, name, the pattern that counts as a mention


def settings(root: Path) -> Found:
    """Every name read from the environment through a typed helper."""
    for source in sources(root):
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Call)
                and source.full_name(node.func).startswith(f"{PACKAGE}.environ.")
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and re.fullmatch(r"[A-Z][A-Z0-9_]+", str(node.args[0].value))
            ):
                name = str(node.args[0].value)
                yield source.at(node), name, rf"\b{name}\b"


def events(root: Path) -> Found:
    """Every Event with a name of its own; a base that others share has none."""
    for source in sources(root):
        if source.path.name == "events.py":
            for node in source.tree.body:
                if isinstance(node, ast.ClassDef) and _is_event(source, node):
                    yield source.at(node), node.name, rf"\b{node.name}\b"


def _is_event(source: Source, node: ast.ClassDef) -> bool:
    bases = (source.full_name(base).rpartition(".")[2] for base in node.bases)
    named = any(
        isinstance(line, ast.AnnAssign | ast.Assign) and _sets_name(line) for line in node.body
    )
    return named and any(base.endswith("Event") for base in bases)


def _sets_name(line: ast.AnnAssign | ast.Assign) -> bool:
    targets = [line.target] if isinstance(line, ast.AnnAssign) else line.targets
    return any(isinstance(target, ast.Name) and target.id == "name" for target in targets)


def commands(root: Path) -> Found:
    """Every command that the console's own parser knows, down to its acts: `clock advance`."""
    place = f"{PACKAGE}/__main__.py"
    if (root / place).exists():
        parser = runpy.run_path(str(root / place), run_name="console")["parser"]()
        for name in _leaves(parser):
            yield place, name, rf"\bwainwright {name}\b"


def _leaves(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    below = [action for action in parser._actions if isinstance(action.choices, dict)]
    if not below and before:
        yield before
    for action in below:
        for name, child in action.choices.items():
            yield from _leaves(child, f"{before} {name}".strip())


def rooms(root: Path) -> Found:
    """Every room of the dashboard, by its words: a row of a table says who may do what there."""
    for source in sources(root):
        if source.path.as_posix().endswith("web/dashboard/frame.py"):
            for node in ast.walk(source.tree):
                match node:
                    case ast.Tuple(elts=[ast.Constant(), ast.Call(args=[ast.Constant(words)]), _]):
                        yield source.at(node), str(words), rf"\| {re.escape(str(words))} \|"


def gateways(root: Path) -> Found:
    """Every folder of an adapter."""
    for path in sorted((root / PACKAGE / "payments" / "gateways").glob("*/__init__.py")):
        name = path.parent.name
        yield path.relative_to(root).as_posix(), name, rf"\b{name}\b`? gateway\b"
