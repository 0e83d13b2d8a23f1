"""`wainwright clock`: where an account's test mode stands in time, and moving it."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wainwright import wiring
from wainwright.accounts.directory import business_by_slug
from wainwright.accounts.models import Business
from wainwright.commands import _install
from wainwright.commands._progress import Progress
from wainwright.core import audit, clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import NotFound, Refused
from wainwright.core.resetting import delete_test_rows
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.files import path_of
from wainwright.invoicing.models import Document, SeriesSettings
from wainwright.payments.connections import connect_test_gateway
from wainwright.payments.models import Connection


def run(options: argparse.Namespace) -> int:
    """Live mode has no clock but the wall's; every act here touches the test mode alone."""
    _install.ready_database()
    business = _own_business(options.account)
    with scope(business.account_id, TEST):
        match options.act:
            case "advance":
                _advance(business, options.days)
            case "reset":
                if not options.yes:
                    _ask(business)
                _reset(business)
        _show(business)
    return 0


def _own_business(slug: str) -> Business:
    business = business_by_slug(slug)
    if business is None:
        raise NotFound(_("There is no account “%(slug)s”.") % {"slug": slug})
    if not business.is_own:
        raise NotFound(
            _("“%(slug)s” is one of several businesses; name its account's own.") % {"slug": slug}
        )
    return business


def _show(business: Business) -> None:
    offset = clock.offset()
    if not offset:
        stands = _("as on the wall clock")
    elif offset > timedelta(0):
        stands = _("%(time)s ahead of the wall clock") % {"time": offset}
    else:
        stands = _("%(time)s behind the wall clock") % {"time": -offset}
    print(
        _("Test mode of %(slug)s: it is %(now)s, %(stands)s.")
        % {
            "slug": business.slug,
            "now": clock.now().strftime("%Y-%m-%d %H:%M UTC"),
            "stands": stands,
        }
    )


def _advance(business: Business, days: int) -> None:
    """Day by day, each with all that is due on it: nothing is skipped, nothing happens at once."""
    progress = Progress()
    for day in range(days):
        progress.tell(_("day %(day)s of %(days)s") % {"day": day + 1, "days": days})
        clock.set_offset(clock.offset() + timedelta(days=1))
        wiring.sweep_account(business.account_id, TEST)
    progress.close()
    audit.note("clock.advanced", business.public_id, by=SYSTEM, business_id=business.pk, days=days)


def _ask(business: Business) -> None:
    if not sys.stdin.isatty():
        raise Refused(_("This deletes all test rows. Say so with --yes."))
    print(
        _("This deletes every test order, subscription, document and letter of %(slug)s.")
        % {"slug": business.slug}
    )
    if input(_("Type %(slug)s to go on: ") % {"slug": business.slug}).strip() != business.slug:
        raise Refused(_("Nothing was deleted."))


def _reset(business: Business) -> None:
    """Test mode begins anew, now; products, settings and the trail stay."""
    files = [path_of(document) for document in Document.objects.exclude(pdf_sha256="")]
    connected = Connection.objects.filter(gateway="test", active=True).select_related("business")
    shops = {connection.business for connection in connected}
    with transaction.atomic():
        count = delete_test_rows(keep=[SeriesSettings])
        clock.set_offset(timedelta(0))
        # The gateway's books keep what was charged; anew means unknown to them.
        for shop in shops:
            connect_test_gateway(shop, by=SYSTEM)
        audit.note(
            "clock.reset", business.public_id, by=SYSTEM, business_id=business.pk, rows=count
        )
    for file in files:
        file.unlink(missing_ok=True)
    print(
        ngettext("%(count)s test row was deleted.", "%(count)s test rows were deleted.", count)
        % {"count": count}
    )
