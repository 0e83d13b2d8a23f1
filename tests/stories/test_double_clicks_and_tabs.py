"""However often and from wherever the same purchase is sent, it is one order and one charge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Request

from tests import browsers
from tests.server import Server
from tests.stories.people import Buyer, Seller, count

ORDERS = """
    SELECT count(*) FROM sales_order JOIN customers_customer ON customer_id = customers_customer.id
    WHERE customers_customer.email = ?
"""
CHARGED = """
    SELECT count(*) FROM payments_payment
    JOIN customers_customer ON customer_id = customers_customer.id
    WHERE customers_customer.email = ? AND payments_payment.state = 'succeeded'
"""
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def shop(server: Server, chromium: browsers.Browser) -> Iterator[Server]:
    """A shop with one product, to be had in two ways."""
    with browsers.visits(chromium) as open_page:
        al = Seller(open_page(), server, "acme")
        al.opens_an_account().connects_the_test_gateway()
        al.makes_a_product("Studio").sets_a_price("Subscription, until cancelled", "29.00")
        al.adds_a_price("One payment", "390.00")
    yield server
    assert "0 broken" in server.run("audit")


@pytest.fixture
def ada(request: pytest.FixtureRequest, open_page: OpenPage, shop: Server) -> Iterator[Buyer]:
    """Whatever she does, at the end she has one order and was charged once."""
    name = request.node.name.removeprefix("test_")[:40].replace("[", "").replace("]", "")
    ada = Buyer(open_page(), shop, "acme", f"{name}@buyer.example")
    yield ada
    ada.letter("Studio")
    assert count(shop, ORDERS, ada.email) == 1
    assert count(shop, CHARGED, ada.email) == 1
    assert len(ada.letters("Studio")) == 1


def test_a_double_click_on_order(ada: Buyer) -> None:
    ada.looks_at("studio").fills_in()
    ada.page.get_by_role("button", name=re.compile("^Order and pay")).dblclick()
    ada.page.wait_for_url(re.compile("//testgateway"))
    ada.pays()


def test_a_double_click_without_scripts(open_page: OpenPage, ada: Buyer) -> None:
    ada.page = open_page(java_script_enabled=False)
    ada.looks_at("studio").fills_in()
    ada.page.get_by_role("button", name=re.compile("^Order and pay")).dblclick()
    ada.page.wait_for_url(re.compile("//testgateway"))
    ada.pays()


def test_a_double_click_on_pay(ada: Buyer) -> None:
    ada.looks_at("studio").fills_in().orders().types_a_card()
    ada.page.get_by_role("button", name=re.compile("^Pay")).dblclick()
    ada.page.wait_for_url(re.compile("/checkout/thanks/"))


def test_two_tabs_filled_in_and_paid_one_after_the_other(ada: Buyer) -> None:
    tab = Buyer(ada.page.context.new_page(), ada.server, ada.slug, ada.email)
    ada.looks_at("studio").fills_in()
    tab.looks_at("studio").fills_in()
    ada.orders()
    tab.orders()
    ada.pays()
    tab.page.reload()
    tab.reads("Thank you, your order stands")


def test_two_tabs_at_the_gateway_at_once(ada: Buyer) -> None:
    tab = Buyer(ada.page.context.new_page(), ada.server, ada.slug, ada.email)
    for each in (ada, tab):
        each.looks_at("studio").fills_in().orders().types_a_card()
    for each in (ada, tab):
        each.clicks(re.compile("^Pay"))
    for each in (ada, tab):
        each.page.wait_for_url(re.compile("/checkout/thanks/"))


def test_two_tabs_that_chose_differently(ada: Buyer) -> None:
    """The choice that was made last is open at the gateway; the earlier one is closed there."""
    tab = Buyer(ada.page.context.new_page(), ada.server, ada.slug, ada.email)
    ada.looks_at("studio").fills_in().orders().types_a_card()
    tab.looks_at("studio").fills_in()
    tab.page.get_by_label("One payment").check()
    tab.reads("Order and pay 390.00").orders()
    ada.clicks(re.compile("^Pay"))
    ada.page.wait_for_load_state()
    tab.pays()
    ada.looks_at("studio").reads("You have bought this")


def test_back_after_paying_and_once_more(ada: Buyer) -> None:
    ada.buys("studio")
    thanks = ada.page.url
    ada.page.go_back()
    ada.page.reload()
    ada.looks_at("studio").reads("You have bought this").follows("See your order")
    assert ada.page.url == thanks


def test_back_from_the_gateway_and_on_again(ada: Buyer) -> None:
    ada.looks_at("studio").fills_in().orders()
    ada.follows("Cancel and go back").reads("Studio")
    ada.orders().pays()


def test_the_return_from_the_gateway_loaded_again(ada: Buyer) -> None:
    returns: list[str] = []

    def note(request: Request) -> None:
        if "/return/" in request.url:
            returns.append(request.url)

    ada.page.on("request", note)
    ada.buys("studio")
    for _ in range(3):
        ada.page.goto(returns[0])
        ada.reads("Thank you, your order stands")


def test_the_same_form_sent_again(ada: Buyer) -> None:
    sent: list[Request] = []
    ada.page.on("request", lambda request: sent.append(request) if request.post_data else None)
    ada.buys("studio")
    order = next(request for request in sent if request.url.endswith("/checkout/studio/"))
    for _ in range(3):
        again = ada.page.context.request.post(
            order.url,
            data=order.post_data_buffer,
            headers={"content-type": order.headers["content-type"], "origin": ada.server.base_url},
        )
        assert "Thank you, your order stands" in again.text()
