"""Which rate a product's sale carries on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wainwright.catalog.models import Product
from wainwright.core import audit
from wainwright.core.actors import Actor
from wainwright.core.errors import Refused
from wainwright.core.prepared import Slot, prepared
from wainwright.tax.models import Rate


@prepared
def _percents(product: Slot, country: Slot, on: Slot) -> QuerySet[Rate, Decimal]:
    rates = Rate.objects.filter(product=product, country=country, applies_from__lte=on)
    return rates.order_by("-applies_from").values_list("percent", flat=True)[:1]


def percent_for(product_id: int, country: str, on: date) -> Decimal:
    """The newest rate that applies on the day; 0 where none was ever set."""
    newest = _percents.first(product_id, country, on)
    return Decimal(0) if newest is None else newest


def set_rate(
    product: Product, *, country: str, percent: Decimal, applies_from: date, by: Actor
) -> Rate:
    """The rate from a day on; what was sold before keeps the rate it had."""
    if not 0 <= percent <= 100:
        raise Refused(_("A tax rate lies between 0 and 100 percent."), field="tax_percent")
    with transaction.atomic():
        rate, _made = Rate.objects.update_or_create(
            product=product,
            country=country,
            applies_from=applies_from,
            defaults={"percent": percent, "business_id": product.business_id},
        )
        audit.note(
            "tax.rate_set",
            product.public_id,
            by=by,
            business_id=product.business_id,
            percent=str(percent),
            applies_from=applies_from.isoformat(),
        )
    return rate
