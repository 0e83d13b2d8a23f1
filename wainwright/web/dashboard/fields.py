"""Form fields that the dashboard's forms share."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.core.dates import to_utc
from wainwright.core.errors import Refused
from wainwright.core.money import CURRENCIES, MAX_MINOR, Money, exponent
from wainwright.web import formats

_AMOUNT = re.compile(r"\d+(?:[.,]\d+)?|[.,]\d+", re.ASCII)


def parse_amount(text: str, currency: str) -> Money:
    """What a person typed as a sum: 29, 29.00 or 29,00; refused with a sentence that helps."""
    plain = re.sub(rf"\s+|\s*{currency}\s*$", "", text.strip(), flags=re.IGNORECASE)
    digits = exponent(currency)
    example = Money(29 * 10**digits, currency)
    if not _AMOUNT.fullmatch(plain):
        raise ValidationError(
            _("Write the sum in figures, such as %(example)s, without separating thousands.")
            % {"example": example.plain()},
            code="not_an_amount",
        )
    whole, _point, part = plain.replace(",", ".").partition(".")
    part = part.rstrip("0") if len(part) > digits else part
    if len(part) > digits:
        raise ValidationError(
            _("%(currency)s has no decimals. Write a whole number, such as %(example)s.")
            % {"currency": currency, "example": example.plain()}
            if digits == 0
            else _("%(currency)s has %(digits)s decimals. Write it like %(example)s.")
            % {"currency": currency, "digits": digits, "example": example.plain()},
            code="too_precise",
        )
    if len(whole.lstrip("0")) > 16 or int(f"{whole or 0}{part:0<{digits}}") > MAX_MINOR:
        raise ValidationError(
            _("That is more than can be booked. The most is %(most)s.")
            % {"most": formats.money(Money(MAX_MINOR, currency))},
            code="too_much",
        )
    return Money(int(f"{whole or 0}{part:0<{digits}}"), currency)


class AmountField(forms.CharField):
    """A sum in a currency that the form knows: `currency` may be set until it is cleaned."""

    def __init__(self, *, currency: str = "EUR", **options: Any) -> None:
        self.currency = currency
        options.setdefault("max_length", 40)
        options.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return parse_amount(text, self.currency) if text else None

    def prepare_value(self, value: Any) -> Any:
        return value.plain() if isinstance(value, Money) else value


class CurrencyField(forms.CharField):
    """An ISO 4217 code, typed in whatever case."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Currency"))
        options.setdefault("max_length", 3)
        options.setdefault(
            "widget",
            forms.TextInput(
                attrs={"autocapitalize": "characters", "spellcheck": "false", "size": 4}
            ),
        )
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        code = str(super().clean(value)).upper()
        if code not in CURRENCIES:
            raise ValidationError(
                _("“%(code)s” is not a currency we know. Use a code such as EUR or USD.")
                % {"code": code},
                code="unknown_currency",
            )
        return code


class ZoneField(forms.ChoiceField):
    """A time zone of the tz database."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Time zone"))
        super().__init__(choices=_zones, **options)


def _zones() -> list[tuple[str, str]]:
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(places))]


class LinkField(forms.URLField):
    """An address of the web, and of nothing else."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 200, "assume_scheme": "https", **options})


def reason_field() -> forms.CharField:
    """Why the seller does something; it is kept with who did it."""
    return forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Kept with the subscription; the customer does not see it."),
    )


def day_field(label: Any) -> forms.DateField:
    """A day to come, where another choice of the form asks for one."""
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


def midnight(day: date, zone: str) -> datetime:
    """The day's beginning in the zone, in UTC."""
    return to_utc(datetime.combine(day, time.min), zone)


class refusals_in:  # noqa: N801, reads like the verb it is
    """A refusal of the domain becomes the form's error, beside the field it names."""

    def __init__(self, form: forms.BaseForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Refused):
            return False
        field = error.field if error.field in self.form.fields else None
        self.form.add_error(field, error.message)
        return True


class DaysField(forms.CharField):
    """Numbers of days, such as 1, 3, 5; empty for none."""

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        words = [word for word in re.split(r"[,;\s]+", text) if word]
        if not all(word.isascii() and word.isdigit() and len(word) <= 3 for word in words):
            raise ValidationError(_("Write numbers of days, such as 1, 3, 5."), code="no_days")
        return [int(word) for word in words]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(day) for day in value) if isinstance(value, list) else value
