"""The bench throws away what carries its name and its mark, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wainwright.bench import homes
from wainwright.bench.homes import Home

pytestmark = pytest.mark.slow

KIND = homes.kinds()[-1]
BUILDERS = [
    pytest.param(["building", "10000"], id="orders"),
    pytest.param(["pile", "3", "2"], id="renewals"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One of the bench's by name, in which somebody opened an account."""
    root = tmp_path_factory.mktemp("marking") / "bench"
    made = homes.home(KIND, "marking", root)
    made.run("empty")
    named = ["--slug", "ann", "--email", "ann@shop.example", "--name", "Ann"]
    assert wainwright(made, "createaccount", *named) == 0
    yield made
    homes.drop(KIND, "marking", root)


def wainwright(home: Home, *arguments: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "wainwright", *arguments],
        env=home.environment,
        capture_output=True,
        timeout=60,
    ).returncode


@pytest.mark.parametrize("builder", BUILDERS)
def test_what_is_not_marked_is_left_as_it_is(
    home: Home, builder: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        home.run(*builder)
    assert "is not marked as bench data. Nothing in it was changed." in capfd.readouterr().err
    assert wainwright(home, "clock", "show", "--account", "ann") == 0


@pytest.mark.sqlite
@pytest.mark.parametrize("builder", BUILDERS)
def test_what_has_another_name_is_left_as_it_is(
    home: Home, tmp_path: Path, builder: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    other = homes.home(KIND, "marking", tmp_path / "shop")
    shutil.copy(home.location, other.location)
    with pytest.raises(SystemExit):
        other.run(*builder)
    assert "is not called as a database of the bench" in capfd.readouterr().err
    assert wainwright(other, "clock", "show", "--account", "ann") == 0
