"""`wainwright prove` over a small demo: each proof has its line, and the demo stays as it was."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

SEED = """
import sys
from wainwright.commands import _install
_install.open_in(sys.argv[1], {})
_install.ready_database()
from django.conf import settings
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.models import Customer
from wainwright.demo import seeding
from wainwright.demo.folder import Folder
from wainwright.web.landing.ways import Regular, Ways
folder = Folder(settings.DATA)
folder.begin()
account = seeding.seed(days=60, buyers=20)
with scope(account.pk, TEST):
    buyers = Customer.objects.select_related("business").filter(
        business__slug__in=["nordlicht", "lindenhof", "fernhill"]
    )
    named = {one.business.slug: Regular(one.email, one.name, one.business.slug) for one in buyers}
folder.finish(Ways(seeding.PASSWORD, (), tuple(named.values())))
"""


def command(*arguments: str, told: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WAINWRIGHT_", "DATABASE_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, *arguments],
        env=ours | (told or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def prove(data: Path, **told: str) -> subprocess.CompletedProcess:
    return command("-m", "wainwright", "prove", "--data", str(data), told=told)


def prints(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "demo.lock"
    }


def test_each_proof_holds_and_the_demo_stays_as_it_was(tmp_path: Path) -> None:
    seeded = command("-c", SEED, str(tmp_path / "demo"))
    assert seeded.returncode == 0, seeded.stderr
    before, workshops = prints(tmp_path / "demo"), tmp_path / "workshops"
    workshops.mkdir()
    elsewhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}  # an install's, unread
    said = prove(tmp_path / "demo", TMPDIR=str(workshops), **elsewhere)
    assert said.returncode == 0, said.stdout + said.stderr
    audit, legal_desk, year, access, last = said.stdout.splitlines()
    assert audit.split()[:2] == ["audit", "ok"]
    assert "invariants over" in audit
    assert "10 statements confirmed by page and file, 10 by letter" in legal_desk
    assert "365 days as the reference foresaw" in year
    assert re.search(r"\d+ routes × 8 kinds of users = \d{4} tries: 0 leaks, 0 wrong", access)
    assert last.startswith("4 proofs, 0 failed, in ")
    assert prints(tmp_path / "demo") == before
    assert list(workshops.iterdir()) == []


def test_what_is_no_demo_is_refused(tmp_path: Path) -> None:
    said = prove(tmp_path)
    assert (said.returncode, said.stdout) == (1, "")
    assert "holds no complete demo" in said.stderr
    assert not list(tmp_path.iterdir())
