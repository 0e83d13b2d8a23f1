"""Plants one bug after the other in a copy of the product, and tells which test catches it.

    bin/trust            all of them
    bin/trust NAME ...   some of them

A bug is a patch in tests/trust/planted/. Its head says what it breaks, which tests are asked, and,
where SQLite could not show it, that they are asked on PostgreSQL. Each is written into the table of
docs/trust.md as soon as it was tried. Ends with 1 if one is not caught.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
PLANTED = Path(__file__).parent / "planted"
TABLE = ROOT / "docs" / "trust.md"
COPIED = ("wainwright", "tests", "checks", "pyproject.toml")
NOT_CAUGHT, NOT_TRIED = "not caught", "not tried yet"
BEGIN, END = "<!-- planted -->", "<!-- /planted -->"


@dataclass(frozen=True)
class Bug:
    patch: Path
    what: str
    tests: tuple[str, ...]
    on_postgresql: bool

    @property
    def name(self) -> str:
        return self.patch.stem


def read(patch: Path) -> Bug:
    head = patch.read_text().partition("\n\n")[0]
    said = dict(line.split(": ", 1) for line in head.splitlines())
    return Bug(patch, said["Bug"], tuple(said["Tests"].split()), "Database" in said)


def main(names: Sequence[str]) -> int:
    bugs = [read(patch) for patch in sorted(PLANTED.glob("*.patch"))]
    chosen = [bug for bug in bugs if not names or bug.name in names]
    with TemporaryDirectory(prefix="wainwright-trust-") as folder:
        copy = _copied(Path(folder))
        _refuse_if_unsound(copy, chosen)
        caught = {}
        for bug in chosen:
            caught[bug.name] = _caught_by(bug, copy)
            print(_row(bug, caught[bug.name]), flush=True)
            _write(bugs, caught)
    return int(NOT_CAUGHT in caught.values())


def _copied(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    return folder


def _refuse_if_unsound(copy: Path, bugs: Iterable[Bug]) -> None:
    """A test that fails without any bug would catch everything."""
    for on_postgresql in (False, True):
        asked = {test for bug in bugs if bug.on_postgresql == on_postgresql for test in bug.tests}
        if asked and (failed := _first_failure(copy, sorted(asked), on_postgresql)):
            raise SystemExit(f"trust: {failed} fails without any bug")


def _caught_by(bug: Bug, copy: Path) -> str:
    _apply(bug, copy)
    try:
        test = _first_failure(copy, bug.tests, bug.on_postgresql)
        return f"`{test.removeprefix('tests/')}`" if test else NOT_CAUGHT
    finally:
        _apply(bug, copy, "--reverse")


def _apply(bug: Bug, copy: Path, *way: str) -> None:
    subprocess.run(["git", "apply", "--recount", *way, str(bug.patch)], cwd=copy, check=True)


def _first_failure(copy: Path, tests: Sequence[str], on_postgresql: bool) -> str:
    """The test that failed first; "" if none did."""
    python = sys.executable
    other = "sqlite" if on_postgresql else "postgres"
    command = [
        *([python, "-m", "tests.postgres"] if on_postgresql else []),
        *(python, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"),
        *([] if on_postgresql else ["--nomigrations"]),
        *("-m", f"not nightly and not browser and not {other}"),
        *tests,
    ]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (\S+::\w+)", done.stdout, re.MULTILINE)
    if failed is None:
        raise SystemExit(f"trust: the tests did not run\n{done.stdout}{done.stderr}")
    return failed[1]


def _row(bug: Bug, caught_by: str) -> str:
    return f"| {bug.what} | `{bug.name}` | {caught_by} |"


def _write(bugs: Iterable[Bug], caught: Mapping[str, str]) -> None:
    """The table of all bugs; what was not tried now stands as it was."""
    before, table, after = re.split(f"({BEGIN}.*{END})", TABLE.read_text(), flags=re.DOTALL)
    known = dict(re.findall(r"^\|.*\| `([\w-]+)` \| (.*) \|$", table, re.MULTILINE)) | caught
    head = "| what is broken | bug | caught by |\n| --- | --- | --- |"
    rows = [_row(bug, known.get(bug.name, NOT_TRIED)) for bug in bugs]
    TABLE.write_text(before + "\n".join([BEGIN, "", head, *rows, "", END]) + after)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
