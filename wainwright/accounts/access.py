"""Who may reach what: an owner everything of his account, a client user one business."""

from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from wainwright.accounts.models import Business, Member
from wainwright.core.prepared import Slot, prepared


def narrowed[Row: models.Model](rows: models.QuerySet[Row], member: Member) -> models.QuerySet[Row]:
    """Of rows that belong to businesses, those this member may reach."""
    if member.role == Member.OWNER:
        return rows
    return rows.filter(business_id=member.business_id)


def businesses_for(member: Member) -> models.QuerySet[Business]:
    rows = Business.objects.order_by("-is_own", "name")
    return rows if member.role == Member.OWNER else rows.filter(pk=member.business_id)


@prepared
def _businesses(account: Slot, business: Slot, *, role: str) -> QuerySet[Business]:
    return businesses_for(Member(account_id=account, role=role, business_id=business))


def businesses_of(member: Member) -> list[Business]:
    """The same, read."""
    return _businesses(member.account_id, member.business_id, role=member.role)


def members_for(member: Member) -> models.QuerySet[Member]:
    """Who has a place in the account, for its owner; others see nobody."""
    rows = Member.objects.all()
    return rows if member.role == Member.OWNER else rows.none()
