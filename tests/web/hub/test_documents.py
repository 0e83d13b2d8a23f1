"""Every document of the customer, to find, read, print and keep; and nobody else's."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clocks import advance
from tests.web.hub.browsing import words
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.invoicing.models import Document
from wainwright.payments.refunds import refund

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_renewals_and_credit_notes_are_listed_too(business, sell, signed_in):
    bought = sell("monthly", "Studio")
    refund(bought.payment, amount=Money(500, "EUR"), note="", by=SYSTEM, form_key="once")
    advance(business.account_id, 32)
    seen = words(signed_in(bought).see("/hub/documents/"))
    assert "Your documents 3" in seen
    assert seen.count("Invoice for Studio") == 2
    assert seen.count("Credit note for Studio") == 1


@pytest.mark.slow
def test_a_year_can_be_looked_at_alone(business, sell, signed_in):
    bought = sell("monthly")
    advance(business.account_id, 370)
    years = {day.year for day in Document.objects.values_list("issued_on", flat=True)}
    browser = signed_in(bought)
    for year in years:
        count = Document.objects.filter(issued_on__year=year).count()
        seen = words(browser.see("/hub/documents/", year=str(year)))
        assert f"Your documents {count}" in seen


def test_the_page_shows_the_frozen_content(sell, signed_in):
    bought = sell("one_time", "Workbook", tax="19")
    bought.order.customer.name = "Somebody Else"
    bought.order.customer.save()
    number = Document.objects.get()
    seen = words(signed_in(bought).see(f"/hub/documents/{number.public_id}/"))
    assert f"Invoice {number.number_text}" in seen
    assert "Ada Byron" in seen
    assert "Somebody Else" not in seen
    assert "Total 29.00 EUR" in seen


@pytest.mark.parametrize(("query", "how"), [({}, "attachment"), ({"view": ""}, "inline")])
def test_the_pdf_comes_under_its_number(sell, signed_in, query, how):
    browser = signed_in(sell("one_time", "Workbook"))
    document = Document.objects.get()
    answer = browser.see(f"/hub/documents/{document.public_id}/pdf/", **query)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
    name = f'filename="{document.number_text}.pdf"'
    assert answer.headers["Content-Disposition"] == f"{how}; {name}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_issued_yet_says_when_something_will_be(sell, signed_in):
    assert "No documents yet" in words(signed_in(sell("trial")).see("/hub/documents/"))


def test_more_documents_need_no_more_queries(business, sell, signed_in):
    bought = sell("daily")
    browser = signed_in(bought)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.see("/hub/documents/")
        return len(captured)

    one = queries()
    advance(business.account_id, 2)
    assert Document.objects.count() == 3
    assert queries() == one
