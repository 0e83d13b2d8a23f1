"""No unfinished marks in the package, and no files in git that name somebody's package index."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from checks.source import PACKAGE

UNFINISHED = re.compile(r"\b(TODO|FIXME|NotImplementedError)\b")
READ = {".py", ".html", ".txt", ".css", ".js", ".typ", ".svg"}
UNTRACKED = {"uv.lock", "pylock.toml", "package-lock.json", ".python-version"}


def problems(root: Path) -> Iterator[str]:
    yield from _unfinished(root)
    yield from _tracked(root)


def _unfinished(root: Path) -> Iterator[str]:
    for path in sorted((root / PACKAGE).rglob("*")):
        place = path.relative_to(root)
        if path.suffix not in READ or "vendor" in place.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if found := UNFINISHED.search(line):
                yield f"{place.as_posix()}:{number}: {found[0]} marks unfinished work"


def _tracked(root: Path) -> Iterator[str]:
    if not (root / ".git").exists():
        return
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    for place in listed.stdout.split("\0"):
        if Path(place).name in UNTRACKED:
            yield f"{place}: is tracked; requirements.lock is the only lock file"
