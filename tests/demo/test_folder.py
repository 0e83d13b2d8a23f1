"""A demo's folder is made anew where it was not finished, and nobody else's is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from wainwright.core.errors import Refused
from wainwright.demo.folder import DATABASE, Folder
from wainwright.web.landing.ways import Login, Regular, Ways

WAYS = Ways("a password", (Login("ann@a.example", "Ann", ""),), (Regular("b@b.example", "B", "a"),))


def fill(folder: Folder) -> None:
    (folder.path / DATABASE).touch()
    (folder.path / f"{DATABASE}-wal").touch()
    (folder.path / "mail").mkdir()
    (folder.path / "mail" / "one.eml").touch()
    (folder.path / "keys.json").touch()


def test_a_finished_demo_is_complete_and_tells_its_ways(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.begin()
    assert not folder.is_complete
    folder.finish(WAYS)
    assert folder.is_complete
    assert Ways.read(tmp_path) == WAYS


def test_a_killed_seeding_is_cleared(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.begin()
    fill(folder)
    folder.clear()
    assert {file.name for file in tmp_path.iterdir()} == {"demo.unfinished", "keys.json"}


def test_clearing_a_finished_demo_leaves_none(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.begin()
    fill(folder)
    folder.finish(WAYS)
    folder.clear()
    assert not folder.is_complete
    assert Ways.read(tmp_path) is None
    assert not (tmp_path / DATABASE).exists()


def test_an_install_that_is_no_demo_is_left_as_it_is(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    fill(folder)
    with pytest.raises(Refused, match="no demo"):
        folder.clear()
    assert (tmp_path / DATABASE).exists()
    assert (tmp_path / "mail" / "one.eml").exists()


def test_an_empty_folder_is_fine(tmp_path: Path) -> None:
    Folder(tmp_path).clear()


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        Folder(tmp_path).alone(),
        pytest.raises(Refused, match="already"),
        Folder(tmp_path).alone(),
    ):
        pass
