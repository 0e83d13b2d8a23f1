"""Work in the background, letters, and what was promised of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import mailers
from django.utils.translation import gettext as _

from wainwright.accounts import directory
from wainwright.commands.health.line import Line
from wainwright.core import clock
from wainwright.core.models import Delivery, SweepMark
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments import restoring
from wainwright.reports import invariants

WORKER_PATIENCE = timedelta(minutes=5)


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


def billing() -> Iterator[Line]:
    waiting = []
    for account in directory.accounts():
        with scope(account.pk, LIVE):
            if restoring.paused():
                waiting.append(account.name)
    if waiting:
        yield Line(
            _("billing"),
            _("is paused for %(names)s after a restore; their owners resume it in the dashboard")
            % {"names": ", ".join(waiting)},
            True,
        )


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
    else:
        domain = settings.MAIL_FROM.rpartition("@")[2].rstrip(">")
        yield Line(
            _("mail"),
            _("publish SPF, DKIM and DMARC for %(domain)s, as docs/self-hosting.md tells")
            % {"domain": domain},
        )


def left_undone() -> Iterator[Line]:
    letters = handlers = documents = 0
    for account, mode in product(directory.accounts(), (LIVE, TEST)):
        with scope(account.pk, mode):
            letters += Letter.objects.filter(state=Letter.FAILED).count()
            handlers += Delivery.objects.filter(state=Delivery.FAILED).count()
            documents += Document.objects.exclude(flagged="").count()
    if letters:
        yield Line(_("letters"), _("%(count)s could not be sent") % {"count": letters})
    if handlers:
        yield Line(_("events"), _("%(count)s were given up") % {"count": handlers}, True)
    if documents:
        yield Line(
            _("documents"),
            _("%(count)s are not fit for archives; Documents in the dashboard shows them")
            % {"count": documents},
        )


def promises() -> Iterator[Line]:
    """The invariants over the database; the longest look, and the last."""
    broken = [verdict.invariant.id for verdict in invariants.evaluate() if verdict.broken]
    if broken:
        yield Line(
            _("invariants"),
            _("%(names)s broken; `wainwright audit` names the rows") % {"names": ", ".join(broken)},
            True,
        )
    else:
        yield Line(_("invariants"), _("all hold"))
