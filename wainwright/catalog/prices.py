"""Ways to pay for a product. A price that sold is archived and replaced, never edited."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.catalog.models import Price, Product
from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.core.dates import INTERVALS
from wainwright.core.errors import Refused
from wainwright.core.ids import new_id
from wainwright.core.money import MAX_MINOR
from wainwright.core.text import clean_line

LONGEST_TRIAL = 730


def add_price(
    product: Product,
    *,
    by: Actor,
    kind: str,
    amount: int,
    interval: str = "",
    payments_total: int | None = None,
    trial_days: int = 0,
    first_amount: int | None = None,
    tax_behaviour: str = Price.INCLUSIVE,
    name: str = "",
    preferred: bool = False,
) -> Price:
    """One more way to pay. Amounts are minor units of the product's currency.

    `payments_total` counts all regular payments of a limited plan or split pay; a trial's own
    payment is not one of them.
    """
    _check_amount(amount, "amount")
    if first_amount is not None:
        _check_amount(first_amount, "first_amount")
    _check_terms(kind, interval, payments_total, trial_days, first_amount)
    if tax_behaviour not in (Price.INCLUSIVE, Price.EXCLUSIVE):
        raise Refused(_("Please choose whether tax is included or added."), field="tax_behaviour")
    with transaction.atomic():
        if preferred:
            product.prices.filter(preferred=True).update(preferred=False)
        price: Price = Price.objects.create(
            public_id=new_id("prc"),
            business_id=product.business_id,
            product=product,
            kind=kind,
            amount=amount,
            interval=interval,
            payments_total=payments_total,
            trial_days=trial_days,
            first_amount=first_amount,
            tax_behaviour=tax_behaviour,
            name=clean_line(name, field="name"),
            preferred=preferred,
            position=product.prices.count(),
        )
        audit.note("price.added", price.public_id, by=by, business_id=product.business_id)
    return price


def archive_price(price: Price, *, by: Actor) -> Price:
    """No longer offered; what was bought with it goes on as agreed."""
    with transaction.atomic():
        price.archived_at = price.archived_at or clock.wall()
        price.preferred = False
        price.save(update_fields=["archived_at", "preferred"])
        audit.note("price.archived", price.public_id, by=by, business_id=price.business_id)
    return price


def prefer_price(price: Price, *, by: Actor) -> Price:
    """The one chosen beforehand on the checkout page."""
    with transaction.atomic():
        Price.objects.filter(product_id=price.product_id, preferred=True).update(preferred=False)
        price.preferred = True
        price.save(update_fields=["preferred"])
        audit.note("price.preferred", price.public_id, by=by, business_id=price.business_id)
    return price


def _check_amount(amount: int, field: str) -> None:
    if not 0 <= amount <= MAX_MINOR:
        raise Refused(
            _("An amount lies between zero and 10^15 of the currency's smallest unit."),
            field=field,
            code="amount_out_of_range",
        )


def _check_terms(
    kind: str, interval: str, payments_total: int | None, trial_days: int, first: int | None
) -> None:
    if kind not in dict(Price.KINDS):
        raise Refused(_("Please choose how it is paid."), field="kind")
    if kind == Price.ONE_TIME:
        if interval or payments_total is not None or trial_days or first is not None:
            raise Refused(
                _("One payment has no interval, no trial and no first amount."), field="kind"
            )
        return
    if interval not in INTERVALS:
        raise Refused(_("Please choose how often it is paid."), field="interval")
    if kind == Price.SUBSCRIPTION and payments_total is not None:
        raise Refused(
            _("A subscription until cancelled has no number of payments."), field="payments_total"
        )
    if kind == Price.SPLIT and payments_total not in range(2, 7):
        raise Refused(_("Split pay has 2 to 6 payments."), field="payments_total")
    if kind == Price.LIMITED and payments_total not in range(1, 1001):
        raise Refused(_("Give the number of payments, 1 to 1000."), field="payments_total")
    if not 0 <= trial_days <= LONGEST_TRIAL:
        raise Refused(
            _("A trial lasts at most %(days)s days.") % {"days": LONGEST_TRIAL}, field="trial_days"
        )
