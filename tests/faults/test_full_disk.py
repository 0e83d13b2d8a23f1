"""The disk is full: a person is told so, nothing confirmed is lost, and with room all goes on."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.buyers import Crowd, words
from tests.faults.checking import check
from tests.faults.fleet import Fleet
from tests.faults.inside import SLUG
from tests.faults.mailroom import Mailroom
from tests.faults.test_killing import work_on

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

STATEMENT = {"name": "Ada", "contract": "Studio", "email": "ada@buyer.example"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB of its own."""
    folder = tmp_path / "data"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here: it takes root and a kernel that lets it")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_answers_503_and_loses_nothing(
    tmp_path: Path, small_disk: Path, mailroom: Mailroom
) -> None:
    with Fleet(tmp_path, {"WAINWRIGHT_SMTP_URL": mailroom.url}, webs=1, workers=1) as fleet:
        desk = f"http://127.0.0.1:{fleet.ports[0]}/b/{SLUG}/cancel/"
        with Crowd(fleet, seed=1) as crowd:
            work_on(fleet, crowd.promises, 10)
            for _time in range(2):
                filler = fill(small_disk)
                answer = httpx.post(desk, data=STATEMENT, timeout=60)
                assert answer.status_code == 503, words(answer)
                assert answer.headers["Retry-After"] == "30"
                assert "All that was confirmed to you is kept" in words(answer)
                time.sleep(2)
                filler.unlink()
                assert httpx.post(desk, data=STATEMENT, timeout=60).status_code == 303
                work_on(fleet, crowd.promises, 10)
        fleet.kill(*fleet.names())
        check(fleet, crowd.promises, mailroom)
        assert list(small_disk.rglob("*.part")) == []


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, 2**12):
            try:
                while True:
                    file.write(os.urandom(2**12) * (size // 2**12))
            except OSError:
                continue
    return filler
