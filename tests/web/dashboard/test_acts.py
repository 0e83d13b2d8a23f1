"""What a seller does with a sale: refund, pause, resume, cancel, send the hub link."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories import buying, shops
from tests.factories.baskets import pay_for_basket
from wainwright.hub.models import AccessRequest
from wainwright.letters.models import Letter
from wainwright.payments.models import Refund

KEY = "k" * 24


@pytest.fixture
def bought(shop: Cast) -> buying.Bought:
    return buying.buy(shops.make_price(shops.make_product(shop.own), "monthly"))


def give_back(client: Client, bought: buying.Bought, **typed: str) -> str:
    fields = {"how_much": "all", "form_key": KEY, **typed}
    address = f"/dashboard/payments/{bought.payment.public_id}/refund/"
    return client.post(address, fields, follow=True).text


def test_a_part_goes_back_with_a_note_that_stays_here(ann: Client, bought: buying.Bought) -> None:
    said = give_back(ann, bought, how_much="part", amount="9", note="Goodwill, not to be told")
    made = Refund.objects.get()
    assert (made.amount, made.state, made.by) == (900, "succeeded", "ann@agency.example")
    assert "Goodwill, not to be told" in said
    assert "Goodwill" not in "".join(letter.text for letter in Letter.objects.all())


def test_the_same_form_twice_is_one_refund(ann: Client, bought: buying.Bought) -> None:
    give_back(ann, bought)
    give_back(ann, bought)
    assert Refund.objects.get().amount == 2900


@pytest.mark.slow
def test_pieces_and_a_sum_of_single_items_go_back(shop: Cast, ann: Client) -> None:
    payment = pay_for_basket(shop)
    address = f"/dashboard/payments/{payment.public_id}/refund/"
    typed = {"how_much": "lines", "form_key": KEY, "pieces_0": "1", "sum_0": "", "sum_1": "0,70"}
    assert "30.00" in ann.get(address).text
    assert "not both" in ann.post(address, typed | {"sum_0": "1"}).text
    assert "At most 3 of Mug" in ann.post(address, typed | {"pieces_0": "4"}).text
    assert "Choose what goes back" in ann.post(address, {"how_much": "lines", "form_key": KEY}).text
    ann.post(address, typed)
    assert [part.gross for part in Refund.objects.get().lines.order_by("pk")] == [1000, 70]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"how_much": "part", "amount": "29.01"}, "At most 29.00 EUR can be given back"),
        ({"how_much": "part", "amount": "0"}, "can be given back. Please type less."),
        ({"how_much": "part", "amount": ""}, "This field is required."),
        ({"how_much": "part", "amount": "9.999"}, "EUR has 2 decimals"),
    ],
)
def test_too_much_or_nothing_is_refused_and_the_note_kept(
    ann: Client, bought: buying.Bought, typed: dict[str, str], said: str
) -> None:
    page = give_back(ann, bought, note="A kept note", **typed)
    assert said in page
    assert "A kept note" in page
    assert not Refund.objects.exists()


@pytest.mark.slow
def test_a_pause_is_taken_back_by_undo(ann: Client, bought: buying.Bought) -> None:
    address = f"/dashboard/subscriptions/{bought.subscription.public_id}"
    page = ann.post(f"{address}/pause/", {"how_long": "open"}, follow=True).text
    assert "Paused since" in page
    assert f'action="{address}/resume/"' in page
    ann.post(f"{address}/resume/")
    assert bought.subscription.state == "active"
    assert bought.subscription.next_due_at is not None


def test_who_cancelled_from_where_and_why_is_shown(ann: Client, bought: buying.Bought) -> None:
    address = f"/dashboard/subscriptions/{bought.subscription.public_id}"
    page = ann.post(
        f"{address}/cancel/", {"when": "period_end", "reason": "Asked by telephone"}, follow=True
    ).text
    kept = bought.subscription
    assert (kept.cancel_source, kept.cancel_by) == ("dashboard", "ann@agency.example")
    assert "in the dashboard, by ann@agency.example" in page
    assert "Asked by telephone" in page
    ann.post(f"{address}/cancel/undo/")
    assert bought.subscription.cancel_at is None


def test_cancelling_now_ends_it_at_once(ann: Client, bought: buying.Bought) -> None:
    address = f"/dashboard/subscriptions/{bought.subscription.public_id}"
    ann.post(f"{address}/cancel/", {"when": "now", "reason": ""})
    assert bought.subscription.state == "cancelled"


def test_an_order_that_has_changed_is_not_paused_but_told(
    ann: Client, bought: buying.Bought
) -> None:
    address = f"/dashboard/subscriptions/{bought.subscription.public_id}"
    ann.post(f"{address}/cancel/", {"when": "now", "reason": ""})
    answer = ann.post(f"{address}/pause/", {"how_long": "open"})
    assert "Only a running subscription can be paused." in answer.text


def test_the_hub_link_goes_to_the_customer_and_is_shown_to_nobody(
    ann: Client, bought: buying.Bought
) -> None:
    address = f"/dashboard/customers/{bought.order.customer.public_id}/hub-link/"
    assert "ada@buyer.example" in ann.get(address).text
    assert not AccessRequest.objects.exists()
    page = ann.post(address, follow=True).text
    assert "on its way to ada@buyer.example" in page
    asked = AccessRequest.objects.get()
    assert (asked.source, asked.customer) == ("seller", bought.order.customer)
    assert "/l/" not in page


def test_a_customers_page_tells_the_whole_story(ann: Client, bought: buying.Bought) -> None:
    give_back(ann, bought, how_much="part", amount="9")
    address = f"/dashboard/subscriptions/{bought.subscription.public_id}/pause/"
    ann.post(address, {"how_long": "open"})
    page = ann.get(f"/dashboard/customers/{bought.order.customer.public_id}/").text
    for told in ("Order of 29.00", "Charge: 29.00", "Refund: -9.00", "Paused", "20.00"):
        assert told in page.replace("\N{NO-BREAK SPACE}", " ")
