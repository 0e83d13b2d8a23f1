"""Business and buyer as they were at a purchase, frozen into the order."""

from __future__ import annotations

from typing import Any

from wainwright.accounts.models import Business
from wainwright.customers.finding import Contact


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


def buyer(contact: Contact) -> dict[str, Any]:
    """What the buyer told for this purchase. All its documents name him so, renewals as well."""
    return {
        "name": contact.name,
        "company": contact.company,
        "email": contact.email,
        "address": contact.address_lines,
        "country": contact.country,
        "tax_id": contact.tax_id,
    }
