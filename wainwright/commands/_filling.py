"""Making a demo, told on stderr."""

from __future__ import annotations

from django.core.management import call_command
from django.utils.translation import gettext as _

from wainwright.commands._progress import Progress
from wainwright.demo import inviting, seeding
from wainwright.demo.folder import Folder


def fill(folder: Folder) -> None:
    """Migrates, and lets two years pass; the folder is a complete demo when all of it is done."""
    folder.begin()
    progress = Progress()
    progress.say(_("Making the demo: two years of trade. This takes a minute or two."))
    call_command("migrate", interactive=False, verbosity=0)
    seeding.seed(
        helped=True,
        on_day=lambda day, days: progress.tell(
            _("day %(day)s of %(days)s") % {"day": day, "days": days}
        ),
    )
    progress.close()
    folder.finish(inviting.ways())
