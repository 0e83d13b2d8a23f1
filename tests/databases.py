"""The two databases the tests run on.

SQLite is a file, as in a real install, so that threads and locks behave as they do there.
PostgreSQL is migrated by the owner and then used by the application's role, so that row security
is forced in tests exactly as it is in production.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql


def keep_sqlite_in(folder: Path) -> None:
    if settings.EMBEDDED:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = folder / "tests.sqlite3"


def lay_postgres(name: str) -> None:
    """Makes the database as the owner; the application's connection is then turned to it."""
    owner, app = connections["owner"], connections["default"]
    _create(name, owner.settings_dict)
    for connection in (owner, app):
        connection.close()
        connection.settings_dict["NAME"] = name  # threads that connect later read it too
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    role = app.settings_dict["USER"]
    with owner.cursor() as cursor:
        # Only tests may empty tables: those that commit are cleaned up after that way.
        quoted = owner.ops.quote_name(role)
        cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {quoted}")
    owner.close()


def fresh_postgres(name: str) -> dict[str, str]:
    """A new, empty database in the run's cluster, as the settings of an install."""
    _create(name, connections["owner"].settings_dict)
    addresses = {role: os.environ[role] for role in ("DATABASE_URL", "DATABASE_MIGRATE_URL")}
    return {
        role: urlsplit(address)._replace(path=f"/{name}").geturl()
        for role, address in addresses.items()
    }


def copy_postgres(name: str, *, to: str) -> None:
    """Puts a copy of a database there, one of the run's cluster to which nobody is connected."""
    _create(to, connections["owner"].settings_dict, like=name)


def _create(name: str, owner: dict[str, Any], *, like: str = "template1") -> None:
    with psycopg.connect(
        dbname="postgres",
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"],
        port=owner["PORT"],
        autocommit=True,
    ) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        admin.execute(made.format(sql.Identifier(name), sql.Identifier(like)))
