"""`wainwright prove`: what a stranger runs to believe us, one line of evidence each."""

from __future__ import annotations

import argparse
import logging
import signal
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _

from wainwright.commands import _install
from wainwright.commands._filling import fill
from wainwright.commands._progress import Progress, and_more
from wainwright.core import clock
from wainwright.demo.folder import Folder
from wainwright.proving import proofs
from wainwright.proving.proofs import Evidence, Proof

log = logging.getLogger(__name__)

NAMED_AT_MOST = 20


def run(options: argparse.Namespace) -> int:
    """Tries every proof on a fresh demo, or on a copy of the one in --data. 1 if one fails."""
    signal.signal(signal.SIGTERM, _interrupt)
    with options.workshop:
        try:
            _prepare(Folder(settings.DATA), options.data)
            begun = clock.monotonic()
            failed = sum(not _holds(proof) for proof in proofs.ALL)
            seconds = round(clock.monotonic() - begun)
        finally:
            connections.close_all()
    print(
        _("%(all)s proofs, %(failed)s failed, in %(seconds)s seconds")
        % {"all": len(proofs.ALL), "failed": failed, "seconds": seconds}
    )
    return 1 if failed else 0


def _prepare(folder: Folder, demo: str | None) -> None:
    if demo is None:
        fill(folder)
        return
    Folder(Path(demo)).copy_to(folder.path)
    if _install.pending():
        call_command("migrate", interactive=False, verbosity=0)


def _holds(proof: Proof) -> bool:
    progress = Progress()
    try:
        evidence = proof.prove(progress.tell)
    except Exception as error:
        log.exception("a proof was not brought to its end")
        evidence = Evidence(_("it was not brought to its end"), [repr(error)])
    finally:
        progress.close()
    state = _("FAILED") if evidence.faults else _("ok")
    print(f"{proof.name:11} {state:7} {evidence.line}", flush=True)
    for fault in evidence.faults[:NAMED_AT_MOST]:
        print(f"{'':11} {fault}")
    if len(evidence.faults) > NAMED_AT_MOST:
        print(f"{'':11} " + and_more(len(evidence.faults) - NAMED_AT_MOST))
    return not evidence.faults


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
