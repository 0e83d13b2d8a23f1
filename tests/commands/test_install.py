"""An install begins by itself, is never migrated unasked, and its processes end when told."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.commands.conftest import Said
from tests.postgres import free_port
from tests.server import Server
from wainwright.accounts import opening
from wainwright.commands import _install

Run = Callable[..., Said]


def console(*arguments: object) -> subprocess.Popen[str]:
    """A console command in a process, and a session, of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "wainwright", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.slow
@pytest.mark.sqlite
def test_two_commands_at_once_make_one_database_of_an_empty_folder(tmp_path: Path) -> None:
    both = [console("audit", "--data", tmp_path / "new") for _ in range(2)]
    said = [command.communicate(timeout=120)[0] for command in both]
    assert [command.returncode for command in both] == [0, 0], said
    assert all(text.endswith("invariants, 0 broken\n") for text in said)


@pytest.mark.django_db
@pytest.mark.sqlite
@pytest.mark.slow  # wants the migrations that the fast run leaves out
def test_a_database_with_accounts_is_only_migrated_when_asked(run: Run) -> None:
    opening.open_account(slug="acme", name="Acme", email="ann@acme.example")
    for newest in MigrationLoader(connection).graph.leaf_nodes("sales"):
        MigrationRecorder(connection).record_unapplied(*newest)
    said = run("audit")
    assert said.code == 1
    assert said.err.startswith("The database is older than this version")


@pytest.mark.django_db
@pytest.mark.slow  # wants the migrations that the fast run leaves out
def test_what_is_pending_is_told_by_the_files_as_django_tells_it() -> None:
    assert _install.pending() == []
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app__in=["billing", "sites", "sales"]).delete()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    behind = sorted(f"{step.app_label}.{step.name}" for step, _backwards in plan)
    assert sorted(_install.pending()) == behind != []


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.sqlite
def test_migrating_again_changes_nothing(run: Run) -> None:
    assert run("migrate").out == "The database is up to date.\n"


@pytest.mark.django_db
def test_a_port_that_is_taken_is_refused(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = run("serve", "--port", str(taken.getsockname()[1]))
    assert said.code == 1
    assert said.err.endswith("Choose another with --port.\n")


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_server_ends_in_time_even_if_its_process_hangs(tmp_path: Path) -> None:
    port = free_port()
    with console("serve", "--port", port, "--data", tmp_path) as server:
        try:
            until(lambda: healthy(port))
            for child in children(server.pid):
                os.kill(child, signal.SIGSTOP)
            server.terminate()
            server.wait(timeout=10)
            assert not healthy(port)
        finally:
            kill_all(server.pid)


@pytest.mark.slow
@pytest.mark.sqlite
def test_ctrl_c_in_a_terminal_ends_the_server_in_good_order(tmp_path: Path) -> None:
    port = free_port()
    with console("serve", "--port", port, "--data", tmp_path) as server:
        try:
            until(lambda: healthy(port))
            os.killpg(server.pid, signal.SIGINT)
            said = server.communicate(timeout=10)[0]
            assert server.returncode == 0
            assert "Killing" not in said
        finally:
            kill_all(server.pid)


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_server_that_cannot_open_the_install_says_why_once_and_ends(tmp_path: Path) -> None:
    (tmp_path / "wainwright.sqlite3").write_text("no database at all, but a page of prose" * 99)
    with console("serve", "--port", free_port(), "--data", tmp_path) as server:
        said = server.communicate(timeout=30)[0]
        assert server.returncode == 1
        assert said == "The database does not answer: file is not a database\n"


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_killed_server_leaves_nobody_who_answers(tmp_path: Path) -> None:
    port = free_port()
    with console("serve", "--port", port, "--data", tmp_path) as server:
        try:
            until(lambda: healthy(port))
            server.kill()
            until(lambda: not healthy(port), seconds=5)
        finally:
            kill_all(server.pid)


WAITING = """
import django, signal, sqlite3, sys
django.setup()
from wainwright.commands.worker import end_in_time
signal.signal(signal.SIGTERM, lambda *_: None)
end_in_time()
print("waits", flush=True)
sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60).execute("BEGIN IMMEDIATE")
"""


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_worker_whose_main_thread_waits_for_the_database_ends_in_time(tmp_path: Path) -> None:
    file = tmp_path / "held.sqlite3"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-c", WAITING, str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "waits\n"
            worker.terminate()
            assert worker.wait(timeout=10) == 0


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_worker_sweeps(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.run(
            "createaccount", "--slug", "acme", "--email", "ann@acme.example", "--name", "Acme"
        )

        def swept() -> bool:
            done = console("doctor", "--data", tmp_path / "data")
            return "worker: at work" in done.communicate(timeout=60)[0]

        until(swept)


def until(happens: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def children(pid: int) -> list[int]:
    """Who has this parent, as /proc tells."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return found


def kill_all(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
