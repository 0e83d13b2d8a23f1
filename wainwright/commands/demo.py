"""`wainwright demo`: a filled shop on an embedded database, with its server and its worker."""

from __future__ import annotations

import argparse

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _

from wainwright.commands import _install
from wainwright.commands._filling import fill
from wainwright.commands.serve import refuse_taken
from wainwright.core.errors import Refused
from wainwright.demo import inviting, running
from wainwright.demo.folder import Folder


def run(options: argparse.Namespace) -> int:
    """Seeds where there is no complete demo yet, then runs until Ctrl-C."""
    if not settings.EMBEDDED or not settings.MAIL_TO_FILES:
        raise Refused(
            _(
                "The demo keeps its own database and sends no mail."
                " Unset DATABASE_URL and WAINWRIGHT_SMTP_URL first."
            )
        )
    folder = Folder(settings.DATA)
    with folder.alone():
        refuse_taken("127.0.0.1", options.port)
        if options.reset or not folder.is_complete:
            folder.clear()
            fill(folder)
        elif _install.pending():
            call_command("migrate", interactive=False, verbosity=0)
        # Letters that other commands cause lead here too: `clock advance` knows no port.
        (folder.path / _install.DEMO_ADDRESS).write_text(settings.URL)
        connections.close_all()
        running.run(options.port, on_ready=inviting.invite)
    return 0
