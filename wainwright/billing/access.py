"""Which subscriptions, and decisions about them, a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.billing.models import Hold, Subscription


def subscriptions_for(member: Member) -> QuerySet[Subscription]:
    return narrowed(Subscription.objects.all(), member)


def holds_for(member: Member) -> QuerySet[Hold]:
    return narrowed(Hold.objects.all(), member)
