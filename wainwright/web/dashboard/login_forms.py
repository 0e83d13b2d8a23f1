"""allauth's forms in our own words, and without words inside the fields."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class _Plain(forms.Form):
    """Labels stand above the fields; nothing has to be read within them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name in ("login", "email"):
            if name in self.fields:
                self.fields[name].label = _("E-mail")


class LoginForm(_Plain, allauth.LoginForm):
    pass


class ResetPasswordForm(_Plain, allauth.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(_Plain, allauth.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(_Plain, allauth.ChangePasswordForm):
    pass


class AddPasskeyForm(AddWebAuthnForm):
    """Every key is made to sign in without a password: there is nothing to choose."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]


class EditPasskeyForm(EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=100)


class ReauthenticateForm(_Plain, allauth.ReauthenticateForm):
    pass
