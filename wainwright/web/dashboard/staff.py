"""How staff log in: by invitation only, with a passkey or second factor before live mode."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.accounts.directory import user_by_id
from wainwright.accounts.factors import has_factor
from wainwright.accounts.models import User
from wainwright.core import vault
from wainwright.core.errors import Refused
from wainwright.web import addresses, hosts
from wainwright.web.dashboard import notices
from wainwright.web.dashboard.devices import device_words

log = logging.getLogger(__name__)

TOTP_FIELD = "totp"
SECOND_FACTORS = [Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP]


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by `wainwright createaccount` and by invitation, never by signing up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy(
            "That address and password do not belong together. Please check both."
        ),
        "incorrect_password": gettext_lazy("That is not your password."),
        "too_many_login_attempts": gettext_lazy(
            "That was tried too often. Please wait a few minutes."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """From the stored address of the install, never from the request's host."""
        return settings.URL + _reset_path(key)

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        return addresses.client_ip(request)

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, Any]]:
        """Passkeys first, and all in our words."""
        methods = {method["id"]: method for method in super().get_reauthentication_methods(user)}
        words = {
            "mfa_reauthenticate:webauthn": _("Use your passkey"),
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
        }
        return [
            methods[which] | {"description": said}
            for which, said in words.items()
            if which in methods
        ]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("dashboard:you")

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, *_args: Any, **_kwargs: Any
    ) -> None:
        assert isinstance(user, User)
        request = context.request
        agent = request.headers.get("User-Agent", "")
        notices.tell(user, template_prefix, agent=agent, ip=addresses.client_ip(request))

    def send_mail(self, template_prefix: str, email: str, about: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, about)
        except (OSError, SMTPException):
            log.exception("a letter to staff could not be sent")
            raise Refused(
                _("The letter could not be sent just now. Please try again in a few minutes."),
                code="mail_unavailable",
            ) from None


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the authenticator's secrets sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "That code is not right, or its time is over. Please take a new one."
        ),
    }

    def encrypt(self, text: str) -> str:
        return vault.seal(text, business_id=0, field=TOTP_FIELD)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(encrypted_text, business_id=0, field=TOTP_FIELD)

    def generate_authenticator_name(self, user: AbstractBaseUser, _type: str) -> str:
        """A passkey is called after the browser it was made in, until its owner renames it."""
        return device_words(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host of the dashboard; the door lets no other host this far."""
        return {"id": hosts.host_of(context.request), "name": "Wainwright"}


class StaffBackend(AuthenticationBackend):
    """allauth's, which finds the person behind a session by a prepared question."""

    def get_user(self, user_id: int) -> User | None:
        found = user_by_id(int(user_id))
        return found if found is not None and self.user_can_authenticate(found) else None


def has_second_factor(user: User) -> bool:
    """A passkey or an authenticator app; recovery codes alone are none."""
    return has_factor(user, SECOND_FACTORS)


def may_enter_live_mode(user: User) -> bool:
    """Live mode asks for a second factor; in the demo nothing live is at stake."""
    return settings.DEMO or has_second_factor(user)


def first_password_path(user: User) -> str:
    """Where this person sets a password: good for three days, and until it was used."""
    generator = account_settings.PASSWORD_RESET_TOKEN_GENERATOR()
    token = generator.make_token(user)
    return _reset_path(f"{user_pk_to_url_str(user)}-{token}")


def _reset_path(key: str) -> str:
    uid, _dash, token = key.partition("-")
    return reverse(
        "account_reset_password_from_key",
        urlconf="wainwright.urls",
        kwargs={"uidb36": uid, "key": token},
    )
