"""What a gateway says of an attempt, and what stands in our books after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests import cast
from tests.factories.buying import begin, buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import renewals
from wainwright.core import clock
from wainwright.core.models import AuditRow, EventRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import booking
from wainwright.payments.gateways.base import Decline, MethodInfo, MethodRef, Outcome, Start
from wainwright.payments.gateways.base import OutcomeStatus as Status
from wainwright.payments.models import Bill, Difference, Payment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PRICE = Money(2900, "EUR")
PAID = Outcome(Status.SUCCEEDED, "ch_1", amount=PRICE, fee=Money(90, "EUR"), raw={"said": 1})
NO = Outcome(Status.DECLINED, "ch_1", decline=Decline.GENERIC)
LEFT = Outcome(Status.DECLINED, "st_1", decline=Decline.ABANDONED)
LATER = Outcome(Status.PENDING, "ch_1", amount=PRICE)
SILENT = Outcome(Status.UNKNOWN, "")
PAGE = Start("st_2", clock.wall() + timedelta(days=1), redirect="http://bank.example/")
ASKS = Outcome(Status.ACTION_REQUIRED, "ch_1", action=PAGE)
OVER = {"settled_at": clock.wall()}


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def renewal(shop: cast.Cast) -> Payment:
    """Begun and not answered yet."""
    mine = buy(make_price(make_product(shop.own, tax="19"), "daily")).subscription
    clock.set_offset(clock.offset() + timedelta(days=1, hours=1))
    [charge] = renewals.begin([mine.customer_id])
    return charge.payment


@pytest.fixture
def purchase(shop: cast.Cast) -> Payment:
    """Its buyer is at the gateway's page."""
    begin(make_price(make_product(shop.own, "Book"), "one_time"))
    found: Payment = Payment.objects.latest("pk")
    return found


def booked(payment: Payment, outcome: Outcome, **before: Any) -> tuple[str, bool, list[str]]:
    """Its state, whether it is over, and which facts of payments follow; then all is as it was."""
    with transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**before)
        facts = EventRow.objects.count()
        booking.book(payment.pk, outcome)
        now = Payment.objects.get(pk=payment.pk)
        told = EventRow.objects.order_by("pk").values_list("name", flat=True)[facts:]
        found = (now.state, now.settled_at is not None, [n for n in told if "payment." in n])
        transaction.set_rollback(True)
    return found


def test_each_answer_on_each_attempt_leads_where_the_table_says(
    renewal: Payment, purchase: Payment
) -> None:
    change = {"purpose": Payment.CHANGE}
    asked = {"state": Payment.ACTION}
    paid = {"state": Payment.SUCCEEDED, **OVER}
    declined = {"state": Payment.DECLINED, **OVER}
    abandoned = {"state": Payment.ABANDONED, **OVER}
    elsewhere = replace(ASKS, action=None)
    succeeded = (Payment.SUCCEEDED, True, ["payment.succeeded"])
    refused = (Payment.DECLINED, True, ["payment.declined"])
    needed = (Payment.ACTION, False, ["payment.confirmation_needed"])
    stopped = (Payment.UNKNOWN, False, ["payment.difference_found"])
    cases: list[tuple[Payment, Outcome, dict[str, Any], tuple[str, bool, list[str]]]] = [
        (renewal, PAID, {}, succeeded),
        (renewal, LATER, {}, (Payment.PENDING, False, [])),
        (renewal, SILENT, {}, (Payment.UNKNOWN, False, [])),
        (renewal, NO, {}, refused),
        (renewal, NO, {"state": Payment.UNKNOWN}, refused),
        (renewal, LEFT, {}, (Payment.ABANDONED, True, [])),
        (purchase, LEFT, {}, refused),
        (renewal, ASKS, {}, needed),
        (renewal, ASKS, asked, (Payment.ACTION, False, [])),
        (renewal, elsewhere, {}, refused),
        (purchase, ASKS, {}, (Payment.ACTION, False, [])),
        (purchase, elsewhere, {"state": Payment.STARTED}, (Payment.ACTION, False, [])),
        # What was over comes back only by money that moved, and what is paid stays paid.
        (renewal, LATER, declined, (Payment.DECLINED, True, [])),
        (renewal, SILENT, abandoned, (Payment.ABANDONED, True, [])),
        (renewal, PAID, declined, succeeded),
        (renewal, PAID, abandoned, succeeded),
        (renewal, NO, paid, (Payment.SUCCEEDED, True, [])),
        # Another sum than was asked for.
        (renewal, replace(PAID, amount=Money(2901, "EUR")), {}, stopped),
        (renewal, replace(PAID, amount=Money(2900, "USD")), {}, stopped),
        (renewal, replace(PAID, amount=None), {}, stopped),
        (
            renewal,
            replace(PAID, amount=Money(1, "EUR")),
            declined,
            (Payment.DECLINED, True, ["payment.difference_found"]),
        ),
    ]
    for number, (payment, outcome, before, after) in enumerate(cases):
        assert booked(payment, outcome, **before) == after, number
    assert booking._without_buyer(Payment.objects.get(pk=purchase.pk), ASKS) == ASKS
    renewal.purpose = change["purpose"]
    refusal = booking._without_buyer(renewal, ASKS)
    assert (refusal.status, refusal.decline, refusal.action) == (
        Status.DECLINED,
        Decline.AUTHENTICATION_REQUIRED,
        None,
    )
    assert booking._without_buyer(renewal, NO) == NO


