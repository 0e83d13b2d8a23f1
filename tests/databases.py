"""The two databases the tests run on.

SQLite is a file, as in a real install, so that threads and locks behave as they do there.
PostgreSQL is migrated by the owner and then used by the application's role, so that row security
is forced in tests exactly as it is in production.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from wainwright.core import walls


def keep_sqlite_in(folder: Path) -> None:
    if settings.EMBEDDED:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = folder / "tests.sqlite3"


def lay_postgres(name: str) -> None:
    """Makes the database as the owner; leaves the connection with the application's role."""
    app, owner = dict(settings.DATABASES["default"]), settings.MIGRATE_DATABASE
    _create(name, owner)
    _connect_as(owner, name)
    call_command("migrate", interactive=False, verbosity=0)
    walls.raise_walls(connection, app["USER"])
    with connection.cursor() as cursor:
        # Only tests may empty tables: those that commit are cleaned up after that way.
        role = connection.ops.quote_name(app["USER"])
        cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {role}")
    _connect_as(app, name)


def _create(name: str, owner: dict[str, Any]) -> None:
    with psycopg.connect(
        dbname="postgres",
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"],
        port=owner["PORT"],
        autocommit=True,
    ) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _connect_as(role: dict[str, Any], name: str) -> None:
    """Threads that connect later follow: they read the same settings."""
    connection.close()
    connection.settings_dict.update(USER=role["USER"], PASSWORD=role["PASSWORD"], NAME=name)
