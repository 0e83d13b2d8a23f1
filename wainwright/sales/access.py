"""Which sales a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.sales.models import Entry, Order


def orders_for(member: Member) -> QuerySet[Order]:
    return narrowed(Order.objects.all(), member)


def entries_for(member: Member) -> QuerySet[Entry]:
    return narrowed(Entry.objects.all(), member)
