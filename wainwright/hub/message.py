"""The seller's own words on the hub's first page."""

from __future__ import annotations

from wainwright.accounts.models import Business
from wainwright.core import markup
from wainwright.customers.models import Customer

PLACEHOLDERS = ("name", "email", "business", "support_email")


def message_for(business: Business, customer: Customer) -> str:
    """Harmless HTML with {name} and its kind filled in; "" where the seller wrote nothing."""
    values = (customer.name, customer.email, business.name, business.support_email)
    return markup.fill(business.hub_message, dict(zip(PLACEHOLDERS, values, strict=True)))
