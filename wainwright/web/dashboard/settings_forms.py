"""What can be set of a business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.accounts.models import Business
from wainwright.invoicing.numbering import HIGHEST
from wainwright.payments import webhook_secrets
from wainwright.web import accents
from wainwright.web.countries import CountryField
from wainwright.web.dashboard.fields import LinkField, ZoneField

Words = Any  # a string, or one to be translated later


def _line(
    label: Words, most: int, *, required: bool = False, help_text: Words = ""
) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def _address(label: Words) -> LinkField:
    return LinkField(label=label, required=False)


class IdentityForm(forms.Form):
    """Who the seller is; the names are those of the business's columns."""

    name = _line(gettext_lazy("Name"), 200, required=True)
    legal_name = _line(gettext_lazy("Legal name"), 200, required=True)
    street = _line(gettext_lazy("Street and number"), 200)
    postcode = _line(gettext_lazy("Postcode"), 20)
    city = _line(gettext_lazy("City"), 100)
    region = _line(gettext_lazy("State or region"), 100)
    country = CountryField(
        required=False,
        help_text=gettext_lazy("Tax rates belong to a country: look at your products afterwards."),
    )
    tax_id = _line(gettext_lazy("Tax number"), 40)
    registration = _line(gettext_lazy("Register entry"), 200)
    zone = ZoneField(help_text=gettext_lazy("Days of bills and documents turn here."))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    paper = forms.ChoiceField(label=gettext_lazy("Paper"), choices=Business.PAPERS)
    website = _address(gettext_lazy("Website"))
    support_email = forms.EmailField(
        label=gettext_lazy("Support e-mail"), max_length=254, required=False
    )
    support_note = _line(
        gettext_lazy("When you answer"),
        200,
        help_text=gettext_lazy("Such as “answers within a day”."),
    )
    support_url = _address(gettext_lazy("Help page"))
    privacy_url = _address(gettext_lazy("Privacy page"))


class HubForm(forms.Form):
    """Words and colour of the hub."""

    hub_message = forms.CharField(
        label=gettext_lazy("Message on its first page"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "true"}),
    )
    accent = forms.CharField(
        label=gettext_lazy("Accent colour"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
    )

    def clean_accent(self) -> str:
        try:
            return accents.normal(self.cleaned_data["accent"])
        except ValueError:
            raise ValidationError(
                _("That is not a colour. Write it like #14532d."), code="bad_colour"
            ) from None


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        max_length=200,
        help_text=gettext_lazy("PNG, JPEG or WebP, up to 1 MB and 2000 by 2000 pixels."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


class SeriesForm(forms.Form):
    """How the numbers of one kind of document look and go on."""

    series_prefix = _line(gettext_lazy("Prefix"), 20, help_text=gettext_lazy("Such as “R-”."))
    yearly = forms.BooleanField(label=gettext_lazy("Begin again with each year"), required=False)
    start = forms.IntegerField(
        label=gettext_lazy("Next number"),
        required=False,
        min_value=1,
        max_value=HIGHEST,
        help_text=gettext_lazy("Only to raise it; empty leaves it as it is."),
    )


class WebhookSecretForm(forms.Form):
    """How long deliveries that were signed with the secret of before are still believed."""

    days = forms.IntegerField(
        label=gettext_lazy("Days for which the old one is still believed"),
        min_value=0,
        max_value=webhook_secrets.MOST_DAYS,
        initial=7,
        help_text=gettext_lazy("0 if somebody else may know it: then it is void at once."),
    )


def values_of(business: Business, form: type[forms.Form]) -> dict[str, Any]:
    return {name: getattr(business, name) for name in form.base_fields}
