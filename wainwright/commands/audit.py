"""`wainwright audit`: the invariants over the database, one line each."""

from __future__ import annotations

import argparse

from django.utils.translation import gettext as _

from wainwright.commands import _install
from wainwright.commands._progress import and_more
from wainwright.reports import invariants
from wainwright.reports.invariants import Verdict

NAMED_AT_MOST = 50


def run(options: argparse.Namespace) -> int:
    """Prints every invariant with how much was checked; names what is broken. 1 if anything is."""
    _install.ready_database()
    verdicts = invariants.evaluate()
    for verdict in verdicts:
        _show(verdict)
    broken = sum(bool(verdict.broken) for verdict in verdicts)
    print(_("%(all)s invariants, %(broken)s broken") % {"all": len(verdicts), "broken": broken})
    return 1 if broken else 0


def _show(verdict: Verdict) -> None:
    count = len(verdict.broken)
    state = _("BROKEN %(count)s times") % {"count": count} if count else _("ok")
    checked = _("%(count)s checked") % {"count": verdict.checked}
    print(f"{verdict.invariant.id:5}  {verdict.invariant.promise}: {state} ({checked})")
    for broken in verdict.broken[:NAMED_AT_MOST]:
        print(f"       {broken}")
    if count > NAMED_AT_MOST:
        print("       " + and_more(count - NAMED_AT_MOST))
