"""Databases of the bench's own, one for each size and kind, in folders of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from wainwright.bench.names import DATABASES
from wainwright.core import keys

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FOREIGN = ("WAINWRIGHT_", "DATABASE_", "DJANGO_")


@dataclass(frozen=True)
class Home:
    """One install of the bench: a data folder and its database."""

    kind: str
    folder: Path
    environment: Mapping[str, str]

    def run(self, module: str, *arguments: str, seconds: float = 3600) -> str:
        """Runs a module of the bench on this install; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "wainwright.bench.inside", module, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=seconds,
        )
        if done.returncode:
            raise SystemExit(f"{module} {' '.join(arguments)} failed on {self.kind}")
        return done.stdout

    @property
    def location(self) -> str:
        """The database's file, or the address of the application's role."""
        if self.kind == SQLITE:
            return str(self.folder / "wainwright.sqlite3")
        return self.environment["DATABASE_URL"]


def copy(original: Home, name: str) -> Home:
    """Another install with the same rows; one of that name is thrown away first."""
    root = original.folder.parent
    drop(original.kind, name, root)
    shutil.copytree(original.folder, root / f"{original.kind}-{name}")
    if original.kind == POSTGRESQL:
        new, old = (_database_name(each) for each in (name, _name(original)))
        with _as_owner() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(new), sql.Identifier(old)
                )
            )
    return home(original.kind, name, root)


@contextmanager
def copied(original: Home, name: str) -> Iterator[Home]:
    """A copy until the block ends: of a large one nothing shall stay behind."""
    try:
        yield copy(original, name)
    finally:
        drop(original.kind, name, original.folder.parent)


def drop(kind: str, name: str, root: Path) -> None:
    """Throws an install of the bench away, where there is one of that name."""
    shutil.rmtree(root / f"{kind}-{name}", ignore_errors=True)
    if kind == POSTGRESQL:
        database = sql.Identifier(_database_name(name))
        with _as_owner() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))


def _as_owner() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_MIGRATE_URL"], autocommit=True)


def _name(home: Home) -> str:
    return home.folder.name.removeprefix(f"{home.kind}-")


def _database_name(name: str) -> str:
    return f"{DATABASES}{name}".replace("-", "_")


def kinds() -> list[str]:
    """SQLite always; PostgreSQL where DATABASE_MIGRATE_URL names an owner who may add databases."""
    return [SQLITE, POSTGRESQL] if os.environ.get("DATABASE_MIGRATE_URL") else [SQLITE]


def home(kind: str, name: str, root: Path) -> Home:
    """The install of this name, made if new. `root` is the bench's folder."""
    folder = root / f"{kind}-{name}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "wainwright.bench.settings",
        "WAINWRIGHT_DATA": str(folder),
        "WAINWRIGHT_LOG_LEVEL": "ERROR",
        "WAINWRIGHT_URL": "http://127.0.0.1:8000",
    }
    if kind == POSTGRESQL:
        environment |= _database(_database_name(name))
        own = keys.kept_in(folder)
        environment |= {
            "WAINWRIGHT_SECRET_KEY": own["secret_key"],
            "WAINWRIGHT_ENCRYPTION_KEYS": own["encryption_keys"],
        }
    return Home(kind, folder, environment)


def _database(name: str) -> dict[str, str]:
    """The addresses of the owner's and the application's role in a database made if new."""
    with _as_owner() as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return {
        setting: urlunsplit(urlsplit(os.environ[setting])._replace(path=f"/{name}"))
        for setting in ("DATABASE_URL", "DATABASE_MIGRATE_URL")
    }
