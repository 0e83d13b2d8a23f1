"""What is owed on a bill that several subscriptions may share."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from wainwright.billing import credit
from wainwright.billing.models import Change, Period, Subscription
from wainwright.core.actors import Actor
from wainwright.core.money import Money
from wainwright.core.prepared import Slots, prepared
from wainwright.payments import bills
from wainwright.payments.models import Bill


def debtors(bill_id: int) -> list[Subscription]:
    """The subscriptions that owe an open bill, locked, with what charging them again needs."""
    rows = Subscription.objects.filter(open_bill_id=bill_id)
    related = rows.select_related("business", "product", "method__connection")
    return list(related.select_for_update(of=("self",), no_key=True).order_by("pk"))


def owe_no_more(subscription: Subscription, *, why: str, by: Actor) -> None:
    """What is due of it is not owed any more; what others owe on the same bill stays owed.

    Call with the subscription locked; it is not saved.
    """
    drop_changes([subscription.pk], why=why, by=by)
    if subscription.open_bill_id is None:
        return
    bill = Bill.locked(subscription.open_bill_id)
    others = _owed_by_others(bill, subscription)
    _part(bill, [others] if others else [], why=why, by=by)
    subscription.open_bill = None


def owe_alone(subscription: Subscription, *, why: str, by: Actor) -> None:
    """Puts what is due of it on a bill of its own. Call with it locked; it is not saved."""
    if subscription.open_bill_id is None:
        return
    bill = Bill.locked(subscription.open_bill_id)
    others = _owed_by_others(bill, subscription)
    if others:
        own = [each for each in _owed(bill) if each.subscription_id == subscription.pk]
        subscription.open_bill, _rest = _part(bill, [own, others], why=why, by=by)


def drop_changes(subscription_ids: Iterable[int], *, why: str, by: Actor) -> None:
    """Changes to another plan that nothing has paid are off; money that comes later goes back."""
    for change in _open_changes(subscription_ids):
        bill = Bill.locked(change.bill_id)
        bills.void_bill(bill, why=why, by=by)
        credit.give_back(bill)
        change.state = Change.DROPPED
        change.save(update_fields=["state"])


@prepared
def _open_changes(subscriptions: Slots) -> QuerySet[Change]:
    return Change.objects.filter(subscription__in=subscriptions, state=Change.OPEN).order_by("pk")


def _owed(bill: Bill) -> list[Period]:
    return list(Period.objects.filter(bill=bill).order_by("position"))


def _owed_by_others(bill: Bill, subscription: Subscription) -> list[Period]:
    return [each for each in _owed(bill) if each.subscription_id != subscription.pk]


def _part(bill: Bill, parts: list[list[Period]], *, why: str, by: Actor) -> list[Bill]:
    """Voids the bill and owes each part of its periods on a new one, less the credit there is."""
    Period.objects.filter(bill=bill).update(void=True)
    credit.give_back(bill)
    gross = dict(bill.lines.values_list("position", "gross"))
    assert bill.customer_id is not None
    purse = credit.purse_of([bill.customer_id])
    positions: list[Collection[int]] = [{each.position for each in part} for part in parts]
    uses = [
        purse.take(bill.customer_id, Money(sum(gross[each] for each in part), bill.currency))
        for part in positions
    ]
    taken_off = [[use.line for use in part] for part in uses]
    opened = bills.part_bill(bill, positions, taken_off, why=why, by=by)
    credit.note_uses(list(zip(opened, uses, strict=True)))
    for new, part in zip(opened, parts, strict=True):
        for position, period in enumerate(part):
            period.pk, period.bill, period.position = None, new, position
        Period.objects.bulk_create(part)
        owing = Subscription.objects.filter(pk__in={each.subscription_id for each in part})
        owing.update(open_bill=new)
    return opened
