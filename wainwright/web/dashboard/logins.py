"""The pages of django-allauth that staff may use: logging in, passwords, the second factor.

Its other pages (changing addresses, signing up by itself) have no address here.
"""

from __future__ import annotations

from django.urls import path, re_path
from django.views.generic import RedirectView

from wainwright.web.loading import views_of

account = views_of("allauth.account.views")
mfa = views_of("allauth.mfa")
ours = views_of("wainwright.web.dashboard")

urlpatterns = [
    path("login/", account("login"), name="account_login"),
    path("logout/", account("logout"), name="account_logout"),
    path("inactive/", account("account_inactive"), name="account_inactive"),
    path("signup/", account("signup"), name="account_signup"),
    path("reauthenticate/", account("reauthenticate"), name="account_reauthenticate"),
    path("password/change/", account("password_change"), name="account_change_password"),
    path("password/set/", account("password_set"), name="account_set_password"),
    path("password/reset/", account("password_reset"), name="account_reset_password"),
    path(
        "password/reset/done/", account("password_reset_done"), name="account_reset_password_done"
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account("password_reset_from_key"),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account("password_reset_from_key_done"),
        name="account_reset_password_from_key_done",
    ),
    # What there is of them stands on one page of the dashboard.
    path("2fa/", RedirectView.as_view(pattern_name="dashboard:you"), name="mfa_index"),
    path(
        "2fa/webauthn/",
        RedirectView.as_view(pattern_name="dashboard:you"),
        name="mfa_list_webauthn",
    ),
    path("2fa/webauthn/login/", ours("passkeys.login"), name="mfa_login_webauthn"),
    path("2fa/authenticate/", mfa("base.views.authenticate"), name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa("base.views.reauthenticate"), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", mfa("totp.views.activate_totp"), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", mfa("totp.views.deactivate_totp"), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/",
        mfa("recovery_codes.views.view_recovery_codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        mfa("recovery_codes.views.generate_recovery_codes"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        mfa("recovery_codes.views.download_recovery_codes"),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/add/", mfa("webauthn.views.add_webauthn"), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        mfa("webauthn.views.reauthenticate_webauthn"),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        mfa("webauthn.views.remove_webauthn"),
        name="mfa_remove_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/edit/",
        mfa("webauthn.views.edit_webauthn"),
        name="mfa_edit_webauthn",
    ),
]
