"""A database that was taken back to an earlier day is known by the file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from wainwright.core import files, lived
from wainwright.core.models import Lived

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


def test_a_new_install_and_one_that_lives_on_are_no_restored_ones() -> None:
    assert not any(lived.went_back() for _look in range(5))


def test_a_database_taken_back_is_noticed_until_it_is_lived_with() -> None:
    lived.went_back()
    backup = transaction.savepoint_create()
    lived.went_back()
    transaction.savepoint_rollback(backup)
    assert lived.went_back()
    lived.go_on()
    assert not lived.went_back()


def test_a_second_restore_of_the_same_backup_is_noticed_too() -> None:
    lived.went_back()
    backup = transaction.savepoint_create()
    for _restore in range(2):
        lived.went_back()
        transaction.savepoint_rollback(backup)
        assert lived.went_back()
        lived.go_on()


def test_a_lost_file_is_taken_for_a_restore_and_written_again(data: Path) -> None:
    lived.went_back()
    (data / lived.FILE).unlink()
    assert lived.went_back()
    lived.go_on()
    assert not lived.went_back()


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever counted dies before the file is written."""

    def die(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            lived.went_back()


def test_killed_between_database_and_file_at_the_very_first_look_raises_no_alarm(
    killed: None,
) -> None:
    assert Lived.objects.get().marked is False
    assert not lived.went_back()


def test_killed_between_database_and_file_later_raises_no_alarm(
    data: Path, request: pytest.FixtureRequest
) -> None:
    lived.went_back()
    before = (data / lived.FILE).read_text()
    request.getfixturevalue("killed")
    assert (data / lived.FILE).read_text() == before
    assert not lived.went_back()


def test_a_folder_that_cannot_be_written_raises_no_alarm(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(files, "replace", full)
    assert not any(lived.went_back() for _look in range(3))
