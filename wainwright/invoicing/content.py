"""What an issued document says, frozen: the data it is drawn from and whose hash is kept.

Every sum is whole minor units of the document's one currency, positive on a credit note too.
Nothing here looks anything up: two equal contents print the same document years apart.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self

from wainwright.core.money import Money, exponent

Kind = Literal["invoice", "credit_note"]
Mode = Literal["test", "live"]
Paper = Literal["a4", "letter"]
TaxIdKind = Literal["vat", "tax", "gst", "other"]

TEST_PREFIX = "TEST-"


def _check_rate(percent: str) -> None:
    try:
        finite = Decimal(percent).is_finite()
    except InvalidOperation:
        finite = False
    if not finite:
        raise ValueError(f"{percent!r} is not a tax rate in per cent")


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number by which a tax office knows somebody; `kind` chooses the words before it."""

    number: str
    kind: TaxIdKind = "vat"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as it was on the day of issue. `address` is without the country."""

    name: str
    address: tuple[str, ...] = ()
    country: str = ""
    tax_ids: tuple[TaxId, ...] = ()
    registration: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought, as it was on the day of issue. `address` is without the country."""

    name: str = ""
    company: str = ""
    address: tuple[str, ...] = ()
    country: str = ""
    tax_id: TaxId | None = None
    email: str = ""


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One thing sold. `unit` is the net price of one; `tax_rate` is per cent as text ("19", "5.5").

    The period is inclusive at both ends; `detail` is any further text under the description.
    """

    description: str
    quantity: int
    unit: int
    net: int
    tax: int
    gross: int
    tax_rate: str = "0"
    detail: str = ""
    period_start: date | None = None
    period_end: date | None = None

    def __post_init__(self) -> None:
        _check_rate(self.tax_rate)
        if self.net + self.tax != self.gross:
            raise ValueError("a line's net and tax must add up to its gross")


@dataclass(frozen=True, slots=True)
class TaxRow:
    """The tax of one rate: on what, and how much."""

    rate: str
    net: int
    tax: int

    def __post_init__(self) -> None:
        _check_rate(self.rate)


@dataclass(frozen=True, slots=True)
class ContentTotals:
    net: int
    tax: int
    gross: int

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            raise ValueError("net and tax must add up to gross")


@dataclass(frozen=True, slots=True)
class Preceding:
    """The document that a credit note corrects, named beyond doubt."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """All that an invoice or credit note says.

    `hub_url` is the public address of the customer hub, never a login link. `paid_by` is a phrase
    in the document's language ("Visa ending 4242"); `how_to_pay` the lines an unpaid invoice shows
    instead, such as bank details and the reference. `notes` are paragraphs of the seller's own.
    """

    kind: Kind
    mode: Mode
    number: str
    issued_on: date
    currency: str
    seller: Seller
    buyer: Buyer
    lines: tuple[ContentLine, ...]
    taxes: tuple[TaxRow, ...]
    totals: ContentTotals
    language: str = "en"
    paper: Paper = "a4"
    supplied_on: date | None = None
    due_on: date | None = None
    paid_on: date | None = None
    paid_by: str = ""
    how_to_pay: tuple[str, ...] = ()
    order_reference: str = ""
    reverse_charge: bool = False
    preceding: Preceding | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    hub_url: str = ""

    def __post_init__(self) -> None:
        exponent(self.currency)
        if (self.kind == "credit_note") != (self.preceding is not None):
            raise ValueError("a credit note names the invoice it corrects, and an invoice none")
        if self.taxes:
            if sum(row.net for row in self.taxes) != self.totals.net:
                raise ValueError("the net sums of the tax table must add up to the total")
            if sum(row.tax for row in self.taxes) != self.totals.tax:
                raise ValueError("the tax sums of the tax table must add up to the total")
        for minor in (self.totals.net, self.totals.tax, self.totals.gross):
            Money(minor, self.currency)

    @property
    def printed_number(self) -> str:
        """The number as the reader sees it; of a test document it always begins with TEST-."""
        if self.mode == "test" and not self.number.startswith(TEST_PREFIX):
            return TEST_PREFIX + self.number
        return self.number

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; `from_json` gives back an equal content."""
        data: dict[str, Any] = _plain(self)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The content that `to_json` described. Unknown keys are refused with TypeError."""
        return cls(
            **{
                **data,
                **_dates(data, "issued_on", "supplied_on", "due_on", "paid_on"),
                "seller": _seller(data["seller"]),
                "buyer": _buyer(data["buyer"]),
                "lines": tuple(
                    ContentLine(**{**line, **_dates(line, "period_start", "period_end")})
                    for line in data["lines"]
                ),
                "taxes": tuple(TaxRow(**row) for row in data["taxes"]),
                "totals": ContentTotals(**data["totals"]),
                "preceding": _preceding(data.get("preceding")),
                "how_to_pay": tuple(data.get("how_to_pay", ())),
                "notes": tuple(data.get("notes", ())),
            }
        )

    def canonical(self) -> bytes:
        """The one byte form of this content: sorted keys, no white space, plain ASCII."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":")).encode("ascii")

    def sha256(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _dates(data: dict[str, Any], *keys: str) -> dict[str, date | None]:
    return {
        key: date.fromisoformat(data[key]) if data[key] else None for key in keys if key in data
    }


def _seller(data: dict[str, Any]) -> Seller:
    tax_ids = tuple(TaxId(**item) for item in data.get("tax_ids", ()))
    return Seller(**{**data, "address": tuple(data.get("address", ())), "tax_ids": tax_ids})


def _buyer(data: dict[str, Any]) -> Buyer:
    tax_id = TaxId(**data["tax_id"]) if data.get("tax_id") else None
    return Buyer(**{**data, "address": tuple(data.get("address", ())), "tax_id": tax_id})


def _preceding(data: dict[str, Any] | None) -> Preceding | None:
    return Preceding(data["number"], date.fromisoformat(data["issued_on"])) if data else None


__all__ = [
    "Buyer",
    "ContentLine",
    "ContentTotals",
    "DocumentContent",
    "Preceding",
    "Seller",
    "TaxId",
    "TaxRow",
]
