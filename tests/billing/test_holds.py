"""What is never charged without the seller's word, and what his word does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED, buy
from tests.factories.renewing import due_subscriptions
from tests.factories.shops import make_price, make_product
from tests.factories.standings import NO_TAX, START, plan, standing
from wainwright.billing import cancellation, holds, planning, renewals
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Hold, Period, Rules, Run, Subscription
from wainwright.billing.rulebook import change_rules
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.models import AuditRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments.models import Payment
from wainwright.reports import invariants

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def daily(shop: cast.Cast) -> Subscription:
    return buy(make_price(make_product(shop.own), "daily", 100)).subscription


def outage(shop: cast.Cast, days: int) -> None:
    """Nothing runs for so many days; then all runs again, for as many hours."""
    clock.set_offset(clock.offset() + timedelta(days=days))
    for _turn in range(3):
        renewals.renew_due()
    events.deliver_waiting()


def renewals_made() -> list[int]:
    rows = Payment.objects.filter(purpose=Payment.RENEWAL).order_by("pk")
    return list(rows.values_list("amount", flat=True))


def again(subscription: Subscription) -> Subscription:
    subscription.refresh_from_db()
    return subscription


def test_after_an_outage_one_period_is_charged_and_the_rest_waits(
    shop: cast.Cast, daily: Subscription
) -> None:
    outage(shop, 7)
    hold = Hold.objects.get()
    assert renewals_made() == [100]
    assert (hold.kind, hold.amount, again(daily).next_due_at) == (Hold.MISSED, 600, None)
    made = daily.payments_made
    assert (hold.since, hold.until) == (daily.due(made), daily.due(made + 6))
    assert Letter.objects.filter(kind="billing_held").count() == 1


@pytest.mark.parametrize(("minutes", "asks"), [(119, 0), (121, 1)])
def test_a_period_is_missed_from_two_hours_after_its_end_on(
    daily: Subscription, minutes: int, asks: int
) -> None:
    clock.set_offset(daily.due(2) - clock.wall() + timedelta(minutes=minutes))
    renewals.renew_due()
    events.deliver_waiting()
    assert Hold.objects.filter(kind=Hold.MISSED).count() == asks


def test_a_charge_is_far_above_beyond_the_factor_unless_the_seller_vouched_for_it(
    shop: cast.Cast,
) -> None:
    def is_far(
        gross: int, last: int | None, *, vouched: int | None = None, factor: int = 5
    ) -> bool:
        mine = standing(plan=plan(gross), last_gross=last, vouched_gross=vouched)
        [charge] = planning.next_charges(mine, NO_TAX)
        return holds.is_far_above(charge, Rules(charge_factor=factor))

    assert not is_far(500, 100)
    assert is_far(501, 100)
    assert not is_far(501, 100, vouched=501)
    assert is_far(502, 100, vouched=501)
    assert is_far(501, 100, vouched=499)
    assert not is_far(10**6, 100, factor=0)
    assert not is_far(10**6, None)


@pytest.mark.slow
@pytest.mark.parametrize("sort", ["trial", "paid_trial"])
def test_the_first_charge_after_a_trial_is_compared_with_what_was_agreed(
    shop: cast.Cast, sort: str
) -> None:
    mine = buy(make_price(make_product(shop.own, tax="19"), sort, 2900)).subscription
    assert mine.last_gross == 2900
    Subscription.objects.update(amount=2900 * 100)
    advance(shop.account.pk, 15)
    hold = Hold.objects.get()
    assert (hold.kind, hold.amount, hold.usual) == (Hold.CHARGE, 290_000, 2900)
    assert renewals_made() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "charged"), [(Hold.ALL, [100, 600]), (Hold.ONE, [100, 100]), (Hold.SKIP, [100])]
)
def test_the_sellers_word_on_what_was_missed(
    shop: cast.Cast, daily: Subscription, word: str, charged: list[int]
) -> None:
    outage(shop, 7)
    for _again in range(2):
        holds.decide(Hold.objects.get(), word, by=SYSTEM)
    renewals.renew_due()
    assert renewals_made() == charged
    assert again(daily).next_due_at > clock.now()
    assert daily.next_due_at - clock.now() < timedelta(days=1)
    assert Period.objects.filter(subscription=daily).count() == len(charged) + 1 + 5 * (
        word == Hold.ALL
    )
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_a_rule_may_answer_before_it_is_asked(shop: cast.Cast, daily: Subscription) -> None:
    change_rules(None, by=SYSTEM, missed="skip")
    outage(shop, 7)
    assert (renewals_made(), Hold.objects.count()) == ([100], 0)
    assert again(daily).next_due_at > clock.now()


def test_a_charge_far_above_the_last_waits_and_is_made_on_the_sellers_word(
    shop: cast.Cast, daily: Subscription
) -> None:
    Subscription.objects.update(amount=10_000)
    advance(shop.account.pk, 1)
    hold = Hold.objects.get()
    assert (hold.kind, hold.usual, renewals_made()) == (Hold.CHARGE, 100, [])
    holds.decide(hold, Hold.GO_ON, by=SYSTEM)
    renewals.renew_due()
    assert renewals_made() == [10_000]
    assert (again(daily).last_gross, daily.vouched_gross) == (10_000, None)


@pytest.mark.slow
def test_the_others_on_the_bill_do_not_wait(shop: cast.Cast, daily: Subscription) -> None:
    other = buy(make_price(make_product(shop.own, "Other"), "daily", 300)).subscription
    Subscription.objects.update(method=daily.method)
    Subscription.objects.filter(pk=daily.pk).update(amount=10_000)
    advance(shop.account.pk, 1)
    assert renewals_made() == [300]
    assert again(other).payments_made == 2


@pytest.mark.slow
def test_a_day_far_above_the_usual_stops_before_its_first_charge(shop: cast.Cast) -> None:
    due_subscriptions(shop.own, 25)
    Subscription.objects.update(last_gross=None)
    today = clock.today(shop.own.zone)
    for days in range(1, 9):
        Run.objects.create(day=today - timedelta(days=days), currency="EUR", charges=5, total=900)
    assert [renewals.renew_due(), renewals.renew_due()] == [25, 0]
    hold = Hold.objects.get()
    assert (hold.kind, hold.usual, renewals_made()) == (Hold.RUN, 900, [])
    holds.decide(hold, Hold.GO_ON, by=SYSTEM)
    renewals.renew_due()
    assert len(renewals_made()) == 25


def a_run(charges: int, total: int) -> list[planning.Draft]:
    """So many bills, which make the sum together."""
    sums = [each.minor for each in Money(total, "EUR").split([1] * charges)]
    mine = [standing(plan=plan(each)) for each in sums]
    return [planning.Draft(START, planning.next_charges(each, NO_TAX)) for each in mine]


@pytest.mark.slow
def test_a_day_strays_from_twenty_charges_on_above_the_factor_of_a_week_known(
    shop: cast.Cast,
) -> None:
    today = clock.today(shop.own.zone)

    def ran(ago: int, total: int, currency: str = "EUR") -> None:
        day = today - timedelta(days=ago)
        Run.objects.create(day=day, currency=currency, charges=5, total=total)

    def runs(charges: int = 20, total: int = 301, factor: int = 3) -> bool:
        Hold.objects.all().delete()
        Run.objects.filter(day=today, currency="EUR").delete()
        return bool(holds.within_usual(a_run(charges, total), Rules(run_factor=factor)))

    for ago, total in enumerate((90, 95, 100, 100, 105, 110), 1):
        ran(ago, total)
    ran(7, 10**6, "USD")  # nor does another currency make a day, nor one without a charge
    ran(8, 0)
    assert runs()
    ran(7, 100)
    assert not runs()
    hold = Hold.objects.get()
    assert (hold.kind, hold.amount, hold.usual) == (Hold.RUN, 301, 100)
    assert runs(total=300)
    assert runs(charges=19)
    assert runs(factor=0)
    assert runs(10, 150)  # of the same day all that ran before is counted with it
    assert not holds.within_usual(a_run(10, 151), Rules(run_factor=3))
    assert not holds.within_usual(a_run(1, 1), Rules(run_factor=3))  # it waits for his word
    holds.decide(Hold.objects.get(), Hold.GO_ON, by=SYSTEM)
    assert holds.within_usual(a_run(10, 151), Rules(run_factor=3))
    run = Run.objects.get(day=today, currency="EUR")
    assert (run.charges, run.total, run.vouched) == (20, 301, True)


@pytest.mark.slow
def test_what_is_usual_is_the_middle_of_the_last_thirty_days(shop: cast.Cast) -> None:
    today = clock.today(shop.own.zone)
    for ago in range(1, 40):
        day, total = today - timedelta(days=ago), 100 if ago <= 15 else 1000
        Run.objects.create(day=day, currency="EUR", charges=5, total=total)
    assert holds.within_usual(a_run(20, 1650), Rules(run_factor=3))
    assert not holds.within_usual(a_run(20, 1), Rules(run_factor=3))
    assert Hold.objects.get().usual == 550


def test_the_payment_that_runs_now_is_of_a_limited_plan_at_most_its_last(shop: cast.Cast) -> None:
    now = clock.now()
    for made, total, weeks, runs in (
        (1, None, 1, 1),
        (1, None, 2, 2),
        (1, None, 5, 5),
        (1, 4, 9, 3),
        (3, 4, 9, 3),
    ):
        late = Subscription(anchor=now - timedelta(weeks=weeks), interval="weekly", zone="UTC")
        late.payments_made, late.payments_total = made, total
        assert holds._current_number(late) == runs
        holds._leave_out(late, before=runs + 1)
        assert late.payments_made == made
        assert late.next_due_at == now + timedelta(weeks=runs + 1 - weeks)


@pytest.mark.slow
def test_only_an_open_chargeback_keeps_what_is_due_and_his_word_collects_it_at_once(
    shop: cast.Cast,
) -> None:
    mine = buy(make_price(make_product(shop.own), "daily"), card=LATER_DECLINED).subscription
    advance(shop.account.pk, 1)
    mine.refresh_from_db()
    Subscription.objects.update(next_due_at=clock.now())

    def due() -> list[int]:
        now = clock.now() + timedelta(minutes=1)
        return list(renewals.due_payers(now, held=(), limit=9))

    def hold(kind: str) -> Hold:
        made: Hold = Hold.objects.create(
            public_id=f"hold_{kind}",
            business_id=mine.business_id,
            subscription=mine,
            kind=kind,
            currency="EUR",
            amount=1,
            opened_at=clock.now(),
        )
        return made

    hold(Hold.MISSED)
    assert due() == [mine.customer_id]
    held = hold(Hold.DISPUTE)
    assert due() == []
    version = again(mine).version + 1
    holds.stop_for_dispute(again(mine), 100)
    assert Hold.objects.filter(kind=Hold.DISPUTE).count() == 1
    assert again(mine).version == version
    with pytest.raises(MoveRefused):
        holds.decide(held, Hold.SKIP, by=SYSTEM)
    for _again in range(2):
        decided = holds.decide(held, Hold.GO_ON, by=SYSTEM)
        assert (decided.decision, decided.by) == (Hold.GO_ON, SYSTEM.label)
        assert due() == [mine.customer_id]
        assert again(mine).version == version + 1
    cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    assert holds._due_again(again(mine)) is None
    written = AuditRow.objects.filter(action="billing.decided_go_on")
    assert list(written.values_list("subject", flat=True)) == [mine.public_id]
