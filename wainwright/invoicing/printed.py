"""Turns a document's content into the texts its page shows, in the document's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from wainwright.invoicing import figures
from wainwright.invoicing.content import Buyer, ContentLine, DocumentContent, Seller, TaxId
from wainwright.invoicing.printable import paragraph, phrase

NUMBER, HEAD, LINE, NAME, DESCRIPTION, PARAGRAPH = 60, 60, 120, 200, 500, 2000
MOST_LINES = 12
PAPERS = {"a4": "a4", "letter": "us-letter"}

# Longer sums than this take the room of the words beside them: the page then prints smaller.
DENSE_FROM = len("1,000,000,000.00")


def page(content: DocumentContent) -> dict[str, Any]:
    """The texts of the page by the names the template knows, every one ready to print."""
    with override(content.language):
        heading = _("Credit note") if content.kind == "credit_note" else _("Invoice")
        return {
            "language": figures.locale_of(content.language).language,
            "paper": PAPERS[content.paper],
            "date": _date_parts(content.issued_on),
            "test": _("TEST") if content.mode == "test" else "",
            "heading": heading,
            "title": f"{heading} {phrase(content.printed_number, NUMBER)}",
            "head": phrase(content.seller.name, HEAD),
            "words": _words(),
            "seller": {
                "name": phrase(content.seller.name, NAME),
                "lines": _seller_lines(content.seller, content.language),
            },
            "buyer": _buyer_lines(content.buyer, content.language),
            "facts": _facts(content),
            "dense": len(_figure(content.totals.gross, content)) >= DENSE_FROM,
            "columns": _columns(content),
            "lines": [_line(line, content) for line in content.lines],
            "taxes": _taxes(content),
            "sums": _sums(content),
            "total": (_total_word(content), _money(content.totals.gross, content)),
            "payment": _payment(content),
            "hub": _hub(content.hub_url),
            "remarks": _remarks(content),
            "notes": [paragraph(note, PARAGRAPH) for note in content.notes if note.strip()],
            "foot": _foot(content.seller),
        }


def _date_parts(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def _words() -> dict[str, Any]:
    return {
        "buyer": _("Billed to"),
        "payment": _("Payment"),
        "hub": _("See and change your purchases at"),
        "tax-heads": [_("Tax rate"), _("Net"), _("Tax")],
        "page": _("Page {page} of {pages}"),
    }


def _seller_lines(seller: Seller, language: str) -> list[str]:
    contact = [phrase(seller.email, NAME), phrase(seller.website, NAME)]
    return [*_address(seller.address, seller.country, language), *filter(None, contact)]


def _buyer_lines(buyer: Buyer, language: str) -> list[str]:
    names = [phrase(buyer.company, NAME), phrase(buyer.name, NAME)]
    rest = [phrase(buyer.email, NAME), _tax_id(buyer.tax_id) if buyer.tax_id else ""]
    return list(filter(None, [*names, *_address(buyer.address, buyer.country, language), *rest]))


def _address(lines: tuple[str, ...], country: str, language: str) -> list[str]:
    kept = [text for line in lines if (text := phrase(line, LINE))][:MOST_LINES]
    return [*kept, phrase(figures.country(country, language), LINE)] if country else kept


def _tax_id(tax_id: TaxId) -> str:
    words = {
        "vat": _("VAT ID"),
        "tax": pgettext("not for VAT", "Tax number"),
        "gst": _("GST number"),
        "other": _("Tax ID"),
    }
    return f"{words[tax_id.kind]} {phrase(tax_id.number, LINE)}"


def _facts(content: DocumentContent) -> list[tuple[str, str]]:
    credit = content.kind == "credit_note"
    facts: list[tuple[str, str | date | None]] = [
        (_("Credit note number") if credit else _("Invoice number"), content.printed_number),
        (_("Date of issue"), content.issued_on),
        (_("Date of supply"), content.supplied_on),
        (_("Payable by"), None if content.paid_on else content.due_on),
        (_("Refunded on") if credit else _("Paid on"), content.paid_on),
        (_("Order reference"), content.order_reference),
    ]
    if content.preceding:
        facts.insert(1, (_("Corrects invoice"), content.preceding.number))
        facts.insert(2, (_("Invoice issued on"), content.preceding.issued_on))
    return [(word, _fact(value, content)) for word, value in facts if value]


def _fact(value: str | date | None, content: DocumentContent) -> str:
    return _day(value, content) if isinstance(value, date) else phrase(value or "", NUMBER)


def _untaxed(content: DocumentContent) -> bool:
    """No tax and no rate but zero: the page then has one column of sums and no tax table."""
    rates = [row.rate for row in content.taxes] + [line.tax_rate for line in content.lines]
    return not content.totals.tax and not any(map(Decimal, rates))


def _columns(content: DocumentContent) -> list[str]:
    first = [_("Description"), _("Quantity"), _("Unit price")]
    return [*first, _("Amount")] if _untaxed(content) else [*first, _("Net"), _("Tax"), _("Gross")]


def _line(line: ContentLine, content: DocumentContent) -> dict[str, Any]:
    cells = [figures.count(line.quantity, content.language), _figure(line.unit, content)]
    cells.append(_figure(line.net, content))
    if not _untaxed(content):
        cells += [figures.rate(line.tax_rate, content.language), _figure(line.gross, content)]
    detail = [_period(line, content), paragraph(line.detail, PARAGRAPH)]
    return {
        "description": phrase(line.description, DESCRIPTION),
        "detail": [text for text in detail if text],
        "cells": cells,
    }


def _period(line: ContentLine, content: DocumentContent) -> str:
    if not line.period_start or not line.period_end:
        return ""
    start, end = _day(line.period_start, content), _day(line.period_end, content)
    return _("{start} to {end}").format(start=start, end=end)


def _taxes(content: DocumentContent) -> list[tuple[str, str, str]]:
    if _untaxed(content):
        return []
    return [
        (
            figures.rate(row.rate, content.language),
            _money(row.net, content),
            _money(row.tax, content),
        )
        for row in content.taxes
    ]


def _sums(content: DocumentContent) -> list[tuple[str, str]]:
    if _untaxed(content):
        return []
    totals = content.totals
    return [(_("Net"), _money(totals.net, content)), (_("Tax"), _money(totals.tax, content))]


def _total_word(content: DocumentContent) -> str:
    if content.kind == "credit_note":
        return _("Total credited")
    return _("Total") if content.paid_on or not content.due_on else _("Total due")


def _payment(content: DocumentContent) -> list[str]:
    if not content.paid_on:
        return [phrase(text, LINE) for text in content.how_to_pay[:MOST_LINES]]
    method, day = phrase(content.paid_by, NAME), _day(content.paid_on, content)
    if content.kind == "credit_note":
        text = _("Refunded to {method} on {day}.") if method else _("Refunded on {day}.")
    else:
        text = _("Paid with {method} on {day}.") if method else _("Paid on {day}.")
    return [text.format(method=method, day=day)]


def _hub(address: str) -> dict[str, Any]:
    return {
        "address": address,
        "text": phrase(address, DESCRIPTION),
        "linked": address.startswith(("https://", "http://")),
    }


def _remarks(content: DocumentContent) -> list[str]:
    remarks = []
    if content.reason:
        reason = paragraph(content.reason, PARAGRAPH)
        remarks.append(_("Reason: {reason}").format(reason=reason))
    if content.reverse_charge:
        remarks.append(_("Reverse charge: the recipient owes the tax."))
    if content.mode == "test":
        remarks.append(_("A test document: nothing was sold and no money moved."))
    return remarks


def _foot(seller: Seller) -> list[str]:
    texts = [phrase(seller.name, LINE), phrase(seller.registration, LINE)]
    return [*filter(None, texts), *(_tax_id(tax_id) for tax_id in seller.tax_ids[:MOST_LINES])]


def _figure(minor: int, content: DocumentContent) -> str:
    return figures.amount(minor, content.currency, content.language)


def _money(minor: int, content: DocumentContent) -> str:
    return figures.money(minor, content.currency, content.language)


def _day(value: date, content: DocumentContent) -> str:
    return figures.day(value, content.language)
