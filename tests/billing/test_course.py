"""How a subscription goes on after an act, worked out without any database."""

from __future__ import annotations

from datetime import timedelta

from tests.factories.standings import START, WEEK, plan, standing
from wainwright.billing import course, states
from wainwright.billing.course import Pause, Switch

DAY = timedelta(days=1)


def test_cancelled_it_ends_with_what_is_paid_and_is_charged_no_more() -> None:
    ended = course.cancelled(standing(), None, START + DAY)
    assert (ended.state, ended.cancel_at, ended.next_due_at) == (states.ACTIVE, START + WEEK, None)


def test_cancelled_on_a_day_it_is_charged_until_then() -> None:
    ended = course.cancelled(standing(), START + WEEK + DAY, START + DAY)
    assert (ended.cancel_at, ended.next_due_at) == (START + WEEK + DAY, START + WEEK)


def test_an_end_on_a_bill_day_charges_nothing_for_that_day() -> None:
    assert course.cancelled(standing(), START + WEEK, START + DAY).next_due_at is None


def test_with_a_bill_unpaid_it_ends_at_once_whatever_day_was_named() -> None:
    owing = standing(state=states.PAST_DUE, open_bill_id=7)
    ended = course.cancelled(owing, START + 3 * WEEK, START + WEEK)
    assert (ended.state, ended.cancel_at) == (states.CANCELLED, START + WEEK)
    assert (ended.next_due_at, ended.open_bill_id) == (None, None)


def test_a_paused_one_that_is_to_end_stays_without_bills() -> None:
    paused = course.paused(standing(), None, START + 2 * WEEK)
    ended = course.cancelled(paused, None, START + DAY)
    assert (ended.state, ended.next_due_at) == (states.PAUSED, None)
    assert (ended.cancel_at, ended.resume_at) == (START + WEEK, None)


def test_a_pause_of_two_periods_leaves_out_two_bills_and_keeps_the_day() -> None:
    paused = course.after(standing(), Pause(periods=2), START + DAY)
    assert (paused.next_due_at, paused.resume_at) == (None, START + 3 * WEEK)
    again = course.resumed_as_planned(paused)
    assert (again.state, again.next_due_at, again.made) == (states.ACTIVE, START + 3 * WEEK, 1)
    assert (again.resume_at, again.pause_periods) == (None, None)


def test_resumed_while_paid_time_is_left_nothing_moves() -> None:
    paused = course.paused(standing(), None, None)
    assert course.gone_on(paused, START + DAY).next_due_at == START + WEEK


def test_resumed_after_it_new_periods_begin_at_that_moment() -> None:
    paused = course.paused(standing(), None, None)
    for moment in (START + WEEK, START + WEEK + DAY):
        again = course.gone_on(paused, moment)
        assert (again.next_due_at, again.due(2)) == (moment, moment + WEEK)


def test_resumed_in_its_trial_it_goes_on_in_trial_and_only_there() -> None:
    trial = standing(trial_ends_at=START + WEEK, state=states.PAUSED, made=0, anchor=START + WEEK)
    assert course.gone_on(trial, START + DAY).state == states.TRIALING
    assert course.gone_on(trial, START + WEEK).state == states.ACTIVE


def test_brought_back_it_ends_no_more_but_a_pause_forgets_no_end() -> None:
    for state, ends in ((states.CANCELLED, None), (states.PAUSED, START + 3 * WEEK)):
        was = standing(state=state, cancel_at=START + 3 * WEEK)
        assert course.gone_on(was, START + DAY).cancel_at == ends


def test_a_plan_of_the_same_length_keeps_the_bill_day_unless_asked_to_move() -> None:
    other, at = plan(900), START + DAY
    kept = course.switched(standing(), other, at, move=False)
    assert (kept.plan, kept.next_due_at, kept.due(2)) == (other, START + WEEK, START + 2 * WEEK)
    moved = course.switched(standing(), other, at, move=True)
    assert (moved.plan, moved.next_due_at, moved.current_end) == (other, at + WEEK, at + WEEK)


def test_a_change_at_a_moment_is_in_force_from_it() -> None:
    daily, at = plan(100, interval="daily"), START + 2 * DAY
    now = course.after(standing(), Switch(daily, at), at)
    assert (now.plan, now.then, now.next_due_at) == (daily, None, at + DAY)


def test_moved_to_a_bill_day_what_runs_ends_as_it_would_have() -> None:
    monthly = standing(plan=plan(interval="monthly"))
    assert course.aligned(monthly, 2) == monthly
    moved = course.aligned(monthly, 15)
    assert (moved.bill_day, moved.anchor, moved.current_end) == (15, START, START + WEEK)
    late = standing(plan=plan(interval="monthly"), anchor=START - 28 * DAY, anchor_number=-1)
    assert course.aligned(late, 2).bill_day is None
    january = START.replace(month=1, day=31)
    short = standing(plan=plan(interval="monthly"), anchor=january, made=1)
    there = course.aligned(short, 28)
    assert (there.anchor, there.anchor_number, there.bill_day) == (short.due(1), 1, None)


def test_a_plan_of_another_length_begins_at_the_moment_but_in_a_trial_with_its_end() -> None:
    daily, at = plan(100, interval="daily"), START + 2 * DAY
    assert course.switched(standing(), daily, at, move=False).next_due_at == at + DAY
    trial = standing(state=states.TRIALING)
    assert course.switched(trial, daily, at, move=False).next_due_at == START + WEEK


def test_a_planned_plan_waits_for_the_first_period_it_may_be_charged_in() -> None:
    higher = plan(900)
    now = course.after(standing(), Switch(higher), START + DAY)
    assert (now.plan, course.turns_at(now), course.turned(now).plan) == (
        plan(),
        START + WEEK,
        higher,
    )
    for waits_until, turns in ((START + 2 * WEEK, 2), (START + 2 * WEEK + DAY, 3)):
        later = standing(then=higher, then_from=waits_until)
        assert course.turns_at(later) == START + turns * WEEK
        assert course.turned(later).plan == plan()


def test_each_payment_counts_and_the_last_completes_it() -> None:
    limited = standing(total=3, state=states.PAST_DUE, open_bill_id=7)
    second = course.paid(limited, START + 2 * WEEK)
    assert (second.made, second.state, second.open_bill_id) == (2, states.ACTIVE, None)
    assert (second.current_end, second.next_due_at) == (START + 2 * WEEK, START + 2 * WEEK)
    last = course.paid(second, START + 3 * WEEK)
    assert (last.made, last.state, last.next_due_at) == (3, states.COMPLETED, None)
