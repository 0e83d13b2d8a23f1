"""Buyers who have paid at the gateway and are not back yet: [key, public id] of each payment."""

from __future__ import annotations

import json

from wainwright.accounts.models import Business
from wainwright.bench import lives
from wainwright.bench.names import SHOP
from wainwright.catalog.models import Price
from wainwright.core import tenancy


def main(count: str) -> None:
    business = Business.everywhere.get(slug=SHOP)
    with tenancy.scope(business.account_id, tenancy.TEST):
        price = Price.objects.select_related("product__business").get(kind=Price.SUBSCRIPTION)
        payments = [
            lives.go_and_pay(price, f"new{number}@buyer.example") for number in range(int(count))
        ]
        print(json.dumps([[payment.pk, payment.public_id] for payment in payments]))
