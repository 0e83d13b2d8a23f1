"""The checkout page: whatever is typed is answered by a sentence and kept; the page stays light."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests import cast
from tests.factories.buying import pay_at_gateway
from tests.factories.shops import make_price, make_product
from wainwright.catalog import prices
from wainwright.catalog.models import Price, Product
from wainwright.checkout.models import Cart
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.models import Customer
from wainwright.payments.models import Payment

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
TYPED = {
    "email": "ada@buyer.example",
    "name": "Ada Byron",
    "street": "12 St James's Sq",
    "postcode": "SW1Y 4JH",
    "city": "London",
    "country": "GB",
    "token": "t" * 24,
}
MARKUP = "<script>alert(1)</script>\"'{{7*7}}{% debug %}{0.__class__}${7*7}"
BAD = {
    "no address": ({"email": ""}, "email"),
    "half an address": ({"email": "ada@"}, "email"),
    "an address of 500 characters": ({"email": "a" * 490 + "@x.example"}, "email"),
    "two addresses": ({"email": "ada@x.example,eve@x.example"}, "email"),
    "a line more in the address": ({"email": "ada@x.example\r\nBcc: eve@x.example"}, "email"),
    "NUL in the address": ({"email": "ada\0@x.example"}, "email"),
    "no name": ({"name": " "}, "name"),
    "NUL in the name": ({"name": "Ada\0Byron"}, "name"),
    "a name of 10,000 characters": ({"name": "A" * 10_000}, "name"),
    "a street of 500 characters": ({"street": "S" * 500}, "street"),
    "markup as postcode": ({"postcode": MARKUP}, "postcode"),
    "a country that is none": ({"country": "XX"}, "country"),
    "NUL in the country": ({"country": "\0"}, "country"),
}
STRANGE = {
    "emoji": "Ada 🎩👩‍👩‍👧 Byron",
    "right to left": "עדה ביירון مرحبا",
    "direction marks": "Ada \u202eByron\u202c",
    "markup": MARKUP,
    "a quotation": '=HYPERLINK("http://x.example","x")',
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
}


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def product(shop: cast.Cast) -> Product:
    made = make_product(shop.client, "Studio", tax="20")
    made.asks_address = True
    made.save()
    return made


@pytest.fixture
def price(product: Product) -> Price:
    return make_price(product, "monthly")


@pytest.fixture
def buyer() -> Client:
    return Client(headers={"host": "127.0.0.1"})


def page_of(product: Product) -> str:
    return f"/b/{product.business.slug}/checkout/{product.slug}/"


def post(buyer: Client, price: Price, **typed: str) -> Any:
    body = {**TYPED, "price": price.public_id, **typed}
    return buyer.post(page_of(price.product), body)


def value_of(page: str, name: str) -> str:
    """What stands in the field."""
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert field, name
    value = re.search(r'value="([^"]*)"', field[0])
    return html.unescape(value[1]) if value else ""


@pytest.mark.parametrize(("typed", "field"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_answered_by_a_sentence_and_kept(
    buyer: Client, price: Price, typed: dict[str, str], field: str
) -> None:
    answer = post(buyer, price, **typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    said = re.search(rf'id="id_{field}_error">.*?<span>(.+?)</span>', page, re.DOTALL)
    assert said
    assert said[1].endswith(".")
    for name in ("email", "name", "street", "postcode", "city"):
        assert value_of(page, name) == typed.get(name, TYPED[name])
    assert not Cart.objects.exists()


@pytest.mark.parametrize("words", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("field", ["name", "company", "street", "city", "region"])
def test_whatever_is_somebodys_name_or_place_is_taken_as_it_is(
    buyer: Client, price: Price, words: str, field: str
) -> None:
    words = words[:100]
    answer = post(buyer, price, **{field: words})
    assert answer.status_code == 303
    assert Cart.objects.get().buyer[field] == words
    again = buyer.get(page_of(price.product)).content.decode()
    assert value_of(again, field) == words
    assert "<script>alert" not in again
    assert "49" not in value_of(again, field).replace(words, "")


def test_an_address_stands_as_it_was_typed(buyer: Client, price: Price) -> None:
    assert post(buyer, price, email="Ada+Shop@Buyer.Example").status_code == 303
    assert Cart.objects.get().buyer["email"] == "Ada+Shop@Buyer.Example"


def test_broken_utf_8_is_no_reason_to_break(buyer: Client, price: Price) -> None:
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in TYPED.items())
    raw = body.encode().replace(b"Ada+Byron", b"Ada\xff%FF%C3+Byron")
    raw += f"&price={price.public_id}".encode()
    assert buyer.post(page_of(price.product), raw, content_type=FORM).status_code in (303, 400)


@pytest.mark.parametrize("token", ["", "short", "t" * 65, "t" * 20 + "\0", "<b>" * 10])
def test_a_damaged_form_is_told_so(buyer: Client, price: Price, token: str) -> None:
    answer = post(buyer, price, token=token)
    assert answer.status_code == 400
    assert "This form is incomplete. Please load the page again." in answer.content.decode()


@pytest.mark.parametrize("wanted", ["", "prc_unknown", "\0", "x" * 10_000, "'; DROP TABLE"])
def test_a_price_that_is_not_offered_is_never_swapped_for_another(
    buyer: Client, price: Price, wanted: str
) -> None:
    answer = buyer.post(page_of(price.product), TYPED | {"price": wanted})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "The price you chose is offered no more. Please choose again." in page
    assert value_of(page, "name") == TYPED["name"]
    assert not Payment.objects.exists()


def test_a_price_archived_meanwhile_is_not_sold(buyer: Client, price: Price) -> None:
    make_price(price.product, "yearly", 29000)
    prices.archive_price(price, by=SYSTEM)
    assert post(buyer, price).status_code == 400
    assert not Payment.objects.exists()


def test_the_price_of_another_product_is_not_sold_here(
    buyer: Client, price: Price, shop: cast.Cast
) -> None:
    cheap = make_price(make_product(shop.other_client, "Cheap"), "one_time", 1)
    answer = buyer.post(page_of(price.product), TYPED | {"price": cheap.public_id})
    assert answer.status_code == 400
    assert not Payment.objects.exists()


def test_showing_another_choice_asks_for_nothing_and_keeps_what_was_typed(
    buyer: Client, price: Price
) -> None:
    yearly = make_price(price.product, "yearly", 29000)
    typed = TYPED | {"email": "half", "name": "", "update": "1", "price": yearly.public_id}
    answer = buyer.post(page_of(price.product), typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r'<div class="checkout-total"[^>]*><span>Today</span>.*290\.00\sEUR', page)
    assert value_of(page, "email") == "half"
    assert 'role="alert"' not in page
    assert not Cart.objects.exists()


def test_a_product_without_a_price_says_so(buyer: Client, product: Product) -> None:
    answer = buyer.get(page_of(product))
    assert answer.status_code == 200
    assert "the seller has set no price yet" in answer.content.decode()


def test_links_may_bring_address_name_and_price_along(buyer: Client, price: Price) -> None:
    yearly = make_price(price.product, "yearly", 29000)
    query = {"email": "eve@x.example", "name": MARKUP * 9, "price": yearly.public_id}
    page = buyer.get(page_of(price.product), query).content.decode()
    assert value_of(page, "email") == "eve@x.example"
    assert "<script>alert" not in page
    assert re.search(rf'value="{yearly.public_id}" checked', page)


def test_what_was_bought_is_told_in_the_browser_that_bought_it_only(
    buyer: Client, price: Price
) -> None:
    buyer.get(page_of(price.product))
    token = next(m.value for name, m in buyer.cookies.items() if name.startswith("__Host-cart"))
    assert post(buyer, price, token=token).status_code == 303
    payment = Payment.objects.select_related("connection__business").get()
    pay_at_gateway(payment)
    back = f"{page_of(price.product)}return/{payment.public_id}/"
    thanks = buyer.get(back).headers["Location"]
    assert "ada@buyer.example" in buyer.get(thanks).content.decode()
    other = Client(headers={"host": "127.0.0.1"}).get(thanks)
    assert other.status_code == 200
    assert "ada@buyer.example" not in other.content.decode()
    assert "Studio" not in other.content.decode()
    assert Customer.objects.get().name == "Ada Byron"


def test_the_page_weighs_less_than_100_kilobytes_with_all_it_loads(
    buyer: Client, price: Price
) -> None:
    for sort in ("yearly", "paid_trial", "split", "limited", "trial", "one_time"):
        make_price(price.product, sort)
    page = buyer.get(page_of(price.product)).content
    linked = re.findall(rb'(?:href|src)="(/static/[^"#]+)', page)
    assert len(linked) >= 3
    weight = len(page) + sum(len(each) for each in everything_loaded(linked).values())
    assert weight <= 100_000, weight


def everything_loaded(linked: list[bytes]) -> dict[str, bytes]:
    """The files a browser fetches for these addresses, with those they import."""
    loaded: dict[str, bytes] = {}
    waiting = [each.decode().removeprefix(settings.STATIC_URL) for each in linked]
    while waiting:
        name = waiting.pop()
        if name in loaded:
            continue
        with open(finders.find(name), "rb") as file:
            loaded[name] = file.read()
        folder = name.rpartition("/")[0]
        imported = re.findall(rb'import (?:url\()?"\./([^"]+)"', loaded[name])
        waiting += [f"{folder}/{each.decode()}" for each in imported]
    return loaded


@pytest.mark.parametrize("bad", [False, True])
def test_nothing_runs_or_styles_from_within_the_page(
    buyer: Client, price: Price, bad: bool
) -> None:
    answer = post(buyer, price, name="") if bad else buyer.get(page_of(price.product))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'self'" in re.findall(r"script-src ([^;]+)", policy)[0]
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert all(re.search(r"\bsrc=", tag) for tag in re.findall(r"<script[^>]*>", page))
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
