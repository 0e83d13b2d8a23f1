"""What is owed on a bill that several subscriptions may share."""

from __future__ import annotations

from collections.abc import Collection

from wainwright.billing.models import Period, Subscription
from wainwright.core.actors import Actor
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


def _owed(bill: Bill) -> list[Period]:
    return list(Period.objects.filter(bill=bill, void=False).order_by("position"))


def _owed_by_others(bill: Bill, subscription: Subscription) -> list[Period]:
    return [each for each in _owed(bill) if each.subscription_id != subscription.pk]


def _part(bill: Bill, parts: list[list[Period]], *, why: str, by: Actor) -> list[Bill]:
    """Voids the bill and owes each part of its periods on a new one."""
    Period.objects.filter(bill=bill).update(void=True)
    positions: list[Collection[int]] = [{each.position for each in part} for part in parts]
    opened = bills.part_bill(bill, positions, why=why, by=by)
    for new, part in zip(opened, parts, strict=True):
        for position, period in enumerate(part):
            period.pk, period.bill, period.position = None, new, position
        Period.objects.bulk_create(part)
        owing = Subscription.objects.filter(pk__in={each.subscription_id for each in part})
        owing.update(open_bill=new)
    return opened
