"""A change at once: its bill, and the new plan in force when that is paid."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from wainwright.billing import changing, credit
from wainwright.billing.changing import Changed, Paid
from wainwright.billing.course import Switch
from wainwright.billing.crediting import Purse
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import PlanChanged, PlanChangeFailed
from wainwright.billing.models import Change, Credit, Period, Subscription
from wainwright.billing.moving import move
from wainwright.billing.owing import drop_changes
from wainwright.billing.standing import Plan, plan_of, put_plan, standing_of
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM, Actor
from wainwright.core.models import EventRow
from wainwright.payments import attempts, bills, schemes
from wainwright.payments.bills import BillDraft
from wainwright.payments.events import PaymentDeclined, PaymentSucceeded
from wainwright.payments.gateways.base import Intent
from wainwright.payments.models import Bill, BillLine, Payment, Refund, RefundLine
from wainwright.payments.queries import payment_of
from wainwright.tax.queries import Rates


def foreseen(subscription: Subscription, act: Switch, purse: Purse) -> Changed:
    """What the change costs and where it leads. MoveRefused at a moment that is not paid for."""
    standing, period = standing_of(subscription), _running(subscription)
    if act.at is None or not period.starts_at < act.at < period.ends_at:
        raise MoveRefused(_("A payment was made just now. Please try again a little later."))
    if standing.current_end != standing.due(standing.made):
        raise MoveRefused(_("Its last part is paid already. It ends on the day agreed."))
    rates = Rates.of([act.plan.product_id])
    return changing.change(standing, _paid(period), act, rates, purse)


def _running(subscription: Subscription) -> Period:
    periods = Period.objects.filter(subscription=subscription, void=False)
    found: Period = periods.select_related("bill").latest("starts_at")
    return found


def _line(period: Period) -> BillLine:
    found: BillLine = BillLine.objects.get(bill_id=period.bill_id, position=period.position)
    return found


def _paid(period: Period) -> Paid:
    line = _line(period)
    return Paid(
        period.starts_at,
        period.ends_at,
        bills.draft_of(line, period.bill.currency),
        _kept(line),
    )


def _kept(line: BillLine) -> Fraction:
    """Which part of a line was not given back; what credit had paid of it never is."""
    if line.gross <= 0:
        return Fraction(0)
    given = RefundLine.objects.exclude(refund__state=Refund.DECLINED)
    back = _sum(given.filter(line=line))
    of_credit = _sum(given.filter(line__bill=line.bill_id, gross__lt=0))
    billed = _sum(BillLine.objects.filter(bill=line.bill_id, gross__gt=0))
    return 1 - Fraction(back, line.gross) - Fraction(of_credit, billed)


def _sum(rows: QuerySet[Any]) -> int:
    return rows.aggregate(sum=Sum("gross"))["sum"] or 0


def open_change(
    subscription: Subscription,
    act: Switch,
    by: Actor,
    *,
    source: str = "",
    reason: str = "",
    present: bool = False,
) -> Payment:
    """Opens the bill of a change and begins its payment, which a buyer who is `present` can confirm
    at his bank. Call inside a transaction, locked."""
    changed = foreseen(subscription, act, credit.purse_of([subscription.customer_id]))
    draft, then = changed.draft, changed.standing
    sums = draft.totals
    method = subscription.method if sums.gross else None
    if sums.gross and (method is None or method.gone_at is not None):
        raise MoveRefused(_("It needs a way to pay first. Please save a card, then change it."))
    if method is not None and schemes.forbid(method):
        raise MoveRefused(
            _("Its card was declined too often to be charged now. Please save another first.")
        )
    bill = bills.open_bill(
        BillDraft(
            business_id=subscription.business_id,
            kind=Bill.CHANGE,
            lines=sums.lines,
            due_at=draft.at,
            customer_id=subscription.customer_id,
            order_id=subscription.order_id,
        )
    )
    credit.note_uses([(bill, draft.credits)])
    Change.objects.create(
        business_id=subscription.business_id,
        subscription=subscription,
        bill=bill,
        plan=asdict(act.plan),
        at=draft.at,
        ends_at=then.current_end,
        anchor=then.anchor,
        anchor_number=then.anchor_number,
        left=changed.left.left,
        left_tax=changed.left.left_tax,
        regular=changing.regular(then, then.plan, Rates.of([then.plan.product_id])),
        by=by.label[:254],
        source=source,
        reason=reason[:500],
    )
    return attempts.begin(
        attempts.prepared(
            business_id=subscription.business_id,
            purpose=Payment.CHANGE,
            intent=Intent.PAY,
            amount=bill.total,
            bill=bill,
            connection=method.connection if method else None,
            method=method,
            customer_id=subscription.customer_id,
            subject=subscription.public_id,
            raw={Payment.PRESENT: True} if present else {},
        )
    )


def at_a_page(subscription: Subscription) -> Payment | None:
    """The payment of its change that waits for the buyer on the gateway's page."""
    waiting = Payment.objects.filter(
        customer=subscription.customer_id,
        purpose=Payment.CHANGE,
        state=Payment.ACTION,
        subject=subscription.public_id,
    )
    found: Payment | None = waiting.select_related("connection__business").first()
    return found


