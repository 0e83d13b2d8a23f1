"""A finished demo starts afresh when told to, and all its letters lead to where it runs."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.postgres import free_port

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

SHORT_STORY = """
import sys
from functools import partial
from wainwright.__main__ import main
from wainwright.commands import _install
folder, port = sys.argv[1:3]
address = {"WAINWRIGHT_URL": f"http://127.0.0.1:{port}", "WAINWRIGHT_DEMO": "yes"}
_install.open_in(folder, address)
from wainwright.demo import seeding
seeding.seed = partial(seeding.seed, days=15, buyers=8)
sys.exit(main(["demo", "--data", folder, "--port", port, *sys.argv[3:]]))
"""
OURS = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("WAINWRIGHT_", "DATABASE_", "DJANGO_"))
}


@contextmanager
def demo(data: Path, port: int, *more: str) -> Iterator[None]:
    """Runs until the block ends, then is told to stop and does."""
    process = subprocess.Popen(
        [sys.executable, "-c", SHORT_STORY, str(data), str(port), *more],
        env=OURS,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Ready: http://127.0.0.1:{port}/\n"
        yield
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.communicate()


def account(data: Path) -> str:
    with closing(sqlite3.connect(data / "wainwright.sqlite3")) as database:
        (found,) = database.execute("SELECT public_id FROM accounts_account").fetchall()
    return str(found[0])


def letters(data: Path) -> dict[str, str]:
    """The words of each letter as they are read."""
    found = {}
    for file in (data / "mail").glob("*.eml"):
        letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = letter.get_body(("plain",))
        assert body is not None
        found[file.name] = body.get_content()
    return found


def ports_in(words: str) -> set[str]:
    return set(re.findall(r"http://127\.0\.0\.1:(\d+)/", words))


def test_reset_begins_anew_and_letters_lead_to_where_it_runs(tmp_path: Path) -> None:
    data, first, second = tmp_path / "demo", free_port(), free_port()
    with demo(data, first):
        before, sent = account(data), letters(data)
    assert ports_in(" ".join(sent.values())) == {str(first)}
    with demo(data, second, "--reset"):
        assert account(data) != before
        anew = letters(data)
        assert not anew.keys() & sent.keys()
        advance = f"clock advance --account nordlicht --days 31 --data {data}"
        subprocess.run(
            [sys.executable, "-m", "wainwright", *advance.split()],
            env=OURS,
            check=True,
            capture_output=True,
            timeout=120,
        )
    assert letters(data).keys() > anew.keys()
    assert ports_in(" ".join(letters(data).values())) == {str(second)}
