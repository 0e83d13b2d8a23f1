"""What says of a database that it is the bench's own, and may be thrown away.

The mark stands in the database itself, in a table of its own with one row: the fingerprint of what
was built there, empty until all of it was.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from wainwright.accounts.models import Account
from wainwright.bench.homes import SQLITE
from wainwright.bench.names import AGENCY, DATABASES, FOLDER
from wainwright.core.errors import Refused

TABLE = "bench_mark"


def owner() -> str:
    """The connection that may change the schema."""
    return "owner" if "owner" in connections.databases else "default"


def built() -> str:
    """The fingerprint of what was built here to its end; "" where nothing was."""
    if TABLE not in _tables():
        return ""
    with connections[owner()].cursor() as cursor:
        cursor.execute(f"SELECT built FROM {TABLE}")
        found: str = cursor.fetchone()[0]
    return found


def mark(built: str = "") -> None:
    """Marks the database as the bench's: at first, and again when all of it is built."""
    with connections[owner()].cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (built text NOT NULL)")
        cursor.execute(f"DELETE FROM {TABLE}")
        cursor.execute(f"INSERT INTO {TABLE} (built) VALUES (%s)", [built])


def refuse_unless_ours() -> None:
    """Refused where the database holds anything, and name or mark do not say it is the bench's."""
    if not _tables():
        return
    if not _named():
        raise Refused(
            _("%(database)s is not called as a database of the bench. Nothing in it was changed.")
            % {"database": _place()}
        )
    if TABLE not in _tables() and not _holds_the_bench_alone():
        raise Refused(
            _("%(database)s is not marked as bench data. Nothing in it was changed.")
            % {"database": _place()}
        )


def _named() -> bool:
    if settings.EMBEDDED:
        folder = settings.DATA
        return bool(folder.parent.name == FOLDER and folder.name.startswith(f"{SQLITE}-"))
    return all(
        str(connections[alias].settings_dict["NAME"]).startswith(DATABASES)
        for alias in connections.databases
    )


def _holds_the_bench_alone() -> bool:
    """So it was known before there were marks: no account but the bench's ever was in it."""
    if Account._meta.db_table not in _tables():
        return False
    names = Account.objects.using(owner()).values_list("name", flat=True)
    return set(names) <= {AGENCY}


def _tables() -> list[str]:
    connection = connections[owner()]
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def _place() -> str:
    return str(connections[owner()].settings_dict["NAME"])
