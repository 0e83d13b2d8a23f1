"""Which buyers a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.customers.models import Customer


def customers_for(member: Member) -> QuerySet[Customer]:
    return narrowed(Customer.objects.all(), member)
