"""The database: there, up to date, durable, and within its walls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from wainwright.commands import _install
from wainwright.commands.health.line import Line
from wainwright.core import clock, walls
from wainwright.core.errors import Refused

MOST_SKEW = timedelta(seconds=5)
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def database() -> Iterator[Line]:
    try:
        behind = len(_install.settle_database())
    except Refused as refusal:
        yield Line(_("database"), refusal.message, True)
        return
    if behind:
        yield Line(
            _("database"),
            _("is %(count)s steps behind; run `wainwright migrate`") % {"count": behind},
            True,
        )
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _postgres()


def _sqlite() -> Iterator[Line]:
    durable = _asked("PRAGMA journal_mode") == "wal" and _asked("PRAGMA synchronous") == 2
    if not durable:
        yield Line(_("database"), _("may lose what was acknowledged when power fails"), True)
    if _asked("PRAGMA quick_check(1)") != "ok":
        yield Line(_("database"), _("is damaged; restore a backup"), True)
    elif durable:
        yield Line(_("database"), _("SQLite, whole, every write on disk"))


def _postgres() -> Iterator[Line]:
    unsafe = [name for name in DURABLE if _asked(f"SHOW {name}") == "off"]
    if unsafe:
        yield Line(
            _("database"),
            _("%(names)s is off: writes may be lost") % {"names": ", ".join(unsafe)},
            True,
        )
    if _asked(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ) or _asked("SELECT count(*) FROM pg_tables WHERE tableowner = current_user"):
        yield Line(
            _("database"),
            _("the role of DATABASE_URL steps around row security; use one that owns nothing"),
            True,
        )
    forced = _asked("SELECT count(*) FROM pg_class WHERE relforcerowsecurity")
    wanted = [m for m in walls.tenant_models() if m._meta.label not in walls.DIRECTORY]
    if int(forced) < len(wanted):
        yield Line(
            _("database"), _("row security is not up; run `wainwright migrate` as owner"), True
        )
    if not unsafe:
        yield Line(_("database"), _("PostgreSQL"))
    yield from _clocks()


def _clocks() -> Iterator[Line]:
    """Leases and limits are counted by this machine's clock, locks may wait by the other's."""
    skew = timedelta(seconds=float(_asked("SELECT extract(epoch FROM clock_timestamp())")))
    apart = abs(skew - timedelta(seconds=clock.wall().timestamp()))
    if apart > MOST_SKEW:
        yield Line(
            _("clock"),
            _("is %(seconds)s seconds from the database's; let both ask a time server")
            % {"seconds": round(apart.total_seconds())},
            True,
        )


def _asked(query: str) -> int | str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        value: int | str = cursor.fetchone()[0]
    return value