def test_what_was_said_is_kept(renewal: Payment) -> None:
    asked = booking.book(renewal.pk, ASKS)
    assert (asked.start_ref, asked.start_url, asked.gateway_ref) == ("st_2", PAGE.redirect, "ch_1")
    said = replace(SILENT, raw={"said": 0}, stop_series=True)
    unknown = booking.book(renewal.pk, said)
    assert (unknown.gateway_ref, unknown.raw["stop_series"]) == ("ch_1", True)
    assert unknown.raw["gateway"] == {"said": 0}
    paid = booking.book(renewal.pk, PAID)
    kept = Payment.objects.get(pk=renewal.pk)
    for each in (paid, kept):
        assert (each.state, each.fee, each.decline) == (Payment.SUCCEEDED, 90, "")
        assert each.raw["gateway"] == {"said": 1}
        assert each.raw["description"] == renewal.raw["description"]
    assert booking.book(renewal.pk, NO).state == Payment.SUCCEEDED
    assert Bill.objects.get(pk=renewal.bill_id).state == Bill.PAID
    written = AuditRow.objects.filter(subject=renewal.public_id).order_by("pk")
    assert list(written.values_list("action", flat=True)) == ["payment.succeeded"]


def test_of_another_sum_the_charge_and_both_sums_are_kept(renewal: Payment) -> None:
    stopped = booking.book(renewal.pk, replace(PAID, ref="ch_9", amount=Money(2901, "EUR")))
    assert (stopped.state, stopped.gateway_ref) == (Payment.UNKNOWN, "ch_9")
    found = Difference.objects.get()
    assert (found.kind, found.ours, found.theirs) == (Difference.OTHER_SUM, 2900, 2901)
    assert (found.payment, found.ref) == (renewal, "ch_9")
    assert Bill.objects.get(pk=renewal.bill_id).state == Bill.OPEN


def test_the_saved_method_is_remembered_as_the_gateway_described_it(purchase: Payment) -> None:
    info = MethodInfo("card", "Visa", "4242", 12, 2034)
    with_card = replace(PAID, method=MethodRef("m_1", "c_1"), network_ref="n_1")
    booking.book_described(purchase.pk, with_card, info)
    kept = Payment.objects.get(pk=purchase.pk).raw["method"]
    assert (kept["token"], kept["customer_ref"], kept["network_ref"]) == ("m_1", "c_1", "n_1")
    assert (kept["kind"], kept["brand"], kept["last4"]) == ("card", "Visa", "4242")
    assert (kept["exp_month"], kept["exp_year"], kept["reusable"]) == (12, 2034, True)


def test_a_method_nobody_described_is_remembered_all_the_same(purchase: Payment) -> None:
    unheard = replace(LATER, method=MethodRef("m_1", "c_1"))
    assert booking.describe(purchase.pk, unheard) is None
    kept = booking.book_described(purchase.pk, unheard, None).raw["method"]
    assert (kept["kind"], kept["brand"], kept["exp_month"]) == ("other", "", None)
    assert (kept["network_ref"], kept["reusable"]) == ("", True)
