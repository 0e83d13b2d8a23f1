"""The demo's story tells of everything that can be sold, and always the same."""

from __future__ import annotations

from collections import Counter

from wainwright.core.dates import INTERVALS
from wainwright.demo import regulars, story
from wainwright.demo.acts import Act, Buy, Cancel, Open, Pause, Refund, Replace, Undo
from wainwright.demo.shops import SHOPS


def bought(acts: list[Act]) -> list[Buy]:
    return [act for act in acts if isinstance(act, Buy) and act.card]


def test_the_same_story_every_time() -> None:
    assert story.tell() == story.tell()


def test_it_happens_in_order_and_within_its_days() -> None:
    times = [act.at for act in story.tell()]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] < story.DAYS


def test_every_price_of_every_business_finds_a_buyer() -> None:
    sold = {(act.shop.slug, act.ware, act.price) for act in bought(story.tell())}
    offered = {
        (shop.slug, ware.slug, price)
        for shop in SHOPS
        for ware in shop.wares
        for price in ware.prices
    }
    assert sold == offered


def test_every_kind_of_price_is_offered() -> None:
    terms = [price for shop in SHOPS for ware in shop.wares for price in ware.prices.values()]
    assert {price["kind"] for price in terms} == {"one_time", "subscription", "limited", "split"}
    ongoing = {price["interval"] for price in terms if price["kind"] == "subscription"}
    assert ongoing == set(INTERVALS)
    splits = {price["payments_total"] for price in terms if price["kind"] == "split"}
    assert splits == {2, 3, 4, 5, 6}
    trials = {bool(price["first_amount"]) for price in terms if price.get("trial_days")}
    assert trials == {False, True}
    assert any(price.get("first_amount") and not price.get("trial_days") for price in terms)
    assert {price.get("tax_behaviour", "inclusive") for price in terms} == {
        "inclusive",
        "exclusive",
    }


def test_two_hundred_customers() -> None:
    assert len({(act.shop.slug, act.who.contact.email) for act in bought(story.tell())}) == 200


def test_daily_and_weekly_plans_are_new() -> None:
    short = [act for act in bought(story.tell()) if act.price in ("daily", "weekly", "two_weekly")]
    assert short
    assert all(act.at >= story.DAYS - 60 for act in short)


def test_people_change_their_minds() -> None:
    count = Counter(type(act) for act in story.tell())
    assert min(count[kind] for kind in (Cancel, Undo, Pause, Replace, Refund)) >= 3


def test_whom_the_demo_names_has_bought() -> None:
    acts = story.tell()
    for regular in regulars.everybody(story.DAYS):
        assert all(act in acts for act in regular.acts)


def test_a_short_story_fits_its_days() -> None:
    acts = story.tell(days=60, buyers=20)
    assert sum(isinstance(act, Open) for act in acts) == len(SHOPS)
    assert max(act.at for act in acts) < 60
