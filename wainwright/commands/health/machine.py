"""This machine: Python, disk, and what was installed with the code."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from wainwright.commands.health.line import Line

OLDEST_PYTHON = (3, 12)
LEAST_FREE = 500 * 1024 * 1024


def python() -> Iterator[Line]:
    yield Line("Python", platform.python_version(), unsafe=sys.version_info < OLDEST_PYTHON)


def files() -> Iterator[Line]:
    free = shutil.disk_usage(settings.DATA).free
    space = _("%(free)s MB free") % {"free": free // 1024**2}
    yield Line(_("disk"), f"{settings.DATA}, {space}", unsafe=free < LEAST_FREE)
    if settings.DATA.stat().st_mode & 0o077:
        yield Line(_("disk"), _("others may read %(path)s") % {"path": settings.DATA}, True)
    for folder in (settings.DOCUMENTS_FOLDER, settings.UPLOADS_FOLDER, settings.MAIL_FOLDER):
        if folder.exists() and not os.access(folder, os.W_OK):
            yield Line(_("disk"), _("%(folder)s cannot be written to") % {"folder": folder}, True)
    fonts = list((settings.PACKAGE / "invoicing" / "fonts").glob("*.ttf"))
    if not fonts:
        yield Line(_("fonts"), _("are missing: documents cannot be drawn; install again"), True)
    for code, name in settings.LANGUAGES:
        catalogue = settings.LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.mo"
        if code != settings.LANGUAGE_CODE and not catalogue.exists():
            yield Line(
                _("languages"), _("%(name)s is missing; install again") % {"name": name}, True
            )
