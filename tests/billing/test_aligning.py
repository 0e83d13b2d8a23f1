"""One bill day: paid in part until then, and from then on one bill and one charge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED, buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import aligning, cancellation, previewing, renewals, switching
from wainwright.billing.course import Align
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Hold, Period, Subscription
from wainwright.billing.planning import Reason
from wainwright.billing.standing import standing_of
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import local_day, next_on, part_until
from wainwright.core.models import EventRow
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments.models import Bill
from wainwright.reports import invariants

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def bought(shop: cast.Cast, **intervals: int) -> list[Subscription]:
    """One of each for one customer, so many days apart; the card was saved with each."""
    product = make_product(shop.own, tax="19")
    mine = []
    for interval, days in intervals.items():
        price = make_price(product, "monthly", 2900, interval=interval)
        mine.append(buy(price).subscription)
        clock.set_offset(clock.offset() + timedelta(days=days))
    return list(Subscription.objects.order_by("pk"))


def align(first: Subscription, day: int) -> Align:
    act = aligning.proposed(aligning.together(first), day)
    aligning.align(act, by=SYSTEM, source="dashboard", reason="asked on the phone")
    return act


def another_day(*subscriptions: Subscription) -> int:
    """On which none of them is billed, nor the day after a purchase."""
    taken = {local_day(each.anchor, each.zone).day for each in subscriptions}
    return next(day for day in range(12, 29) if day not in taken)


@pytest.mark.slow
def test_by_the_part_until_the_bill_day_no_later_charge_is_measured(shop: cast.Cast) -> None:
    [mine] = bought(shop, monthly=6)
    align(mine, another_day(mine))
    clock.set_offset(mine.next_due_at - clock.wall() + timedelta(hours=1))
    renewals.renew_due()
    paid = Subscription.objects.get(pk=mine.pk)
    assert Bill.objects.latest("pk").gross < 2900
    assert (paid.payments_made, paid.last_gross, paid.bill_day) == (2, 2900, None)


@pytest.mark.slow
def test_on_the_bill_day_all_is_one_bill_and_one_charge(shop: cast.Cast) -> None:
    mine = bought(shop, monthly=6, quarterly=3)
    day = another_day(*mine)
    align(mine[0], day)
    advance(shop.account.pk, 130)
    assert [verdict for verdict in invariants.evaluate() if verdict.broken] == []
    common = [bill for bill in Bill.objects.order_by("-pk") if bill.lines.count() == 2]
    assert local_day(common[0].due_at, shop.own.zone).day == day
    assert common[0].payments.count() == 1
    again = Subscription.objects.order_by("pk")
    assert {local_day(each.anchor, each.zone).day for each in again} == {day}
    assert not Hold.objects.exists()  # a whole period after a small part is no leap


@pytest.mark.slow
def test_a_longer_plan_pays_its_part_to_the_second_and_keeps_the_day(shop: cast.Cast) -> None:
    [longer] = bought(shop, half_yearly=3)
    start, whole = longer.due(1), longer.due(2)
    day = another_day(longer)
    align(longer, day)
    advance(shop.account.pk, 218)
    part = Period.objects.get(subscription=longer, number=1)
    assert (part.starts_at, part.ends_at) == (start, next_on(day, start, longer.zone))
    gross = part.bill.lines.get(position=part.position).gross
    exact = 2900 * part_until(start, part.ends_at, whole)
    assert abs(gross - exact) <= 1
    longer.refresh_from_db()
    assert (longer.bill_day, longer.payments_made) == (None, 3)
    assert longer.current_start == part.ends_at


def test_what_has_no_day_of_the_month_stays(shop: cast.Cast) -> None:
    monthly, weekly = bought(shop, monthly=1, weekly=1)
    product = monthly.product
    limited = buy(make_price(product, "limited", 900, payments_total=4)).subscription
    assert aligning.together(monthly) == [monthly]
    assert aligning.together(weekly) == []
    assert aligning.together(limited) == []
    cancellation.cancel_at_period_end(monthly, by=SYSTEM, source="hub")
    assert aligning.together(Subscription.objects.get(pk=monthly.pk)) == []


@pytest.mark.slow
def test_what_owes_is_not_moved(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own), "monthly", 900)
    late = buy(price, card=LATER_DECLINED).subscription
    act = aligning.proposed([late], another_day(late))
    advance(shop.account.pk, 32)
    late.refresh_from_db()
    with pytest.raises(MoveRefused):
        aligning.align(act, by=SYSTEM)


@pytest.mark.slow
def test_one_letter_tells_of_all_and_each_history_says_why(shop: cast.Cast) -> None:
    mine = bought(shop, monthly=6, quarterly=3)
    act = align(mine[0], another_day(*mine))
    aligning.align(act, by=SYSTEM)  # again
    events.deliver_waiting()
    [letter] = Letter.objects.filter(kind="bill_day_chosen")
    rows = [row for row in events_of(mine) if row.payload["day"] == act.day]
    assert [row.payload["reason"] for row in rows] == ["asked on the phone"] * 2
    ways = [aligning.way_of(standing_of(each)) for each in again(mine)]
    assert all(way.until is not None for way in ways)
    assert letter.text.count("from then on") == 2


@pytest.mark.slow
def test_the_way_there_says_why_and_is_never_more_than_a_period(shop: cast.Cast) -> None:
    mine = bought(shop, monthly=6, quarterly=3)
    day = another_day(*mine)
    act = aligning.proposed(mine, day)
    drafts = previewing.preview(mine[0], act)
    parts = [
        line.gross.minor
        for draft in drafts
        for line, reason in draft.rows
        if reason == Reason.UNTIL_BILL_DAY
    ]
    assert len(parts) == 2
    assert all(0 < part < 2900 for part in parts)
    assert max(len(draft.charges) for draft in drafts) == 2


@pytest.mark.slow
def test_another_plan_on_the_way_keeps_the_day(shop: cast.Cast) -> None:
    [mine] = bought(shop, monthly=3)
    dearer = make_price(mine.product, "monthly", 5900)
    day = another_day(mine)
    align(mine, day)
    for wanted in (dearer, mine.price):
        mine.refresh_from_db()
        switching.switch(mine, switching.proposed(mine, wanted, now=True), by=SYSTEM)
        clock.set_offset(clock.offset() + timedelta(hours=1))
    expected = previewing.preview(again([mine])[0])
    advance(shop.account.pk, 70)
    told = [draft.totals.gross.minor for draft in expected if draft.at <= clock.now()]
    billed = Bill.objects.filter(kind=Bill.RENEWAL).order_by("pk").values_list("gross", flat=True)
    assert list(billed) == told
    assert local_day(again([mine])[0].anchor, mine.zone).day == day


@pytest.mark.parametrize(
    ("after", "day", "expected"),
    [
        ((2028, 1, 31, 9), 28, (2028, 2, 28, 9)),
        ((2028, 2, 28, 9), 28, (2028, 3, 28, 9)),
        ((2027, 12, 5, 9), 5, (2028, 1, 5, 9)),
        ((2027, 12, 5, 9), 6, (2027, 12, 6, 9)),
    ],
)
def test_a_bill_day_is_the_next_one_of_its_number(
    after: tuple[int, ...], day: int, expected: tuple[int, ...]
) -> None:
    assert next_on(day, datetime(*after, tzinfo=UTC), "UTC") == datetime(*expected, tzinfo=UTC)  # type: ignore[misc, arg-type]


def again(subscriptions: list[Subscription]) -> list[Subscription]:
    keys = [each.pk for each in subscriptions]
    return list(Subscription.objects.select_related("business").filter(pk__in=keys).order_by("pk"))


def events_of(subscriptions: list[Subscription]) -> list[EventRow]:
    keys = [each.pk for each in subscriptions]
    return list(
        EventRow.objects.filter(
            name="subscription.bill_day_chosen", payload__subscription_id__in=keys
        )
    )
