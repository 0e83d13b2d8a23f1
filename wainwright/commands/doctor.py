"""`wainwright doctor`: what is missing or unsafe, one line each."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from django.db import DatabaseError
from django.utils.translation import gettext as _

from wainwright.commands.health import database, machine, settings, work
from wainwright.commands.health.line import Line

CHECKS = (
    machine.python,
    settings.address,
    settings.secrets,
    database.database,
    settings.hosts,
    settings.sealed,
    work.worker,
    work.billing,
    work.mail,
    work.left_undone,
    machine.files,
    work.promises,
)


def run(options: argparse.Namespace) -> int:
    """Looks at settings, files, database, worker, mail and invariants. 1 if anything is unsafe."""
    unsafe = False
    for check in CHECKS:
        for line in _all(check):
            print(f"{'UNSAFE' if line.unsafe else 'ok':6}  {line.about}: {line.text}", flush=True)
            unsafe |= line.unsafe
    return 1 if unsafe else 0


def _all(check: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    try:
        yield from check()
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        yield Line(_("database"), _("cannot be asked: %(reason)s") % {"reason": reason}, True)
