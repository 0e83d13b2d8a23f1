"""What the tax numbers of a country are."""

from __future__ import annotations

from typing import Literal

TaxIdKind = Literal["vat", "tax", "gst", "other"]

EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
_VAT_BESIDE_THE_EU = frozenset("AE BH CH GB IM IS KE LI MC NO NG RS SA TR UA ZA".split())
_GST = frozenset("AU CA IN MY NZ SG".split())


def kind_of(country: str) -> TaxIdKind:
    """By which word a number of this country is printed: VAT, GST or plainly tax number."""
    if country in EU or country in _VAT_BESIDE_THE_EU:
        return "vat"
    return "gst" if country in _GST else "tax"
