"""`wainwright import orders`: a business's past orders, from a CSV file."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.utils.translation import gettext as _

from wainwright.accounts.directory import business_by_slug
from wainwright.accounts.models import Business
from wainwright.commands import _install
from wainwright.commands._progress import Progress
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import NotFound
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.sales.importing import Imported, check, import_orders
from wainwright.sales.orders_file import BadFile, BadRow, OrdersFile


def run(options: argparse.Namespace) -> int:
    """Names each bad row; with one of them nothing is imported, unless bad ones may be skipped."""
    _install.ready_database()
    business = business_by_slug(options.business)
    if business is None:
        raise NotFound(_("There is no business “%(slug)s”.") % {"slug": options.business})
    with (
        scope(business.account_id, TEST if options.test else LIVE),
        _opened(options.file) as file,
    ):
        today = clock.today(business.zone)
        return _import(OrdersFile(file, zone=business.zone, today=today), business, options)


def _import(file: OrdersFile, business: Business, options: argparse.Namespace) -> int:
    progress = Progress()

    def name(bad: BadRow) -> None:
        progress.say(_("line %(line)s: %(reason)s") % {"line": bad.line, "reason": bad.reason})

    checked = check(
        file,
        on_bad=name,
        on_row=lambda done: progress.tell(_("%(done)s rows checked") % {"done": done}),
    )
    if checked.bad and not options.skip_bad:
        progress.say(
            _(
                "Nothing was imported, for %(count)s rows are bad."
                " Correct them, or leave them out with --skip-bad."
            )
            % {"count": checked.bad}
        )
        print(Imported(sums=dict.fromkeys(checked.currencies, 0)))
        return 1
    imported = import_orders(
        file,
        business,
        currencies=checked.currencies,
        by=SYSTEM,
        dry_run=options.dry_run,
        on_row=lambda done: progress.tell(
            _("%(done)s of %(rows)s rows") % {"done": done, "rows": checked.rows}
        ),
    )
    progress.close()
    if options.dry_run:
        print(_("Nothing was written. Without --dry-run it would be:"))
    print(imported)
    return 0


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """The file, to be read twice: what comes through a pipe is laid aside first."""
    try:
        source = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise BadFile(
            _("%(path)s cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror}
        ) from None
    with source:
        if source.seekable():
            yield source
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(source, copy)
            yield copy
