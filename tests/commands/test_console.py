"""The console refuses in one sentence and never shows a traceback."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.commands.conftest import Said
from wainwright import __version__

Run = Callable[..., Said]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "wainwright: the following arguments are required: COMMAND"),
        (["sing"], "wainwright: argument COMMAND: invalid choice: 'sing'"),
        (["serve", "--port", "80000"], "'80000' is not a whole number from 1 to 65535"),
        (["clock", "advance", "--account", "a", "--days", "-1"], "'-1' is not a whole number"),
        (["clock", "advance", "--account", "a"], "the following arguments are required: --days"),
        (["createaccount", "--slug", "a"], "the following arguments are required: --email, --name"),
        (["import", "orders", "x.csv"], "the following arguments are required: --business"),
    ],
)
def test_misuse_is_told_in_one_sentence(run: Run, arguments: list[str], sentence: str) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_the_version_is_told(run: Run) -> None:
    said = run("--version")
    assert (said.code, said.out) == (0, f"wainwright {__version__}\n")


def test_help_names_every_command(run: Run) -> None:
    said = run("--help")
    assert said.code == 0
    for command in ("serve", "worker", "migrate", "doctor", "audit", "createaccount", "clock"):
        assert f"    {command} " in said.out


def test_a_data_folder_that_is_a_file_is_refused(run: Run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("WAINWRIGHT_DATA", "unchanged after the test")
    file = tmp_path / "file"
    file.touch()
    said = run("audit", "--data", str(file))
    assert (said.code, said.err) == (1, f"{file} is a file; name a folder with --data.\n")
