"""`wainwright simulate`: lives of a shop, drawn by lot, through faults and crashes."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from django.utils.translation import gettext as _

from wainwright.commands._progress import and_more
from wainwright.core import clock
from wainwright.simulation.life import Told
from wainwright.simulation.lives import live_all

NAMED_AT_MOST = 20


def run(options: argparse.Namespace) -> int:
    """Each life in a database of its own, which is gone afterwards. 1 if anything was wrong."""
    seeds = range(options.seed, options.seed + options.lives)
    lives = []
    begun = clock.monotonic()
    with options.workshop, Path(options.log or os.devnull).open("w", encoding="utf-8") as log:
        for told, lines in live_all(seeds, options.days):
            log.writelines(f"{line}\n" for line in lines)
            lives.append(told)
            if told.wrong:
                _accuse(told)
            _tell(told, options.days)
    _report(lives, options.days, round(clock.monotonic() - begun))
    return 1 if any(told.wrong for told in lives) else 0


def _accuse(told: Told) -> None:
    print(_("Seed %(seed)s went wrong. Its last steps:") % {"seed": told.seed}, file=sys.stderr)
    for step in told.last:
        print(f"  {step}", file=sys.stderr)
    for wrong in told.wrong[:NAMED_AT_MOST]:
        print(_("WRONG: %(what)s") % {"what": wrong}, file=sys.stderr)
    if len(told.wrong) > NAMED_AT_MOST:
        print(and_more(len(told.wrong) - NAMED_AT_MOST), file=sys.stderr)


def _tell(told: Told, days: int) -> None:
    """The life in one line."""
    line = _(
        "seed %(seed)s, %(days)s days: %(steps)s steps, %(subscriptions)s subscriptions,"
        " %(charges)s charges, %(faults)s faults, %(wrong)s wrong"
    ) % {
        "seed": told.seed,
        "days": days,
        "steps": told.steps,
        "subscriptions": told.subscriptions,
        "charges": told.charges,
        "faults": told.faults.total(),
        "wrong": len(told.wrong),
    }
    print(line, flush=True)


def _report(lives: list[Told], days: int, seconds: int) -> None:
    """What was met and reached in all of them."""
    _list(_("faults met"), [told.faults for told in lives])
    _list(_("states at a day's end"), [told.states for told in lives])
    _list(_("moves"), [told.moves for told in lives])
    print(
        _("%(lives)s lives of %(days)s days: %(wrong)s wrong, in %(seconds)s seconds")
        % {
            "lives": len(lives),
            "days": days,
            "wrong": sum(bool(told.wrong) for told in lives),
            "seconds": seconds,
        }
    )


def _list(title: str, counted: list[Counter[str]]) -> None:
    print(f"{title}:")
    for name, count in sorted(sum(counted, Counter[str]()).items()):
        print(f"  {name:24} {count:6}")
