"""`wainwright createaccount`: a new account with its own business and its owner."""

from __future__ import annotations

import argparse

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from wainwright.accounts.opening import open_account
from wainwright.commands import _install
from wainwright.core.errors import Refused
from wainwright.core.text import clean_line
from wainwright.web import countries
from wainwright.web.dashboard.staff import first_password_path


def run(options: argparse.Namespace) -> int:
    """Opens the account and prints where its owner sets a password."""
    _install.ready_database()
    owner = open_account(
        slug=options.slug,
        name=clean_line(options.name, field="name", least=1),
        email=_email(options.email),
        country=_country(options.country),
        zone=options.zone,
        language=_language(options.language),
    )
    user = owner.user
    print(
        _("The account “%(slug)s” is open; its pages begin with %(url)s")
        % {"slug": options.slug, "url": f"{settings.URL}/b/{options.slug}/"}
    )
    if user.has_usable_password():
        print(_("%(email)s logs in with the password known so far.") % {"email": user.email})
    else:
        print(
            _("Within three days %(email)s sets a password here: %(url)s")
            % {"email": user.email, "url": settings.URL + first_password_path(user)}
        )
    return 0


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Refused(_("“%(text)s” is no e-mail address.") % {"text": text[:100]}) from None
    return text


def _country(text: str) -> str:
    code = text.upper()
    if code and code not in countries.CODES:
        raise Refused(
            _("“%(text)s” is no country; use two letters such as DE.") % {"text": text[:100]}
        )
    return code


def _language(text: str) -> str:
    if text not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        raise Refused(
            _("“%(text)s” is no language of ours; choose from %(known)s.")
            % {"text": text[:100], "known": known}
        )
    return text
