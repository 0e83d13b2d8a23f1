"""Each planted bug still fits the code it is planted in, and the tests it names are there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.trust.__main__ import PLANTED, ROOT, TABLE, read

PATCHES = sorted(PLANTED.glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_it_can_be_planted_and_its_tests_are_there(patch: Path) -> None:
    bug = read(patch)
    subprocess.run(["git", "apply", "--recount", "--check", str(patch)], cwd=ROOT, check=True)
    assert all((ROOT / test.partition("::")[0]).exists() for test in bug.tests)


def test_the_table_has_a_row_for_each() -> None:
    rows = re.findall(r"^\|.*\| `([\w-]+)` \| .* \|$", TABLE.read_text(), re.MULTILINE)
    assert rows == [patch.stem for patch in PATCHES]
