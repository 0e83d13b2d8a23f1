"""The reference says by itself, in plain dates, what is right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

from wainwright.simulation import reference
from wainwright.simulation.reference import ASKS, DECLINES, PAYS, Card, Course, Deal, Rules, World

RULES = Rules(retries=(1, 3), grace=2, pauses=False, return_days=30)
MONTHLY = Deal("monthly", 1000, "Europe/Berlin", RULES)
JANUARY = datetime(2028, 1, 31, 9, tzinfo=UTC)


def at(day: int, month: int = 2) -> datetime:
    return datetime(2028, month, day, 22, 30, tzinfo=UTC)


def course(does: str = PAYS, deal: Deal = MONTHLY) -> Course:
    return Course({reference.bought(deal, JANUARY, card=Card(1, does))})


def lived(course: Course, until: datetime) -> World:
    course.end_day(until)
    (world,) = course.worlds
    return world


def test_month_ends_are_counted_from_the_anchor() -> None:
    world = reference.bought(MONTHLY, JANUARY, card=Card(1, PAYS))
    days = [MONTHLY.day(world.falls(number)).isoformat() for number in range(1, 4)]
    assert days == ["2028-02-29", "2028-03-31", "2028-04-30"]


def test_a_day_that_comes_is_paid() -> None:
    assert lived(course(), at(28)).taken == 1000
    assert lived(course(), at(29)).taken == 2000


def test_a_card_that_fails_is_tried_on_the_days_of_the_rules_and_then_it_ends() -> None:
    failing = course(DECLINES)
    assert lived(failing, at(29)).due == date(2028, 3, 1)
    assert lived(failing, at(1, 3)).due == date(2028, 3, 4)
    assert lived(failing, at(4, 3)).due == date(2028, 3, 6)
    assert lived(failing, at(6, 3)).state == reference.CANCELLED


def test_a_card_given_in_the_grace_is_charged() -> None:
    failing = course(DECLINES)
    for day in (at(29), at(1, 3), at(4, 3)):
        lived(failing, day)
    failing.given.append(Card(2, PAYS))
    assert lived(failing, at(5, 3)).state == reference.ACTIVE


def test_a_cancellation_on_the_day_itself_may_come_before_or_after_the_charge() -> None:
    racing = course()
    racing.told(reference.cancel, at(29), certain=True)
    racing.end_day(at(29))
    assert {world.taken for world in racing.worlds} == {1000, 2000}


def test_what_was_perhaps_done_leaves_both_open_until_it_is_seen() -> None:
    perhaps = course()
    perhaps.told(partial(reference.pause, periods=1), at(3), certain=False)
    assert {world.state for world in perhaps.worlds} == {reference.ACTIVE, reference.PAUSED}
    paused = next(world for world in perhaps.worlds if world.state == reference.PAUSED)
    assert perhaps.seen(paused.shown)
    assert perhaps.worlds == {paused}
    assert not perhaps.seen(("active", 7))


def test_a_card_that_asks_waits_three_days_for_its_owner() -> None:
    asking = course(ASKS)
    assert lived(asking, at(29)).due == date(2028, 3, 3)
    in_time = Course(set(asking.worlds))
    in_time.told(reference.confirm, at(1, 3), certain=True)
    assert lived(in_time, at(1, 3)).taken == 2000
    assert lived(asking, at(3, 3)).failures == 1
    assert lived(asking, at(4, 3)).due == date(2028, 3, 7)


def test_more_now_pays_the_rest_of_the_period_to_the_cent() -> None:
    half = course()
    half.told(
        partial(reference.more_now, quantity=3), JANUARY + timedelta(days=29) / 2, certain=True
    )
    assert [world.taken for world in half.worlds] == [1000 + 3 * 500 - 500]
    assert lived(half, at(29)).taken == 2000 + 3 * 1000


def test_another_quantity_later_costs_nothing_today() -> None:
    waiting = course()
    waiting.told(partial(reference.later, quantity=2), at(10), certain=True)
    assert lived(waiting, at(28)).taken == 1000
    assert lived(waiting, at(29)).taken == 3000
