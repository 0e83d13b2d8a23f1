"""Business and buyer as they are now, to be frozen into an order."""

from __future__ import annotations

from typing import Any

from wainwright.accounts.models import Business
from wainwright.customers.models import Customer


def seller(business: Business) -> dict[str, Any]:
    return {
        "name": business.legal_name or business.name,
        "address": business.address_lines,
        "country": business.country,
        "tax_id": business.tax_id,
        "registration": business.registration,
        "email": business.support_email,
        "website": business.website,
    }


def buyer(customer: Customer) -> dict[str, Any]:
    return {
        "name": customer.name,
        "company": customer.company,
        "email": customer.email,
        "address": customer.address_lines,
        "country": customer.country,
        "tax_id": customer.tax_id,
    }
