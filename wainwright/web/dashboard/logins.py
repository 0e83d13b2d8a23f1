"""The pages of django-allauth that staff may use: logging in, passwords, the second factor.

Its other pages (changing addresses, signing up by itself) have no address here.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.core.internal import ratelimit
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import include, path, re_path
from django.views.generic import RedirectView


def passkey_login(request: HttpRequest) -> HttpResponseBase:
    """Asking for a challenge opens a session as well, so it is counted like trying one."""
    refused: HttpResponse | None = ratelimit.consume_or_429(
        request, app="allauth.mfa", action="webauthn_login", limit_get=True
    )
    return refused or webauthn.login_webauthn(request)


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # What there is of them stands on one page of the dashboard.
    path("2fa/", RedirectView.as_view(pattern_name="dashboard:you"), name="mfa_index"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="dashboard:you")),
    path("2fa/webauthn/login/", passkey_login, name="mfa_login_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
]
