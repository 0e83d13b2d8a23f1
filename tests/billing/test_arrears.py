"""What is overdue is paid on another day or in parts, to the cent, and never more than it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import cast
from tests.clocks import pass_time
from tests.factories.buying import GOOD, LATER_DECLINED, buy, pay_at_gateway
from tests.factories.shops import make_price, make_product
from wainwright.billing import arrears, cancellation, paying, previewing, states
from wainwright.billing.arrears import Limits
from wainwright.billing.course import CancelNow
from wainwright.billing.models import Subscription
from wainwright.billing.planning import Part
from wainwright.billing.rulebook import change_rules
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import Conflict, Refused
from wainwright.core.money import Money, total
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.payments.returning import share_of_tax
from wainwright.reports import invariants
from wainwright.sales.models import Entry

HOME = "http://shop.example/"
NOW = datetime(2028, 2, 29, 12, tzinfo=UTC)


@pytest.fixture
def shop(db: None) -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def overdue(shop: cast.Cast) -> Subscription:
    """Its first renewal was declined today."""
    price = make_price(make_product(shop.own, tax="19"), "monthly")
    subscription = buy(price, card=LATER_DECLINED).subscription
    pass_time(shop.account.pk, subscription.next_due_at - clock.now() + timedelta(hours=1))
    return again(subscription)


def again(subscription: Subscription) -> Subscription:
    rows = Subscription.objects.select_related("open_bill", "business", "customer", "product")
    found: Subscription = rows.get(pk=subscription.pk)
    return found


def pay(subscription: Subscription) -> None:
    """The customer types a good card on the gateway's page."""
    address = paying.start_paying(again(subscription), by=SYSTEM, return_url=HOME, cancel_url=HOME)
    payment = Payment.objects.select_related("connection__business").get(start_url=address)
    pay_at_gateway(payment, GOOD)
    paying.finish_paying(again(subscription))


def nothing_is_broken() -> None:
    events.deliver_waiting()
    assert [each for verdict in invariants.evaluate() for each in verdict.broken] == []


@given(st.integers(2, 10**9), st.integers(0, 10**9), st.lists(st.integers(1, 10**6), max_size=8))
def test_parts_of_a_sum_bear_its_tax_to_the_cent(gross: int, tax: int, cuts: list[int]) -> None:
    tax, parts, left = min(tax, gross), [], gross
    for cut in cuts:
        if cut < left:
            parts.append(cut)
            left -= cut
    before: list[tuple[int, int]] = []
    for part in [*parts, left]:
        borne = share_of_tax(Money(tax, "EUR"), gross, before, part).minor
        assert -1 <= borne <= part + 1
        before.append((part, borne))
    assert (sum(part for part, _ in before), sum(borne for _, borne in before)) == (gross, tax)


@given(st.integers(8, 10**9), st.integers(2, 8), st.data())
def test_every_way_to_pay_in_parts_adds_up(rest: int, most: int, data: st.DataObject) -> None:
    allowed = Limits(Money(rest, "EUR"), NOW + timedelta(days=9, microseconds=1), most)
    amount = data.draw(st.integers(allowed.least_part.minor, rest - 1))
    for parts in (
        arrears.in_parts(allowed, data.draw(st.integers(2, most)), NOW),
        arrears.part_now(allowed, Money(amount, "EUR"), NOW),
    ):
        assert total([part.sum for part in parts], "EUR") == allowed.rest
        assert all(part.sum.minor > 0 for part in parts)
        assert parts[0].at < parts[-1].at <= allowed.last


def test_a_part_is_not_less_than_the_seller_allows_and_not_all_of_it() -> None:
    allowed = Limits(Money(1000, "EUR"), NOW + timedelta(days=9), 3)
    assert allowed.least_part == Money(334, "EUR")
    for minor in (333, 1000, 1001):
        with pytest.raises(Refused):
            arrears.part_now(allowed, Money(minor, "EUR"), NOW)
    for minor in (334, 999):
        now, rest = arrears.part_now(allowed, Money(minor, "EUR"), NOW)
        assert (now.sum.minor, rest.sum.minor, rest.at) == (minor, 1000 - minor, allowed.last)


def test_equal_parts_are_spread_evenly_from_now_to_the_last_day() -> None:
    allowed = Limits(Money(1000, "EUR"), NOW + timedelta(days=8), 3)
    parts = arrears.in_parts(allowed, 3, NOW)
    assert [(part.at - NOW).days for part in parts] == [0, 4, 8]
    assert [part.sum.minor for part in parts] == [334, 333, 333]


@pytest.mark.slow
def test_a_forecast_shows_what_is_overdue_in_the_parts_agreed(
    shop: cast.Cast, overdue: Subscription
) -> None:
    [first, *_later] = previewing.preview(overdue)
    assert (first.totals.gross.minor, first.parts) == (2900, ())
    parts = arrears.in_parts(arrears.limits(overdue), 3, clock.now())
    arrears.agree(overdue, parts, by=SYSTEM)
    assert previewing.preview(again(overdue))[0].parts == tuple(parts)
    pay(overdue)
    [first, *later] = previewing.preview(again(overdue))
    assert (first.at, first.parts) == (parts[1].at, tuple(parts[1:]))
    assert not any(draft.parts for draft in later)
    assert not previewing.preview(again(overdue), CancelNow())


