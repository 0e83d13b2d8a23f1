"""Making what is sold: every kind of price, and whatever people type."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories import buying, shops
from wainwright.catalog.models import Price, Product
from wainwright.core import clock
from wainwright.tax.rates import percent_for

NEW = "/dashboard/products/new/"
PLAIN = {
    "name": "Studio",
    "currency": "EUR",
    "tax_percent": "19",
    "kind": "digital",
    "receipt": "detailed",
}
MONTHLY = {"kind": "subscription", "amount": "29.00", "interval": "monthly"}


def new_product(people: Cast, **fields: str) -> dict[str, str]:
    return {**PLAIN, "business": people.own.public_id, **fields}


def new_price(client: Client, product: Product, **typed: Any) -> Any:
    fields = {"kind": "one_time", "amount": "29", "tax_behaviour": "inclusive", **typed}
    return client.post(f"/dashboard/products/{product.public_id}/prices/new/", fields)


def test_a_product_is_made_and_asks_for_its_price(shop: Cast, ann: Client) -> None:
    answer = ann.post(NEW, new_product(shop, description="All of it."))
    product = Product.objects.get()
    assert answer.status_code == 303
    assert answer.url == f"/dashboard/products/{product.public_id}/prices/new/"
    assert (product.slug, product.mode, product.business) == ("studio", "test", shop.own)
    assert percent_for(product, "DE", clock.today(shop.own.zone)) == 19


def test_a_client_user_makes_products_of_his_business_alone(shop: Cast, cleo: Client) -> None:
    cleo.post(NEW, new_product(shop, business=shop.own.public_id))
    assert Product.objects.get().business == shop.client


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("currency", "ABC", "“ABC” is not a currency we know"),
        ("name", "x" * 10_000, "at most 200 characters"),
        ("name", "Stu\0dio", "Null characters"),
        ("tax_percent", "101", "less than or equal to 100"),
        ("access_url", "javascript:alert(1)", "Enter a valid URL"),
        ("business", "biz_elsewhere", "Select a valid choice"),
    ],
)
def test_a_refused_product_keeps_what_was_typed(
    shop: Cast, ann: Client, field: str, typed: str, said: str
) -> None:
    page = ann.post(NEW, new_product(shop, description="A kept sentence.", **{field: typed}))
    assert page.status_code == 200
    assert said in page.text
    assert "A kept sentence." in page.text
    assert not Product.objects.exists()


@pytest.mark.parametrize("name", ["🎨 Studio", "סטודיו", "{{ 7*7 }}", "<b>Studio</b>"])
def test_a_name_is_kept_and_shown_as_it_was_typed(shop: Cast, ann: Client, name: str) -> None:
    ann.post(NEW, new_product(shop, name=name))
    assert Product.objects.get().name == name
    assert name.replace("<", "&lt;").replace(">", "&gt;") in ann.get("/dashboard/products/").text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"kind": "one_time", "trial_days": "14"}, (2900, "", None, 0, None)),
        ({**MONTHLY}, (2900, "monthly", None, 0, None)),
        ({**MONTHLY, "first_amount": "1"}, (2900, "monthly", None, 0, 100)),
        ({**MONTHLY, "trial_days": "14"}, (2900, "monthly", None, 14, 0)),
        (
            {**MONTHLY, "trial_days": "14", "first_amount": "0,99"},
            (2900, "monthly", None, 14, 99),
        ),
        (
            {"kind": "limited", "interval": "weekly", "renewals": "5"},
            (2900, "weekly", 6, 0, None),
        ),
        (
            {"kind": "limited", "interval": "yearly", "renewals": "5", "trial_days": "7"},
            (2900, "yearly", 5, 7, 0),
        ),
        (
            {"kind": "split", "interval": "two_weekly", "payments": "6"},
            (2900, "two_weekly", 6, 0, None),
        ),
    ],
)
def test_each_kind_of_price_is_kept_as_it_was_meant(
    shop: Cast, ann: Client, typed: dict[str, str], kept: tuple[Any, ...]
) -> None:
    answer = new_price(ann, shops.make_product(shop.own), **typed)
    assert answer.status_code == 303
    price = Price.objects.get()
    assert kept == (
        price.amount,
        price.interval,
        price.payments_total,
        price.trial_days,
        price.first_amount,
    )


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [("EUR", "29,5", 2950), ("JPY", "1500", 1500), ("KWD", "1.234", 1234), ("EUR", ".5", 50)],
)
def test_a_sum_honours_its_currency(
    shop: Cast, ann: Client, currency: str, typed: str, minor: int
) -> None:
    new_price(ann, shops.make_product(shop.own, currency=currency), amount=typed)
    assert Price.objects.get().amount == minor


@pytest.mark.parametrize(
    ("currency", "typed", "said"),
    [
        ("JPY", "15.5", "JPY has no decimals. Write a whole number, such as 29."),
        ("KWD", "1.2345", "KWD has 3 decimals. Write it like 29.000."),
        ("EUR", "1,234.50", "such as 29.00, without separating thousands"),
        ("EUR", "10000000000000.01", "more than can be booked"),
        ("EUR", "-5", "Write the sum in figures"),
        ("EUR", "1e9", "Write the sum in figures"),
        ("EUR", "9\0", "Null characters"),
    ],
)
def test_a_sum_that_cannot_be_is_refused_with_what_to_write(
    shop: Cast, ann: Client, currency: str, typed: str, said: str
) -> None:
    page = new_price(
        ann, shops.make_product(shop.own, currency=currency), amount=typed, name="A kept name"
    )
    assert page.status_code == 200
    assert said in page.text
    assert "A kept name" in page.text
    assert not Price.objects.exists()


def test_a_price_that_sold_is_archived_and_replaced(shop: Cast, ann: Client) -> None:
    sold = shops.make_price(shops.make_product(shop.own), "monthly", 2900)
    subscription = buying.buy(sold).subscription
    page = ann.get(f"/dashboard/prices/{sold.public_id}/replace/")
    assert 'value="29.00"' in page.text
    ann.post(
        f"/dashboard/prices/{sold.public_id}/replace/",
        {**MONTHLY, "amount": "35", "tax_behaviour": "inclusive"},
    )
    sold.refresh_from_db()
    offered = Price.objects.get(archived_at=None)
    assert (sold.amount, offered.amount) == (2900, 3500)
    assert sold.archived_at is not None
    subscription.refresh_from_db()
    assert (subscription.price_id, subscription.amount) == (sold.pk, 2900)


def test_what_the_new_kind_does_not_have_goes_with_the_old_price(shop: Cast, ann: Client) -> None:
    price = shops.make_price(shops.make_product(shop.own), "paid_trial")
    ann.post(
        f"/dashboard/prices/{price.public_id}/replace/",
        {"kind": "one_time", "amount": "29", "tax_behaviour": "inclusive"},
    )
    offered = Price.objects.get(archived_at=None)
    assert (offered.kind, offered.first_amount, offered.trial_days) == ("one_time", None, 0)


def test_a_refused_replacement_leaves_the_price_on_offer(shop: Cast, ann: Client) -> None:
    price = shops.make_price(shops.make_product(shop.own), "monthly")
    ann.post(f"/dashboard/prices/{price.public_id}/replace/", {**MONTHLY, "amount": "nothing"})
    price.refresh_from_db()
    assert price.archived_at is None


def test_an_archived_product_comes_back_by_undo(shop: Cast, ann: Client) -> None:
    product = shops.make_product(shop.own)
    address = f"/dashboard/products/{product.public_id}/archive/"
    said = ann.post(address, follow=True).text
    assert f'action="{address}"' in said
    product.refresh_from_db()
    assert product.archived_at is not None
    ann.post(address)
    product.refresh_from_db()
    assert product.archived_at is None


def test_two_products_of_a_business_cannot_share_an_address(shop: Cast, ann: Client) -> None:
    shops.make_product(shop.own, "Studio")
    page = ann.post(NEW, new_product(shop, slug="studio"))
    assert "Another product has the address “studio” already." in page.text
    assert Product.objects.count() == 1
