"""What a customer fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from wainwright.catalog.models import Price
from wainwright.hub.purchases import Wanted


class AddressForm(forms.Form):
    email = forms.EmailField(label=_("Your e-mail address"), max_length=254)

    use_required_attribute = True


class CodeForm(forms.Form):
    """Bounded well above a code, so that every way of grouping it fits."""

    code = forms.CharField(
        label=_("Code from the letter"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
                "class": "code",
            }
        ),
    )


class WantedForm(forms.Form):
    """What purchases to list. What makes no sense is left out instead of being refused."""

    q = forms.CharField(max_length=200, required=False)
    year = forms.IntegerField(min_value=1970, max_value=9000, required=False)
    kind = forms.ChoiceField(choices=Price.KINDS, required=False)


def wanted(query: QueryDict) -> Wanted:
    if not query:
        return Wanted()
    form = WantedForm(query)
    form.is_valid()
    kept: dict[str, Any] = form.cleaned_data
    return Wanted(kept.get("q") or "", kept.get("year"), kept.get("kind") or "")
