"""Which letter follows which event, and what every one of them must say."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from tests.clocks import advance
from tests.factories.buying import GOOD, LATER_DECLINED, Bought, buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts.models import Business
from wainwright.billing import cancellation, pausing
from wainwright.billing.events import RenewalFailed
from wainwright.billing.models import Subscription
from wainwright.core import events
from wainwright.core.actors import SYSTEM
from wainwright.core.models import Delivery
from wainwright.core.money import Money
from wainwright.letters.models import Letter
from wainwright.payments import refunds

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def bought(business: Business, sort: str = "monthly", card: str = GOOD, **fields: Any) -> Bought:
    price = make_price(make_product(business, tax="19", **fields), sort)
    found = buy(price, card=card)
    events.deliver_waiting()
    return found


def kinds() -> list[str]:
    """Of the letters to the buyer."""
    to_buyers = Letter.objects.filter(customer__isnull=False)
    return list(to_buyers.order_by("pk").values_list("kind", flat=True))


def in_words(moment: datetime | None) -> str:
    """The day it is for the buyer."""
    assert moment is not None
    return moment.astimezone(ZoneInfo("Europe/Berlin")).strftime("%-d %B %Y")


def told_after(act: Any, subscription: Subscription) -> Letter:
    """The letter that an act on the subscription brought."""
    act(subscription, by=SYSTEM)
    events.deliver_waiting()
    return Letter.objects.order_by("-pk")[0]  # type: ignore[no-any-return]


def test_every_event_brings_one_letter_however_often_it_is_delivered(business: Business) -> None:
    bought(business)
    Delivery.objects.update(state=Delivery.WAITING)
    events.deliver_waiting()
    assert kinds() == ["receipt"]


@pytest.mark.parametrize("style", ["detailed", "basic"])
def test_a_receipt_in_every_style_leads_to_the_hub_and_out(business: Business, style: str) -> None:
    bought(business, receipt=style)
    letter = Letter.objects.get()
    for part in (letter.text, letter.html):
        assert "http://127.0.0.1:8000/b/agency/updateinfo/" in part
        assert "http://127.0.0.1:8000/b/agency/cancel/" in part
        assert "http://127.0.0.1:8000/b/agency/withdraw/" in part
        assert "ann@agency.example" in part
        assert "/l/" not in part
    assert len(letter.attachments) == 1


def test_a_receipt_names_what_is_charged_next_and_how_to_stop_it(business: Business) -> None:
    subscription = bought(business).subscription
    day = in_words(subscription.next_due_at)
    text = Letter.objects.get().text
    assert (
        f"costs 29.00\u00a0EUR a month until you cancel; the next payment is due on {day}" in text
    )
    assert f"Cancel before {day} and nothing more is charged." in text


def test_a_trial_receipt_says_when_the_trial_ends_and_what_follows(business: Business) -> None:
    subscription = bought(business, "trial").subscription
    day = in_words(subscription.trial_ends_at)
    letter = Letter.objects.get()
    assert "nothing was charged" in letter.text
    assert f"The trial runs until {day}." in letter.text
    assert letter.attachments == []


def test_a_split_payment_says_how_many_follow_and_whom_to_ask(business: Business) -> None:
    bought(business, "split")
    text = Letter.objects.get().text
    assert "1 of 3 payments are made. 2 more of 29.00\u00a0EUR a month follow" in text
    assert "cannot be cancelled online" in text


def test_prices_without_tax_are_told_with_it(business: Business) -> None:
    price = make_price(
        make_product(business, tax="19"), "monthly", 10000, tax_behaviour="exclusive"
    )
    buy(price)
    events.deliver_waiting()
    assert "costs 119.00\u00a0EUR a month" in Letter.objects.get().text


def test_a_free_order_brings_a_receipt_without_an_invoice(business: Business) -> None:
    buy(make_price(make_product(business), amount=0))
    events.deliver_waiting()
    letter = Letter.objects.get()
    assert "there was nothing to pay" in letter.text
    assert letter.attachments == []


def test_each_renewal_brings_a_receipt_with_its_invoice(business: Business) -> None:
    bought(business)
    advance(business.account_id, 32)
    assert kinds() == ["receipt", "renewal_receipt"]
    letter = Letter.objects.order_by("-pk")[0]
    assert "You paid 29.00\u00a0EUR for Studio" in letter.text
    assert len(letter.attachments) == 1


def test_a_declined_renewal_says_why_and_when_it_is_tried_again(business: Business) -> None:
    bought(business, card=LATER_DECLINED)
    advance(business.account_id, 32)
    letter = Letter.objects.filter(kind="payment_failed")[0]
    assert "We could not charge 29.00\u00a0EUR for Studio." in letter.text
    assert "We try again on" in letter.text


def test_a_card_that_cannot_work_again_is_asked_to_be_replaced(business: Business) -> None:
    subscription = bought(business).subscription
    with transaction.atomic():
        events.announce(
            RenewalFailed(
                business_id=business.pk,
                subscription_id=subscription.pk,
                others=[],
                bill_id=subscription.order.bill_id,
                payment_id=None,
                decline="expired_card",
                failures=1,
                retry_at="2027-01-08T12:00:00+00:00",
            )
        )
    events.deliver_waiting()
    text = Letter.objects.get(kind="payment_failed").text
    assert "The card has expired." in text
    assert "Please give another one in your hub before 8 January 2027" in text
    assert "We tried" not in text


@pytest.mark.slow
def test_after_the_last_try_one_letter_says_that_it_has_ended(business: Business) -> None:
    bought(business, card=LATER_DECLINED)
    advance(business.account_id, 45)
    assert kinds() == ["receipt", *["payment_failed"] * 3, "subscription_given_up"]


def test_leaving_is_confirmed_once_and_not_again_when_it_takes_effect(business: Business) -> None:
    subscription = bought(business).subscription
    cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub")
    advance(business.account_id, 32)
    assert kinds() == ["receipt", "cancellation_asked"]
    letter = Letter.objects.order_by("-pk")[0]
    day = in_words(subscription.current_end)
    assert letter.subject == f"Studio is cancelled and yours until {day}"
    assert "You cancelled it in your hub on " in letter.text


def test_every_act_on_a_subscription_is_confirmed_by_letter(business: Business) -> None:
    subscription = bought(business).subscription
    cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub")
    undone = told_after(cancellation.undo_cancellation, subscription)
    assert (undone.kind, undone.subject) == ("cancellation_undone", "Studio goes on")
    assert told_after(pausing.pause, subscription).kind == "paused"
    assert "the next payment is due on" in told_after(pausing.resume, subscription).text
    cancellation.cancel_now(subscription, by=SYSTEM, source="dashboard")
    events.deliver_waiting()
    assert kinds()[-1] == "cancelled_now"


def test_a_leaver_is_told_his_own_reason_and_never_the_sellers_note(business: Business) -> None:
    business.support_email = "help@agency.example"
    business.save()
    one, other = bought(business), bought(business, slug="other")
    cancellation.cancel_now(one.subscription, by=SYSTEM, source="dashboard", reason="A nuisance")
    cancellation.cancel_at_period_end(
        other.subscription, by=SYSTEM, source="statement", reason="Too dear"
    )
    events.deliver_waiting()
    ended, asked = (Letter.objects.get(kind=k) for k in ("cancelled_now", "cancellation_asked"))
    for part in (ended.text, ended.html):
        assert "Agency cancelled it in its dashboard on " in part
        assert "A nuisance" not in part
    assert "You cancelled it by a statement on our page on " in asked.text
    assert "Reason: Too dear" in asked.text
    first, second = Letter.objects.filter(kind="cancellation_alert").order_by("pk")
    assert first.subject == "Studio of Ada Byron is cancelled"
    assert "By Wainwright (in the dashboard). Reason: A nuisance" in first.text
    assert second.subject == "Ada Byron cancelled Studio"
    assert "(by a statement on the public page). Reason: Too dear" in second.text


def test_the_last_payment_of_a_plan_says_so(business: Business) -> None:
    bought(business, "split")
    advance(business.account_id, 65)
    assert kinds() == ["receipt", "renewal_receipt", "renewal_receipt", "completed"]


def test_a_refund_names_the_sum_and_carries_the_credit_note(business: Business) -> None:
    payment = bought(business, "one_time").payment
    refunds.refund(payment, amount=Money(1000, "EUR"), note="", by=SYSTEM, form_key="f")
    events.deliver_waiting()
    letter = Letter.objects.get(kind="refund")
    assert letter.subject == "Your refund from Agency: 10.00 EUR"
    assert "You get back 10.00\u00a0EUR for Studio." in letter.text
    assert len(letter.attachments) == 1


def test_names_stay_literal_in_both_parts(business: Business) -> None:
    price = make_price(make_product(business, "<b>{{7*7}}</b> & אבג 🎻"))
    buy(price, name="Ada <script>alert(1)</script>")
    events.deliver_waiting()
    letter = Letter.objects.get()
    assert "<b>{{7*7}}</b> & אבג 🎻" in letter.text
    assert "<b>" not in letter.html
    assert "<script" not in letter.html
    assert "&lt;b&gt;{{7*7}}&lt;/b&gt; &amp; אבג 🎻" in letter.html
