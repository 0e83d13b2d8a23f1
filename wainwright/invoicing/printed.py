"""Turns a document's content into the texts its page shows, in the document's language."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from wainwright.invoicing import figures
from wainwright.invoicing.content import Buyer, ContentLine, DocumentContent, Seller, TaxId

# What a document's place can hold; longer texts end in an ellipsis.
NAME, LINE, PARAGRAPH = 200, 120, 2000
MOST_LINES_OF_ADDRESS = 8

# Controls, and marks that turn the reading direction and so could make a name read as another.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNBROKEN = re.compile(r"\S{25,}")
_BREAK_CHANCE = "\u200b"


def page(content: DocumentContent) -> dict[str, Any]:
    """The texts of the page by the names the template knows, every one ready to print."""
    with override(content.language):
        return {
            "language": figures.locale_of(content.language).language,
            "paper": {"a4": "a4", "letter": "us-letter"}[content.paper],
            "date": {
                "year": content.issued_on.year,
                "month": content.issued_on.month,
                "day": content.issued_on.day,
            },
            "test": _("TEST") if content.mode == "test" else "",
            "heading": _heading(content),
            "title": f"{_heading(content)} {_clean(content.printed_number, LINE)}",
            "words": _words(content),
            "seller": {
                "name": _clean(content.seller.name, NAME),
                "lines": _seller_lines(content.seller, content.language),
            },
            "buyer": _buyer_lines(content.buyer, content.language),
            "facts": _facts(content),
            "columns": _columns(content),
            "lines": [_line(line, content) for line in content.lines],
            "taxes": _taxes(content),
            "sums": _sums(content),
            "total": [_total_word(content), _money(content.totals.gross, content)],
            "payment": _payment(content),
            "notes": _notes(content),
            "hub": _clean(content.hub_url, 500, soft=False),
            "foot": _foot(content.seller),
        }


def _heading(content: DocumentContent) -> str:
    return _("Credit note") if content.kind == "credit_note" else _("Invoice")


def _words(content: DocumentContent) -> dict[str, Any]:
    return {
        "buyer": _("Billed to"),
        "page": _("Page {page} of {pages}"),
        "tax-heads": [_("Tax rate"), _("Net"), _("Tax")],
        "hub": _("All your purchases and documents, and every change to them:"),
    }


def _seller_lines(seller: Seller, language: str) -> list[str]:
    return [
        *_address(seller.address, seller.country, language),
        _clean(seller.email, NAME),
        _clean(seller.website, NAME),
    ]


def _buyer_lines(buyer: Buyer, language: str) -> list[str]:
    return [
        *(_clean(text, NAME) for text in (buyer.company, buyer.name) if text),
        *_address(buyer.address, buyer.country, language),
        _clean(buyer.email, NAME),
        *([_tax_id(buyer.tax_id)] if buyer.tax_id else []),
    ]


def _address(lines: tuple[str, ...], country: str, language: str) -> list[str]:
    kept = [_clean(line, LINE) for line in lines if line.strip()][:MOST_LINES_OF_ADDRESS]
    return [*kept, figures.country(country, language)] if country else kept


def _tax_id(tax_id: TaxId) -> str:
    word = {
        "vat": _("VAT ID"),
        "tax": _("Tax number"),
        "gst": _("GST number"),
        "other": _("Tax ID"),
    }[tax_id.kind]
    return f"{word} {_clean(tax_id.number, 60)}"


def _facts(content: DocumentContent) -> list[tuple[str, str]]:
    credit = content.kind == "credit_note"
    facts = [
        (_("Credit note number") if credit else _("Invoice number"), content.printed_number),
        (_("Date of issue"), _day(content.issued_on, content)),
    ]
    if content.preceding:
        facts.append((_("Corrects invoice"), content.preceding.number))
        facts.append((_("issued on"), _day(content.preceding.issued_on, content)))
    if content.supplied_on:
        facts.append((_("Date of supply"), _day(content.supplied_on, content)))
    if content.due_on and not content.paid_on:
        facts.append((_("Payable by"), _day(content.due_on, content)))
    if content.paid_on and not credit:
        facts.append((_("Paid on"), _day(content.paid_on, content)))
    if content.order_reference:
        facts.append((_("Order"), content.order_reference))
    return [(word, _clean(value, LINE)) for word, value in facts]


def _untaxed(content: DocumentContent) -> bool:
    return not content.totals.tax and all(figures.is_zero(row.rate) for row in content.taxes)


def _columns(content: DocumentContent) -> list[str]:
    first = [_("Description"), _("Quantity"), _("Unit price")]
    if _untaxed(content):
        return [*first, _("Amount")]
    return [*first, _("Net"), _("Tax"), _("Gross")]


def _line(line: ContentLine, content: DocumentContent) -> dict[str, Any]:
    def figure(minor: int) -> str:
        return figures.amount(minor, content.currency, content.language)

    cells = [figures.count(line.quantity, content.language), figure(line.unit), figure(line.net)]
    if not _untaxed(content):
        cells += [figures.rate(line.tax_rate, content.language), figure(line.gross)]
    detail = [_period(line, content), _clean(line.detail, PARAGRAPH)]
    return {
        "description": _clean(line.description, 500),
        "detail": [text for text in detail if text],
        "cells": cells,
    }


def _period(line: ContentLine, content: DocumentContent) -> str:
    if line.period_start and line.period_end:
        return _("{start} to {end}").format(
            start=_day(line.period_start, content), end=_day(line.period_end, content)
        )
    return ""


def _taxes(content: DocumentContent) -> list[list[str]]:
    if _untaxed(content):
        return []
    return [
        [
            figures.rate(row.rate, content.language),
            _money(row.net, content),
            _money(row.tax, content),
        ]
        for row in content.taxes
    ]


def _sums(content: DocumentContent) -> list[tuple[str, str]]:
    if _untaxed(content):
        return []
    return [
        (_("Net"), _money(content.totals.net, content)),
        (_("Tax"), _money(content.totals.tax, content)),
    ]


def _total_word(content: DocumentContent) -> str:
    return _("Total credited") if content.kind == "credit_note" else _("Total")


def _payment(content: DocumentContent) -> list[str]:
    paid_by = _clean(content.paid_by, NAME)
    if content.kind == "credit_note":
        return [_("Refunded to {method}.").format(method=paid_by)] if paid_by else []
    if not content.paid_on:
        return [_clean(text, LINE) for text in content.how_to_pay]
    on = _day(content.paid_on, content)
    if paid_by:
        return [_("Paid with {method} on {day}.").format(method=paid_by, day=on)]
    return [_("Paid on {day}.").format(day=on)]


def _notes(content: DocumentContent) -> list[str]:
    notes = [_clean(note, PARAGRAPH) for note in content.notes if note.strip()]
    if content.reason:
        notes.insert(0, _("Reason: {reason}").format(reason=_clean(content.reason, PARAGRAPH)))
    if content.reverse_charge:
        notes.insert(0, _("Reverse charge: the recipient owes the tax."))
    if content.mode == "test":
        notes.append(_("A test document: nothing was sold and no money moved."))
    return notes


def _foot(seller: Seller) -> list[str]:
    return [
        _clean(seller.name, NAME),
        _clean(seller.registration, NAME),
        *(_tax_id(tax_id) for tax_id in seller.tax_ids),
    ]


def _money(minor: int, content: DocumentContent) -> str:
    return figures.money(minor, content.currency, content.language)


def _day(value: Any, content: DocumentContent) -> str:
    return figures.day(value, content.language)


def _clean(text: str, limit: int, *, soft: bool = True) -> str:
    """Text that can be printed and fits: no control characters, at most `limit` characters."""
    text = _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text)).strip()
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return _UNBROKEN.sub(_breakable, text) if soft else text


def _breakable(match: re.Match[str]) -> str:
    """Lets a very long word break anywhere, so that it cannot run off the page."""
    return _BREAK_CHANCE.join(match[0])
