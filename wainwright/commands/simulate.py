"""`wainwright simulate`: one life of a shop, drawn by lot, through faults and crashes."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _

from wainwright.commands._progress import and_more
from wainwright.core import clock
from wainwright.simulation.life import Life, Told
from wainwright.simulation.process import in_haste

NAMED_AT_MOST = 20


def run(options: argparse.Namespace) -> int:
    """Lives in a database of its own, which is gone afterwards. 1 if anything was wrong."""
    log = Path(options.log or os.devnull)
    with options.workshop, log.open("w", encoding="utf-8") as file:
        try:
            with in_haste():
                call_command("migrate", interactive=False, verbosity=0)
                begun = clock.monotonic()
                told = Life(options.seed, lambda line: print(line, file=file)).live(options.days)
                seconds = round(clock.monotonic() - begun)
        finally:
            connections.close_all()
    if told.wrong:
        _accuse(told)
    _report(told, options.days, seconds)
    return 1 if told.wrong else 0


def _accuse(told: Told) -> None:
    print(_("Seed %(seed)s went wrong. Its last steps:") % {"seed": told.seed}, file=sys.stderr)
    for step in told.last:
        print(f"  {step}", file=sys.stderr)
    for wrong in told.wrong[:NAMED_AT_MOST]:
        print(_("WRONG: %(what)s") % {"what": wrong}, file=sys.stderr)
    if len(told.wrong) > NAMED_AT_MOST:
        print(and_more(len(told.wrong) - NAMED_AT_MOST), file=sys.stderr)


def _report(told: Told, days: int, seconds: int) -> None:
    _list(_("faults met"), told.faults)
    _list(_("states at a day's end"), told.states)
    _list(_("moves"), told.moves)
    print(
        _(
            "seed %(seed)s, %(days)s days: %(steps)s steps, %(subscriptions)s subscriptions,"
            " %(charges)s charges, %(faults)s faults, %(wrong)s wrong, in %(seconds)s seconds"
        )
        % {
            "seed": told.seed,
            "days": days,
            "steps": told.steps,
            "subscriptions": told.subscriptions,
            "charges": told.charges,
            "faults": told.faults.total(),
            "wrong": len(told.wrong),
            "seconds": seconds,
        }
    )


def _list(title: str, counted: Counter[str]) -> None:
    print(f"{title}:")
    for name, count in sorted(counted.items()):
        print(f"  {name:24} {count:6}")
