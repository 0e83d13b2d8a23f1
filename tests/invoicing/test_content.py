"""The content of a document: frozen, hashed, and never inconsistent in itself."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from tests.invoicing.samples import LINE, credit_note, invoice
from wainwright.core.money import MAX_MINOR, MoneyError
from wainwright.invoicing.content import (
    Buyer,
    ContentLine,
    ContentTotals,
    DocumentContent,
    TaxRow,
)


@pytest.mark.parametrize(
    "content",
    [
        invoice(),
        credit_note(),
        invoice(mode="test", paper="letter", language="de", buyer=Buyer(), lines=(), taxes=()),
        invoice(paid_on=None, due_on=date(2027, 1, 1), how_to_pay=("IBAN DE02",), notes=()),
        invoice(buyer=Buyer(name="\x00\ud800 👩‍💻 محمد", address=("a\nb",))),
    ],
)
def test_content_survives_json_unchanged(content: DocumentContent) -> None:
    back = DocumentContent.from_json(json.loads(content.canonical()))
    assert back == content
    assert back.canonical() == content.canonical()
    assert back.sha256() == content.sha256()


def test_the_hash_is_of_one_byte_form() -> None:
    data = invoice().to_json()
    shuffled = dict(reversed(data.items()))
    assert DocumentContent.from_json(shuffled).sha256() == invoice().sha256()
    assert invoice().canonical().isascii()
    assert b": " not in invoice().canonical()


def test_any_change_changes_the_hash() -> None:
    changed = [
        replace(invoice(), number="2026-0043"),
        replace(invoice(), lines=(replace(LINE, description="Studio Monthly "),)),
        replace(invoice(), buyer=replace(invoice().buyer, name="Ada Lovelace")),
        replace(invoice(), paid_on=date(2026, 12, 4)),
    ]
    assert len({content.sha256() for content in [invoice(), *changed]}) == 5


def test_content_cannot_be_edited() -> None:
    with pytest.raises(FrozenInstanceError):
        invoice().number = "2026-0043"  # type: ignore[misc]


def test_unknown_facts_are_refused_not_dropped() -> None:
    with pytest.raises(TypeError, match="iban"):
        DocumentContent.from_json({**invoice().to_json(), "iban": "DE02"})


def test_sums_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="line"):
        ContentLine("Workbook", 1, 100, 100, 19, 120)
    with pytest.raises(ValueError, match="gross"):
        ContentTotals(100, 19, 120)
    with pytest.raises(ValueError, match="net sums"):
        invoice(taxes=(TaxRow("19", 2436, 463),))
    with pytest.raises(ValueError, match="tax sums"):
        invoice(taxes=(TaxRow("19", 2437, 464),))


@pytest.mark.parametrize("rate", ["", "x", "19%", "NaN", "Infinity"])
def test_a_rate_is_a_number(rate: str) -> None:
    with pytest.raises(ValueError, match="tax rate"):
        TaxRow(rate, 0, 0)
    with pytest.raises(ValueError, match="tax rate"):
        replace(LINE, tax_rate=rate)


def test_amounts_and_currencies_that_cannot_be_are_refused() -> None:
    with pytest.raises(MoneyError):
        invoice(currency="XXX")
    with pytest.raises(MoneyError):
        invoice(taxes=(), totals=ContentTotals(MAX_MINOR + 1, 0, MAX_MINOR + 1))


def test_a_credit_note_names_its_invoice_and_an_invoice_none() -> None:
    with pytest.raises(ValueError, match="corrects"):
        credit_note(preceding=None)
    with pytest.raises(ValueError, match="corrects"):
        invoice(preceding=credit_note().preceding)


def test_a_test_document_is_numbered_as_one() -> None:
    assert invoice().printed_number == "2026-0042"
    assert invoice(mode="test").printed_number == "TEST-2026-0042"
    assert invoice(mode="test", number="TEST-7").printed_number == "TEST-7"
