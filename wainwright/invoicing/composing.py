"""What documents say, put together from what was sold to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from django.utils import translation
from django.utils.translation import gettext as _

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business
from wainwright.core.dates import local_day
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST
from wainwright.customers.models import Customer
from wainwright.invoicing.content import (
    Buyer,
    ContentLine,
    ContentTotals,
    DocumentContent,
    Preceding,
    Seller,
    TaxId,
    TaxRow,
)
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.invoicing.numbering import Given
from wainwright.payments.models import BillLine, Payment, RefundLine
from wainwright.sales import snapshots
from wainwright.sales.models import Order
from wainwright.sales.totals import tax_table
from wainwright.tax.ids import kind_of


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues, as on the day of issue; the same for all documents of a moment."""

    business: Business
    seller: Seller
    hub_url: str

    @classmethod
    def of(cls, business: Business) -> Self:
        told = snapshots.seller(business)
        seller = Seller(
            name=told["name"],
            address=tuple(told["address"]),
            country=told["country"],
            tax_ids=_tax_ids(told),
            registration=told["registration"],
            email=told["email"],
            website=told["website"],
        )
        return cls(business, seller, link_for(business, "hub:door"))


def content_of(
    kind: str,
    given: Given,
    issuer: Issuer,
    customer: Customer,
    order: Order,
    currency: str,
    preceding: Document | None = None,
) -> DocumentContent:
    """The parts that every document has; lines come after.

    The seller is named as on the day of issue. The buyer is named as he told for this order: what
    is typed at another purchase under the same e-mail never reaches this one's documents.
    """
    buyer = order.buyer
    return DocumentContent(
        kind=INVOICE if kind == INVOICE else CREDIT_NOTE,  # type: ignore[arg-type]
        mode="test" if order.mode == TEST else "live",
        number=given.text,
        issued_on=given.day,
        currency=currency,
        seller=issuer.seller,
        buyer=Buyer(
            name=buyer["name"],
            company=buyer["company"],
            address=tuple(buyer["address"]),
            country=buyer["country"],
            tax_id=next(iter(_tax_ids(buyer)), None),
            email=buyer["email"],
        ),
        lines=(),
        taxes=(),
        totals=ContentTotals(0, 0, 0),
        language=customer.language,
        paper="letter" if issuer.business.paper == "letter" else "a4",
        order_reference=order.public_id,
        preceding=Preceding(preceding.number_text, preceding.issued_on) if preceding else None,
        hub_url=issuer.hub_url,
    )


def _tax_ids(party: dict[str, Any]) -> tuple[TaxId, ...]:
    number = party["tax_id"]
    return (TaxId(number, kind_of(party["country"])),) if number else ()


def taxes_of(rows: list[tuple[Decimal, Money, Money]]) -> tuple[TaxRow, ...]:
    return tuple(
        TaxRow(plain_percent(row.percent), row.net.minor, row.tax.minor) for row in tax_table(rows)
    )


def returned_line(part: RefundLine, language: str) -> ContentLine:
    """What goes back of a line; which line of the invoice that is stands under it."""
    line, pieces = part.line, part.pieces or 1
    assert part.tax is not None
    net = part.gross - part.tax
    with translation.override(language):
        detail = _("Line %(number)s of the invoice") % {"number": line.position + 1}
    return ContentLine(
        description=line.description,
        quantity=pieces,
        unit=Money(net, part.refund.currency).split([1] * pieces)[0].minor,
        net=net,
        tax=part.tax,
        gross=part.gross,
        tax_rate=plain_percent(line.tax_percent),
        detail=detail,
    )


def sold_line(line: BillLine, zone: str) -> ContentLine:
    """The unit price is printed without tax: the line's net, parted by the quantity.

    Periods end at an instant; the last day printed is the day before that of the end.
    """
    unit = Money(line.net, line.bill.currency).split([1] * line.quantity)[0].minor
    return ContentLine(
        description=line.description,
        quantity=line.quantity,
        unit=unit,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        tax_rate=plain_percent(line.tax_percent),
        period_start=local_day(line.period_start, zone) if line.period_start else None,
        period_end=local_day(line.period_end, zone) - timedelta(days=1)
        if line.period_end
        else None,
    )


def plain_percent(percent: Decimal) -> str:
    """19.000 -> "19", 5.500 -> "5.5"."""
    return f"{percent.normalize():f}"


def paid_by(payment: Payment, language: str) -> str:
    kept = payment.raw.get("method") or {}
    brand = payment.method.brand if payment.method else kept.get("brand", "")
    last4 = payment.method.last4 if payment.method else kept.get("last4", "")
    if not last4:
        return ""
    with translation.override(language):
        return _("%(brand)s ending %(last4)s") % {"brand": brand.title(), "last4": last4}
