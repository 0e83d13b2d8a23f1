"""A document is drawn once, and what is wrong with its drawing is never forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from tests import cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.files import path_of, pdf_of
from wainwright.invoicing.models import Document

pytestmark = pytest.mark.django_db

UNDRAWABLE = "田中\U0001f9ff\ue000\U000e0fff"


class Killed(BaseException):
    """As if the process had ended there."""


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def invoice_for(shop: cast.Cast, name: str) -> Document:
    order = buy(make_price(make_product(shop.own)), name=name).order
    found: Document = Document.objects.get(order=order)
    return found


def kill_at(word: str) -> Callable[..., Any]:
    def ask(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and f'SET "{word}"' in sql:
            raise Killed
        return execute(sql, *rest)

    return ask


def test_a_name_that_every_font_shows_flags_nothing(shop: cast.Cast) -> None:
    document = invoice_for(shop, "Łucja Żółć")
    assert pdf_of(document) == path_of(document).read_bytes()
    document.refresh_from_db()
    assert document.pdf_sha256
    assert document.flagged == ""


def test_a_name_that_no_font_shows_flags_its_document(shop: cast.Cast) -> None:
    document = invoice_for(shop, UNDRAWABLE)
    pdf_of(document)
    document.refresh_from_db()
    assert "could not be displayed" in document.flagged


@pytest.mark.parametrize("moment", ["flagged", "pdf_sha256"])
def test_a_kill_while_it_is_drawn_loses_no_flag(shop: cast.Cast, moment: str) -> None:
    """Before the flag is stored, and when the file is kept already but not known to the row."""
    document = invoice_for(shop, UNDRAWABLE)
    with pytest.raises(Killed), connection.execute_wrapper(kill_at(moment)):
        pdf_of(document)
    assert path_of(document).exists() == (moment == "pdf_sha256")
    again = Document.objects.get(pk=document.pk)
    assert not again.pdf_sha256
    pdf_of(again)
    again.refresh_from_db()
    assert again.pdf_sha256
    assert "could not be displayed" in again.flagged
