"""What a buyer fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wainwright.catalog.models import Product
from wainwright.customers.finding import Contact
from wainwright.web.countries import CountryField

ADDRESS = ("street", "postcode", "city", "country")


class BuyerForm(forms.Form):
    """Name, e-mail and, where the product asks for it, a postal address."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=200)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    street = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    region = forms.CharField(label=_("State or region"), max_length=100, required=False)
    country = CountryField(required=False)
    token = forms.RegexField(
        r"\A[A-Za-z0-9_-]{20,64}\Z",
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid"), _("This form is incomplete. Please load the page again.")
        ),
    )

    use_required_attribute = False

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_address = product.asks_address
        if self.asks_address:
            for name in ADDRESS:
                self.fields[name].required = True
        else:
            for name in (*ADDRESS, "company", "region"):
                del self.fields[name]

    def contact(self) -> Contact:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "token"}
        return Contact(**typed)
