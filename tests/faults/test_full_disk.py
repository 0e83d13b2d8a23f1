"""The disk is full: a person is told so, nothing confirmed is lost, and with room all goes on."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.buyers import Crowd
from tests.faults.checking import check
from tests.faults.fleet import Fleet
from tests.faults.inside import SLUG
from tests.faults.mailroom import Mailroom, kept_in
from tests.faults.test_killing import work_on
from tests.faults.visitors import words

pytestmark = pytest.mark.slow

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
        reason = "no disk can be mounted here: it takes root and a kernel that lets it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.sqlite
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


@pytest.mark.postgres
def test_a_full_data_folder_beside_postgres_puts_off_documents_and_letters_and_loses_none(
    tmp_path: Path, small_disk: Path, database: dict[str, str]
) -> None:
    with Fleet(tmp_path, database, webs=1, workers=1) as fleet:
        fleet.kill("worker0")
        fleet.inside("sell")
        pdf, cookie = document_of(fleet, "ada0@buyer.example")
        filler = fill(small_disk)
        answer = httpx.get(pdf, cookies=cookie, timeout=60)
        assert answer.status_code == 503, words(answer)
        assert answer.headers["Retry-After"] == "30"
        desk = f"http://127.0.0.1:{fleet.ports[0]}/b/{SLUG}/cancel/"
        assert httpx.post(desk, data=STATEMENT, timeout=60).status_code == 303
        fleet.mend("worker0")
        time.sleep(5)  # it tries
        assert not list((small_disk / "mail").glob("*.eml"))
        filler.unlink()
        assert httpx.get(pdf, cookies=cookie, timeout=60).content.startswith(b"%PDF")
        with Crowd(fleet, seed=1) as crowd:
            work_on(fleet, crowd.promises, 10)
            filler = fill(small_disk)
            time.sleep(2)
            filler.unlink()
            work_on(fleet, crowd.promises, 10)
        fleet.kill(*fleet.names())
        fleet.inside("drain")
        check(fleet, crowd.promises, kept_in(small_disk / "mail"))
        assert list(small_disk.rglob("*.part")) == []


def document_of(fleet: Fleet, email: str) -> tuple[str, dict[str, str]]:
    """The address of a buyer's document, and the cookie that opens it."""
    name, value = fleet.inside(f"let_in {email}")
    hub = f"http://127.0.0.1:{fleet.ports[0]}/b/{SLUG}/hub"
    page = httpx.get(f"{hub}/documents/", cookies={name: value}, timeout=60)
    found = re.search(r"/hub/documents/(\w+)/", page.text)
    assert found, words(page)
    return f"{hub}/documents/{found[1]}/pdf/", {name: value}


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
