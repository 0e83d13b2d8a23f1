"""Letters to staff about what changed in how they sign in, whoever changed it."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.tasks import task
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wainwright.accounts.models import User
from wainwright.core import clock
from wainwright.web import formats
from wainwright.web.dashboard.devices import device_words

# allauth's names of what happened, and our sentence for each.
CHANGES = {
    "account/email/password_changed": gettext_noop("Your password was changed."),
    "account/email/password_set": gettext_noop("A password was set."),
    "account/email/password_reset": gettext_noop("Your password was set anew by a link."),
    "mfa/email/totp_activated": gettext_noop("An authenticator app was set up."),
    "mfa/email/totp_deactivated": gettext_noop("The authenticator app was taken away."),
    "mfa/email/webauthn_added": gettext_noop("A passkey was added."),
    "mfa/email/webauthn_removed": gettext_noop("A passkey was removed."),
    "mfa/email/recovery_codes_generated": gettext_noop("New recovery codes were made."),
}


def tell(user: User, change: str, *, agent: str, ip: str) -> None:
    """One letter about one of CHANGES, in the person's language, sent by the worker."""
    with translation.override(user.language or translation.get_language()):
        happened = _(CHANGES[change])
        lines = [
            happened,
            "",
            _("When: %(moment)s (UTC)") % {"moment": formats.datetime(clock.wall())},
            _("From: %(device)s, %(address)s") % {"device": device_words(agent), "address": ip},
            "",
            _("If it was you, there is nothing to do. If not, set a new password now:"),
            settings.URL + reverse("account_reset_password", urlconf="wainwright.urls"),
            _("Then look at your passkeys and sign out all other devices here:"),
            settings.URL + reverse("dashboard:you", urlconf="wainwright.urls"),
        ]
        subject = _("Your login: %(what)s") % {"what": happened}
    post.enqueue(user.email, subject, "\n".join(lines))


@task
def post(to: str, subject: str, text: str) -> None:
    EmailMessage(subject, text, to=[to]).send()
