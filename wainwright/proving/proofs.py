"""The table of proofs, tried one after the other on a complete demo."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.demo import running
from wainwright.proving import legal_desk, matrix, people
from wainwright.proving.access import rows
from wainwright.proving.callers import taken_back
from wainwright.reports import invariants
from wainwright.simulation.lives import live_all
from wainwright.web.landing.ways import Ways

YEAR_SEED, YEAR_DAYS = 1, 365

type Tell = Callable[[str], None]  # how far it has come, for whoever waits


@dataclass(frozen=True)
class Evidence:
    """What was tried and what came of it, in one line; a proof holds when nothing is at fault."""

    line: str
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Proof:
    name: Promise
    prove: Callable[[Tell], Evidence]


def audit(tell: Tell) -> Evidence:
    """Every invariant over the whole history."""
    tell(_("evaluating the invariants"))
    verdicts = invariants.evaluate()
    faults = [f"{each.invariant.id}: {broken}" for each in verdicts for broken in each.broken]
    line = _("%(all)s invariants over %(checked)s rows, %(broken)s broken") % {
        "all": len(verdicts),
        "checked": sum(each.checked for each in verdicts),
        "broken": sum(bool(each.broken) for each in verdicts),
    }
    return Evidence(line, faults)


def access(tell: Tell) -> Evidence:
    """Every route asked by every kind of user about everybody's things, as in a real install."""
    ways = Ways.read(settings.DATA)
    assert ways is not None
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
    in_use = override_settings(MAIL_TO_FILES=False)  # letters go out, nobody reads them here
    with in_use, _unlogged(), taken_back():
        world = people.of_the_demo(ways)
        found = matrix.ask_everything(
            world,
            on_row=lambda row, of: tell(
                _("asking route %(row)s of %(all)s as everybody") % {"row": row, "all": of}
            ),
        )
    line = _(
        "%(routes)s routes × %(kinds)s kinds of users = %(tries)s tries:"
        " %(leaks)s leaks, %(amiss)s wrong answers"
    ) % {
        "routes": len({(row.method, row.route) for row in rows()}),
        "kinds": len(world.callers),
        "tries": found.tries,
        "leaks": len(found.leaks),
        "amiss": len(found.amiss),
    }
    return Evidence(line, found.faults)


def leaving(tell: Tell) -> Evidence:
    """The legal desk, at a server and a worker of its own."""
    tell(_("visiting the legal desk"))
    connections.close_all()
    with running.started(urlsplit(settings.URL).port or 80):
        found = legal_desk.visit(settings.URL)
    line = _(
        "without cookies and scripts: %(statements)s statements confirmed by page and file,"
        " %(letters)s by letter; %(pages)s pages looked at for their links"
    ) % {"statements": found.statements, "letters": found.letters, "pages": found.pages}
    return Evidence(line, found.faults)


def simulated_year(tell: Tell) -> Evidence:
    """A shop of its own, led through faults and crashes for a year."""
    tell(_("living through a year of faults and crashes"))
    connections.close_all()
    ((told, _log),) = live_all([YEAR_SEED], YEAR_DAYS)
    line = _(
        "%(days)s days as the reference foresaw: %(subscriptions)s subscriptions,"
        " %(charges)s charges, %(faults)s faults and crashes"
    ) % {
        "days": YEAR_DAYS,
        "subscriptions": told.subscriptions,
        "charges": told.charges,
        "faults": told.faults.total(),
    }
    return Evidence(line, told.wrong)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Thousands of refusals are expected, each of them a line."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


ALL = (
    Proof(gettext_lazy("audit"), audit),
    Proof(gettext_lazy("legal desk"), leaving),
    Proof(gettext_lazy("a year"), simulated_year),
    # Last, for what happens in it is taken back here, but stays in the Test gateway's own books.
    Proof(gettext_lazy("access"), access),
)
