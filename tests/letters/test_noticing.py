"""Whoever is charged, owes or pays with a card that ends is told in time, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clocks import pass_time
from tests.factories.buying import LATER_DECLINED, buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts.models import Business
from wainwright.billing import cancellation
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import Refused
from wainwright.letters import noticing, wording
from wainwright.letters.models import Letter, NoticeMark
from wainwright.payments.models import Method

pytestmark = pytest.mark.django_db

NOTICES = (*wording.KINDS,)


def told() -> list[str]:
    return list(
        Letter.objects.filter(kind__in=NOTICES).order_by("pk").values_list("kind", flat=True)
    )


def lived(business: Business, days: float) -> None:
    """Some days go by at once; what falls due in them is told of."""
    noticing.give_notice()
    clock.set_offset(clock.offset() + timedelta(days=days))
    noticing.give_notice()


def test_a_year_is_told_of_five_weeks_and_one_week_before(business: Business) -> None:
    subscription = buy(make_price(make_product(business), "yearly")).subscription
    lived(business, 365 - 35 - 1)
    assert told() == []
    lived(business, 2)
    assert told() == ["renewal_ahead"]
    lived(business, 28)
    assert told() == ["renewal_ahead"] * 2
    letter = Letter.objects.filter(kind="renewal_ahead").order_by("pk")[0]
    assert "You can cancel online at any time" in letter.text
    assert letter.cause == f"{subscription.public_id}:renewal_ahead:1:35"


def test_a_month_is_told_of_only_on_days_the_seller_wants(business: Business) -> None:
    product = make_product(business)
    buy(make_price(product, "monthly"))
    wording.change(product, by=SYSTEM, upcoming_days=[5, 2], overdue_days=[])
    lived(business, 29)
    assert told() == ["renewal_ahead"] * 2


def test_what_is_repeated_tells_nobody_twice(business: Business) -> None:
    buy(make_price(make_product(business), "yearly"))
    lived(business, 340)
    NoticeMark.objects.update(until=clock.now() - timedelta(days=30))
    noticing.give_notice()
    assert told() == ["renewal_ahead"]


def test_who_cancelled_is_left_alone(business: Business) -> None:
    subscription = buy(make_price(make_product(business), "yearly")).subscription
    cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub")
    lived(business, 360)
    assert told() == []


def test_a_trial_is_told_of_a_week_before_its_end(business: Business) -> None:
    trial = make_price(make_product(business), "trial")
    subscription = buy(trial).subscription
    days = (subscription.trial_ends_at - subscription.started_at).days
    lived(business, days - 7 - 0.2 if days >= 8 else days / 2 - 0.2)
    assert told() == []
    lived(business, 0.3)
    assert told() == ["trial_ending"]


def test_a_card_is_told_of_a_month_before_it_ends_and_when_it_has(business: Business) -> None:
    buy(make_price(make_product(business), "yearly"))
    today = clock.now()
    Method.objects.update(exp_year=today.year + 1, exp_month=6)
    lived(business, 300)
    kinds = set(told())
    assert "card_expiring" in kinds or "card_expired" in kinds


def test_a_card_that_was_saved_twice_is_told_of_once(business: Business) -> None:
    product = make_product(business)
    for number in range(2):
        buy(make_price(product, "yearly", 1000 + number))
    today = clock.now()
    Method.objects.update(exp_year=today.year, exp_month=today.month)
    lived(business, 45)
    assert told().count("card_expired") == 1


@pytest.mark.slow
def test_an_open_bill_is_told_of_again_in_the_sellers_words(business: Business) -> None:
    product = make_product(business, name="Studio")
    own = {"overdue": {"subject": "{item_name} of {vendor_name}", "text": "{days} days, {sum}"}}
    wording.change(product, by=SYSTEM, upcoming_days=[], overdue_days=[2], wording=own)
    subscription = buy(make_price(product, "monthly"), card=LATER_DECLINED).subscription
    pass_time(business.account_id, subscription.next_due_at - clock.now() + timedelta(hours=1))
    lived(business, 2.5)
    letter = Letter.objects.get(kind="overdue")
    assert letter.subject == "Studio of Agency"
    assert "2 days, 29.00\u00a0EUR" in letter.text


def test_more_than_three_reminders_are_refused(business: Business) -> None:
    for days in ([1, 2, 3, 4], [0], [61]):
        with pytest.raises(Refused):
            wording.change(None, by=SYSTEM, upcoming_days=days)


@pytest.mark.slow
def test_the_sellers_people_hear_of_a_first_failure_and_of_who_leaves(business: Business) -> None:
    product = make_product(business, name="Studio")
    subscription = buy(make_price(product, "monthly"), card=LATER_DECLINED).subscription
    pass_time(business.account_id, subscription.next_due_at - clock.now() + timedelta(hours=1))
    pass_time(business.account_id, timedelta(hours=26))
    failed = Letter.objects.get(kind="rebill_failed")
    assert failed.recipient == "ann@agency.example"
    assert failed.subject == "29.00 EUR of Ada Byron was declined"
    cancellation.cancel_now(subscription, by=SYSTEM, source="dashboard", reason="moved away")
    events.deliver_waiting()
    left = Letter.objects.get(kind="cancellation_alert")
    assert left.subject == "Studio of Ada Byron is cancelled"
    assert "Reason: moved away" in left.text


def test_a_notice_that_cannot_be_written_holds_up_no_other(business: Business) -> None:
    product = make_product(business)
    broken = buy(make_price(product, "yearly"), "bob@buyer.example").subscription
    buy(make_price(product, "yearly"))
    zone, broken.customer.zone = broken.customer.zone, "Nowhere/At_All"
    broken.customer.save()
    lived(business, 340)
    assert told() == ["renewal_ahead"]
    broken.customer.zone = zone
    broken.customer.save()
    noticing.give_notice()
    assert told() == ["renewal_ahead"] * 2
