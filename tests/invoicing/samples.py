"""Documents to draw: a plain invoice and credit note, with whatever a test wants changed."""

from __future__ import annotations

from datetime import date
from typing import Any

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

SELLER = Seller(
    name="Hartmann & Söhne GmbH",
    address=("Lindenstraße 12", "10969 Berlin"),
    country="DE",
    tax_ids=(TaxId("DE123456789"), TaxId("29/123/45678", "tax")),
    registration="Amtsgericht Charlottenburg, HRB 12345",
    email="hello@hartmann.example",
    website="https://hartmann.example",
)
BUYER = Buyer(
    name="Ada Byron",
    company="Analytical Engines Ltd",
    address=("12 St James’s Square", "London SW1Y 4LB"),
    country="GB",
    tax_id=TaxId("GB123456789"),
    email="ada@byron.example",
)
LINE = ContentLine(
    description="Studio Monthly",
    quantity=1,
    unit=2437,
    net=2437,
    tax=463,
    gross=2900,
    tax_rate="19",
    period_start=date(2026, 12, 3),
    period_end=date(2027, 1, 2),
)


def line(gross: int, description: str = "Workbook") -> ContentLine:
    """One untaxed line."""
    return ContentLine(description, 1, gross, gross, 0, gross)


def invoice(**changes: Any) -> DocumentContent:
    """A paid invoice of one line at 29.00 EUR; with `lines`, its sums follow them."""
    lines: tuple[ContentLine, ...] = changes.setdefault("lines", (LINE,))
    net, tax = sum(each.net for each in lines), sum(each.tax for each in lines)
    facts: dict[str, Any] = {
        "kind": "invoice",
        "mode": "live",
        "number": "2026-0042",
        "issued_on": date(2026, 12, 3),
        "currency": "EUR",
        "seller": SELLER,
        "buyer": BUYER,
        "taxes": (TaxRow(lines[0].tax_rate, net, tax),) if lines else (),
        "totals": ContentTotals(net, tax, net + tax),
        "supplied_on": date(2026, 12, 3),
        "paid_on": date(2026, 12, 3),
        "paid_by": "Visa ending 4242",
        "order_reference": "ord_7k2m9x",
        "notes": ("Thank you for working with us.",),
        "hub_url": "https://hartmann.example/updateinfo/",
    }
    return DocumentContent(**{**facts, **changes})


def credit_note(**changes: Any) -> DocumentContent:
    preceding = Preceding("2026-0042", date(2026, 12, 3))
    facts = {"kind": "credit_note", "number": "C-2026-0007", "preceding": preceding}
    return invoice(**{**facts, "issued_on": date(2026, 12, 9), "reason": "Withdrawn.", **changes})
