"""`wainwright rotatekeys`: seals every stored secret with the newest encryption key."""

from __future__ import annotations

import argparse

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wainwright.accounts import directory, factors
from wainwright.commands import _install
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.core.vault import Resealing
from wainwright.payments import connections


def run(options: argparse.Namespace) -> int:
    """May be stopped and run again at any time. 1 if a secret cannot be opened by any key."""
    _install.ready_database()
    work = Resealing()
    for account in directory.accounts():
        for mode in (LIVE, TEST):
            with scope(account.pk, mode):
                connections.reseal(work)
    factors.reseal(work)
    print(_("%(met)s secrets, %(anew)s sealed anew") % {"met": work.met, "anew": work.anew})
    if work.unreadable:
        names = ", ".join(work.unreadable)
        print(_("No key opens these, keep all keys you have: %(names)s") % {"names": names})
        return 1
    older = len(settings.ENCRYPTION_KEYS) - 1
    if older:
        words = ngettext("The older key may go now.", "The %(count)s older keys may go now.", older)
        print(words % {"count": older})
    return 0