def take_effect(event: PaymentSucceeded, row: EventRow) -> None:
    """The bill of a change is paid: the new plan is in force. A second call changes nothing."""
    payment = payment_of(event, row)
    if payment.purpose != Payment.CHANGE:
        return
    change = Change.objects.get(bill_id=payment.bill_id)
    subscription = Subscription.locked(change.subscription_id)
    if change.state != Change.OPEN:
        return
    period = _running(subscription)
    _keep_credit(subscription, change, period)
    _cut(period, change)
    put_plan(subscription, Plan(**change.plan))
    subscription.anchor, subscription.anchor_number = change.anchor, change.anchor_number
    subscription.current_start, subscription.current_end = change.at, change.ends_at
    subscription.next_due_at = change.ends_at
    subscription.vouched_gross = change.regular
    move(subscription, subscription.state, by=SYSTEM)
    change.state = Change.DONE
    change.save(update_fields=["state"])
    note_changed(
        subscription,
        by=change.by,
        source=change.source,
        reason=change.reason,
        bill_id=change.bill_id,
    )


def _keep_credit(subscription: Subscription, change: Change, period: Period) -> None:
    """What the old plan leaves beyond the bill is the customer's."""
    if change.left:
        Credit.objects.create(
            business_id=subscription.business_id,
            customer_id=subscription.customer_id,
            subscription=subscription,
            line=_line(period),
            currency=subscription.currency,
            gross=change.left,
            left=change.left,
            left_tax=change.left_tax,
            since=change.at,
            until=period.ends_at,
            granted_at=clock.now(),
        )


def _cut(period: Period, change: Change) -> None:
    """The old plan's time ends with the moment, and the new one's begins."""
    period.ends_at = change.at
    period.save(update_fields=["ends_at"])
    changes = Period.objects.filter(subscription=change.subscription_id, kind=Period.CHANGE)
    Period.objects.create(
        business_id=change.business_id,
        subscription_id=change.subscription_id,
        kind=Period.CHANGE,
        number=changes.count(),
        starts_at=change.at,
        ends_at=change.ends_at,
        bill_id=change.bill_id,
    )


def note_changed(
    subscription: Subscription, *, by: str, source: str, reason: str, bill_id: int | None = None
) -> None:
    """The plan in force is another one; written and told."""
    audit.note(
        "subscription.plan_changed",
        subscription.public_id,
        by=SYSTEM,
        business_id=subscription.business_id,
        asked_by=by,
        source=source,
        reason=reason,
        price=subscription.price_id,
        quantity=subscription.quantity,
        amount=subscription.amount,
    )
    events.announce(
        PlanChanged(
            business_id=subscription.business_id,
            subscription_id=subscription.pk,
            plan=plan_of(subscription).words,
            bill_id=bill_id,
            by=by,
            source=source,
            reason=reason,
        )
    )


def leave_as_it_was(event: PaymentDeclined, row: EventRow) -> None:
    """The bill of a change is declined: the old plan stays in force, and nothing is owed."""
    payment = Payment.objects.get(pk=event.payment_id)
    if payment.purpose != Payment.CHANGE:
        return
    change = Change.objects.get(bill_id=payment.bill_id)
    if change.state != Change.OPEN:
        return
    drop_changes([change.subscription_id], why="the payment was declined", by=SYSTEM)
    events.announce(
        PlanChangeFailed(
            business_id=change.business_id,
            subscription_id=change.subscription_id,
            plan=Plan(**change.plan).words,
            decline=event.decline,
            by=change.by,
            source=change.source,
            reason=change.reason,
        )
    )
