"""`wainwright migrate`: the database's tables, brought up to what this code needs."""

from __future__ import annotations

import argparse

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from wainwright.commands import _install
from wainwright.core.errors import Refused


def run(options: argparse.Namespace) -> int:
    """Migrates as the owner where there is one. Running it again changes nothing."""
    alias = "owner" if "owner" in settings.DATABASES else "default"
    try:
        steps = _install.pending(alias)
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    except (OperationalError, ProgrammingError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise Refused(
            _("The database could not be brought up to date: %(reason)s") % {"reason": reason}
        ) from None
    print(
        _("The database is up to date; %(count)s steps were made.") % {"count": len(steps)}
        if steps
        else _("The database is up to date.")
    )
    return 0
