"""Addresses and keys."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.translation import gettext as _

from wainwright.accounts import directory
from wainwright.accounts.models import Business
from wainwright.commands.health.line import Line
from wainwright.core import vault
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.payments.models import Connection


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
        if not settings.SECURE_HSTS_SECONDS:
            yield Line(_("address"), _("browsers are not told to insist on https"), True)
        if not settings.TRUSTED_PROXIES:
            yield Line(
                _("proxy"),
                _("set WAINWRIGHT_TRUSTED_PROXIES to the proxy that ends https"),
                True,
            )
    if settings.DEMO and not settings.ON_LOOPBACK:
        yield Line(_("demo"), _("WAINWRIGHT_DEMO opens doors that others can reach"), True)


def hosts() -> Iterator[Line]:
    """Hosts of businesses, each of which must lead here."""
    for account in directory.accounts():
        with scope(account.pk, LIVE):
            for business in Business.objects.exclude(host=None).order_by("pk"):
                yield Line(
                    _("hosts"),
                    _("%(host)s is %(business)s; its DNS must lead here")
                    % {"host": business.host, "business": business.name},
                )


def secrets() -> Iterator[Line]:
    try:
        for key in settings.ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        yield Line(_("keys"), _("WAINWRIGHT_ENCRYPTION_KEYS holds no Fernet key"), True)
        return
    key = settings.SECRET_KEY
    if len(key) < 32 or len(set(key)) < 8:
        yield Line(_("keys"), _("WAINWRIGHT_SECRET_KEY can be guessed; make a random one"), True)
    if len(settings.ENCRYPTION_KEYS) > 1 or settings.SECRET_KEY_FALLBACKS:
        yield Line(_("keys"), _("older ones are still believed; see `wainwright rotatekeys`"))
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
        for mode in (LIVE, TEST):
            with scope(account.pk, mode):
                closed += [link.public_id for link in Connection.objects.all() if not _opens(link)]
    if closed:
        yield Line(
            _("keys"),
            _("%(ids)s cannot be opened; add the key they were sealed with")
            % {"ids": ", ".join(closed)},
            True,
        )


def _opens(link: Connection) -> bool:
    try:
        vault.unseal(link.secrets, business_id=link.business_id, field="connection.secrets")
    except vault.SecretUnreadable:
        return False
    return True
