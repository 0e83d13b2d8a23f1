"""The card form. It never writes back what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wainwright.payments.gateways.test.cards import Card


class _Forgetful(forms.TextInput):
    def format_value(self, value: Any) -> None:
        return None


def _field(label: Any, longest: int, **attrs: str) -> forms.CharField:
    attrs = {"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false", **attrs}
    return forms.CharField(label=label, max_length=longest, widget=forms.TextInput(attrs=attrs))


class CardForm(forms.Form):
    """Filled in with a listed card when one was picked from the help below it."""

    number = _field(_("Card number"), 40)
    expiry = _field(_("Expiry (month/year)"), 20, placeholder="12/34")
    cvc = _field(_("Security code"), 10)

    def __init__(self, data: Any = None, *, picked: Card | None = None) -> None:
        shown = {"number": picked.spaced, "expiry": "12/34", "cvc": "123"} if picked else None
        super().__init__(data, initial=shown)
        if data is not None:
            for field in self.fields.values():
                field.widget = _Forgetful(attrs=field.widget.attrs)