@pytest.mark.slow
def test_three_parts_are_three_charges_one_invoice_and_a_receipt_for_each(
    shop: cast.Cast, overdue: Subscription
) -> None:
    allowed = arrears.limits(overdue)
    arrears.agree(overdue, arrears.in_parts(allowed, 3, clock.now()), by=SYSTEM)
    pay(overdue)
    assert again(overdue).state == states.PAST_DUE
    assert Document.objects.count() == 1
    pass_time(shop.account.pk, timedelta(days=4), 2)
    assert (again(overdue).state, again(overdue).payments_made) == (states.ACTIVE, 2)
    paid = Payment.objects.filter(purpose=Payment.RENEWAL, state=Payment.SUCCEEDED)
    assert list(paid.order_by("pk").values_list("amount", flat=True)) == [967, 967, 966]
    entries = Entry.objects.filter(kind=Entry.REBILL).values_list("gross", "tax")
    assert [sum(column) for column in zip(*entries, strict=True)] == [2900, 463]
    assert Document.objects.count() == 2
    nothing_is_broken()
    kinds = list(Letter.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds.count("part_receipt") == 2
    assert kinds.count("renewal_receipt") == 1


@pytest.mark.slow
def test_on_another_day_nothing_is_tried_before(shop: cast.Cast, overdue: Subscription) -> None:
    arrears.agree(overdue, [Part(clock.now() + timedelta(days=5), Money(2900, "EUR"))], by=SYSTEM)
    pass_time(shop.account.pk, timedelta(days=2), 2)
    tries = Payment.objects.filter(purpose=Payment.RENEWAL)
    assert tries.count() == 1
    pass_time(shop.account.pk, timedelta(days=2))
    assert tries.count() == 2


@pytest.mark.slow
def test_who_cancels_after_a_part_gets_it_back(shop: cast.Cast, overdue: Subscription) -> None:
    parts = arrears.part_now(arrears.limits(overdue), Money(1500, "EUR"), clock.now())
    arrears.agree(overdue, parts, by=SYSTEM)
    pay(overdue)
    nothing_is_broken()
    cancellation.cancel_at_period_end(again(overdue), by=SYSTEM, source="hub")
    pass_time(shop.account.pk, timedelta(hours=1))
    assert Refund.objects.get().amount == 1500
    assert Bill.objects.get(kind=Bill.RENEWAL).state == Bill.VOID
    nothing_is_broken()


def test_beyond_the_sellers_limits_nothing_is_agreed(overdue: Subscription) -> None:
    allowed = arrears.limits(overdue)
    assert allowed.last is not None
    for parts in (
        [Part(allowed.last + timedelta(days=1), allowed.rest)],
        arrears.in_parts(allowed, allowed.most_parts + 1, clock.now()),
    ):
        with pytest.raises(Refused):
            arrears.agree(overdue, parts, by=SYSTEM)
    with pytest.raises(Refused):
        arrears.part_now(allowed, allowed.least_part - Money(1, "EUR"), clock.now())
    change_rules(None, by=SYSTEM, postpone_days=0)
    assert arrears.limits(overdue) == Limits(allowed.rest, None, 1)
    change_rules(None, by=SYSTEM, postpone_days=7)
    arrears.agree(overdue, arrears.on_day(allowed, allowed.last), by=SYSTEM)
    assert arrears.limits(again(overdue)).last is None


@pytest.mark.slow
def test_nothing_is_agreed_where_nothing_is_owed_or_a_payment_is_under_way(
    overdue: Subscription,
) -> None:
    allowed = arrears.limits(overdue)
    parts = arrears.on_day(allowed, clock.now() + timedelta(days=2))
    payment = Payment.objects.get(purpose=Payment.RENEWAL)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.UNKNOWN, settled_at=None)
    with pytest.raises(Conflict):
        arrears.agree(overdue, parts, by=SYSTEM)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.DECLINED)
    wrong = arrears.in_parts(allowed, 2, clock.now())[::-1]
    with pytest.raises(Refused):
        arrears.agree(overdue, wrong, by=SYSTEM)
    arrears.agree(overdue, parts, by=SYSTEM)
    bill = Bill.objects.get(pk=overdue.open_bill_id)
    due = arrears.due_of([bill])[bill.pk]
    assert (due.now, due.leaves_rest, due.next_at) == (allowed.rest, False, parts[0].at)
    assert arrears.due_of([]) == {}
    cancellation.cancel_now(overdue, by=SYSTEM, source="hub")
    with pytest.raises(Conflict):
        arrears.agree(overdue, parts, by=SYSTEM)
