"""Chargebacks: however they are told, the books come to what the bank says, and back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import Bought, buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import holds
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Hold, Rules
from wainwright.billing.revoking import revoked_of, revoked_since
from wainwright.billing.rulebook import change_rules
from wainwright.core import events
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.models import AuditRow, EventRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.letters.models import Letter
from wainwright.payments import disputes, reconciling, refunds
from wainwright.payments.connections import adapter_for
from wainwright.payments.errors import NotRefundable
from wainwright.payments.gateways.base import DisputeStatus
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Dispute, Payment
from wainwright.reports import invariants
from wainwright.sales.models import Entry

pytestmark = pytest.mark.django_db

DISPUTED_LOST, DISPUTED_WON = "4000000000000259", "4000000000002685"


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def bought(shop: cast.Cast) -> Bought:
    return buy(make_price(make_product(shop.own, tax="19"), "monthly", 11900))


def gateway_of(payment: Payment) -> TestGateway:
    assert payment.connection is not None
    gateway = adapter_for(payment.connection)
    assert isinstance(gateway, TestGateway)
    return gateway


def charge_back(payment: Payment, minor: int | None = None) -> str:
    """The bank takes it back, and we hear of it."""
    amount = None if minor is None else Money(minor, payment.currency)
    ref = gateway_of(payment).dispute(payment.gateway_ref, amount)
    assert payment.connection is not None
    disputes.ask(payment.connection, ref)
    return ref


def decide(payment: Payment, ref: str, *, won: bool) -> None:
    gateway_of(payment).decide(ref, won=won)
    assert payment.connection is not None
    disputes.ask(payment.connection, ref)


def booked() -> list[tuple[str, int, int, int]]:
    rows = Entry.objects.filter(dispute__isnull=False).order_by("pk")
    return list(rows.values_list("kind", "net", "tax", "gross"))


def test_a_chargeback_takes_sum_and_fee_out_of_the_books_and_a_reversal_brings_them_back(
    bought: Bought,
) -> None:
    ref = charge_back(bought.payment)
    assert booked() == [("chargeback", -10000, -1900, -11900), ("fee", -1500, 0, -1500)]
    decide(bought.payment, ref, won=True)
    assert booked()[2:] == [("chargeback", 10000, 1900, 11900), ("fee", 1500, 0, 1500)]
    assert not Document.objects.filter(kind=CREDIT_NOTE).exists()


def test_what_was_charged_back_cannot_be_refunded_too(bought: Bought) -> None:
    charge_back(bought.payment, 10000)
    assert refunds.refundable(bought.payment) == Money(1900, "EUR")
    with pytest.raises(NotRefundable):
        give_back(bought.payment, 1901)
    give_back(bought.payment, 1900)
    sums = Entry.objects.exclude(kind=Entry.FEE).values_list("gross", "tax")
    assert [sum(column) for column in zip(*sums, strict=True)] == [0, 0]


def give_back(payment: Payment, minor: int) -> None:
    refunds.refund(payment, amount=Money(minor, "EUR"), note="", by=SYSTEM, form_key=new_id("form"))


@pytest.mark.parametrize(
    "told", list(itertools.permutations(["opened", "won", "won", "opened"]))[::5]
)
def test_reports_may_come_late_twice_and_in_any_order(
    bought: Bought, told: tuple[str, ...]
) -> None:
    gateway, payment = gateway_of(bought.payment), bought.payment
    ref = gateway.dispute(payment.gateway_ref)
    reports = {"opened": gateway.fetch_dispute(ref)}
    gateway.decide(ref, won=True)
    reports["won"] = gateway.fetch_dispute(ref)
    for each in told:
        disputes.book(payment.connection, reports[each])
    assert Dispute.objects.get().state == Dispute.WON
    assert sum(gross for _kind, _net, _tax, gross in booked()) == 0


def test_a_lost_one_may_still_be_reversed_but_a_reversed_one_stays(bought: Bought) -> None:
    ref = charge_back(bought.payment)
    decide(bought.payment, ref, won=False)
    decide(bought.payment, ref, won=True)
    decide(bought.payment, ref, won=False)
    assert Dispute.objects.get().state == Dispute.WON


@pytest.mark.slow
def test_what_is_new_of_a_chargeback_is_booked_written_and_told_once(bought: Bought) -> None:
    payment, gateway = bought.payment, gateway_of(bought.payment)
    connection = payment.connection
    ref = gateway.dispute(payment.gateway_ref)
    report = gateway.fetch_dispute(ref)
    nobodys = replace(report, charge_ref="charge_of_nobody")
    dollars = replace(report, amount=Money(11900, "USD"))
    assert [disputes.book(connection, each) for each in (nobodys, dollars)] == [False, False]
    assert not Dispute.objects.exists()
    # Its own success was not heard of yet.
    Payment.objects.filter(pk=payment.pk).update(state=Payment.UNKNOWN, settled_at=None)
    assert [disputes.book(connection, report) for _twice in range(2)] == [True, False]
    assert Payment.objects.get(pk=payment.pk).state == Payment.SUCCEEDED
    won = replace(report, status=DisputeStatus.WON, fee=Money(0, "EUR"))
    assert [disputes.book(connection, won) for _twice in range(2)] == [True, False]
    row = Dispute.objects.get()
    assert (row.state, row.fee, row.closed_at is not None) == (Dispute.WON, 0, True)
    written = AuditRow.objects.filter(subject=row.public_id).order_by("pk")
    assert list(written.values_list("action", flat=True)) == ["dispute.open", "dispute.won"]
    told = EventRow.objects.filter(name__startswith="dispute.").order_by("pk")
    assert list(told.values_list("name", flat=True)) == ["dispute.opened", "dispute.won"]


def test_one_whose_webhooks_were_lost_is_found_by_the_comparison(bought: Bought) -> None:
    connection = bought.payment.connection
    assert connection is not None
    ref = gateway_of(bought.payment).dispute(bought.payment.gateway_ref)
    for ends in (Dispute.OPEN, Dispute.LOST):
        reconciling.reconcile(connection)
        assert Dispute.objects.get().state == ends
        if ends == Dispute.OPEN:
            gateway_of(bought.payment).decide(ref, won=False)


@pytest.mark.slow
@pytest.mark.parametrize(("card", "ends"), [(DISPUTED_LOST, "lost"), (DISPUTED_WON, "won")])
def test_cards_bring_chargebacks_by_themselves(shop: cast.Cast, card: str, ends: str) -> None:
    buy(make_price(make_product(shop.own)), card=card)
    advance(shop.account.pk, 3)
    assert Dispute.objects.get().state == Dispute.OPEN
    advance(shop.account.pk, 8)
    assert Dispute.objects.get().state == ends
    kinds = Letter.objects.filter(kind="chargeback_alert").order_by("pk")
    assert [letter.recipient for letter in kinds] == ["ann@agency.example"] * 2
    assert not [found.broken for found in invariants.evaluate() if found.broken]


@pytest.mark.slow
def test_nothing_is_collected_until_it_is_won_and_then_what_is_due(
    shop: cast.Cast, bought: Bought
) -> None:
    ref = charge_back(bought.payment)
    advance(shop.account.pk, 40)
    assert Payment.objects.count() == 1
    decide(bought.payment, ref, won=True)
    advance(shop.account.pk, 1)
    assert Payment.objects.filter(state=Payment.SUCCEEDED).count() == 2
    assert not [found.broken for found in invariants.evaluate() if found.broken]


@pytest.mark.slow
def test_of_a_lost_one_the_seller_says_whether_to_collect_again(
    shop: cast.Cast, bought: Bought
) -> None:
    ref = charge_back(bought.payment)
    hold = Hold.objects.get(kind=Hold.DISPUTE)
    with pytest.raises(MoveRefused):
        holds.decide(hold, Hold.GO_ON, by=SYSTEM)
    decide(bought.payment, ref, won=False)
    advance(shop.account.pk, 40)
    assert Payment.objects.count() == 1
    holds.decide(hold, Hold.GO_ON, by=SYSTEM)
    advance(shop.account.pk, 1)
    assert Payment.objects.filter(state=Payment.SUCCEEDED).count() == 2


def test_access_goes_with_the_chargeback_and_comes_back_with_its_reversal(bought: Bought) -> None:
    ref = charge_back(bought.payment)
    assert revoked_since(bought.subscription)
    decide(bought.payment, ref, won=True)
    assert revoked_since(bought.subscription) is None


def test_a_part_taken_back_leaves_access_unless_the_rule_says_any(bought: Bought) -> None:
    charge_back(bought.payment, 100)
    assert not revoked_of([bought.order.pk])
    change_rules(None, by=SYSTEM, revoke=Rules.ANY)
    charge_back(bought.payment, 100)
    assert revoked_of([bought.order.pk])


def test_the_subscription_ends_only_when_it_is_lost(bought: Bought) -> None:
    change_rules(None, by=SYSTEM, end_then=True)
    ref = charge_back(bought.payment)
    assert not bought.subscription.ended
    decide(bought.payment, ref, won=False)
    assert (bought.subscription.state, bought.subscription.cancel_source) == (
        "cancelled",
        "chargeback",
    )


def test_the_sellers_people_are_told_what_to_do(bought: Bought) -> None:
    charge_back(bought.payment)
    events.deliver_waiting()
    letter = Letter.objects.get(kind="chargeback_alert")
    assert letter.subject == "Agency: chargeback of 119.00 EUR"
    assert "The gateway keeps a fee of 15.00" in letter.text
