"""A PostgreSQL cluster for one command: `python -m tests.postgres COMMAND ...`.

It lives in a temporary folder, listens on a free loopback port, forgets durability, and is gone
when the command ends. The command finds two roles in its environment: DATABASE_MIGRATE_URL is the
owner's, DATABASE_URL the application's, which owns nothing and cannot step around row security.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from wainwright.core.ports import free_port

OWNER, APP = "wainwright_owner", "wainwright_app"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}


def programs() -> Path:
    """The folder of initdb and postgres: version 15 where several are installed."""
    for pattern in ("15", "1[6-9]", "[2-9]?"):
        for folder in sorted(Path("/usr/lib/postgresql").glob(f"{pattern}/bin")):
            if (folder / "initdb").exists():
                return folder
    found = shutil.which("initdb")
    if not found:
        raise SystemExit("PostgreSQL is not installed: run bin/setup --test")
    return Path(found).resolve().parent


def unprivileged() -> dict[str, Any]:
    """Whom the server runs as: initdb refuses root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    somebody = names.get("postgres") or names["nobody"]
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


class Cluster:
    """A server that can be stopped and started again at the same port."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder, self._who, self._port = folder, unprivileged(), free_port()
        if self._who:
            os.chown(folder, self._who["user"], self._who["group"])
        passwords = {role: secrets.token_hex(16) for role in ("postgres", OWNER, APP)}
        self._password = passwords["postgres"]
        self._options = {} if durable else QUICK
        _make(folder, self._who, self._password)
        self.start()
        try:
            _make_roles(self._port, passwords)
        except BaseException:
            self.stop()
            raise
        self.addresses = {
            "DATABASE_MIGRATE_URL": _address(OWNER, passwords[OWNER], self._port),
            "DATABASE_URL": _address(APP, passwords[APP], self._port),
        }

    def start(self) -> None:
        """Runs the server; returns when it answers."""
        options = self._options | {
            "port": str(self._port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self._folder),
        }
        self._server = subprocess.Popen(
            [
                str(programs() / "postgres"),
                "-D",
                str(self._folder / "data"),
                *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
            ],
            stdin=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,  # Ctrl-C reaches the tests first, then stops it in order
            **self._who,
        )
        try:
            _wait(self._server, self._port, self._password)
        except BaseException:
            self.stop()
            raise

    def stop(self, *, how: int = signal.SIGINT) -> None:
        """Fast, or immediate with SIGQUIT; by force where that does not help."""
        for signum in (how, signal.SIGQUIT, signal.SIGKILL):
            if self._server.poll() is not None:
                return
            self._server.send_signal(signum)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(SECONDS_TO_STOP)


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Runs a cluster; its addresses are those of its two roles by setting name."""
    folder = Path(tempfile.mkdtemp(prefix="wainwright-pg-"))
    try:
        running = Cluster(folder, durable=durable)
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, who: dict[str, Any], password: str) -> None:
    secret = folder / "superuser"
    secret.write_text(password, encoding="ascii")
    if who:
        os.chown(secret, who["user"], who["group"])
    subprocess.run(
        [
            programs() / "initdb",
            f"--pgdata={folder / 'data'}",
            "--username=postgres",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
        cwd=folder,
        **who,
    )
    secret.unlink()


def _wait(server: subprocess.Popen[bytes], port: int, password: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            _superuser(port, password).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("PostgreSQL did not start") from None
            time.sleep(0.1)
        else:
            return


def _superuser(port: int, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", password=password, autocommit=True
    )


def _make_roles(port: int, passwords: dict[str, str]) -> None:
    with _superuser(port, passwords["postgres"]) as connection:
        for role, rights in ((OWNER, "CREATEDB"), (APP, "NOCREATEDB")):
            connection.execute(
                f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS {rights}"
                f" PASSWORD '{passwords[role]}'"
            )
        connection.execute(f"CREATE DATABASE wainwright OWNER {OWNER}")


def _address(role: str, password: str, port: int) -> str:
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/wainwright"


def main(command: Sequence[str]) -> int:
    # An end from outside is turned into an exception, so that the cluster still stops.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster() as running:
        child = subprocess.Popen(command, env=os.environ | running.addresses)
        try:
            return child.wait()
        except KeyboardInterrupt:
            return child.wait(SECONDS_TO_STOP)
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait(SECONDS_TO_STOP)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
