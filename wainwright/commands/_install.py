"""Opening an install: its data folder, Django's settings, and a database that fits the code."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from wainwright.core.errors import Refused

SPOKEN = {"audit", "doctor", "rotatekeys", "simulate"}

DEMO_ADDRESS = "demo.url"

# Where systems keep the time zones. Not told, Python loads all it was built with to find the same:
# a megabyte in every process.
ZONES = ":".join(
    ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")
)


def open_in(data: str | None, environment: Mapping[str, str]) -> None:
    """Starts Django on the data folder (see `choose`)."""
    choose(data, environment)

    import django

    django.setup()


def choose(data: str | None, environment: Mapping[str, str]) -> None:
    """Says to Django, and to what this process starts, which data folder to open.

    `environment` fills in settings that nobody made; beside a demo, the address is the one it was
    last started at.
    """
    if data is not None:
        os.environ["WAINWRIGHT_DATA"] = data
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wainwright.settings")
    os.environ.setdefault("PYTHONTZPATH", ZONES)
    folder = Path(os.environ.get("WAINWRIGHT_DATA") or ".data")
    _make_folder(folder)
    if (folder / DEMO_ADDRESS).exists():
        os.environ.setdefault("WAINWRIGHT_URL", (folder / DEMO_ADDRESS).read_text())


@contextmanager
def in_language_of_terminal(command: str) -> Iterator[None]:
    """What a command of SPOKEN finds is said in the terminal's language, if we speak it.

    The others write for other people, each in his own language.
    """
    if command not in SPOKEN:  # `serve` has no Django here
        yield
        return
    from django.conf import settings
    from django.utils import translation

    named = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    code = next((name[:2] for name in named if name), "")
    with translation.override(code) if code in dict(settings.LANGUAGES) else nullcontext():
        yield


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise Refused(f"{folder} is a file; name a folder with --data.") from None
    except OSError as error:
        raise Refused(f"The folder {folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Refused(f"The folder {folder} cannot be written to by this user.")


def ready_database() -> None:
    """A database that fits the code, migrated if nobody lives there yet; else a refusal.

    One that was restored is opened with billing paused.
    """
    from django.utils.translation import gettext as _

    from wainwright.payments import restoring

    behind = settle_database()
    if behind:
        raise Refused(
            _(
                "The database is older than this version (%(count)s steps behind)."
                " Make a backup, then run `wainwright migrate`."
            )
            % {"count": len(behind)}
        )
    restoring.watch()


def settle_database() -> list[str]:
    """Migrates an embedded database where nobody lives yet; returns what is still behind."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError
    from django.utils.translation import gettext as _

    try:
        if not settings.EMBEDDED:
            return pending()
        with _alone(settings.DATA / "migrate.lock"):
            behind = pending()
            if behind and _uninhabited():
                call_command("migrate", interactive=False, verbosity=0)
                return []
            return behind
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        raise Refused(_("The database does not answer: %(reason)s") % {"reason": reason}) from None


def pending(alias: str = "default") -> list[str]:
    """The migrations this code has and the database has not, by name.

    Told by their files, which are not read: what they hold stays in memory for good, and no start
    but one that migrates needs it.
    """
    from django.apps import apps
    from django.conf import settings
    from django.db import connections

    connection = connections[alias]
    made: set[tuple[str, str]] = set()
    with connection.cursor() as cursor:
        if "django_migrations" in connection.introspection.table_names(cursor):
            cursor.execute("SELECT app, name FROM django_migrations")
            made.update(cursor.fetchall())
    return [
        f"{app.label}.{file.stem}"
        for app in apps.get_app_configs()
        if app.label not in settings.MIGRATION_MODULES  # there stands which apps go without
        for file in sorted(Path(app.path, "migrations").glob("[0-9]*.py"))
        if (app.label, file.stem) not in made
    ]


def _uninhabited() -> bool:
    from django.db import connection

    from wainwright.accounts.models import Account

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return Account._meta.db_table not in tables or not Account.objects.exists()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Server and worker may start at once over an empty folder: one migrates, the other waits."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
