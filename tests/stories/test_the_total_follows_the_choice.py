"""What is due today stands on the page from the first moment, and follows each choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import browsers
from tests.server import Server
from tests.stories.people import Buyer, Seller

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def shop(server: Server, chromium: browsers.Browser) -> Server:
    """One product, to be had monthly, in three payments, or at once."""
    with browsers.visits(chromium) as open_page:
        al = Seller(open_page(), server, "acme")
        al.opens_an_account().connects_the_test_gateway()
        al.makes_a_product("Studio").sets_a_price("Subscription, until cancelled", "29.00")
        al.adds_a_price("Split pay", "120.00", payments="3")
        al.adds_a_price("One payment", "300.00")
    return server


def today(page: Page, sum: str) -> None:  # noqa: A002
    """The order's summary, the line always in view on a phone and the button say the same."""
    amount = f"{sum}\u00a0EUR"
    expect(page.locator(".totals .due")).to_contain_text(amount)
    expect(page.locator(".checkout-total")).to_contain_text(amount)
    expect(page.get_by_role("button", name=re.compile(f"^Order and pay {sum}"))).to_be_enabled()
    on_phone = page.locator(".checkout-total").is_visible()
    assert on_phone or page.locator(".checkout-summary").is_visible()


def test_with_scripts_it_follows_by_itself_and_nothing_else_moves(
    open_page: OpenPage, shop: Server, screen: dict[str, Any]
) -> None:
    ada = Buyer(open_page(screen), shop, "acme", "ada@buyer.example")
    page = ada.looks_at("studio").fills_in().page
    today(page, "29.00")
    expect(page.get_by_role("button", name="Show the sum of this choice")).to_be_hidden()
    split = page.get_by_role("radio", name=re.compile("In 3 payments"))
    split.check()
    today(page, "120.00")
    expect(split).to_be_focused()
    expect(page.locator(".terms")).to_contain_text("120.00\u00a0EUR")
    page.keyboard.press("ArrowDown")
    today(page, "300.00")
    expect(page.locator(".terms")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    today(page, "29.00")
    assert page.get_by_label("E-mail").input_value() == ada.email
    browsers.axe(page)


def test_without_scripts_a_button_shows_it(
    open_page: OpenPage, shop: Server, screen: dict[str, Any]
) -> None:
    page = open_page(screen, java_script_enabled=False)
    ada = Buyer(page, shop, "acme", f"bob{screen['viewport']['width']}@buyer.example")
    ada.looks_at("studio").fills_in()
    today(page, "29.00")
    page.get_by_label("In 3 payments").check()
    ada.clicks("Show the sum of this choice")
    today(page, "120.00")
    assert page.get_by_label("E-mail").input_value() == ada.email
    page.get_by_label("One payment").check()  # and orders without having looked at its sum
    ada.clicks(re.compile("^Order and pay")).reads("Pay 300.00")
    ada.pays().reads("300.00\u00a0EUR")


def test_where_the_sum_cannot_be_fetched_the_page_itself_is_sent(
    open_page: OpenPage, shop: Server
) -> None:
    ada = Buyer(open_page(), shop, "acme", "eve@buyer.example")
    page = ada.looks_at("studio").fills_in().page
    page.route(
        "**/checkout/studio/",
        lambda route: (
            route.abort() if route.request.resource_type == "fetch" else route.continue_()
        ),
    )
    page.get_by_label("One payment").check()
    today(page, "300.00")
    assert page.get_by_label("E-mail").input_value() == ada.email
