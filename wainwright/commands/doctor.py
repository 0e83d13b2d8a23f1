"""`wainwright doctor`: what is missing or unsafe, one line each."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.mail import mailers
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from wainwright.accounts import directory
from wainwright.commands import _install
from wainwright.core import clock, vault, walls
from wainwright.core.errors import Refused
from wainwright.core.models import Delivery, SweepMark
from wainwright.core.tenancy import LIVE, scope
from wainwright.letters.models import Letter
from wainwright.payments.models import Connection

WORKER_PATIENCE = timedelta(minutes=5)
LEAST_FREE = 500 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    about: str
    text: str
    unsafe: bool = False


def run(options: argparse.Namespace) -> int:
    """Looks at settings, files, database, worker and mail. 1 if anything is unsafe."""
    lines = [line for check in CHECKS for line in _all(check)]
    for line in lines:
        print(f"{'UNSAFE' if line.unsafe else 'ok':6}  {line.about}: {line.text}")
    return 1 if any(line.unsafe for line in lines) else 0


def _all(check: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    try:
        yield from check()
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        yield Line(_("database"), _("cannot be asked: %(reason)s") % {"reason": reason}, True)


def address() -> Iterator[Line]:
    if settings.ON_LOOPBACK:
        yield Line(_("address"), _("%(url)s, this machine only") % {"url": settings.URL})
    elif not settings.URL.startswith("https://"):
        yield Line(
            _("address"),
            _("%(url)s is not encrypted; set WAINWRIGHT_URL to an https address")
            % {"url": settings.URL},
            True,
        )
    else:
        yield Line(_("address"), settings.URL)
        if not settings.TRUSTED_PROXIES:
            yield Line(
                _("proxy"),
                _("set WAINWRIGHT_TRUSTED_PROXIES to the proxy that ends https"),
                True,
            )
    if settings.DEMO and not settings.ON_LOOPBACK:
        yield Line(_("demo"), _("WAINWRIGHT_DEMO opens doors that others can reach"), True)


def secrets() -> Iterator[Line]:
    try:
        for key in settings.ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        yield Line(_("keys"), _("WAINWRIGHT_ENCRYPTION_KEYS holds no Fernet key"), True)
        return
    kept = settings.DATA / "keys.json"
    if kept.exists() and kept.stat().st_mode & 0o077:
        yield Line(_("keys"), _("others may read %(path)s; chmod it to 600") % {"path": kept}, True)
    elif settings.EMBEDDED:
        yield Line(_("keys"), _("kept in %(path)s; back it up apart") % {"path": kept})
    else:
        yield Line(_("keys"), _("taken from the environment"))


def sealed() -> Iterator[Line]:
    """Whether what was sealed before can still be opened with today's keys."""
    closed = []
    for account in directory.accounts():
        with scope(account.pk, LIVE):
            for link in Connection.everywhere.filter(account_id=account.pk):
                try:
                    vault.unseal(
                        link.secrets, business_id=link.business_id, field="connection.secrets"
                    )
                except vault.SecretUnreadable:
                    closed.append(link.public_id)
    if closed:
        yield Line(
            _("keys"),
            _("%(ids)s cannot be opened; add the key they were sealed with")
            % {"ids": ", ".join(closed)},
            True,
        )


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
    unsafe = [name for name in ("fsync", "synchronous_commit") if _asked(f"SHOW {name}") == "off"]
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


def _asked(query: str) -> int | str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        value: int | str = cursor.fetchone()[0]
    return value


def worker() -> Iterator[Line]:
    before = clock.wall() - WORKER_PATIENCE
    accounts = directory.accounts()
    late = []
    for account in accounts:
        with scope(account.pk, LIVE):
            if not SweepMark.objects.filter(finished_at__gte=before).exists():
                late.append(account.name)
    if late:
        yield Line(
            _("worker"),
            _("has not looked after %(names)s for five minutes; run `wainwright worker`")
            % {"names": ", ".join(late)},
            True,
        )
    elif accounts:
        yield Line(_("worker"), _("at work"))
    else:
        yield Line(_("worker"), _("no account is open yet; run `wainwright createaccount`"))


def mail() -> Iterator[Line]:
    if settings.MAIL_TO_FILES:
        yield Line(
            _("mail"),
            _("letters only lie in %(folder)s; set WAINWRIGHT_SMTP_URL")
            % {"folder": settings.MAIL_FOLDER},
            unsafe=not settings.ON_LOOPBACK,
        )
        return
    try:
        with mailers.default:
            yield Line(_("mail"), _("the mail server answers"))
    except (OSError, SMTPException) as error:
        yield Line(_("mail"), _("the mail server refuses: %(reason)s") % {"reason": error}, True)
    if settings.MAIL_FROM.endswith("@localhost"):
        yield Line(_("mail"), _("set WAINWRIGHT_MAIL_FROM to an address of yours"), True)


def left_undone() -> Iterator[Line]:
    letters = handlers = 0
    for account in directory.accounts():
        with scope(account.pk, LIVE):
            letters += Letter.objects.filter(state=Letter.FAILED).count()
            handlers += Delivery.objects.filter(state=Delivery.FAILED).count()
    if letters:
        yield Line(_("letters"), _("%(count)s could not be sent") % {"count": letters})
    if handlers:
        yield Line(_("events"), _("%(count)s were given up") % {"count": handlers}, True)


def files() -> Iterator[Line]:
    free = shutil.disk_usage(settings.DATA).free
    space = _("%(free)s MB free") % {"free": free // 1024**2}
    yield Line(_("disk"), f"{settings.DATA}, {space}", unsafe=free < LEAST_FREE)
    for folder in (settings.DOCUMENTS_FOLDER, settings.UPLOADS_FOLDER, settings.MAIL_FOLDER):
        if folder.exists() and not os.access(folder, os.W_OK):
            yield Line(_("disk"), _("%(folder)s cannot be written to") % {"folder": folder}, True)
    fonts = list((settings.PACKAGE / "invoicing" / "fonts").glob("*.ttf"))
    if not fonts:
        yield Line(_("fonts"), _("are missing: documents cannot be drawn; install again"), True)
    for code, name in settings.LANGUAGES:
        catalogue = settings.LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.mo"
        if code != settings.LANGUAGE_CODE and not catalogue.exists():
            yield Line(
                _("languages"), _("%(name)s is missing; install again") % {"name": name}, True
            )


CHECKS = (address, secrets, database, sealed, worker, mail, left_undone, files)
